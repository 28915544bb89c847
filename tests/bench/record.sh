#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The benchmark of recording. README.md says what is measured; meson calls this
# as
#
#   record.sh BENCH-RECORD SSIO-MAKE-TILE BUILD-DIRECTORY
#
# with the environment that leads GStreamer to the built plugin.
set -euo pipefail

bench_record=$1
make_tile=$2
build=$3
here=$(dirname -- "$0")

json=${SSIO_BENCH_RECORD_JSON:-$build/ssio-bench-record.json}

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"

folder=
memory=

clean_up() {
  if [[ -n $folder ]]; then
    rm -rf -- "$folder"
  fi
  if [[ -n $memory ]]; then
    rm -rf -- "$memory"
  fi
}

# As much as two recordings are in memory then.
has_memory() {
  local free

  free=$(df --output=avail -B1 /dev/shm 2>/dev/null | tail -n 1) &&
    ((free > 3 * points * point_size))
}

check_settings
prepare_tile
trap clean_up EXIT
folder=$(mktemp -d -p "${SSIO_BENCH_FOLDER:-$build}" ssio-bench-XXXXXX)
options=(--tile "$tile" --folder "$folder" --rounds "$rounds" --json "$json")
if has_memory; then
  memory=$(mktemp -d -p /dev/shm ssio-bench-XXXXXX)
  options+=(--memory "$memory")
else
  echo "No room in /dev/shm: recording to the disk alone"
fi

"$bench_record" "${options[@]}"

say_what_it_means
echo "The same as JSON: $json"
