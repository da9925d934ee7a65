# Two commands for a newcomer: make demo, make test. Nothing but Python 3.11+ and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check fix lint types layers docs bench lock wheel clean

demo: $(VENV)/.run  ## review the example shop, with findings proven on a PostgreSQL of our own
	@$(BIN)/backstay review examples/shop --prove --fail-on critical

test: $(VENV)/.dev  ## all tests
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal

check: lint types layers test docs  ## everything that CI asks

lint: $(VENV)/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.dev
	@$(BIN)/mypy

layers: $(VENV)/.dev
	@$(BIN)/lint-imports

fix: $(VENV)/.dev  ## format, and mend what can be mended without thought
	@$(BIN)/ruff check --fix . || true
	@$(BIN)/ruff format .

docs: $(VENV)/.dev  ## write the pages that are made from practices, and build the site
	@$(BIN)/python tools/write_docs.py --check
	@$(BIN)/zensical build --clean

bench: $(VENV)/.dev  ## the numbers that the documentation quotes
	@$(BIN)/python bench/run.py
	@$(BIN)/python bench/conformance.py

wheel: $(VENV)/.dev
	@$(BIN)/uv build --wheel --quiet --out-dir dist

lock: $(VENV)/.dev  ## renew the locked versions
	@$(BIN)/uv pip compile -q --universal --upgrade --no-emit-index-url --generate-hashes \
		--no-header pyproject.toml -o locks/run.txt
	@$(BIN)/uv pip compile -q --universal --upgrade --no-emit-index-url --generate-hashes \
		--no-header pyproject.toml --group dev -o locks/dev.txt

clean:
	rm -rf $(VENV) dist site

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Backstay needs Python 3.11 or newer; $(PYTHON) is: $$($(PYTHON) --version 2>&1)."; \
		echo "Name another one: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment (on Debian: apt install python3-venv)."; \
		rm -rf $(VENV); exit 1; }

$(VENV)/.run: $(BIN)/python locks/run.txt pyproject.toml
	@test -e $(VENV)/.dev || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r locks/run.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python locks/dev.txt pyproject.toml
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r locks/dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@
