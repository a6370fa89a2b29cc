# Needs only make and Python 3.11 or newer; everything else is installed into .venv from the locks.
PORT ?= 8000
JOBS ?= 2
SIZES ?= 150,1000,10000
DATABASES ?= sqlite,postgresql
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
RUNTIME := $(VENV)/.runtime.lock
DEV := $(VENV)/.dev.lock
PIP := $(PYTHON) -m pip install --disable-pip-version-check --quiet

# Where the shell forbids them, every process would translate the whole program anew.
unexport PYTHONDONTWRITEBYTECODE

# The demonstration keeps its own data, away from that of a real installation in the same folder.
DEMO := env -u DATABASE_URL DXPORTAL_MODE=demo DXPORTAL_VAR=$(CURDIR)/var/demo
# Processes of a part; 0 is the one that was started.
WORKERS ?= $(JOBS)
# A file stays in one process, so what its tests share is built once.
PYTEST := -q -n $(WORKERS) --dist loadfile
# What drives a browser, and what is for asynchronous tests, would prepare something for every single test.
WITHOUT_BROWSER := -p no:logging -p no:playwright -p no:base_url -p no:anyio --ignore tests/browser -m "not browser"

.DEFAULT_GOAL := help
.PHONY: bench bench-exchange help demo demo-reset demo-data test lint check sqlite postgres browser screenshots wheelhouse wheelhouse-dev \
	install-offline install-offline-dev test-offline clean

help:
	@echo "make demo             try the portal: http://127.0.0.1:$(PORT)/ (PORT= changes it)"
	@echo "make demo-reset       rebuild the demonstration city from nothing"
	@echo "make test             everything: checks, SQLite, PostgreSQL, browser journeys"
	@echo "make lint | check | sqlite | postgres | browser    one part of it"
	@echo "make bench            the performance table, stored in bench/results.md"
	@echo "make screenshots      take the pictures of docs/screenshots again"
	@echo "make wheelhouse       collect all packages for a machine without network"
	@echo "make install-offline  install from wheelhouse/ without network"
	@echo "make wheelhouse-dev | install-offline-dev    the same with what the tests need"
	@echo "make test-offline     the tests in a network namespace without any route (OFFLINE= names a part of them)"
	@echo "make clean            remove the virtual environment and all caches (data in var/ stays)"

# ---- virtual environment: made once, brought up to date only when a lock changes

# That of the system first: distributions build theirs with optimisations, which one built on the machine itself often
# lacks; it is then slower by half.
$(PYTHON):
	@for python in $${DXPORTAL_PYTHON:-/usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 python}; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		$$python -c 'import ensurepip' 2>/dev/null || { bare="$$bare $$python"; continue; }; \
		echo "making $(VENV) with $$($$python --version)"; \
		$$python -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; \
		exit 0; \
	done; \
	if [ -n "$${bare:-}" ]; then \
		echo "No ensurepip in:$$bare. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	else \
		echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1). DXPORTAL_PYTHON=/path/to/python names one." >&2; \
	fi; \
	exit 1

$(RUNTIME): requirements.lock | $(PYTHON)
	@cmp -s requirements.lock $@ || { echo "installing requirements.lock"; $(PIP) -r requirements.lock; }
	@cp requirements.lock $@

$(DEV): requirements-dev.lock requirements.lock | $(PYTHON)
	@cmp -s requirements-dev.lock $@ && cmp -s requirements.lock $(RUNTIME) || { \
		echo "installing requirements-dev.lock"; $(PIP) -r requirements-dev.lock; }
	@cp requirements.lock $(RUNTIME)
	@cp requirements-dev.lock $@

# ---- demonstration

demo: demo-data
	@echo "http://127.0.0.1:$(PORT)/ (Ctrl+C stops)"
	@exec $(DEMO) $(BIN)/granian --interface wsgi --host 127.0.0.1 --port $(PORT) --blocking-threads 4 --log-level warning \
		--workers-kill-timeout 5 dxportal.wsgi:application

demo-data: $(RUNTIME)
	@mkdir -p var/demo/static
	@$(DEMO) $(PYTHON) manage.py demo

