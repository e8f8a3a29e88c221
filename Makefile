# What people run; `make demo` and `make test` are the two that matter. ARGS goes to the command.

VENV := .venv/bin
# Programs that start a hundred times are compiled once, whatever the machine prefers.
export PYTHONDONTWRITEBYTECODE :=
# Two at a time, each with servers of its own.
TWO := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: demo up down reset status test test-fast lint bench bench-quick \
	stack-packages test-packages bench-packages

demo: stack-packages
	@$(VENV)/vcms demo $(ARGS)

up: stack-packages
	@$(VENV)/vcms up $(ARGS)

down reset status: stack-packages
	@$(VENV)/vcms $@ $(ARGS)

# What kills and measures has the machine to itself.
test: test-fast
	$(VENV)/pytest -m "stack and not chaos" $(TWO) $(ARGS)
	$(VENV)/pytest -m chaos $(ARGS)

test-fast: test-packages
	$(VENV)/pytest -m "not stack and not chaos" $(TWO) $(ARGS)

lint: test-packages
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/deptry .

# Takes about an hour and goes on where it was broken off. ARGS names rows, such as `append`.
bench: bench-packages
	@$(VENV)/python -m bench $(ARGS)

bench-quick: bench-packages
	@$(VENV)/python -m bench.quick $(ARGS)

stack-packages:
	@deploy/local/install stack

test-packages:
	@deploy/local/install test

bench-packages:
	@deploy/local/install bench
