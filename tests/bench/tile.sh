# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What the benchmarks' scripts have in common: their settings and the tile;
# sourced, not run, with the variables make_tile and build set, and
# default_points and default_rounds where they are others.

points=${SSIO_BENCH_POINTS:-${default_points:-36831590}}
rounds=${SSIO_BENCH_ROUNDS:-${default_rounds:-5}}
# In the build directory and not in a cache: it is made again in seconds, goes
# when the build goes, and cannot outlive the generator that made it.
own_tile=$build/ssio-bench-tile-$points.bin
tile=${SSIO_BENCH_TILE:-$own_tile}

point_size=24

fail() {
  echo "$(basename -- "$0"): $*" >&2
  exit 1
}

is_count() {
  [[ $1 =~ ^[1-9][0-9]*$ ]]
}

check_settings() {
  is_count "$points" || fail "SSIO_BENCH_POINTS=$points is no number of points"
  is_count "$rounds" || fail "SSIO_BENCH_ROUNDS=$rounds is no number of rounds"
}

size_of() {
  stat -L -c %s -- "$1"
}

# A tile of ours is made again when the generator is newer, or when it was cut
# short. A file that somebody named is never written over.
prepare_tile() {
  local expected=$((points * point_size))

  if [[ $tile == "$own_tile" && -e $tile ]] &&
    [[ $make_tile -nt $tile || $(size_of "$tile") != "$expected" ]]; then
    rm -f -- "$tile"
  fi
  if [[ ! -e $tile ]]; then
    echo "Making a tile of $points points: $tile"
    mkdir -p -- "$(dirname -- "$tile")"
    "$make_tile" --points "$points" --seed 0 "$tile"
  fi
  # In the page cache as after an epoch from disk, in large pages: what a
  # program has just written lies there in small ones.
  sync -- "$tile"
  dd if="$tile" iflag=nocache count=0 status=none
  cat -- "$tile" >/dev/null
  [[ $(size_of "$tile") == "$expected" ]] ||
    fail "$tile: expected $expected bytes for $points points, found" \
      "$(size_of "$tile"); set SSIO_BENCH_POINTS, or name another file"
}

# install_packages FOR PACKAGE...
install_packages() {
  local what=$1
  local as_root=()

  shift
  [[ ${SSIO_BENCH_INSTALL:-1} != 0 ]] || return 1
  command -v apt-get >/dev/null || return 1
  if [[ $(id -u) != 0 ]]; then
    sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n)
  fi
  echo "Installing $* for $what (not wanted: SSIO_BENCH_INSTALL=0)"
  # lists that are old may still do
  "${as_root[@]}" apt-get -qq update || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@" >/dev/null
}

# Fewer points fit in the caches of today's machines.
say_what_it_means() {
  if ((points < 10000000)); then
    echo "A tile of $points points fits in caches: this run shows that the" \
      "benchmark works, and its figures mean nothing."
  fi
}
