#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the Python peers of the main pipeline on a CUDA device, on the same
file, after bench-cuda with the same weights:

  d  the Python original: a memory-mapped NumPy array, a thread that copies
     batches into a queue, a blocking copy of each to the device
  e  a thread that fills page-locked buffers, copies that do not block on a
     stream of their own, the model on another

    bench-cuda-python.py --tile FILE [--rounds N] [--batch-size N]
                         [--json OUT] -- BENCH-CUDA [ARGUMENT...]
    bench-cuda-python.py --check

All must find the same output means; else it exits with 1. It exits with 77
where NumPy, PyTorch or PyTorch's device is missing; --check does only that,
and prints the device.
"""

import argparse
import contextlib
import queue
import threading

import peer
from peer import np, torch

BUFFERS = 4
AIM_D = 5
AIM_E = 1.5


def load_blocking(points, args):
    for batch in peer.load_in_thread(points, args.batch_size):
        yield torch.from_numpy(batch).to(args.device)


def load_plain(points, args):
    for batch in peer.copy_batches(points, args.batch_size):
        yield torch.from_numpy(batch).to(args.device)


class Copies:
    """Copies to a CUDA device that neither block the host nor wait for the
    model; on the CPU, which only shows that this works, views."""

    def __init__(self, device):
        self.is_cuda = device.type == "cuda"
        self.device = device
        self.stream = torch.cuda.Stream(device) if self.is_cuda else None

    def allocate(self, n_points):
        return torch.empty((n_points, peer.N_FIELDS), dtype=torch.float32,
                           pin_memory=self.is_cuda)

    def start(self, batch):
        """The batch on the device, and what wait() takes."""
        if not self.is_cuda:
            return batch.clone(), None
        model_stream = torch.cuda.current_stream(self.device)
        copied = torch.cuda.Event()
        with torch.cuda.stream(self.stream):
            on_device = batch.to(self.device, non_blocking=True)
            copied.record()
        model_stream.wait_event(copied)
        on_device.record_stream(model_stream)
        return on_device, copied

    @staticmethod
    def wait(copied):
        """Until what was copied from may be written again."""
        if copied is not None:
            copied.synchronize()


class Prefetch:
    """Batches by way of page-locked buffers, which last for all epochs.
    copy(to, points) fills one with points of the file."""

    def __init__(self, points, args, copy):
        self.points = points
        self.batch_size = args.batch_size
        self.copy = copy
        self.copies = Copies(args.device)
        self.free = queue.Queue()
        for _ in range(BUFFERS):
            self.free.put((self.copies.allocate(args.batch_size), None))

    def fill(self, filled):
        try:
            for at in range(0, len(self.points), self.batch_size):
                buffer, copied = self.free.get()
                self.copies.wait(copied)
                batch = self.points[at:at + self.batch_size]
                self.copy(buffer[:len(batch)], batch)
                filled.put((buffer, len(batch)))
        finally:
            filled.put(None)

    def load(self):
        filled = queue.Queue()
        thread = threading.Thread(target=self.fill, args=(filled,),
                                  daemon=True)
        thread.start()
        while (item := filled.get()) is not None:
            buffer, n_points = item
            on_device, copied = self.copies.start(buffer[:n_points])
            self.free.put((buffer, copied))
            yield on_device
        thread.join()


def copy_alone(to, points):
    np.copyto(to.numpy(), points)


def copy_on_all_cores(to, points):
    to.copy_(torch.from_numpy(points))


def measure_python(args, model):
    # copy-on-write: PyTorch has no tensors that are read-only
    points = peer.open_tile(args.tile, mode="c")
    prefetch = Prefetch(points, args, copy_alone)
    prefetch_cores = Prefetch(points, args, copy_on_all_cores)
    loaders = {
        "d_blocking_s": lambda: load_blocking(points, args),
        "d_plain_s": lambda: load_plain(points, args),
        "e_prefetch_s": prefetch.load,
        "e_prefetch_cores_s": prefetch_cores.load,
    }
    samples = {name: [] for name in loaders}
    figures = {}

    # the first round warms up, and does not count
    for round_index in range(args.rounds + 1):
        for name, load in loaders.items():
            with contextlib.closing(load()) as batches:
                seconds, means = peer.run_epoch(model, batches, len(points),
                                                args.device)
            peer.check_means(name, means, "d_blocking_s", figures.setdefault(
                "python_output_mean", means))
            if round_index > 0:
                samples[name].append(seconds)
    for name, seconds in samples.items():
        peer.add_samples(figures, name, seconds)
    return figures


def print_table(figures):
    peer.print_rows([
        *peer.describe_versions(figures),
        ("torch", figures["torch_version"], figures["torch_device"]),
        peer.describe_samples(figures, "d_blocking_s",
                              "an epoch, thread, blocking copies"),
        peer.describe_samples(figures, "d_plain_s",
                              "an epoch, no thread"),
        peer.describe_samples(figures, "e_prefetch_s",
                              "an epoch, prefetch, page-locked"),
        peer.describe_samples(figures, "e_prefetch_cores_s",
                              "the same, filled by all cores"),
        peer.describe_aim(figures, "d_over_a", AIM_D),
        peer.describe_aim(figures, "e_over_a", AIM_E),
    ])


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Measure the Python peers on a CUDA device.")
    peer.add_arguments(parser)
    parser.add_argument("--device", default="cuda", type=torch.device,
                        help="PyTorch's device; with cpu, figures mean "
                             "nothing (%(default)s)")
    parser.add_argument("bench", nargs="*", metavar="BENCH-CUDA",
                        help="what runs the built bench-cuda")
    args = parser.parse_args()
    peer.check_arguments(parser, args)
    return args


def check_device(device):
    if device.type != "cuda":
        return str(device)
    if not torch.cuda.is_available():
        peer.skip("this PyTorch finds no CUDA device")
    return torch.cuda.get_device_name(device)


def main():
    peer.check_modules()
    args = parse_arguments()
    device_name = check_device(args.device)
    if args.check:
        print(device_name)
        return

    model = peer.make_model()
    figures = peer.run_bench(args.bench, args, model)
    torch.backends.cuda.matmul.allow_tf32 = False
    figures.update(measure_python(args, model.to(args.device)))
    figures.update(peer.get_versions())
    figures["torch_device"] = device_name
    figures["d_over_a"] = figures["d_blocking_s"] / figures["a_best_s"]
    figures["e_over_a"] = figures["e_prefetch_s"] / figures["a_best_s"]
    peer.check_means("PyTorch", figures["python_output_mean"],
                     "the pipeline", figures["output_mean"])
    print_table(figures)
    if args.json:
        peer.write_json(figures, args.json)


if __name__ == "__main__":
    main()
