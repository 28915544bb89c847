#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing on Debian, builds with warnings as errors, and runs
# all tests, five times: as users get them, with GStreamer's leaks tracer,
# under AddressSanitizer with UndefinedBehaviorSanitizer, the threaded ones
# under ThreadSanitizer, and a short pipeline under valgrind; then the examples.
#
#   tests/run.sh [plain] [leaks] [asan] [tsan] [valgrind] [examples]   or all
#
# SSIO_REAL_DATA names a folder with real data that some tests use: LiDAR in
# autzen_trim.bin, autzen_trim.las and autzen-utm.pcd, and simple_binary.ply and
# simple_text.ply. They say that they are skipped where it is not set.
# SSIO_CHECK_CUDA=real has the tests of CUDA use the machine's GPU instead of a
# stand-in for its driver; those that need the stand-in are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. pipelines/setup.sh

passed=0
logs=()

# run_tests DIRECTORY OPTION...: meson test, and counts what passed.
run_tests() {
  local directory=$1 count
  shift
  meson test -C "$directory" --print-errorlogs --no-rebuild \
    --num-processes "$(nproc)" "$@" | tee "$directory/run.log"
  count=$(sed -n 's/^Ok: *//p' "$directory/run.log")
  [ "${count:-0}" -gt 0 ] || die "no test ran in $directory"
  passed=$((passed + count))
  logs+=("$directory"/meson-logs/testlog*.txt)
}

build_check() {
  build build-check --werror -Dtests=enabled -Dintrospection=enabled
}

# build_sanitized DIRECTORY SANITIZERS
build_sanitized() {
  build "$1" --werror -Dtests=enabled -Dintrospection=disabled \
    -Dbuildtype=debugoptimized -Db_sanitize="$2" -Db_lundef=false
}

check_plain() {
  say "Tests"
  build_check
  run_tests build-check
}

check_leaks() {
  say "Tests under GStreamer's leaks tracer"
  build_check
  run_tests build-check --setup leaks
}

check_asan() {
  say "Tests under AddressSanitizer and UndefinedBehaviorSanitizer"
  build_sanitized build-asan address,undefined
  run_tests build-asan --setup asan
}

check_tsan() {
  say "Tests of what has threads under ThreadSanitizer"
  build_sanitized build-tsan thread
  run_tests build-tsan --setup tsan --suite threads
}

check_valgrind() {
  say "A short pipeline under valgrind"
  build_check
  tests/valgrind.sh build-check
  passed=$((passed + 1))
}

check_examples() {
  say "The examples of pipelines/"
  tests/examples.sh | tee build-check/examples.log
  logs+=(build-check/examples.log)
  passed=$((passed + 1))
}

need_to_build
need "to run the tests" gobject-introspection gstreamer1.0-plugins-base \
  libgirepository1.0-dev libopenmpi-dev openmpi-bin python3-numpy valgrind
[ $# -gt 0 ] || set -- plain leaks asan tsan valgrind examples
for check; do
  declare -F "check_$check" >/dev/null || die "no such check: $check"
done
for check; do
  "check_$check"
done

if [ ${#logs[@]} -gt 0 ] && grep -hq '^skipped: ' "${logs[@]}"; then
  say "Left out"
  grep -h '^skipped: ' "${logs[@]}" | sort -u
fi
printf '\n%d passed, 0 failed\n' "$passed"
