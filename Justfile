# Run these through ./just, which first sets up what they need; `just` alone works once that is done.
# Every recipe of this file that needs more than making music does stands in the list of `level_for` in ./just.

set positional-arguments

here := justfile_directory() / ".venv/bin"
export PATH := here + ":" + env("PATH") # not for sideman itself, which tells people how they can call it from outside

# List the recipes
@default:
    just --justfile {{ quote(justfile()) }} --list --unsorted

# Make a take from a sentence: generate "trap beat with 808 bass 140 BPM" [--bars N] [--out DIR] …
[no-cd, no-exit-message]
@generate *words:
    PATH={{ quote(env("PATH")) }} exec {{ quote(here) }}/sideman generate "$@"

# Run the checkout's command line: sideman ARGS…
[no-cd, no-exit-message]
@sideman *words:
    PATH={{ quote(env("PATH")) }} exec {{ quote(here) }}/sideman "$@"

# Set up (or check and repair) what making music needs
@setup:
    sideman --version

# Set up (or check and repair) what testing needs as well
@setup-test:
    sideman --version

# Run every test but the benchmarks, two files at a time: test [PYTEST ARGS…]
test *words:
    pytest --ignore=tests/bench --numprocesses=2 --dist=loadfile "$@"

# Run the tests that take seconds: test-unit [PYTEST ARGS…]
test-unit *words:
    pytest tests/unit "$@"

# Measure speed and memory: bench [PYTEST ARGS…]
bench *words:
    pytest tests/bench -s "$@"

# Measure how fast the bridge works in the real editor: bench-ardour [PYTEST ARGS…]
bench-ardour *words:
    pytest tests/bench/bench_ardour.py -s "$@"

# Measure how well the composer meets requests, how musical, various and fast it is: bench-composer [PYTEST ARGS…]
bench-composer *words:
    pytest tests/bench/bench_composer.py tests/bench/bench_generate.py -s "$@"

# Apply a thousand change sets drawn by chance to the real editor and undo each: soak-ardour [PYTEST ARGS…]
soak-ardour *words:
    RANDOM_CHANGES=1000 pytest tests/acceptance/test_random_changes.py -s "$@"

# Check style, types, shell scripts and that no lock names a host
lint:
    ruff check .
    ruff format --check .
    mypy
    shellcheck just .ci/run
    grep -nE '[a-z]+://' requirements/*.txt tests/conformance/package-lock.json; test $? -eq 1 # 1: all read, none found

# Write the generated pages of the documentation
docs:
    python docs/generate.py

# Run the linter before each commit from now on
pre-commit:
    pre-commit install

# Rewrite the Python files in the house format
format:
    ruff format .
    ruff check --fix .

# Write the locks from pyproject.toml and tests/conformance/package.json: lock [--upgrade]
lock *words: && strip-funding
    pip install --quiet uv
    uv pip compile "$@" --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --extra dev --group checkout --output-file requirements/test.txt pyproject.toml
    uv pip compile "$@" --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --group checkout --constraint requirements/test.txt --output-file requirements/run.txt pyproject.toml
    cd tests/conformance && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

# The funding links in npm's lock name hosts and serve no installation
[private]
strip-funding:
    #!/usr/bin/env python3
    import json
    from pathlib import Path
    path = Path("tests/conformance/package-lock.json")
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")
