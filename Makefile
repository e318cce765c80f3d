.DEFAULT_GOAL := help
.PHONY: help install lock demo test wheel test-wheel test-compiled test-lowest test-newest check style thorough \
	simulate planted mutants crash fuzz bench clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# Everything in the versions of requirements.lock, pip too; then carbonex itself, which
# is built with those, as users build it: by what [build-system] names and nothing else.
LOCK := requirements.lock
INSTALL := -m pip install --quiet --disable-pip-version-check
INSTALL_HERE := $(INSTALL) --no-deps --build-constraint $(LOCK)

install: $(VENV)/.installed ## create .venv and install carbonex with its tools

$(VENV)/.installed: pyproject.toml $(LOCK)
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python $(INSTALL) --requirement $(LOCK)
	$(BIN)/python $(INSTALL_HERE) -e .
	@touch $@

# One version of each package for all extras, the build (editables: of editable installs)
# and every Python from 3.11 on.
UV := .venv-uv/bin/uv

lock: $(UV) ## write requirements.lock anew, with the newest versions that pyproject.toml allows
	printf 'editables\npip\n' | $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --all-extras --generate-hashes --custom-compile-command "make lock" \
	  pyproject.toml - --output-file $(LOCK)

$(UV): Makefile
	$(PYTHON) -m venv --clear .venv-uv
	.venv-uv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

demo: install ## run the exchange with market makers and buyers for a minute
	$(BIN)/carbonex demo

TESTS ?= tests
# Twice as many workers as cores: tests of servers and disks mostly wait.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
PYTEST := pytest -n $(WORKERS) --dist worksteal --hypothesis-profile=quick

PLANTED := tests/simulation/test_planted.py

test: install ## run all tests but those of planted bugs, or some (TESTS=)
	$(BIN)/$(PYTEST) --ignore=$(PLANTED) $(TESTS)

planted: install ## see that the simulation finds the bugs that are planted
	$(BIN)/$(PYTEST) $(PLANTED)

WHEEL ?= .venv-wheel

wheel: ## install carbonex as users do, compiled, in .venv-wheel
	$(PYTHON) -m venv --clear $(WHEEL)
	$(WHEEL)/bin/python $(INSTALL) --requirement $(LOCK)
	CARBONEX_ENGINE=compiled $(WHEEL)/bin/python $(INSTALL_HERE) .
	$(WHEEL)/bin/carbonex --version

test-wheel: ## run all tests, or some, on what `make wheel` has installed (TESTS=)
	$(WHEEL)/bin/$(PYTEST) -o "pythonpath=tests ." $(TESTS)

# What compiled code can change: the engine, what the gateway does with it in process,
# one simulated history, and the build.
COMPILED_TESTS := tests/engine tests/golden tests/test_build.py \
	$(wildcard tests/gateway/test_session_*.py tests/gateway/test_feed*.py) \
	$(addprefix tests/gateway/test_,every_reason.py connection.py holds.py outbox.py venue.py) \
	$(addprefix tests/wire/test_,codec.py reading.py broken.py order_ids.py vocabulary.py) \
	tests/sdk/test_trading.py \
	tests/simulation/test_simulation.py::test_in_peace_everything_is_told

test-compiled: ## run on the wheel the tests of what compiled code can change
	$(MAKE) test-wheel TESTS="$(COMPILED_TESTS)"

# What depends on the versions that others install: codec, settings, diagnosis, the
# connections of the SDK, and the build.
RANGE_TESTS := $(addprefix tests/wire/test_,codec.py reading.py broken.py hostile.py \
	largest.py errors.py money.py keys.py login.py) \
	$(addprefix tests/sdk/test_,transport.py client.py trading.py reconnect.py options.py \
	stream.py vocabulary.py) \
	$(addprefix tests/gateway/test_,config.py market_files.py tls.py) tests/test_build.py

test-lowest: $(UV) ## run the tests of codec, SDK and build with the lowest versions that are allowed
	$(call test-range,lowest-direct,.venv-lowest)

test-newest: $(UV) ## run the same tests with the newest versions that are allowed
	$(call test-range,highest,.venv-newest)

define test-range
	$(UV) venv --quiet --clear --python $(PYTHON) $(2)
	$(UV) pip install --quiet --python $(2) --resolution $(1) -e ".[dev]"
	$(2)/bin/$(PYTEST) $(RANGE_TESTS)
endef

thorough: install ## run the tests with many more random examples, and simulate a million commands
	$(MAKE) wheel PYTHON=python3.11 WHEEL=.venv-wheel-3.11
	$(MAKE) test-compiled WHEEL=.venv-wheel-3.11
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile=thorough
	PYTHONPATH=tests:. $(BIN)/python -m simulation --commands 1000000

mutants: COUNT := 50
mutants: SEED := 1
mutants: ONLY :=

mutants: install ## change the engine a little, and see which tests notice (COUNT=, SEED=, ONLY=)
	PYTHONPATH=tests:. $(BIN)/python -m mutants --count $(COUNT) --seed $(SEED) --only "$(ONLY)"

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
.venv-bench/.installed: pyproject.toml hatch_build.py $(LOCK) $(shell git ls-files engine gateway sdk)
	test -d .venv-bench || $(BENCH_PYTHON) -m venv .venv-bench
	.venv-bench/bin/python $(INSTALL) --requirement $(LOCK)
	CARBONEX_ENGINE=compiled .venv-bench/bin/python $(INSTALL_HERE) .
	@touch $@

clean: ## remove everything that the other targets made
	git clean -fdX
