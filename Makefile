PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test quick check docs bench gpu clean

setup: .venv/installed

# The package alone, for a first look.
.venv/nalmx: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "nalmx needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.11")'
	@echo 'Installing nalmx with torch into .venv; that may take some minutes.'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --progress-bar on --disable-pip-version-check --constraint constraints.txt --editable .
	touch .venv/nalmx

.venv/installed: .venv/nalmx
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[test,check]'
	touch .venv/installed

demo: .venv/nalmx
	$(BIN)/nalmx verify expr "x1*(x2 + 1) - x1" --truth "x2*x1" --range "[-40,40]"
	$(BIN)/nalmx train-and-extract --operation mul --module nmu --interpolation-range "[1,2]"
	$(BIN)/nalmx train-and-extract --operation sub --module nau --interpolation-range "[1,2]"
	$(BIN)/nalmx train-and-extract --module pntm --task addition
	$(BIN)/nalmx report runs/mul-nmu runs/sub-nau runs/addition-pntm --output runs/demo.html --force

# A file's tests stay together: what they train and compile is trained and compiled once.
BESIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test: setup
	$(BIN)/python -m pytest -m 'not slow' $(BESIDE)

quick: setup
	$(BIN)/python -m pytest -m 'not slow and not long' $(BESIDE)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py

# A site in site/, to be opened from there or put on any server; it loads nothing from elsewhere.
docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

bench: setup
	$(BIN)/python -m pytest -m slow
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile nightly
	$(BIN)/python benchmarks/single_module_table.py
	$(BIN)/python benchmarks/single_module_speed.py
	$(BIN)/python benchmarks/training_speed.py
	$(BIN)/python benchmarks/logic_tasks.py
	$(BIN)/python benchmarks/verify_runs.py
	$(BIN)/python benchmarks/verify_speed.py
	$(BIN)/python benchmarks/verdicts.py
	$(BIN)/python benchmarks/algebra_limits.py
	$(BIN)/python benchmarks/inequalities.py
	$(BIN)/python benchmarks/fit_speed.py
	$(BIN)/python benchmarks/pntm_speed.py
	$(BIN)/python benchmarks/sequence_tasks.py
	$(BIN)/python benchmarks/sequence_tasks.py 10 gradient parity,cycle-navigation,modular-arithmetic,s3,copy,reverse,addition
	$(BIN)/python benchmarks/tasks_from_examples.py
	$(BIN)/python benchmarks/programs.py
	$(BIN)/python benchmarks/program_mutants.py

# Tests and figures of the kernels on the GPU that is here, in 8 minutes; make gpu OUT=FOLDER.
OUT ?= benchmarks/results
gpu: setup
	$(BIN)/python benchmarks/gpu.py --output $(OUT)

clean:
	rm -rf site .venv .pytest_cache .mypy_cache .ruff_cache
