#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The benchmark of conversions. README.md says what is measured; meson calls
# this as
#
#   convert.sh BENCH-CONVERT SSIO-MAKE-TILE BUILD-DIRECTORY
#
# with the environment that leads GStreamer to the built plugin.
set -euo pipefail

bench_convert=$1
make_tile=$2
build=$3
here=$(dirname -- "$0")

json=${SSIO_BENCH_CONVERT_JSON:-$build/ssio-bench-convert.json}
default_points=4000000

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"

check_settings
prepare_tile
"$bench_convert" --tile "$tile" --points "$points" --rounds "$rounds" \
  --json "$json"

if ((points < default_points)); then
  echo "$points points are too few: this run shows that the benchmark works," \
    "and its figures mean nothing."
fi
echo "The same as JSON: $json"
