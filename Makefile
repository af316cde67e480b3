# Everything that a clone needs; run `make` for a list. PYTHON=... chooses the interpreter, ARGS=... goes to pytest.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

.PHONY: help run setup test check bench faults pictures clean

help:
	@echo "make run    set up, and open the console on the demo (headless for 15 s without a terminal)"
	@echo "make test   set up, and run the tests; ARGS='-k name' chooses some"
	@echo "make check  what CI runs, but for the wheel: format, lint, types, import rules, tests"
	@echo "make bench  measure what it costs, beside the best bare loops; ARGS='row ...' chooses some"
	@echo "make faults have members hang, crawl, die and come back, and count what is lost; ARGS='--quick' is short"
	@echo "make pictures  take the pictures of README and docs anew"
	@echo "make setup  only set up: a virtual environment in $(VENV), pinned by constraints.txt"
	@echo "make clean  remove the virtual environment and what tools left behind"

run: $(STAMP)
	@$(BIN)/switchboard demo

setup: $(STAMP)

test: $(STAMP)
	@.ci/programs
	@$(if $(filter true,$(CI)),SWITCHBOARD_REQUIRE_PROGRAMS=1) $(BIN)/pytest $(ARGS)

check: $(STAMP)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

bench: $(STAMP)
	@$(BIN)/python -m benchmarks $(ARGS)

faults: $(STAMP)
	@$(BIN)/python -m benchmarks.faults $(ARGS)

pictures: $(STAMP)
	@$(BIN)/python docs/take_pictures.py

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# Made anew only when what is to be installed changed, so that a second `make run` starts at once.
$(STAMP): pyproject.toml constraints.txt .ci/venv
	@PYTHON='$(PYTHON)' .ci/venv $(VENV)
	@touch $@
