# Peyvand: `make demo` shows it, `make test` is the gate. Both set up everything by themselves.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PARTIES ?= 2000
WORKERS ?= 2
DIST := kernel/web/static/dist/manifest.json
ASSETS := $(shell find kernel/web/assets -type f 2>/dev/null) package.json package-lock.json
CATALOGUES := $(shell find kernel plugins tests -name '*.po' -not -path '*/node_modules/*' 2>/dev/null)
# Node from the machine where it is new enough, else from the wheel.
NODE_PATHS := $$($(BIN)/python .ci/node_path.py)

.PHONY: help demo test test-all brokers bench bundle pictures licences lint types env assets catalogues system clean

help:
	@echo "make demo [PARTIES=2000]   set everything up, make a demo site, serve it"
	@echo "make test                  the gate: lint, types, licences, all tests"
	@echo "make test-all              the gate with full products and long kill rounds"
	@echo "make bundle                one file for an installation without network, in dist/"
	@echo "make pictures              screenshots of the main pages, into docs/pictures/"
	@echo "make bench                 measure, with floors, in bench/"

env: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,build]'
	@touch $@

assets: $(DIST)

$(DIST): $(VENV)/.ready $(ASSETS)
	PATH="$(NODE_PATHS):$$PATH" npm ci --silent
	PATH="$(NODE_PATHS):$$PATH" npm run --silent build

catalogues: $(VENV)/.catalogues

$(VENV)/.catalogues: $(VENV)/.ready $(CATALOGUES)
	$(BIN)/python -m kernel.i18n.build
	@touch $@

system:
	@.ci/system-packages

demo: env assets catalogues
	$(BIN)/peyvand demo --parties $(PARTIES)

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: env
	$(BIN)/mypy

licences: env
	$(BIN)/python .ci/licences.py

test: system env assets catalogues lint types licences
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not long"

test-all: system brokers env assets catalogues lint types licences
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

brokers:
	@.ci/system-packages rabbitmq-server

bench: env assets catalogues
	$(BIN)/python -m bench

pictures: env assets catalogues
	$(BIN)/python .ci/pictures.py

bundle: env assets catalogues
	$(BIN)/python .ci/bundle.py

clean:
	rm -rf dist build $(VENV) node_modules kernel/web/static/dist var .pytest_cache .mypy_cache .ruff_cache .hypothesis
