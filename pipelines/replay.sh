#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Plays recorded sweeps as the sensor gave them: ten a second, through a model
# that takes each one when it is due, in the time that the recording took. First
# it records some, with the example application capture.c.
#
#   pipelines/replay.sh [FOLDER]      sweep-*.bin and their sidecars
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
. pipelines/setup.sh

points_a_sweep=130000
sweeps_a_second=10

need "for appsrc" gstreamer1.0-plugins-base
use_plugin

if [ $# -gt 0 ]; then
  folder=$(cd "$here" && realpath "$1")
else
  folder=$PWD/build/sweeps
  if [ ! -e "$folder" ]; then
    say "Recording 3 seconds of a simulated LiDAR into build/sweeps/"
    [ -x build/pipelines/ssio-capture ] ||
      die "build/ has no examples, since it is older than gstreamer-app-1.0 here: remove it"
    mkdir -p "$folder"
    build/pipelines/ssio-capture --seconds 3 --sweeps-per-file 10 "$folder"
  fi
fi

say "Playing them"
launch -v ssiosrc location="$folder/sweep-*.bin" \
  batch-size=$points_a_sweep rate=$sweeps_a_second rate-unit=batches ! \
  queue max-size-time=0 max-size-bytes=0 max-size-buffers=4 ! \
  ssiolinear features=x,y,z,intensity sync=true
