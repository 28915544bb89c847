#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Trains two models with ssiolinear, one after the other, in some seconds each:
# ground or not on real airborne LiDAR, where there is some, and eight classes
# on a generated tile. Each is trained, saved, and run over all points to
# predict their classes. What is interrupted goes on when the script runs again.
#
#   pipelines/train-ground.sh [--torch] [FOLDER]
#
# FOLDER has autzen_trim.las; SSIO_REAL_DATA where none is given. --torch has
# PyTorch train the same models after that, to compare. A picture of what was
# predicted:
#
#   PREDICTIONS=build/train-ground/classes.npy pipelines/picture.sh \
#     data/tile-500000.bin classes.png color-by=prediction
set -euo pipefail
cd "$(dirname "$0")/.."
. pipelines/setup.sh

torch=
if [ "${1:-}" = --torch ]; then
  torch=yes
  shift
fi
real=${1:-${SSIO_REAL_DATA:-}}
las=$real/autzen_trim.las
points=500000
tile=data/tile-$points.bin
out=build/train-ground

use_plugin
mkdir -p "$out"

# launch_epochs WORD...: as launch, but keeps the line of each epoch and what
# went wrong.
launch_epochs() {
  show_launch -v "$@"
  gst-launch-1.0 -v "$@" 2>&1 |
    sed -n 's/.*last-message = //p; /^ERROR/,/^$/p; /^WARNING/,/^$/p'
}

# learn NAME FILE MODEL RATE BATCH EPOCHS SETTING...: trains and predicts.
learn() {
  local name=$1 file=$2 layers=$3 rate=$4 batch=$5 epochs=$6
  shift 6
  local model=(layers="$layers" "$@")

  say "Training $name: layers $layers, $epochs epochs, the first one measures"
  launch_epochs ssiosrc location="$file" shuffle=points batch-size="$batch" \
    epochs="$epochs" ! queue ! ssiolinear "${model[@]}" normalize=stats \
    train=true learning-rate="$rate" schedule=cosine \
    save-weights="$out/$name.safetensors" checkpoint="$out/$name.checkpoint"
  rm -f "$out/$name.checkpoint"

  say "Predicting: $out/$name.npy has the class of each point"
  launch_epochs ssiosrc location="$file" ! queue ! ssiolinear "${model[@]}" \
    weights="$out/$name.safetensors" predictions="$out/$name.npy"

  if [ -n "$torch" ]; then
    say "The same in PyTorch"
    need "to train in PyTorch" python3-numpy python3-torch libopenblas0-openmp
    /usr/bin/python3 pipelines/train-ground.py "$file" "$layers" "$rate" \
      "$batch" "$((epochs - 1))"
  fi
}

if [ -e "$las" ]; then
  learn ground "$las" 128,64,2 0.005 1000 41 \
    label=classification class-map=1:0,2:1 \
    features=x,y,z,intensity,return_number,number_of_returns
else
  say "Skipped: ground on real data, since there is no ${real:-FOLDER}/autzen_trim.las"
fi

if [ ! -e "$tile" ]; then
  say "Making a tile of $points points: $tile"
  build/data/ssio-make-tile --points "$points" "$tile"
fi
learn classes "$tile" 128,64,8 0.005 2048 16 \
  label=sem_class class-map=1:0,2:1,3:2,4:3,5:4,6:5,7:6,8:7 \
  features=x,y,z,intensity
