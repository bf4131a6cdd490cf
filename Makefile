# `make demo` and `make test` are all that a fresh machine needs: Python 3.11 or later, git, make and a package registry.
PYTHON ?= python3
BIN := .venv/bin
DEMO := build/demo

.PHONY: demo test test-slow lint docs peers bench bench-scale clean

demo: .venv/.ready ## pack the examples, verify the result, say where to look
	@rm -rf $(DEMO) $(DEMO).wacz && mkdir -p build
	$(BIN)/archiver pack examples/articles -o $(DEMO) --title "Examples" --created 2024-05-06T07:08:09Z
	$(BIN)/archiver verify $(DEMO)
	$(BIN)/archiver list $(DEMO)
	@echo
	@echo "The package is $(DEMO). Next: $(BIN)/archiver show $(DEMO) en-harbour-inquiry.txt"
	@echo "                              $(BIN)/archiver replay $(DEMO)"

test: .venv/.dev peers lint ## everything that has to hold before a change lands
	$(BIN)/python -m pytest --numprocesses auto --cov --cov-report=term -m "not slow"

test-slow: .venv/.dev peers build/warcit/bin/warcit ## the suites that take minutes
	$(BIN)/python -m pytest --numprocesses auto -m slow

lint: .venv/.dev ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/.dev ## write the generated pages anew
	$(BIN)/python docs/build.py

peers: ## the field's own tools, which the interoperability tests drive
	PYTHON=$(PYTHON) bash tests/tools/peers.sh

bench: .venv/.dev peers build/warcit/bin/warcit ## what packing and verifying cost, beside other tools and beside the floor
	$(BIN)/python -m benchmarks.pack_stages --write
	$(BIN)/python -m benchmarks.verify_stages --write
	$(BIN)/python -m benchmarks.bench --write

bench-scale: .venv/.dev ## time an article and peak memory at 10 thousand, 100 thousand and a million articles
	$(BIN)/python -m benchmarks.scale --write

build/warcit/bin/warcit:
	$(PYTHON) -m venv build/warcit
	build/warcit/bin/python -m pip install --quiet --disable-pip-version-check warcit==0.4.0

.venv/.ready: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.dev: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv build dist
