#!/bin/sh
# Remakes the hashed locks (a maintainer's tool: needs uv). No download address is written.
set -e
cd "$(dirname "$0")/.."
o="--generate-hashes --universal --no-annotate --no-header --quiet --python-version 3.11"
uv pip compile pyproject.toml --group build $o -o requirements.lock "$@"
uv pip compile pyproject.toml --group dev -c requirements.lock $o -o requirements-dev.lock "$@"
