#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a bare Debian 12 to a result: installs what is missing, builds the
# plugin, makes a tile of points and runs the main pipeline over it. Needs no
# GPU. The second time it only runs.
#
#   pipelines/quickstart.sh [POINTS]      2,000,000 points where none are given
set -euo pipefail
cd "$(dirname "$0")/.."
. pipelines/setup.sh

points=${1:-2000000}
tile=data/tile-$points.bin

use_plugin

if [ ! -e "$tile" ]; then
  say "Making a tile of $points points: $tile"
  build/data/ssio-make-tile --points "$points" "$tile"
fi

say "Running 3 epochs of 6 inputs, 64 hidden units, 3 outputs, random weights"
launch -v ssiosrc location="$tile" epochs=3 ! queue ! ssiocudaupload ! ssiolinear

cat <<'TEXT'

Each "last-message" line above is an epoch: the points that were read, the time
they took, and the mean of each of the model's outputs. A warning that batches
stay in system memory means that there is no CUDA device: the CPU computes.

Next, in this shell:
  export GST_PLUGIN_PATH=$PWD/build/plugins
  gst-inspect-1.0 ssiosrc
TEXT
