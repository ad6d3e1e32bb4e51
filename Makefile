PY := .venv/bin/python

# The lines after ## are what `make` alone prints.
help: ## Lists what can be asked for
	@awk -F ':.*## ' '/^[a-z-]+:.* ## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:
	@python3 tools/setup.py run

setup-dev:
	@python3 tools/setup.py dev

run: setup ## Starts the program with a made-up school to try it out
	@$(PY) serve.py --demo

start: setup ## Starts the program for a real school
	@$(PY) serve.py

test: setup-dev ## Runs the tests of rules and pages, and one journey an area in a browser
	$(PY) -m pytest -m "not thorough"

test-all: setup-dev ## Runs every test: all journeys, axe on every page, long random walks
	$(PY) -m pytest --hypothesis-profile=thorough

check: setup-dev ## Looks for mistakes and untidy code
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

fmt: setup-dev ## Tidies the code
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: setup ## Measures how fast it is
	$(PY) -m bench

screenshots: setup-dev ## Takes a picture of every page
	$(PY) tools/screenshots.py

lock: ## Writes package-lock.json anew, without anybody's registry in it
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean: ## Removes all that can be made again; instance/, the school's data, stays
	rm -rf .venv node_modules static/dist build .cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup setup-dev run start test test-all check fmt bench screenshots lock clean
