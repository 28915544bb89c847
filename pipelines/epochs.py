#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The training loop of epochs.c in Python, with PyGObject and NumPy.

    pipelines/epochs.py [--epochs 5] [--batch-size 250000] [--clusters 8] LOCATION

It shows how batches of any file become NumPy arrays, how EOS ends an epoch, and
how a flushing seek to 0 begins the next one. What it learns is a
step of mini-batch k-means a batch: the loss, the mean squared distance from a
point to its cluster, falls from epoch to epoch.

Debian: python3-gi gir1.2-gstreamer-1.0 gstreamer1.0-plugins-base python3-numpy
"""

import argparse
import sys
import time

import gi
import numpy as np

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

WAIT = 100_000_000  # ns: how often errors are looked for while nothing comes


def check_bus(pipeline):
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    if message:
        raise SystemExit(message.parse_error()[0].message)


def pull_batches(pipeline):
    """Batches until EOS, each as rows of x, y, z. An error is on the bus."""
    sink = pipeline.get_by_name("sink")
    while not sink.get_property("eos"):
        sample = sink.emit("try-pull-sample", WAIT)
        if not sample:
            check_bus(pipeline)
            continue
        buffer = sample.get_buffer()
        ok, info = buffer.map(Gst.MapFlags.READ)
        if not ok:
            raise SystemExit("a batch cannot be read")
        yield np.frombuffer(info.data, "<f4").reshape(-1, 3)
        buffer.unmap(info)
    check_bus(pipeline)


class Clusters:
    """Mini-batch k-means: each centre is the mean of the points it was given."""

    def __init__(self, n):
        self.n = n
        self.centres = None
        self.seen = np.zeros(n)

    def learn(self, points):
        """A step of training: here is where yours goes. Returns the loss."""
        if self.centres is None:
            self.centres = points[:: max(len(points) // self.n, 1)][: self.n].copy()
        squares = ((points[:, None] - self.centres[None]) ** 2).sum(axis=2)
        nearest = squares.argmin(axis=1)
        for i in range(len(self.centres)):
            mine = points[nearest == i]
            if len(mine):
                self.seen[i] += len(mine)
                step = len(mine) / self.seen[i]
                self.centres[i] += step * (mine.mean(axis=0) - self.centres[i])
        return squares.min(axis=1).mean()


def run_epoch(pipeline, model, epoch):
    start = time.monotonic()
    n_points, loss = 0, 0.0
    for batch in pull_batches(pipeline):
        loss += model.learn(batch.astype("f8")) * len(batch)
        n_points += len(batch)
        if sys.stdout.isatty():
            print(f"\repoch {epoch}: {n_points} points", end="", flush=True)
    speed = n_points / (time.monotonic() - start) / 1e6
    print(
        f"{chr(13) if sys.stdout.isatty() else ''}epoch {epoch}: {n_points} points, "
        f"{speed:.1f} million points/s, loss {loss / max(n_points, 1):.3f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("location")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=250000)
    parser.add_argument("--clusters", type=int, default=8)
    options = parser.parse_args()

    Gst.init(None)
    pipeline = Gst.parse_launch(
        "ssiosrc name=source shuffle=batches ! "
        "ssioconvert fields=x:f4,y:f4,z:f4 lossy=true ! "
        "queue max-size-buffers=4 max-size-bytes=0 max-size-time=0 ! "
        "appsink name=sink sync=false max-buffers=1"
    )
    source = pipeline.get_by_name("source")
    source.set_property("location", options.location)
    source.set_property("batch-size", options.batch_size)

    model = Clusters(options.clusters)
    pipeline.set_state(Gst.State.PLAYING)
    try:
        for epoch in range(options.epochs):
            if epoch > 0:  # the pipeline is at EOS: this begins the next epoch
                pipeline.seek_simple(Gst.Format.DEFAULT, Gst.SeekFlags.FLUSH, 0)
            run_epoch(pipeline, model, epoch)
    finally:
        pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
