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
bench_python=$here/bench-python.py

json=${SSIO_BENCH_JSON:-$build/ssio-bench.json}
packages=(python3-numpy python3-torch libopenblas0-openmp)

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"

# PyTorch's threads are OpenMP's. On Debian's OpenBLAS with threads of its own,
# which Debian prefers where both are there, the peer is a sixth slower.
run_python() {
  local openmp=(/usr/lib/*/openblas-openmp)

  LD_LIBRARY_PATH="${openmp[0]}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
    "$python" "$bench_python" "$@"
}

# Sets python to the first Python that can run the peer, and blas to what it
# multiplies matrices with.
find_python() {
  for python in python3 /usr/bin/python3; do
    if blas=$(run_python --check 2>/dev/null); then
      return 0
    fi
  done
  python=
  return 1
}

check_settings
prepare_tile

# A peer must not be held back by a setting for older BLAS, or by one for
# fewer threads.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS
unset OMP_NUM_THREADS MKL_NUM_THREADS

if ! find_python || [[ $blas == "OpenBLAS, pthreads" ]]; then
  install_packages "the Python peer" "${packages[@]}" || true
  find_python || true
fi
if [[ -n $python ]]; then
  run_python --tile "$tile" --bench "$bench_stream" --rounds "$rounds" \
    --json "$json"
else
  echo "No Python with NumPy, PyTorch and a fast BLAS (Debian:" \
    "${packages[*]}): the stream alone, without its Python peer"
  "$bench_stream" --tile "$tile" --rounds "$rounds" --json "$json"
fi

say_what_it_means
echo "The same as JSON: $json"
