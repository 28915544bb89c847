#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The whole benchmark: makes the tile where there is none, then measures the
# Python peer and the stream on it, or the stream alone where Python lacks
# NumPy and PyTorch. README.md says what is measured; meson calls this as
#
#   run.sh BENCH-STREAM SSIO-MAKE-TILE BUILD-DIRECTORY
#
# with the environment that leads GStreamer to the built plugin.
set -euo pipefail

bench_stream=$1
make_tile=$2
build=$3
here=$(dirname -- "$0")

json=${SSIO_BENCH_JSON:-$build/ssio-bench.json}

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"

# shellcheck source=tests/bench/python.sh
. "$here/python.sh"

check_settings
prepare_tile

if prepare_python; then
  run_python "$here/bench-python.py" --tile "$tile" \
    --bench "$bench_stream" --rounds "$rounds" --json "$json"
else
  "$bench_stream" --tile "$tile" --rounds "$rounds" --json "$json"
fi

say_what_it_means
echo "The same as JSON: $json"
