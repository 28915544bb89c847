#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Trains one model on one, two and four processes by MPI, each time with as many
# points a step in all, evaluates it on them, and prints the line of each epoch:
# they come to the same.
#
#   pipelines/train-ranks.sh [RANKS...]     1 2 4 by default
set -euo pipefail
cd "$(dirname "$0")/.."
. pipelines/setup.sh

points=500000
step=16384
tile=data/tile-$points.bin
out=build/train-ranks
[ $# -gt 0 ] || set -- 1 2 4

need "to train on several processes" libopenmpi-dev openmpi-bin
use_plugin
[ -e build/plugins/ssio/gstssio-mpi.module ] ||
  die "build/ was made without MPI: meson setup --reconfigure --clearcache build"
mkdir -p "$out"
# mpirun asks for these where root starts it
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

if [ ! -e "$tile" ]; then
  say "Making a tile of $points points: $tile"
  build/data/ssio-make-tile --points "$points" "$tile"
fi
model="label=sem_class class-map=1:0,2:1,3:2,4:3,5:4,6:5,7:6,8:7
  features=x,y,z,intensity layers=64,8 threads=1 distributed=true"

# run_ranks SOURCE-PROPERTY... -- LINEAR-PROPERTY...
run_ranks() {
  local source=()
  while [ "$1" != -- ]; do
    source+=("$1")
    shift
  done
  shift
  # shellcheck disable=SC2086
  mpirun --oversubscribe --bind-to none -n "$ranks" \
    gst-launch-1.0 -v ssiosrc location="$tile" num-shards=-1 shard-index=-1 \
    "${source[@]}" ! queue ! ssiolinear $model "$@" |
    sed -n 's/.*last-message = //p'
}

for ranks; do
  weights=$out/weights-$ranks.safetensors
  say "Training on $ranks rank(s), the first epoch measures"
  run_ranks epochs=4 batch-size=$((step / ranks)) -- \
    normalize=stats train=true learning-rate=0.005 save-weights="$weights"
  say "Evaluating on $ranks rank(s)"
  run_ranks batch-size=$step -- weights="$weights"
done
