#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The CUDA benchmark: makes the tile where there is none, then measures the
# pipeline, and training, and their Python peers on a CUDA device, or without
# the peers where Python lacks NumPy and PyTorch with CUDA. README.md says what
# is measured.
#
#   cuda.sh BENCH-CUDA BENCH-TRAIN SSIO-MAKE-TILE DIRECTORY
#   cuda.sh --bundle DIRECTORY
#
# The first is how meson calls this, with the environment that leads GStreamer
# to the built plugin; tile and figures go to the directory, the build's. The
# second runs what tests/gpu-bundle.sh made, there. Exits with 77 where there
# is no device.
set -euo pipefail

here=$(cd "$(dirname -- "$0")" && pwd)
library_path=${LD_LIBRARY_PATH-}
if [[ ${1-} == --bundle && $# == 2 ]]; then
  build=$(cd "$2" && pwd)
  bench_cuda=$build/bin/bench-cuda
  bench_train=$build/bin/bench-train
  make_tile=$build/bin/ssio-make-tile
  # shellcheck source=/dev/null
  . "$build/env.sh"
elif [[ $# == 4 && $1 != --* ]]; then
  bench_cuda=$1
  bench_train=$2
  make_tile=$3
  build=$4
else
  sed -n '4,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
# a bundle's libraries are for its own programs: Python has others
own_library_path=${LD_LIBRARY_PATH-}
export LD_LIBRARY_PATH=$library_path
json=${SSIO_BENCH_CUDA_JSON:-$build/ssio-bench-cuda.json}
train_json=${SSIO_BENCH_TRAIN_CUDA_JSON:-$build/ssio-bench-train-cuda.json}

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"

own() {
  LD_LIBRARY_PATH=$own_library_path "$@"
}

# Sets python to the first Python that can run the peers.
find_python() {
  for python in python3 /usr/bin/python3; do
    if "$python" "$here/bench-cuda-python.py" --check >/dev/null 2>&1; then
      return 0
    fi
  done
  return 1
}

check_settings
own "$bench_cuda" --check
own prepare_tile
measure=(--tile "$tile" --rounds "$rounds")
if find_python; then
  "$python" "$here/bench-cuda-python.py" "${measure[@]}" --json "$json" -- \
    env LD_LIBRARY_PATH="$own_library_path" "$bench_cuda"
  "$python" "$here/bench-train-python.py" "${measure[@]}" --device cuda \
    --json "$train_json" -- \
    env LD_LIBRARY_PATH="$own_library_path" "$bench_train" --device 0
else
  echo "No Python with NumPy and PyTorch that has CUDA: the pipeline alone," \
    "without d and e, and training without PyTorch's"
  own "$bench_cuda" "${measure[@]}" --json "$json"
  own "$bench_train" "${measure[@]}" --device 0 --json "$train_json"
fi
say_what_it_means
echo "The same as JSON: $json $train_json"
