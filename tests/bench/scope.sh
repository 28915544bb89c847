#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The benchmark of pictures. README.md says what is measured; meson calls this
# as
#
#   scope.sh BENCH-SCOPE SSIO-MAKE-TILE BUILD-DIRECTORY
#
# with the environment that leads GStreamer to the built plugin.
set -euo pipefail

bench_scope=$1
make_tile=$2
build=$3
here=$(dirname -- "$0")

json=${SSIO_BENCH_SCOPE_JSON:-$build/ssio-bench-scope.json}
default_points=13000000

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"

check_settings
prepare_tile
"$bench_scope" --tile "$tile" --rounds "$rounds" --json "$json"
if ((points < default_points)); then
  echo "$points points are few: figures of so few pictures mean little."
fi
echo "The same as JSON: $json"
