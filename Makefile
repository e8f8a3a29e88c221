# What people run; `make demo` and `make test` are the two that matter. ARGS goes to the command.

VENV := .venv/bin
FAST := not stack and not chaos

.PHONY: demo up down reset status test test-fast lint stack-packages test-packages

demo: stack-packages
	@$(VENV)/vcms demo $(ARGS)

up: stack-packages
	@$(VENV)/vcms up $(ARGS)

down reset status: stack-packages
	@$(VENV)/vcms $@ $(ARGS)

# Fast tests share the two cores; those with servers of their own run one after the other.
test: test-fast
	$(VENV)/pytest -m "not ($(FAST))" $(ARGS)

test-fast: test-packages
	$(VENV)/pytest -m "$(FAST)" -n 2 --dist loadfile $(ARGS)

lint: test-packages
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/deptry .

stack-packages:
	@deploy/local/install stack

test-packages:
	@deploy/local/install test
