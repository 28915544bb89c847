#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The benchmark of several ranks: makes the tile where there is none, then
# measures two processes of mpirun against one. README.md says what is measured;
# meson calls this as
#
#   ranks.sh BENCH-RANKS SSIO-MAKE-TILE BUILD-DIRECTORY
#
# with the environment that leads GStreamer to the built plugin. Exits with 77
# where there is no MPI.
set -euo pipefail

bench_ranks=$1
make_tile=$2
build=$3
here=$(dirname -- "$0")

json=${SSIO_BENCH_RANKS_JSON:-$build/ssio-bench-ranks.json}
default_rounds=3

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"

skip() {
  echo "Skipped: $*"
  exit 77
}

check_settings
mpirun=$(command -v mpirun) || skip "no mpirun (openmpi-bin)"
[[ -e $build/plugins/ssio/gstssio-mpi.module ]] ||
  skip "a build without MPI (libopenmpi-dev)"
prepare_tile
"$bench_ranks" --mpirun "$mpirun" --tile "$tile" --rounds "$rounds" \
  --json "$json"
say_what_it_means
echo "The same as JSON: $json"
