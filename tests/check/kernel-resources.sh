#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows what ptxas says of the CUDA kernels on sm_90, and fails where one has a
# stack frame or spills registers.
#
#   kernel-resources.sh NVCC SOURCE
set -eu
report=$("$1" -cubin -arch=sm_90 -Xptxas=-v -o /dev/null "$2" 2>&1) || {
  printf '%s\n' "$report"
  exit 1
}
printf '%s\n' "$report" | awk '
  /Compiling entry function/ { split($0, quoted, "\047"); name = quoted[2] }
  /bytes stack frame/ {
    n++
    frame = $1; stores = $5; loads = $9
    if (frame + stores + loads > 0)
      bad++
  }
  /Used [0-9]+ registers/ {
    match($0, /Used [0-9]+/)
    printf "%-24s %3d registers, %d bytes of stack, %d stored and %d loaded as spills\n",
      name, substr($0, RSTART + 5, RLENGTH - 5), frame, stores, loads
  }
  END {
    printf "%d kernels, %d with a stack frame or spills\n", n, bad
    exit n == 0 || bad > 0
  }'
