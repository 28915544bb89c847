#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The benchmark of data sets: formats, orders, a file larger than memory, many
# files, shards. README.md says what is measured; meson calls this as
#
#   datasets.sh BENCH-DATASETS SSIO-MAKE-TILE BUILD-DIRECTORY
#
# with the environment that leads GStreamer to the built plugin. The memory
# limit needs root, and is left out without.
set -euo pipefail

bench_datasets=$1
make_tile=$2
build=$3
here=$(dirname -- "$0")

json=${SSIO_BENCH_DATASETS_JSON:-$build/ssio-bench-datasets.json}
default_points=4000000
default_rounds=3

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"

folder=
cgroup=

clean_up() {
  if [[ -n $folder ]]; then
    rm -rf -- "$folder"
  fi
  if [[ -n $cgroup ]]; then
    rmdir -- "$cgroup" || true
  fi
}

# Sets cgroup to a new one of so many bytes of memory: of version 2, or of
# version 1. Leaves the machine's settings as they are.
make_cgroup() {
  local bytes=$1
  local root file

  for root in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/memory; do
    cgroup=$root/ssio-bench-$$
    mkdir -- "$cgroup" 2>/dev/null || continue
    for file in memory.max memory.limit_in_bytes; do
      if [[ -e $cgroup/$file ]] &&
        echo "$bytes" 2>/dev/null >"$cgroup/$file"; then
        return 0
      fi
    done
    rmdir -- "$cgroup"
  done
  cgroup=
  return 1
}

check_settings
prepare_tile
trap clean_up EXIT
folder=$(mktemp -d -p "${SSIO_BENCH_FOLDER:-$build}" ssio-bench-XXXXXX)

# The large file is four times as large as the limit, 1 GiB with all points.
limit=$((points * 68 >> 20))
limit=$((limit < 64 ? 64 : limit > 256 ? 256 : limit))
options=(--tile "$tile" --folder "$folder" --rounds "$rounds" --json "$json"
  --limit "$limit")
if make_cgroup $((limit << 20)); then
  options+=(--cgroup "$cgroup")
else
  echo "No cgroup with a limit for memory (it needs root): the large file" \
    "without one"
fi
if command -v fio >/dev/null || install_packages "cold reads" fio; then
  options+=(--fio)
else
  echo "No fio: cold reads without what they are compared with"
fi

"$bench_datasets" "${options[@]}"

if ((points < default_points)); then
  echo "$points points are too few: this run shows that the benchmark works," \
    "and its figures mean nothing."
fi
echo "The same as JSON: $json"
