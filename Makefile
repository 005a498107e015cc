# Two commands for newcomers: `make demo` and `make test`. The rest is for working on Tarjimon.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
TORCH  := 2.13.0

.PHONY: demo test test-fast check lint protos bench image-lint clean

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tarjimon needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# torch is wanted in its CPU build only: where no configured index has one, the tests of the reference engine
# are skipped (and say so), rather than several GB of CUDA packages pulled in.
$(VENV)/.installed-test: $(VENV)/.installed
	@$(BIN)/pip install --quiet --disable-pip-version-check "torch==$(TORCH)+cpu" \
	  || echo "NOTE: no CPU build of torch $(TORCH) found; tests of the reference engine will be skipped (README: GPU and torch)."
	@if $(BIN)/python -c 'import torch' 2>/dev/null; \
	  then $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,torch,lint,recipe]'; \
	  else $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,hub,lint]'; fi
	@touch $@

demo: $(VENV)/.installed ## translate and summarise the sample release through a real server, offline
	BIN=$(BIN) sh examples/demo.sh

test: $(VENV)/.installed-test ## everything that CI tests
	$(BIN)/pytest -n 2 --dist loadgroup

test-fast: $(VENV)/.installed-test ## without the slow tests
	$(BIN)/pytest -n 2 --dist loadgroup -m 'not slow'

check: $(VENV)/.installed-test ## format, lint, types, layers, contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python protos/generate.py --check
	$(BIN)/buf lint protos
	$(BIN)/hadolint Dockerfile

lint: ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

protos: ## make the generated code anew
	$(BIN)/python protos/generate.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
