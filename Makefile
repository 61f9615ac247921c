# Relais: two commands, `make run` and `make test`. The work is done by app/install.py (a fresh
# machine) and app/processes/ (servers, data, processes).
PYTHON ?= python3
BIN := .venv/bin
export PORT ?= 8000
TESTS ?= tests

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-machines stop reset-demo lock format broker-stop broker-start install-run install-test

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: install-run ## Install what is missing, then run the site (PORT=8000)
	@$(BIN)/python -m app.processes run

test: install-test ## Install what is missing, then run every test (TESTS=tests/cases)
	@$(BIN)/python -m pytest -n 2 $(TESTS); code=$$?; $(BIN)/python -m app.processes stop-tests; exit $$code

check: install-test ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-test ## Measure the pages at 10 000 and 100 000 cases (N=1000000, FRESH=1)
	@$(BIN)/python -m bench run $(N)

bench-machines: install-test ## Kill web and worker processes under load, lose nothing
	@$(BIN)/python -m bench machines

stop: ## Stop the site and its servers
	@test -x $(BIN)/python && $(BIN)/python -m app.processes stop || true

reset-demo: install-run ## Start the demonstration over
	@$(BIN)/python -m app.processes reset-demo

broker-stop: ## Stop the embedded broker alone (the outbox waits)
	@$(BIN)/python -m app.processes broker-stop

broker-start: ## Start the embedded broker again
	@$(BIN)/python -m app.processes broker-start

format: install-test ## Write the code in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Lock the packages again (needs uv and npm)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	npm install --package-lock-only

install-run:
	@$(PYTHON) -m app.install run

install-test:
	@$(PYTHON) -m app.install test
