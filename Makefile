# `make` alone lists the targets. Python: make PYTHON=python3.12 …
PYTHON ?= python3
SITE ?= test.localhost
BENCH := $(or $(FRAPPE_BENCH_ROOT),$(HOME)/frappe-bench)
ARGS ?=
VENV := .venv/bin/python
SOURCES := client_comms tests scripts

# make test-site KEEP=1 keeps its site in .test-sites and brings it up to date the next time.
ifdef KEEP
export CLIENT_COMMS_TEST_SITES ?= $(CURDIR)/.test-sites
endif

.PHONY: help test test-unit test-site test-desk test-lifecycle test-scale lint format demo bench clean

help:
	@echo "make test       all tests this machine can run (ARGS=\"-k word\" for pytest)"
	@echo "make test-unit  test-site  test-desk  test-lifecycle  test-scale    one tier; KEEP=1 keeps the site"
	@echo "make lint       what CI checks;  make format  writes it"
	@echo "make demo       sample data into SITE, or a dry run without a bench"
	@echo "make bench      a bench with ERPNext and this app on a fresh Debian or Ubuntu"
	@echo "make clean      virtual environments, results and a kept site"

.venv/ready: pyproject.toml
	@$(PYTHON) -m venv .venv || { echo "No virtual environment: install python3-venv"; exit 1; }
	@.venv/bin/pip install --quiet --editable '.[test,lint]' \
		|| { echo "Could not install pytest, hypothesis and ruff from PyPI"; exit 1; }
	@touch $@

test: .venv/ready
	@$(VENV) scripts/run-tests -- $(ARGS)

test-unit test-site test-desk test-lifecycle test-scale: test-%: .venv/ready
	@$(VENV) scripts/run-tests $* -- $(ARGS)

lint: .venv/ready
	@.venv/bin/ruff check $(SOURCES)
	@.venv/bin/ruff format --check $(SOURCES)

format: .venv/ready
	@.venv/bin/ruff check --fix $(SOURCES)
	@.venv/bin/ruff format $(SOURCES)

demo: .venv/ready
	@if [ -d "$(BENCH)/sites/$(SITE)" ]; then \
		FRAPPE_BENCH_ROOT="$(BENCH)" scripts/with-services sh -c 'cd "$(BENCH)/sites" && \
			../env/bin/python -m frappe.utils.bench_helper frappe --site "$(SITE)" client-comms load-demo'; \
	else \
		echo "No site $(SITE) on a bench at $(BENCH): a dry run instead"; \
		$(VENV) -m client_comms.demo; \
	fi

bench:
	@scripts/make-bench

clean:
	@if [ -d .test-sites ]; then $(PYTHON) scripts/throwaway_site.py .test-sites; fi
	rm -rf .venv .venv-site .pytest_cache .ruff_cache .hypothesis test-results
