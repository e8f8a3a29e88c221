# One image for the six services and for what prepares their parts. The service is the argument:
#   docker run vcms serve cases

FROM python:3.11-slim-trixie AS build
WORKDIR /build
ENV PIP_CACHE_DIR=/cache/pip UV_CACHE_DIR=/cache/uv

# The locks first: as long as they stay the same, so do these layers.
COPY requirements/uv.txt requirements/
RUN --mount=type=cache,target=/cache \
    python -m pip install --disable-pip-version-check --root-user-action=ignore \
    --require-hashes --requirement requirements/uv.txt
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_MANAGED_PYTHON=1 VIRTUAL_ENV=/opt/vcms
COPY requirements/run.txt requirements/
RUN --mount=type=cache,target=/cache \
    uv venv --python /usr/local/bin/python "$VIRTUAL_ENV" \
    && uv pip sync --require-hashes requirements/run.txt

# What builds the wheel is locked too, and stays in this stage.
COPY requirements/stack.txt requirements/
COPY pyproject.toml README.md LICENSE ./
COPY shared shared
COPY services services
COPY deploy deploy
COPY cli cli
RUN --mount=type=cache,target=/cache \
    uv build --wheel --preview-features build-dependency-hashes --require-build-hashes \
    --build-constraints requirements/stack.txt --out-dir dist \
    && uv pip install --no-deps dist/*.whl

FROM python:3.11-slim-trixie
LABEL org.opencontainers.image.title="vcms" \
      org.opencontainers.image.description="Victim Case Management System" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin vcms
COPY --from=build /opt/vcms /opt/vcms
ENV PATH=/opt/vcms/bin:$PATH PYTHONUNBUFFERED=1 VCMS_HTTP_HOST=0.0.0.0 VCMS_HTTP_PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-m", "deploy.docker.healthy"]
ENTRYPOINT ["vcms"]
CMD ["--help"]
