#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Trains one model on one, two and four processes by MPI, each time with as many
# points a step in all, and prints the line of each epoch: they come to the
# same.
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

need_to_build
need "to train on several processes" libopenmpi-dev openmpi-bin
say "Building into build/"
build build -Dintrospection=disabled
[ -e build/plugins/ssio/gstssio-mpi.module ] ||
  die "build/ was made without MPI: meson setup --reconfigure --clearcache build"
mkdir -p "$out"
export GST_PLUGIN_PATH=$PWD/build/plugins
export GST_REGISTRY=$PWD/build/registry.bin
# mpirun asks for these where root starts it
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

if [ ! -e "$tile" ]; then
  say "Making a tile of $points points: $tile"
  build/data/ssio-make-tile --points "$points" "$tile"
fi
for ranks; do
  say "Training on $ranks rank(s), the first epoch measures"
  mpirun --oversubscribe --bind-to none -n "$ranks" \
    gst-launch-1.0 -v ssiosrc location="$tile" epochs=4 \
    batch-size=$((step / ranks)) num-shards=-1 shard-index=-1 ! queue ! \
    ssiolinear label=sem_class class-map=1:0,2:1,3:2,4:3,5:4,6:5,7:6,8:7 \
    features=x,y,z,intensity normalize=stats layers=64,8 train=true \
    distributed=true learning-rate=0.005 threads=1 \
    save-weights="$out/weights-$ranks.safetensors" |
    sed -n 's/.*last-message = //p'
done
