# archived: `make run` shows what it does, `make test` proves it. Both do all the set-up they need.

PYTHON ?= python3
BIN := .venv/bin
CODE := archived backends robotics erasure devices simulator cli
# Python code of ours that is not in a package.
LOOSE := tests benchmarks examples scripts
export PYTHON

.PHONY: help run test lint simulate hardware bench clean

help:
	@echo "make run [INPUT=DIR]  the whole way of a collection, in a simulated room; KEEP=1 leaves it running"
	@echo "                      ROOM=library (default), stacker, nimbie, aleratec, manual: what moves the discs"
	@echo "make test             lint and every test (TESTS=tests/unit to narrow)"
	@echo "make lint             ruff and mypy"
	@echo "make simulate         longer seeded runs of the simulated room"
	@echo "make hardware         real devices that ARCHIVED_TEST_CHANGER, _TAPE and _BURNER name"
	@echo "make bench            ratios measured on this machine, written into docs/performance.md"
	@echo "make clean            remove what these targets made"

run:
	@scripts/prepare run
	@$(BIN)/python scripts/story.py $(if $(INPUT),"$(INPUT)") $(if $(KEEP),--keep) $(if $(ROOM),--room $(ROOM))

lint:
	@scripts/prepare test
	$(BIN)/ruff check $(CODE) $(LOOSE)
	$(BIN)/ruff format --check $(CODE) $(LOOSE)
	$(BIN)/mypy $(CODE)

# Whole files go to a worker, in their order: the slow ones, in tests/acceptance, begin first.
TESTS ?= tests
test: lint
	$(BIN)/python -m pytest -q -m "not simulate and not hardware" -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

simulate:
	@scripts/prepare test
	$(BIN)/python -m pytest -q -m simulate -n 2 tests

# What no variable names is skipped, and said; tests/hardware/real_devices.py lists them.
hardware:
	@scripts/prepare test
	$(BIN)/python -m pytest -q -rs -m hardware tests/hardware

bench:
	@scripts/prepare bench
	$(BIN)/python -m benchmarks.run

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
