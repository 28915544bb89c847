#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the examples of pipelines/ as their users do, and checks what they say.
# What needs plugins of other sets than GStreamer's base is left out where those
# are not installed.
#
#   tests/examples.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. pipelines/setup.sh

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# expect PATTERN COMMAND...: its output has a line like that.
expect() {
  local pattern=$1
  shift
  "$@" >"$folder/log" 2>&1 || { cat "$folder/log"; die "$1 failed"; }
  grep -Eq -- "$pattern" "$folder/log" || {
    cat "$folder/log"
    die "$1: expected a line like \"$pattern\""
  }
  echo "$1: ok"
}

# expect_to_learn COMMAND...: three epochs of all points, whose loss falls.
expect_to_learn() {
  expect '^epoch 2: ' "$@"
  awk -v points=100000 '
    /^epoch / { n++; if ($0 !~ points) exit 1
                if (n > 1 && $NF >= loss) exit 1
                loss = $NF }
    END { exit n != 3 }' "$folder/log" || {
    cat "$folder/log"
    die "$1: expected three epochs of 100000 points, whose loss falls"
  }
}

need "for the examples" gstreamer1.0-plugins-base python3-gi \
  gir1.2-gstreamer-1.0 python3-numpy
use_plugin
python=/usr/bin/python3 # Debian's has Debian's modules
[ -x "$python" ] || python=python3

rm -rf build/sweeps build/tiles
expect '1000000 points in 4 batches' pipelines/convert.sh
expect '3900000 of 3900000 points were recorded' pipelines/replay.sh
expect '3900000 points in 30 batches' pipelines/replay.sh
build/data/ssio-make-tile --points 100000 "$folder/tile.npy"
for loop in build/pipelines/ssio-epochs "$python pipelines/epochs.py"; do
  # shellcheck disable=SC2086
  expect_to_learn $loop --epochs 3 --batch-size 10001 "$folder/tile.npy"
done
expect 'epoch 0: 500000 points .* accuracy 9[0-9]' pipelines/train-ground.sh
if gst-inspect-1.0 pngenc >/dev/null 2>&1; then
  expect 'Making' pipelines/picture.sh "$folder/tile.npy" "$folder/tile.png"
  [ "$(head -c 4 "$folder/tile.png" | tail -c 3)" = PNG ] ||
    die "picture.sh: expected a PNG file"
  # of what train-ground.sh has predicted
  PREDICTIONS=build/train-ground/classes.npy expect 'color-by=prediction' \
    pipelines/picture.sh data/tile-500000.bin "$folder/tile.png" \
    color-by=prediction
else
  echo "skipped: pipelines/picture.sh needs pngenc, of gstreamer1.0-plugins-good"
fi
if gst-inspect-1.0 pcapparse >/dev/null 2>&1; then
  expect 'points in [0-9]+ batches' pipelines/velodyne.sh 2
else
  echo "skipped: pipelines/velodyne.sh needs pcapparse, of gstreamer1.0-plugins-bad"
fi
