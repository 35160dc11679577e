PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test soak check docs audit benchmark lock clean

# Speaks a sentence, saves it, plays it back: real services on free ports, nothing else needed.
demo: $(VENV)/demo.stamp
	$(BIN)/audiolib demo

# Every test, with its own SeaweedFS and MongoDB-wire server on free ports.
test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --cov --cov-report=term

# The long runs, their figures beside their goals; an hour or so.
soak: $(VENV)/dev.stamp
	$(BIN)/python -m tests.stress

# Format, lint, types, layers.
check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	! grep -n '://' requirements/*.txt

# Writes docs/configuration.md and docs/reference.md anew from the declarations.
docs: $(VENV)/dev.stamp
	$(BIN)/python -m audiolib.entrypoints.config.documentation > docs/configuration.md
	$(BIN)/python -m audiolib.entrypoints.http.reference > docs/reference.md

# Known holes in what we install; asks the Python package index.
audit: $(VENV)/dev.stamp
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements/demo.txt

benchmark: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.reconcile
	$(BIN)/python -m benchmarks.gateway

# Writes the locked requirements anew; needs uv.
lock:
	uv pip compile -q --no-strip-extras pyproject.toml --extra server --extra speech --extra build --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements/demo.txt
	uv pip compile -q --no-strip-extras pyproject.toml --extra dev --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements/dev.txt
	! grep -n '://' requirements/*.txt

clean:
	rm -rf $(VENV) data/demo

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/%.stamp: requirements/%.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
