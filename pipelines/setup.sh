# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts here and tests/run.sh have in common; sourced, not run.

say() { printf '\n== %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need WHY PACKAGE...: installs those Debian packages that are missing.
need() {
  local why=$1 package missing=() sudo=()
  shift
  command -v dpkg-query >/dev/null || return 0 # not Debian: meson will tell
  for package; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      die "packages are missing: become root, then: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  say "Installing with apt, $why: ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -o Dpkg::Use-Pty=0 install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

need_to_build() {
  need "to build a GStreamer plugin in C" \
    gcc libc6-dev meson ninja-build pkg-config \
    libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libjson-glib-dev liblzf-dev liburing-dev \
    gstreamer1.0-tools
}

# build DIRECTORY OPTION...: configures once, then builds what has changed.
build() {
  local directory=$1
  shift
  if [ ! -e "$directory/build.ninja" ]; then
    meson setup "$directory" "$@" >"$directory.log" 2>&1 ||
      { cat "$directory.log"; die "meson setup $directory failed"; }
    rm "$directory.log"
  fi
  ninja -C "$directory" --quiet
}

# Builds into build/, and has GStreamer find the plugin there.
use_plugin() {
  need_to_build
  say "Building into build/"
  build build -Dintrospection=disabled
  export GST_PLUGIN_PATH=$PWD/build/plugins
  export GST_REGISTRY=$PWD/build/registry.bin
}

# show_launch WORD...: says what is run, as one types it.
show_launch() {
  local word words=
  for word; do
    case $word in
      *[!A-Za-z0-9_./:,=!-]*) words+=" '$word'" ;;
      *) words+=" $word" ;;
    esac
  done
  echo "\$ GST_PLUGIN_PATH=build/plugins gst-launch-1.0$words"
}

# launch WORD...: says what it runs, and runs it.
launch() {
  show_launch "$@"
  gst-launch-1.0 "$@"
}
