# Everything runs in .venv, which every target makes first. Nothing is installed on the machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready
# Half of the time a test waits for a server, so there are more of them at work than cores.
WORKERS ?= $(shell cores=$$(nproc 2>/dev/null || echo 2); echo $$(((cores * 3 + 1) / 2)))

.PHONY: help demo test torture lint format bench machines clean

help:
	@echo "make demo      the main job on a bundled configuration: needs no Postfix and no privilege"
	@echo "make test      all tests; real servers run in disposable machines, never on this one"
	@echo "make torture   lost power and failing calls at every point, not at a sample; needs root"
	@echo "make lint      ruff, mypy and the import contracts"
	@echo "make format    let ruff arrange the code"
	@echo "make bench     timings beside the peers, as ratios of medians"
	@echo "make machines  build the disposable machines now (make test does it when needed)"
	@echo "make clean     remove what these targets made in this directory"

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("pfwizard needs Python 3.11 or later; name one: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

# pip 25.1 is the first that installs dependency groups.
$(READY): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/pfwizard --demo --answers pfwizard/demo/answers.toml

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# The files called torture_* are what make test leaves out.
torture: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -o python_files='test_*.py torture_*.py' tests/torture

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	$(BIN)/python -m tests.bench

machines: $(READY)
	$(BIN)/python -m tests.machines build

clean:
	rm -rf $(VENV) build dist *.egg-info .bytecode .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
