# `make` alone lists the targets. Python: make PYTHON=python3.12 …
PYTHON ?= python3
SITE ?= test.localhost
BENCH := $(or $(firstword $(subst :, ,$(FRAPPE_BENCH_ROOT))),$(HOME)/frappe-bench)
# make test-site FRAPPE=16 runs on the bench with that version alone.
RUN_TESTS = $(VENV) scripts/run-tests $(if $(FRAPPE),--frappe $(FRAPPE))
ARGS ?=
VENV := .venv/bin/python
SOURCES := client_comms tests scripts

# make test-site KEEP=1 keeps its site in .test-sites-15 (or 16) and brings it up to date the next time.
ifdef KEEP
export CLIENT_COMMS_TEST_SITES ?= $(CURDIR)/.test-sites
endif

.PHONY: help test test-ci smoke-on-16 test-unit test-site test-desk test-lifecycle test-scale lint format demo bench clean

help:
	@echo "make test       all tests this machine can run (ARGS=\"-k word\" for pytest)"
	@echo "make test-unit  test-site  test-desk  test-lifecycle  test-scale    one tier; KEEP=1 keeps the site, FRAPPE=16 takes one bench"
	@echo "make lint       what CI checks;  make format  writes it"
	@echo "make demo       sample data into SITE, or a dry run without a bench"
	@echo "make bench      a bench with ERPNext and this app on a fresh Debian or Ubuntu"
	@echo "make clean      virtual environments, results and a kept site"

.venv/ready: pyproject.toml
	@$(PYTHON) -m venv .venv || { echo "No virtual environment: install python3-venv"; exit 1; }
	@.venv/bin/pip install --quiet --editable '.[test,lint]' \
		|| { echo "Could not install pytest, hypothesis, ruff and semgrep from PyPI"; exit 1; }
	@touch $@

lint/node_modules/ready: lint/package.json lint/package-lock.json
	@command -v npm >/dev/null || { echo "No Node.js, which checks the JavaScript: install nodejs and npm"; exit 1; }
	@npm ci --prefix lint --silent || { echo "Could not install eslint and prettier from npm"; exit 1; }
	@touch $@

test: .venv/ready
	@$(RUN_TESTS) -- $(ARGS)

# The part of `make test` that CI runs; .ci/run says what is missing from it. On version 16, what differs most from 15.
# On a slow machine the minutes end it, and the rest is named as not run.
NOT_IN_CI := tests/site/access/test_check_leaks.py tests/site/access/test_census.py
SMOKE_ON_16 := $(wildcard tests/site/setup/test_*.py) tests/site/intake/test_sources.py tests/site/outgoing/test_gate.py \
	$(patsubst %,tests/site/access/test_%.py,admin_tools answers files guesses hooks_of_doctypes link_titles portal \
	prepared_reports realtime renaming takeovers)
space := $() $()
any_of = $(subst $(space), or ,$(strip $(notdir $1)))
test-ci: .venv/ready
	@failed=0; \
	$(VENV) scripts/run-tests --frappe 15 --halves --minutes 44 unit site -- $(addprefix --ignore=,$(NOT_IN_CI)) $(ARGS) || failed=1; \
	$(VENV) scripts/run-tests --frappe 16 --minutes 11 site -- -k '$(call any_of,$(SMOKE_ON_16))' $(ARGS) || failed=1; \
	exit $$failed

smoke-on-16:
	@echo $(SMOKE_ON_16)

test-unit test-site test-desk test-lifecycle test-scale: test-%: .venv/ready
	@$(RUN_TESTS) $* -- $(ARGS)

# semgrep asks no one: neither for its rules nor for a newer version.
SCRIPTS := 'client_comms/**/*.js' 'lint/*.js'
ESLINT := lint/node_modules/.bin/eslint --config lint/eslint.config.js $(SCRIPTS)
PRETTIER := lint/node_modules/.bin/prettier --log-level warn $(SCRIPTS) '!**/dist/**'
SEMGREP := .venv/bin/semgrep scan --metrics off --disable-version-check --quiet

lint: .venv/ready lint/node_modules/ready
	@.venv/bin/ruff check $(SOURCES)
	@.venv/bin/ruff format --check $(SOURCES)
	@$(ESLINT)
	@$(PRETTIER) --check
	@$(SEMGREP) --test lint/semgrep
	@$(SEMGREP) --error --strict --config lint/semgrep client_comms

format: .venv/ready lint/node_modules/ready
	@.venv/bin/ruff check --fix $(SOURCES)
	@.venv/bin/ruff format $(SOURCES)
	@$(ESLINT) --fix
	@$(PRETTIER) --write

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
	@for kept in .test-sites-*; do [ ! -d "$$kept" ] || $(PYTHON) scripts/throwaway_site.py "$$kept"; done
	rm -rf .venv lint/node_modules .venv-site-* .pytest_cache .ruff_cache .hypothesis test-results
