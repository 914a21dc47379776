# Every target is one command; what it does stands in infra/dev/.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ifeq ($(strip $(PYTHON)),)
$(error Atrium needs Python 3.11 or newer: install it (Debian and Ubuntu: apt-get install python3.11 python3.11-venv))
endif

.PHONY: run test faults check bench doctor backup restore torch format

run: ## start everything (PORT=, HOST=, DEMO=0, DEVICE=cuda:0); Ctrl-C stops it
	@exec $(PYTHON) -m infra.dev.install run
test: ## all tests, browser included (ARGS= goes to pytest)
	@exec $(PYTHON) -m infra.dev.install test $(ARGS)
faults: ## the long sets: more cases, longer outages (ARGS= goes to pytest)
	@exec $(PYTHON) -m infra.dev.install test --long -m long $(ARGS)
check: ## format, lint, types, import contracts, migrations and schema in step
	@exec $(PYTHON) -m infra.dev.install check
bench: ## the benchmarks, beside their peers
	@exec $(PYTHON) -m infra.dev.install bench $(ARGS)
doctor: ## whether all parts of what runs here live (ARGS=--json)
	@exec $(PYTHON) -m infra.dev.install doctor $(ARGS)
backup: ## all data into a new folder (TO=, else below backups/), while Atrium runs or not
	@exec $(PYTHON) -m infra.dev.install backup "$(TO)"
restore: ## a backup into a clone in which nothing was started yet (FROM=)
	@exec $(PYTHON) -m infra.dev.install restore "$(FROM)"
torch: ## add torch (CPU) to .venv, for the client's exports
	@exec $(PYTHON) -m infra.dev.install torch
format: ## put code, templates and schema into their form
	@exec $(PYTHON) -m infra.dev.install format
