#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# LiDAR over Ethernet without ROS. One process is what an application runs: it
# takes a Velodyne's UDP packets, makes batches of them, a revolution each, and
# sends them to a file, through a model and to the screen at the same time; where
# there is no screen, the pictures go to files. Another one plays the sensor: it
# replays a recording of a VLP-16 in a room to this machine, at the speed at
# which it was made. At last the file is read again.
#
# With a real sensor, leave the replay out and address=127.0.0.1 as well.
#
#   pipelines/velodyne.sh [SECONDS]      5 where none are given
set -euo pipefail
cd "$(dirname "$0")/.."
. pipelines/setup.sh

seconds=${1:-5}
port=${SSIO_VELODYNE_PORT:-2368}
recording=build/velodyne-room-$seconds.pcap
points=build/velodyne-room.bin

need "for udpsrc, pcapparse and pictures, and to make a recording" \
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
  gstreamer1.0-plugins-bad python3-numpy
use_plugin

if [ ! -e "$recording" ]; then
  say "Making a recording of $seconds s: $recording"
  python=/usr/bin/python3 # Debian's has Debian's NumPy
  [ -x "$python" ] || python=python3
  "$python" tests/check/oracle.py velodyne-drive "$recording.part" "$seconds"
  mv "$recording.part" "$recording"
fi

pictures=build/velodyne-room-%03d.png
screen=(pngenc ! multifilesink "location=$pictures")
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  pictures="the screen"
  screen=(videoconvert ! autovideosink)
fi

is_listening() {
  grep -qi ":$(printf '%04X' "$port") " /proc/net/udp
}

if is_listening; then
  die "UDP port $port is in use; SSIO_VELODYNE_PORT=2369 $0 takes another one"
fi

say "Receiving: to $points, a model, and $pictures"
receive=(-e -v udpsrc address=127.0.0.1 "port=$port" buffer-size=4000000 !
  ssiovelodynedec timeout=10000000000 ! tee name=t
  t. ! queue ! ssiosink "location=$points"
  t. ! queue ! ssiolinear "features=x,y,z"
  t. ! queue ! ssioscope "range=-10,13,-9,8" color-by=intensity !
  "video/x-raw,width=460,height=340" ! "${screen[@]}")
show_launch "${receive[@]}"
gst-launch-1.0 "${receive[@]}" &
receiver=$!
trap 'kill "$receiver" 2>/dev/null || true' EXIT
for ((i = 0; i < 200; i++)); do
  is_listening && break
  kill -0 "$receiver" 2>/dev/null || die "the receiver has ended"
  sleep 0.1
done
is_listening || die "the receiver does not listen"

say "Replaying $recording to 127.0.0.1:$port"
launch -q filesrc "location=$recording" ! pcapparse dst-port=2368 ! \
  udpsink host=127.0.0.1 "port=$port"

# with -e, this is an end of the stream: what came last is written, too
sleep 1
kill -INT "$receiver"
wait "$receiver"
trap - EXIT

say "Reading $points"
launch -v ssiosrc "location=$points" ! ssiolinear features=x,y,z

cat <<'TEXT'

The two "last-message" lines above are the same points, as they came and from
the file. A sensor that falls silent ends the receiver with an error that says
what to check, after its timeout.

Next:
  gst-inspect-1.0 ssiovelodynedec
TEXT
