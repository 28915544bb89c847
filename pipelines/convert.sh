#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes one file of records out of many tiles, with the fields that a model
# wants: PLY, LAS, PCD or .npy in, .bin with a sidecar out, which streams faster
# than any of them and needs no layout property. Without arguments, it makes two
# PLY tiles and takes those.
#
#   pipelines/convert.sh [TILES OUT.bin [FIELDS]]
#   pipelines/convert.sh 'tiles/*.ply' all.bin x:f4,y:f4,z:f4,sem_class:u1
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
. pipelines/setup.sh

tiles="$PWD/build/tiles/*.ply"
out=$PWD/build/tiles/all.bin
fields=${3:-x:f4,y:f4,z:f4,intensity:f4,sem_class:u1}

use_plugin

if [ $# = 0 ]; then
  mkdir -p build/tiles
  for seed in 1 2; do
    [ ! -e build/tiles/tile-$seed.ply ] || continue
    say "Making a PLY tile: build/tiles/tile-$seed.ply"
    build/data/ssio-make-tile --points 500000 --seed $seed build/tiles/tile.bin
    launch --quiet ssiosrc location=build/tiles/tile.bin ! \
      ssiosink location=build/tiles/tile-$seed.ply
    rm build/tiles/tile.bin
  done
elif [ $# = 1 ]; then
  die "which file is to be written? ${0##*/} TILES OUT.bin [FIELDS]"
else
  case $1 in
    /*) tiles=$1 ;;
    *) tiles=$here/$1 ;;
  esac
  out=$(cd "$here" && realpath "$2")
fi

say "Converting"
# values that a narrower type cannot hold saturate
launch --quiet ssiosrc location="$tiles" ! queue ! \
  ssioconvert fields="$fields" lossy=true ! ssiosink location="$out"
ls -l "$out"
cat "$out.json"

say "Reading it"
launch -v ssiosrc location="$out" ! queue ! ssiolinear | grep last-message
