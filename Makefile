# Two commands do the work: `make render` and `make test`. Each sets up what it needs in $(VENV), once.
#
#   VENV=…     another place for the environment        (default .venv)
#   PYTHON=…   the Python to build it with, 3.11 or newer (default: the first one found)
#   ARGS=…     handed on: make render ARGS="--corpus ~/texts", make test ARGS="-k cli"

VENV ?= .venv
ARGS ?=
SHELL := /bin/sh
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTED := $(VENV)/.installed-tests
INSTALL := --require-hashes --only-binary :all: -r
LOCK := pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet

# Prints the first Python that is new enough; fails with a message that says what to do.
define find_python
found=; for candidate in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11 python; do \
  if [ -n "$$candidate" ] && "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
  then found="$$candidate"; break; fi; \
  if [ -n "$(PYTHON)" ]; then break; fi; done; \
if [ -z "$$found" ]; then \
  if [ -n "$(PYTHON)" ]; then echo "PYTHON=$(PYTHON) does not run, or is older than 3.11; give another one." >&2; \
  else echo "No Python 3.11 or newer found. Install one, or say which: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; fi; \
  exit 1; fi
endef

# Installs what the lock $(1) names, and the package itself; with uv where there is one.
define install
$(find_python); \
if command -v uv >/dev/null 2>&1; then \
  if [ ! -x "$(BIN)/python" ]; then uv venv --quiet --python "$$found" "$(VENV)" || exit 1; fi; \
  uv pip install --quiet --python "$(BIN)/python" $(INSTALL) $(1) \
  && uv pip install --quiet --python "$(BIN)/python" --no-deps --no-build-isolation --editable . || exit 1; \
else \
  if ! "$(BIN)/python" -m pip --version >/dev/null 2>&1; then "$$found" -m venv "$(VENV)" || { \
    echo "Python has no venv module that works (on Debian and Ubuntu: install python3-venv)." >&2; exit 1; }; fi; \
  echo "Installing into $(VENV): one to three minutes, this once."; \
  "$(BIN)/python" -m pip install --quiet --disable-pip-version-check $(INSTALL) $(1) \
  && "$(BIN)/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . \
  || exit 1; \
fi
endef

# Writes both locks with the uv $(1); the second one keeps to the versions of the first.
define lock
$(1) pip compile $(LOCK) --extra build --extra model -o requirements.lock \
  && $(1) pip compile $(LOCK) --all-extras -c requirements.lock -o requirements-test.lock
endef

.PHONY: help setup render test lint lock lab docs validate write-up bench clean
.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## install what renders into .venv (nothing is done twice; `make test` adds its tools)

render: $(STAMP) ## execute the notebooks: build/, site/index.html, figures/
	@$(BIN)/sco-analysis render $(ARGS)

test: lint ## lint, then all tests
	@$(BIN)/python -m pytest -n auto $(ARGS)

lint: $(TESTED) ## ruff: rules and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

lab: $(STAMP) ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks $(ARGS)

docs: $(TESTED) ## write anew what follows from the code: environment.yml, reference, output of examples …
	@$(BIN)/python docs/generate.py

validate: $(STAMP) ## compare with human readers, where their readings lie in ../shared: docs/validation.md
	@$(BIN)/python benchmarks/validate.py

write-up: $(TESTED) ## build the sample write-up from figures/: build/write-up/
	@$(BIN)/python docs/write-up/build.py $(ARGS)

bench: $(STAMP) ## time every step against one bare pass over the words, beside peers: build/bench/
	@$(BIN)/python benchmarks/speed.py $(ARGS)

lock: ## write requirements.lock and requirements-test.lock anew from pyproject.toml
	@if command -v uv >/dev/null 2>&1; then $(call lock,uv); else \
	  $(find_python); scratch=$$(mktemp -d) && "$$found" -m venv "$$scratch" && "$$scratch/bin/pip" install --quiet uv \
	  && $(call lock,"$$scratch/bin/uv"); status=$$?; rm -rf "$$scratch"; exit $$status; fi

clean: ## remove the products and the environment
	rm -rf build site dist .pytest_cache .ruff_cache .hypothesis $(VENV)

# A stamp is written last: an installation that was broken off is begun again.
$(STAMP): pyproject.toml requirements.lock
	@$(call install,requirements.lock)
	@touch $@

$(TESTED): pyproject.toml requirements.lock requirements-test.lock
	@$(call install,requirements-test.lock)
	@touch $(STAMP) $@
