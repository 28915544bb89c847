#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the Python peer of the main pipeline, on the same file.

A memory-mapped NumPy array, a thread that copies batches into a queue, and a
PyTorch model 6-64-3 that consumes them, then bench-stream with the same
weights.  Both must find the same output means.

    bench-python.py --tile FILE --bench PATH_TO_bench-stream
                    [--rounds N] [--batch-size N] [--json OUT]

GST_PLUGIN_PATH must lead bench-stream to the plugin.  Exits with 77 where
NumPy or PyTorch is missing, and with 1 where the output means differ.
"""

import argparse
import json
import os
import platform
import queue
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

MISSING = []

try:
    import numpy as np
except ImportError:
    MISSING.append("numpy")
try:
    import torch
except ImportError:
    MISSING.append("torch")

N_FIELDS = 6
QUEUE_SIZE = 2
TOLERANCE = 1e-5
AIM = 30
WARM_UP_BATCHES = 4


def make_model():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(N_FIELDS, 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 3),
    )


def write_safetensors(model, path):
    """A 64-bit header length, a JSON header, then the tensors' data."""
    header = {}
    data = b""
    for name, tensor in model.state_dict().items():
        values = tensor.numpy().astype("<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(values)],
        }
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def open_tile(path):
    size = os.path.getsize(path)
    if size == 0 or size % (4 * N_FIELDS):
        sys.exit(f"{path}: {size} bytes are no whole number of points")
    return np.memmap(path, dtype="<f4", mode="r").reshape(-1, N_FIELDS)


def read_through(path):
    """Has the file in the page cache, as after a first epoch."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 22):
            pass


def copy_batches(points, batch_size):
    for at in range(0, len(points), batch_size):
        yield np.array(points[at:at + batch_size])


def load_in_thread(points, batch_size):
    """The same batches, copied by a thread while the consumer computes."""
    batches = queue.Queue(maxsize=QUEUE_SIZE)

    def produce():
        try:
            for batch in copy_batches(points, batch_size):
                batches.put(batch)
        finally:
            batches.put(None)

    thread = threading.Thread(target=produce, daemon=True)
    thread.start()
    while True:
        batch = batches.get()
        if batch is None:
            break
        yield batch
    thread.join()


def run_epoch(model, batches, n_points):
    """Returns the seconds, and the mean of each output."""
    total = torch.zeros(3, dtype=torch.float64)
    seen = 0
    start = time.perf_counter()
    with torch.inference_mode():
        for batch in batches:
            output = model(torch.from_numpy(batch))
            total += output.sum(dim=0, dtype=torch.float64)
            seen += len(batch)
    seconds = time.perf_counter() - start
    if seen != n_points:
        sys.exit(f"The loader gave {seen} points of {n_points}")
    return seconds, (total / n_points).tolist()


def measure_python(args, model):
    points = open_tile(args.tile)
    n_points = len(points)
    some = points[:WARM_UP_BATCHES * args.batch_size]
    plain = []
    threaded = []

    read_through(args.tile)
    run_epoch(model, load_in_thread(some, args.batch_size), len(some))
    for _ in range(args.rounds):
        seconds, plain_means = run_epoch(
            model, copy_batches(points, args.batch_size), n_points)
        plain.append(seconds)
        seconds, means = run_epoch(
            model, load_in_thread(points, args.batch_size), n_points)
        threaded.append(seconds)
    check_means("The plain loop", plain_means, "the threaded loop", means)
    return {
        "python_threaded_s": statistics.median(threaded),
        "python_plain_s": statistics.median(plain),
        "python_output_mean": means,
    }


def run_bench(args, weights, json_path):
    command = [
        args.bench, "--tile", args.tile, "--rounds", str(args.rounds),
        "--threads", str(os.cpu_count()), "--weights", weights,
        "--json", json_path,
    ]
    try:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench-stream failed: {error}")
    with open(json_path, encoding="utf-8") as file:
        return json.load(file)


def check_means(a_name, a_means, b_name, b_means):
    agree = len(a_means) == len(b_means) and all(
        abs(a - b) <= TOLERANCE * max(abs(a), abs(b))
        for a, b in zip(a_means, b_means))
    if not agree:
        sys.exit(f"{a_name} and {b_name} differ by more than {TOLERANCE:g} in "
                 f"the means of the outputs: {a_means}, {b_means}")


def get_versions():
    return {
        "python_version": platform.python_version(),
        "numpy_version": np.__version__,
        "torch_version": str(torch.__version__),
        "python_threads": torch.get_num_threads(),
    }


def print_table(figures):
    rows = [
        ("Python, threaded", f"{figures['python_threaded_s']:.4f}",
         "s an epoch"),
        ("Python, plain loop", f"{figures['python_plain_s']:.4f}",
         "s an epoch"),
        ("pipeline", f"{figures['a_pipeline_s']:.4f}", "s an epoch"),
        ("threaded / pipeline", f"{figures['python_over_a']:.1f}",
         f"aim >= {AIM}"),
        ("Python", figures["python_version"], ""),
        ("NumPy", figures["numpy_version"], ""),
        ("PyTorch", figures["torch_version"], ""),
        ("threads", str(figures["python_threads"]), "that compute"),
    ]
    for name, value, text in rows:
        print(f"{name:<26} {value:>14}  {text}".rstrip())


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Measure the Python peer of the main pipeline.")
    parser.add_argument("--tile", required=True, metavar="FILE",
                        help="headerless file of the default layout")
    parser.add_argument("--bench", required=True, metavar="PROGRAM",
                        help="the built bench-stream")
    parser.add_argument("--rounds", type=int, default=1, metavar="N",
                        help="epochs of each Python loop, and bench-stream's "
                             "rounds (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=250000, metavar="N",
                        help="points a batch in Python (%(default)s)")
    parser.add_argument("--json", metavar="FILE",
                        help="also write all figures there")
    args = parser.parse_args()
    if args.rounds < 1 or args.batch_size < 1:
        parser.error("--rounds and --batch-size must be at least 1")
    return args


def main():
    args = parse_arguments()
    if MISSING:
        packages = " ".join(f"python3-{name}" for name in MISSING)
        print(f"Skipped: no Python module {', '.join(MISSING)}; on Debian: "
              f"apt-get install {packages}", file=sys.stderr)
        sys.exit(77)

    torch.set_num_threads(os.cpu_count())
    model = make_model()
    with tempfile.TemporaryDirectory() as directory:
        weights = os.path.join(directory, "model.safetensors")
        write_safetensors(model, weights)
        figures = measure_python(args, model)
        figures.update(
            run_bench(args, weights, os.path.join(directory, "bench.json")))
    figures.update(get_versions())
    figures["python_over_a"] = (
        figures["python_threaded_s"] / figures["a_pipeline_s"])
    check_means("Python", figures["python_output_mean"],
                "the pipeline", figures["output_mean"])
    print_table(figures)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
