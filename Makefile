# make demo, make test, make check: each installs what it needs into .venv first, and works a second time.
PYTHON ?= $(shell for p in python3.13 python3.14 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null && { echo $$p; break; }; done)
export VIRTUAL_ENV := $(CURDIR)/.venv
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true
RUN := .venv/bin/python
PORT ?= 8000

.PHONY: install demo test check format bench lock sbom pictures chromium

install: .venv/.installed

.venv/.installed: requirements.txt requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.13 or newer was not found. Install it, or name it: make PYTHON=/path/to/python3.13"; exit 1; }
	test -x $(RUN) || $(PYTHON) -m venv .venv
	$(RUN) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.txt
	.venv/bin/uv pip sync -q --require-hashes requirements.txt requirements-uv.txt
	@touch $@

demo: install
	$(RUN) manage.py demo --port $(PORT)

test: install chromium
	$(RUN) -m pytest

check: install
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy .
	.venv/bin/lint-imports --no-logo
	$(RUN) manage.py makemigrations --check --dry-run
	.ci/check-deploy
	@! grep -nE '://' requirements*.txt

format: install
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: install
	@for bench in $(wildcard bench/*.py); do echo "== $$bench"; $(RUN) "$$bench" || exit 1; done

# The pictures of the docs, from the running product.
pictures: install chromium
	$(RUN) docs/take_pictures.py

# Pins with hashes and without addresses; the date in the commit says when they were made.
lock: install
	.venv/bin/uv pip compile -q --universal --python-version 3.13 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --group dev pyproject.toml -o requirements.txt
	.venv/bin/uv pip compile -q --universal --python-version 3.13 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate -c requirements.txt pyproject.toml -o requirements-run.txt

# What a release is made of (CycloneDX): a file to publish beside it. The tool is for this alone, so it is no dependency.
sbom: install
	.venv/bin/uv tool run -q --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements-run.txt --pyproject pyproject.toml --output-reproducible --output-format JSON --output-file sbom.json

# The browser tests drive the system's Chromium. Where it can be installed by name it is; elsewhere they say why they are skipped.
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
		|| echo "Chromium was not found: the browser tests will be skipped. Install it to run them (Debian: apt-get install chromium)."
