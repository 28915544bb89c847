#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes a picture of a file of points with ssioscope. Without arguments, makes a
# tile, the picture of it by class that the README shows, and one of the classes
# that a small model takes its points for, after it has learned from a tenth as
# many for some seconds.
#
#   pipelines/picture.sh [FILE PICTURE.png [PROPERTY=VALUE...]]
#   pipelines/picture.sh flight.las flight.png view=perspective color-by=class
#   PREDICTIONS=out.npy pipelines/picture.sh flight.las out.png color-by=prediction
#
# In the environment, SIZE=1920x1080 is the picture's size, and PREDICTIONS the
# array that ssiolinear has written for FILE.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
. pipelines/setup.sh

size=${SIZE:-800x400}
predictions=${PREDICTIONS:+$(cd "$here" && realpath "$PREDICTIONS")}
model=("layers=64,9" "features=x,y,z,intensity")
weights=build/picture.safetensors

# draw FILE PICTURE [PROPERTY=VALUE...]: with the properties of ssioscope.
draw() {
  local pipeline=(ssiosrc location="$1"
    ${predictions:+"predictions=$predictions"} ! queue ! ssioscope "${@:3}" !
    "video/x-raw,width=${size%x*},height=${size#*x}" !
    pngenc compression-level=9 ! filesink location="$2")
  say "Making $2"
  launch --quiet "${pipeline[@]}"
}

# make_tile POINTS: where there is none.
make_tile() {
  local tile=data/tile-$1.bin
  [ ! -e "$tile" ] || return 0
  say "Making a tile: $tile"
  build/data/ssio-make-tile --points "$1" "$tile"
}

# predict FILE: writes predictions for it, of classes as they are in the file.
predict() {
  say "Training a model, and predicting"
  launch --quiet ssiosrc location=data/tile-400000.bin shuffle=points \
    batch-size=2048 epochs=9 ! queue ! ssiolinear "${model[@]}" \
    label=sem_class normalize=stats train=true learning-rate=0.005 \
    schedule=cosine save-weights="$weights"
  launch --quiet ssiosrc location="$1" ! queue ! ssiolinear "${model[@]}" \
    weights="$weights" predictions="$predictions"
}

need "to write PNG files" gstreamer1.0-plugins-good
use_plugin

if [ $# -gt 0 ]; then
  [ $# -gt 1 ] || die "which picture? ${0##*/} FILE PICTURE.png [PROPERTY=VALUE...]"
  draw "$(cd "$here" && realpath "$1")" "$(cd "$here" && realpath "$2")" "${@:3}"
  exit
fi

make_tile 4000000
make_tile 400000
predictions=
draw data/tile-4000000.bin data/tile.png view=perspective color-by=class
predictions=build/picture.npy
predict data/tile-4000000.bin
draw data/tile-4000000.bin build/prediction.png view=perspective \
  color-by=prediction
