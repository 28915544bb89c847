#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The benchmark of training: makes the tile where there is none, then measures
# the pipeline and PyTorch's loop on it, or the pipeline alone where Python
# lacks NumPy and PyTorch. README.md says what is measured; meson calls this as
#
#   train.sh BENCH-TRAIN SSIO-MAKE-TILE BUILD-DIRECTORY
#
# with the environment that leads GStreamer to the built plugin.
set -euo pipefail

bench_train=$1
make_tile=$2
build=$3
here=$(dirname -- "$0")

json=${SSIO_BENCH_TRAIN_JSON:-$build/ssio-bench-train.json}
default_rounds=3

# shellcheck source=tests/bench/tile.sh
. "$here/tile.sh"
# shellcheck source=tests/bench/python.sh
. "$here/python.sh"

check_settings
prepare_tile
if prepare_python; then
  run_python "$here/bench-train-python.py" --tile "$tile" \
    --rounds "$rounds" --json "$json" -- "$bench_train"
else
  "$bench_train" --tile "$tile" --rounds "$rounds" --json "$json"
fi
say_what_it_means
echo "The same as JSON: $json"
