#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the tests of CUDA with NVIDIA's driver: as they are, and under
# compute-sanitizer's memcheck and racecheck where it is found.
#
#   tests/gpu.sh [DIRECTORY]   meson's build directory (build), or a folder that
#                              tests/gpu-bundle.sh made
#
# Exits with 77 where there is no device.
set -euo pipefail

here=$(cd "$(dirname -- "$0")" && pwd)
directory=$(cd "${1:-$here/../build}" && pwd)
# seconds for a program, which a sanitizer makes many times slower
limit=${SSIO_GPU_TIMEOUT:-300}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
passed=0
failed=0

fail() {
  echo "gpu.sh: $*" >&2
  exit 1
}

# Programs of the bundle have libraries of their own, Python does not.
library_path=${LD_LIBRARY_PATH-}
if [[ -e $directory/env.sh ]]; then
  # shellcheck source=/dev/null
  . "$directory/env.sh"
  programs=$directory/bin
  bench_cuda=$programs/bench-cuda
  make_tile=$programs/ssio-make-tile
else
  programs=$directory/tests/check
  bench_cuda=$directory/tests/bench/bench-cuda
  make_tile=$directory/data/ssio-make-tile
  export GST_PLUGIN_SYSTEM_PATH_1_0=$programs/system-plugins
  export GST_PLUGIN_PATH_1_0=$directory/plugins
fi
# cuBLASLt, which wide models need, may be nowhere else
LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/cuda/lib64
own_library_path=$LD_LIBRARY_PATH
export LD_LIBRARY_PATH=$library_path

# As in tests/check/meson.build, but that tests of CUDA find the real driver:
# they overlook a library that is named. Those of doing without have no driver.
export SSIO_CHECK_CUDA=real
export GST_SSIO_CUDA_LIBRARY=/no-driver
export GST_STATE_IGNORE_ELEMENTS=
export GST_REGISTRY_FORK=no
export GST_REGISTRY_1_0=$work/registry.bin
export CK_DEFAULT_TIMEOUT=$limit
export SSIO_CHECK_MAKE_TILE=$make_tile
export SSIO_CHECK_ORACLE=$here/check/oracle.py
export SSIO_CHECK_PYTHON=

own() {
  LD_LIBRARY_PATH=$own_library_path "$@"
}

# A Python with NumPy is an oracle for some tests.
find_oracle() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import numpy' 2>/dev/null; then
      printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$library_path" \
        "$python" >"$work/python"
      chmod +x "$work/python"
      export SSIO_CHECK_PYTHON=$work/python
      return
    fi
  done
}

find_sanitizer() {
  local candidate
  for candidate in compute-sanitizer /usr/local/cuda/bin/compute-sanitizer; do
    if sanitizer=$(command -v "$candidate"); then
      return
    fi
  done
  sanitizer=
}

# check NAME WRAPPER...: runs all programs, each by the wrapper.
check() {
  local name=$1 program log status
  shift
  echo "== $name"
  for program in "${checks[@]}"; do
    log=$work/$(basename -- "$program").log
    status=0
    own timeout --kill-after=10 "$limit" "$@" "$program" >"$log" 2>&1 ||
      status=$?
    if [[ $status == 0 ]]; then
      passed=$((passed + 1))
      echo "ok: $(basename -- "$program"): $(grep '%: Checks' "$log" || true)"
    else
      failed=$((failed + 1))
      echo "FAILED ($status): $(basename -- "$program")"
      tail -n 60 -- "$log"
    fi
    cat -- "$log" >>"$work/all.log"
  done
}

# sanitize TOOL: all tests of a program in one process, which the tool watches.
# Calls that are meant to fail are no errors.
sanitize() {
  CK_FORK=no check "$1" "$sanitizer" --tool "$1" --report-api-errors no \
    --error-exitcode 9
}

[[ -x $bench_cuda ]] || fail "$bench_cuda is missing: build first"
own env -u GST_SSIO_CUDA_LIBRARY "$bench_cuda" --check
checks=()
for program in "$programs"/check_cuda_* "$programs"/check_elements_*cuda* \
  "$programs"/check_linear_*cuda*; do
  [[ ! -f $program || ! -x $program ]] || checks+=("$program")
done
[[ ${#checks[@]} -gt 0 ]] || fail "no tests in $programs"
find_oracle
find_sanitizer

check "the driver"
if [[ -n $sanitizer ]]; then
  sanitize memcheck
  sanitize racecheck
else
  echo "skipped: memcheck and racecheck: there is no compute-sanitizer"
fi
grep -h '^skipped: ' "$work/all.log" | sort | uniq -c || true
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[[ $failed == 0 ]]
