#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes a picture of a file of points with ssioscope. Without arguments, makes a
# tile and the picture of it that the README shows.
#
#   pipelines/picture.sh [FILE PICTURE.png [PROPERTY=VALUE...]]
#   pipelines/picture.sh flight.las flight.png view=perspective color-by=class
#
# SIZE=1920x1080 in the environment is the picture's size.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
. pipelines/setup.sh

size=${SIZE:-800x400}
file=data/tile-4000000.bin
picture=data/tile.png
properties=(view=perspective color-by=class)
if [ $# -gt 0 ]; then
  [ $# -gt 1 ] || die "which picture? ${0##*/} FILE PICTURE.png [PROPERTY=VALUE...]"
  file=$(cd "$here" && realpath "$1")
  picture=$(cd "$here" && realpath "$2")
  properties=("${@:3}")
fi

need "to write PNG files" gstreamer1.0-plugins-good
use_plugin

if [ $# = 0 ] && [ ! -e "$file" ]; then
  say "Making a tile: $file"
  build/data/ssio-make-tile --points 4000000 "$file"
fi

pipeline=(ssiosrc location="$file" ! queue ! ssioscope "${properties[@]}" !
  "video/x-raw,width=${size%x*},height=${size#*x}" !
  pngenc compression-level=9 ! filesink location="$picture")
say "Making $picture"
launch --quiet "${pipeline[@]}"