demo-reset: $(RUNTIME)
	@mkdir -p var/demo/static
	@$(DEMO) $(PYTHON) manage.py demo --reset

# ---- tests

# Both databases side by side, each in one process, which reads the tests and the templates and builds the shared cities
# once; what takes no time stands before them, the browser follows where one is free. What a part says is printed when
# it has ended.
test: lint
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check postgres sqlite browser WORKERS=0

lint: $(DEV)
	@$(BIN)/ruff check .

check: $(DEV)
	@DXPORTAL_MODE=production DXPORTAL_HOSTS=portal.example.lg.jp \
		DXPORTAL_SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))') \
		$(PYTHON) manage.py check --deploy --fail-level WARNING
	@DXPORTAL_MODE=test DATABASE_URL=sqlite://:memory: $(PYTHON) manage.py makemigrations --check --dry-run

sqlite: $(DEV)
	@echo "== SQLite"
	@env -u DATABASE_URL $(PYTHON) -m pytest $(PYTEST) $(WITHOUT_BROWSER)

postgres: $(DEV)
	@echo "== PostgreSQL"
	@$(PYTHON) -m tests.run_postgres $(PYTEST) $(WITHOUT_BROWSER)

# Selected, not skipped: without a Chromium the journeys are left out aloud; with CI=true that is a failure.
browser: $(DEV)
	@echo "== browser"
	@if $(PYTHON) -m tests.browser.chromium; then \
		env -u DATABASE_URL $(PYTHON) -m pytest -q -n $(JOBS) --dist load --maxschedchunk 1 -m browser tests/browser; \
	elif [ "$${CI:-}" = true ]; then \
		echo "CI=true needs a Chromium for the browser journeys" >&2; exit 1; \
	else \
		echo "no Chromium found: the browser journeys were NOT run (install chromium or set DXPORTAL_CHROMIUM)"; \
	fi

# Takes a quarter of an hour on two free cores; SIZES= and DATABASES= choose a part.
bench: $(DEV)
	@$(PYTHON) -m bench --sizes $(SIZES) --databases $(DATABASES)

screenshots: $(DEV)
	@$(PYTHON) -m tests.browser.screenshots

# ---- closed networks

wheelhouse: $(PYTHON)
	@$(PYTHON) -m pip wheel --disable-pip-version-check --quiet --wheel-dir wheelhouse -r requirements.lock
	@echo "wheelhouse/ is complete: copy this folder to the closed network and run make install-offline there"

# The same with what the tests need, for a closed network that wants to run them.
wheelhouse-dev: $(PYTHON)
	@$(PYTHON) -m pip wheel --disable-pip-version-check --quiet --wheel-dir wheelhouse -r requirements-dev.lock
	@echo "wheelhouse/ is complete, with what the tests need: run make install-offline-dev there"

install-offline: | $(PYTHON)
	@PIP_NO_INDEX=1 PIP_FIND_LINKS=wheelhouse $(PIP) -r requirements.lock
	@cp requirements.lock $(RUNTIME)

install-offline-dev: install-offline
	@PIP_NO_INDEX=1 PIP_FIND_LINKS=wheelhouse $(PIP) -r requirements-dev.lock
	@cp requirements-dev.lock $(DEV)

# A network namespace has a loopback of its own and no route to anywhere; making one needs root or user namespaces.
NAMESPACE := $(shell unshare -n true 2>/dev/null && echo unshare -n || echo unshare -rn)
OFFLINE ?= tests

test-offline: $(DEV)
	@$(NAMESPACE) true 2>/dev/null || { echo "this machine permits no network namespace: nothing was tested" >&2; exit 1; }
	@$(NAMESPACE) sh -c 'ip link set lo up 2>/dev/null || $(PYTHON) -m tests.loopback; \
		DXPORTAL_OFFLINE=1 $(PYTHON) -m pytest -q -n $(JOBS) -m "not browser" $(OFFLINE)'

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

bench-exchange: $(DEV)
	$(PYTHON) -m bench.exchange
