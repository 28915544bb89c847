#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing on Debian, builds with warnings as errors, and runs
# all tests, five times: as users get them, with GStreamer's leaks tracer,
# under AddressSanitizer with UndefinedBehaviorSanitizer, the threaded ones
# under ThreadSanitizer, and a short pipeline under valgrind.
#
#   tests/run.sh [plain] [leaks] [asan] [tsan] [valgrind]     all by default
#
# SSIO_REAL_DATA names a folder with autzen_trim.bin and .las, real LiDAR that
# some tests use; they say that they are skipped where it is not set.
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

check_plain() {
  say "Tests"
  build build-check --werror -Dtests=enabled -Dintrospection=enabled
  run_tests build-check
}

check_leaks() {
  say "Tests under GStreamer's leaks tracer"
  build build-check --werror -Dtests=enabled -Dintrospection=enabled
  run_tests build-check --setup leaks
}

check_asan() {
  say "Tests under AddressSanitizer and UndefinedBehaviorSanitizer"
  build build-asan --werror -Dtests=enabled -Dintrospection=disabled \
    -Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
    -Db_lundef=false
  run_tests build-asan --setup asan
}

check_tsan() {
  say "Tests of what has threads under ThreadSanitizer"
  build build-tsan --werror -Dtests=enabled -Dintrospection=disabled \
    -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false
  run_tests build-tsan --setup tsan --suite threads
}

check_valgrind() {
  say "A short pipeline under valgrind"
  build build-check --werror -Dtests=enabled -Dintrospection=enabled
  tests/valgrind.sh build-check
  passed=$((passed + 1))
}

need_to_build
need "to run the tests" gobject-introspection libgirepository1.0-dev \
  python3-numpy python3-gi gir1.2-gstreamer-1.0 valgrind
[ $# -gt 0 ] || set -- plain leaks asan tsan valgrind
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
