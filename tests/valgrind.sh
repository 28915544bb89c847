#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the main pipeline over a small tile under valgrind: no error, no leak.
#
#   tests/valgrind.sh BUILD_DIRECTORY
set -euo pipefail
build=$(cd "$1" && pwd)
tile=$build/valgrind.bin
"$build/data/ssio-make-tile" --points 20001 "$tile"

export GST_PLUGIN_PATH=$build/plugins
export GST_REGISTRY=$build/valgrind-registry.bin
export GST_REGISTRY_FORK=no
export G_SLICE=always-malloc
# what the registry allocates stays, and is none of ours
gst-inspect-1.0 ssiosrc >/dev/null

suppressions=("--suppressions=$(dirname "$0")/valgrind.supp")
glib=/usr/share/glib-2.0/valgrind/glib.supp
[ ! -e "$glib" ] || suppressions+=("--suppressions=$glib")
# valgrind knows no cachestat(), as Linux before 6.5, and says so: what is asked
# there instead has its test here
for settings in io-mode=mmap io-mode=read shuffle=batches; do
  valgrind --quiet --error-exitcode=9 --leak-check=full \
    --errors-for-leak-kinds=definite --show-leak-kinds=definite \
    "${suppressions[@]}" \
    gst-launch-1.0 -q ssiosrc location="$tile" batch-size=4096 epochs=2 \
    $settings ! queue ! ssiocudaupload ! ssiolinear threads=2
  echo "valgrind: $settings: no error, no leak"
done
