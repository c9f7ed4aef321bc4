# Two targets matter to a newcomer: `make demo` and `make test`. See README.md.
PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
SERVE  ?= 1
# Compiled modules are kept: the demo and the tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-simulation test check fix docs bench lock clean install

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

# The main job on the embedded database: load, sign, check, report; then serve. Runs again
# without harm: what is recorded is not recorded twice.
DEMO ?= demo-data
PORT ?= 8000
demo: install
	@mkdir -p $(DEMO)
	$(BIN)/priam init --open-log-key --data $(DEMO)/office
	$(BIN)/priam load --data $(DEMO)/office
	@for run in "RU UA 6060 12000 15000 1 t1" "UA RU 78 240 300 2 t2"; do \
	  $(MAKE) --no-print-directory demo-simulation RUN="$$run" || exit 1; done
	@made=$(DEMO)/simulated/casework; test -e $$made/truth.json || $(BIN)/priam simulate exchange \
	  --remains 600 --families 1200 --missing 1500 --seed 3 --out $$made
	$(BIN)/priam demo casework $(DEMO)/simulated/casework --data $(DEMO)/office
	$(BIN)/priam demo parties --out $(DEMO)/parties --account $(DEMO)/office
	$(BIN)/priam log checkpoint --data $(DEMO)/office > $(DEMO)/checkpoint
	$(BIN)/priam log verify --data $(DEMO)/office --checkpoint $(DEMO)/checkpoint
	$(BIN)/priam rebuild --check --data $(DEMO)/office
	$(BIN)/priam account --format json --out $(DEMO)/account.json
	$(BIN)/priam account --format html --out $(DEMO)/account.html
	$(BIN)/priam account
	@if [ "$(SERVE)" != 0 ]; then $(BIN)/priam serve --data $(DEMO)/office --port $(PORT); fi

# One direction of the exchange of June 2025 with synthetic persons. RUN: giver, receiver, bags,
# families, missing, seed, claim that names the number of bags. A finished run is used again.
demo-simulation:
	@set -e; set -- $(RUN); made=$(DEMO)/simulated/$$1-$$2; \
	test -e $$made/exchange/truth.json || $(BIN)/priam simulate exchange --remains $$3 \
	  --families $$4 --missing $$5 --seed $$6 --out $$made/exchange; \
	$(BIN)/priam identify $$made/exchange --out $$made/identified --reuse; \
	$(BIN)/priam record-simulation $$made/exchange $$made/identified --data $(DEMO)/office \
	  --name june-2025-$$1-$$2 --giver $$1 --receiver $$2 --sized-after $$7

test: install
	$(BIN)/python -m pytest

# All failures are listed, not only the first.
check: install
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/lint-imports || status=1; \
	$(BIN)/mypy || status=1; \
	exit $$status

fix: install
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

docs: install
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

# The lock holds hashes and no index addresses.
lock:
	uv pip compile pyproject.toml --extra office --extra dev --python-version 3.11 --generate-hashes --no-header -o requirements.lock

clean:
	rm -rf $(VENV) docs/_build demo-data
