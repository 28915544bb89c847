#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes a folder with this build and what it needs of GStreamer, so that tests
# and benchmarks run on a machine with a GPU that has neither GStreamer nor a
# way to install it. That machine needs bash and a glibc no older than this
# one's; NVIDIA's driver and glibc are not in the folder.
#
#   tests/gpu-bundle.sh DEST [BUILD]        BUILD: meson's directory (build)
#
# There:
#   DEST/tests/gpu.sh DEST                  tests/gpu.sh
#   DEST/tests/bench/cuda.sh --bundle DEST  the CUDA benchmark
#   . DEST/env.sh                           for gst-launch-1.0 and others
set -euo pipefail

if [[ $# -lt 1 || $# -gt 2 || $1 == -* ]]; then
  sed -n '3,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
here=$(cd "$(dirname -- "$0")" && pwd)
dest=$1
build=${2:-$here/../build}

fail() {
  echo "gpu-bundle.sh: $*" >&2
  exit 1
}

# What the machine there has itself: glibc and the driver.
of_the_host='/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv|util|cuda))\.so'

# put FOLDER FILE...: copies programs and libraries, and the shared libraries
# that they need.
put() {
  local folder=$1 file library
  shift
  for file; do
    [[ -e $file ]] || fail "$file is missing: build first, or name the build"
    cp -L -- "$file" "$dest/$folder/"
    ldd "$file" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
      { grep -vE "$of_the_host" || true; } |
      while read -r library; do
        [[ -e $dest/lib/$(basename "$library") ]] ||
          cp -L -- "$library" "$dest/lib/"
      done
  done
}

gst_variable() {
  pkg-config --variable="$1" gstreamer-1.0
}

# A folder that was here before may have what no longer is built.
[[ ! -e $dest || -e $dest/env.sh ]] ||
  fail "$dest is there, and no bundle: it would be replaced"
rm -rf -- "$dest"
mkdir -p -- "$dest"/{bin,lib,plugins,tests/bench,tests/check}

put bin "$(gst_variable toolsdir)"/gst-{launch,inspect}-1.0 \
  "$(gst_variable pluginscannerdir)/gst-plugin-scanner" \
  "$build/data/ssio-make-tile" "$build"/tests/bench/bench-{cuda,stream,train}
# those that gpu.sh runs
for program in "$build"/tests/check/check_{cuda,elements,linear}_*; do
  [[ $program == *cuda* ]] || continue
  [[ ! -f $program || ! -x $program ]] || put bin "$program"
done
put plugins "$(gst_variable pluginsdir)"/libgstcore{elements,tracers}.so \
  "$build/plugins/ssio/libgstssio.so"
cp -- "$here/gpu.sh" "$dest/tests/"
cp -- "$here"/check/oracle*.py "$dest/tests/check/"
cp -- "$here"/bench/{cuda.sh,tile.sh,peer.py} \
  "$here"/bench/bench-{cuda,train}-python.py "$dest/tests/bench/"

cat >"$dest/env.sh" <<'ENV'
# To be sourced by bash.
bundle=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
export PATH=$bundle/bin:$PATH
export LD_LIBRARY_PATH=$bundle/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export GST_PLUGIN_SYSTEM_PATH_1_0=$bundle/plugins GST_PLUGIN_PATH_1_0=
export GST_PLUGIN_SCANNER_1_0=$bundle/bin/gst-plugin-scanner
export GST_REGISTRY_1_0=$bundle/registry.bin
ENV
echo "$(du -sh -- "$dest" | cut -f 1) in $dest"
