# Every target sets up what it needs: `make run` and `make test` work on a fresh machine.
PYTHON ?= python3
BIN := .venv/bin
# An index, mirror or cache is the machine's business: locks carry versions and hashes only.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header

.PHONY: run ui test soak bench bi superset lint lock docs clean

run: .venv/run.stamp  ## fetch, build, check and publish the built-in sample world
	$(BIN)/tidegauge run

ui: .venv/run.stamp  ## the Dagster UI with schedules on 127.0.0.1:3000
	$(BIN)/tidegauge ui

test: .venv/dev.stamp  ## every test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

soak: .venv/dev.stamp  ## every fault many times, the table of docs/reliability.md, and what tests try at random, for longer
	$(BIN)/python -m tests.soak
	$(BIN)/python -m pytest --hypothesis-profile=soak tests/test_store_machine.py tests/test_parsers_fuzzed.py tests/test_files_fuzzed.py tests/test_loopback.py

bench: .venv/bench.stamp  ## the order-book path and the statistics against their peers, and what a run costs beside Dagster itself
	$(BIN)/python -m bench.books
	$(BIN)/python -m bench.statistics
	$(BIN)/python -m bench.run_overhead

bi: .venv/bi.stamp .venv-bi/superset.stamp  ## Superset, PostgreSQL and ADBC, each a real one, over the sample world
	bi/install_missing
	$(BIN)/python -m pytest -vv bi/tests

superset: .venv/dev.stamp .venv-bi/superset.stamp  ## the dashboards over what was published last, on 127.0.0.1:8088
	$(BIN)/python -m bi.superset serve

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

.venv/bi.stamp: .venv/dev.stamp bi/requirements-postgres.lock
	$(PIP) -r bi/requirements-postgres.lock
	touch $@

# An environment of its own: Superset pins older versions of what the warehouse is built on.
.venv-bi/superset.stamp: bi/requirements-superset.lock
	test -x .venv-bi/bin/python || $(PYTHON) -m venv .venv-bi
	.venv-bi/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r bi/requirements-superset.lock
	touch $@

lock:  ## write the locks again from pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip --quiet install pip-tools
	$(COMPILE) --extra build --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --extra build --extra dev --extra bench --constraint requirements-dev.lock --output-file requirements-bench.lock pyproject.toml
	$(COMPILE) --constraint requirements-dev.lock --output-file bi/requirements-postgres.lock bi/requirements-postgres.in
	$(COMPILE) --output-file bi/requirements-superset.lock bi/requirements-superset.in

docs: .venv/dev.stamp  ## docs/dictionary.md from the declarations, docs/report.png from the sample world as published
	$(BIN)/tidegauge dictionary > docs/dictionary.md
	$(BIN)/python -m docs.picture

clean:  ## remove the environment and the sample world's data; live data stays
	rm -rf .venv .venv-bi .pytest_cache .mypy_cache .ruff_cache warehouse/data/sample
