# make run   sets everything up and serves the app on http://localhost:8501
# make test  sets everything up and runs the tests
# make help  lists the other targets
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: run test quick lint format check card browser clean help

run: $(VENV)/.runtime  ## set everything up and serve the app on http://localhost:8501
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: $(VENV)/.dev browser  ## set everything up and run all tests
	$(BIN)/python -m pytest

quick: $(VENV)/.dev  ## run the quick tests: no browser, no page, no models, no data, no process, no training
	$(BIN)/python -m pytest -m "not browser and not page and not models and not data and not slow"

lint: $(VENV)/.dev  ## check formatting, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint test  ## what decides whether a change lands: lint and test

card: $(VENV)/.runtime  ## write models/README.md anew from models/metrics.json, measuring nothing
	$(BIN)/python -m crossmodal evaluate --only card

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 run"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# The browser tests skip, with the reason, where Chromium is missing and cannot be installed.
browser:  ## install Chromium for the browser tests where that is possible
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  echo "Chromium is not installed and cannot be installed here: browser tests will skip."

clean:  ## remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
