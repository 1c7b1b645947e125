# Everything runs in .venv, which make builds from requirements.lock. It needs make and a Python of
# at least 3.11; where that is not `python3`, say `make PYTHON=python3.12 test`.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: help study studies notebooks test bench validate lint lock clean

help:  ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*##/  make \1\t/p' $(MAKEFILE_LIST)

study: $(INSTALLED)  ## Search how many jobs a second a CI host holds, and report in results/ci-host
	$(BIN)/docksim capacity experiments/scenarios/ci-host.toml --slo "run.p99 <= 5 s" \
		--vary workload.rate --tolerance 0.1 --budget 16 --out results/ci-host

studies: $(INSTALLED)  ## Conduct all studies of experiments/, and report in results/
	for study in experiments/*.toml; do \
		case $$study in */published-cases.toml) ;; *) $(BIN)/docksim study $$study || exit ;; esac; \
	done

notebooks: $(INSTALLED)  ## Open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

# An engine that is measured must have the machine to itself.
test: $(INSTALLED)  ## Run the tests: all that need no engine on all cores, then the others
	$(BIN)/pytest -m "not engine" --numprocesses auto
	$(BIN)/pytest -m engine

bench: $(INSTALLED)  ## Measure how fast the model runs
	$(BIN)/python -m tests.perf.run

validate: $(INSTALLED)  ## As root: measure a private engine, calibrate, and hold predictions against it
	$(BIN)/docksim measure experiments/plans/engine.toml --out results/validation/measurements
	rm -rf results/validation/dataset
	$(BIN)/docksim measure --pack results/validation/measurements --out results/validation/dataset
	$(BIN)/docksim calibrate results/validation/dataset --out results/validation/measured.toml
	$(BIN)/docksim validate --profile results/validation/measured.toml \
		--dataset results/validation/dataset --out results/validation
	$(BIN)/docksim validate --profile results/validation/measured.toml \
		--published experiments/published-cases.toml --out results/validation

lint: $(INSTALLED)  ## Check style, types and the import contract
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# One lock for every supported Python and platform: the fewest versions that suit them all.
# Pins move only where pyproject.toml asks for it; `make lock UPGRADE=--upgrade` moves them all on.
lock: $(INSTALLED)  ## Pin every dependency that pyproject.toml asks for
	$(BIN)/uv pip compile pyproject.toml --extra dev --output-file requirements.lock --quiet \
		--universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
		--custom-compile-command "make lock" $(UPGRADE)

clean:  ## Remove the environment and all caches
	rm -rf .venv dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp comes last, so that an install that failed is tried again.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "docksim needs Python 3.11 or newer, and this is " + sys.version.split()[0] + ": name another with make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
