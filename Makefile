.DEFAULT_GOAL := help
.PHONY: help install demo test wheel test-wheel check style thorough simulate crash fuzz bench clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

install: $(VENV)/.installed ## create .venv and install carbonex with its tools

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	@touch $@

demo: install ## run the exchange with market makers and buyers for a minute
	$(BIN)/carbonex demo

TESTS ?= tests
PYTEST := pytest -n auto --dist worksteal --hypothesis-profile=quick

test: install ## run all tests, or some (TESTS=)
	$(BIN)/$(PYTEST) $(TESTS)

WHEEL ?= .venv-wheel

wheel: ## install carbonex as users do, compiled, in .venv-wheel
	$(PYTHON) -m venv --clear $(WHEEL)
	CARBONEX_ENGINE=compiled $(WHEEL)/bin/python -m pip install --quiet ".[dev]"
	$(WHEEL)/bin/carbonex --version

test-wheel: ## run all tests, or some, on what `make wheel` has installed (TESTS=)
	$(WHEEL)/bin/$(PYTEST) -o "pythonpath=tests ." $(TESTS)

thorough: install ## run the tests with many more random examples, and simulate a million commands
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile=thorough
	PYTHONPATH=tests:. $(BIN)/python -m simulation --commands 1000000

# Simulation, crashes and hostile input: what a run found, its SEED finds again.
SEED ?= $(shell shuf -i 1-999999 -n 1)
STEPS ?= 60000

simulate: install ## simulate one history of the venue (SEED=, STEPS=)
	PYTHONPATH=tests:. $(BIN)/python -m simulation --seed $(SEED) --steps $(STEPS)

ROUNDS ?= 100

crash: install ## kill a venue under load again and again (ROUNDS=, SEED=)
	PYTHONPATH=tests $(BIN)/python -m crash --rounds $(ROUNDS) --seed $(SEED)

COUNT ?= 1000000
ONLY ?= all

fuzz: install ## a million hostile inputs and every hostile behaviour (COUNT=, SEED=, ONLY=fuzz)
	PYTHONPATH=tests $(BIN)/python -m hostile --count $(COUNT) --seed $(SEED) --only $(ONLY)

check: install ## formatting, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tests benchmarks examples
	$(BIN)/lint-imports

style: install ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# A peer needs Python 3.12; all sides run on the same interpreter.
BENCH_PYTHON ?= python3.13

bench: .venv-bench/.installed ## measure everything, an hour's soak at the end (PARTS=)
	.venv-bench/bin/python -m benchmarks $(PARTS)

# As users install it, compiled: anew whenever a source changes.
.venv-bench/.installed: pyproject.toml hatch_build.py $(shell git ls-files engine gateway sdk)
	test -d .venv-bench || $(BENCH_PYTHON) -m venv .venv-bench
	CARBONEX_ENGINE=compiled .venv-bench/bin/python -m pip install --quiet ".[bench]"
	@touch $@

clean: ## remove everything that the other targets made
	git clean -fdX
