# Every target sets up what it needs: `make run` and `make test` work on a fresh machine.
PYTHON ?= python3
BIN := .venv/bin
# An index, mirror or cache is the machine's business: locks carry versions and hashes only.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes

.PHONY: run ui test bench lint lock docs clean

run: .venv/run.stamp  ## fetch, build, check and publish the built-in sample world
	$(BIN)/tidegauge run

ui: .venv/run.stamp  ## the Dagster UI with schedules on 127.0.0.1:3000
	$(BIN)/tidegauge ui

test: .venv/dev.stamp  ## every test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: .venv/bench.stamp  ## the order-book path and the statistics against their peers, and what a run costs beside Dagster itself
	$(BIN)/python -m bench.books
	$(BIN)/python -m bench.statistics
	$(BIN)/python -m bench.run_overhead

lint: .venv/dev.stamp  ## style, types, import direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

.venv/run.stamp: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -r requirements.lock
	$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	touch $@

.venv/bench.stamp: .venv/dev.stamp requirements-bench.lock
	$(PIP) -r requirements-bench.lock
	touch $@

lock:  ## write the locks again from pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip --quiet install pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra build --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra build --extra dev --extra bench --constraint requirements-dev.lock --output-file requirements-bench.lock pyproject.toml

docs: .venv/run.stamp  ## docs/dictionary.md again, from the declarations
	$(BIN)/tidegauge dictionary > docs/dictionary.md

clean:  ## remove the environment and the sample world's data; live data stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache warehouse/data/sample
