#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the Python peer of the main pipeline, on the same file.

A memory-mapped NumPy array, a thread that copies batches into a queue, and a
PyTorch model 6-64-3 that consumes them, after bench-stream with the same
weights.  Both must find the same output means.

    bench-python.py --tile FILE --bench PATH_TO_bench-stream
                    [--rounds N] [--batch-size N] [--json OUT]
    bench-python.py --check

GST_PLUGIN_PATH must lead bench-stream to the plugin.  Exits with 77 where
NumPy, PyTorch or a fast BLAS for it is missing, and with 1 where the output
means differ.  --check does only the first, and prints the BLAS.
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
SKIPPED = 77

# Libraries that a process may have mapped, slowest first: Debian's reference
# BLAS stands in for a fast one without a word.
BLAS_LIBRARIES = {
    "/blas/libblas.so": "reference",
    "/openblas-pthread/": "OpenBLAS, pthreads",
    "/openblas-openmp/": "OpenBLAS, OpenMP",
    "openblas": "OpenBLAS",
    "mkl_": "MKL",
    "blis": "BLIS",
    "libatlas": "ATLAS",
    "armpl": "Arm Performance Libraries",
}


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


def count_cores():
    """The cores that this process may use, as bench-stream counts them."""
    return len(os.sched_getaffinity(0))


def find_blas():
    """The name of the BLAS that PyTorch multiplies matrices with."""
    if torch.backends.mkl.is_available():
        return "MKL"
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    with open("/proc/self/maps", encoding="utf-8") as file:
        maps = file.read()
    for part, name in BLAS_LIBRARIES.items():
        if part in maps:
            return name
    return "unknown"


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
    plain = []
    threaded = []

    # the file's pages and the threads are there before the first epoch that
    # counts, as they are in the pipeline's
    run_epoch(model, load_in_thread(points, args.batch_size), n_points)
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
        "python_threaded_s_samples": sorted(threaded),
        "python_plain_s": statistics.median(plain),
        "python_plain_s_samples": sorted(plain),
        "python_output_mean": means,
    }


def run_bench(args, weights, json_path):
    """bench-stream prints its own table; what it wrote as JSON comes back."""
    command = [
        args.bench, "--tile", args.tile, "--rounds", str(args.rounds),
        "--threads", str(count_cores()), "--weights", weights,
        "--json", json_path,
    ]
    try:
        subprocess.run(command, check=True)
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
        "torch_blas": find_blas(),
        "python_threads": torch.get_num_threads(),
    }


def describe(figures, name):
    samples = figures[name + "_samples"]
    return (f"{figures[name]:.4f}",
            f"an epoch ({samples[0]:.4f} to {samples[-1]:.4f})")


def print_table(figures):
    ratio = figures["python_over_a"]
    met = "met" if ratio >= AIM else "missed"
    rows = [
        ("python", figures["python_version"], ""),
        ("numpy", figures["numpy_version"], ""),
        ("torch", figures["torch_version"],
         f"BLAS: {figures['torch_blas']}"),
        ("python_threads", str(figures["python_threads"]), "that compute"),
        ("python_threaded_s", *describe(figures, "python_threaded_s")),
        ("python_plain_s", *describe(figures, "python_plain_s")),
        ("python_over_a", f"{ratio:.1f}", f"aim >= {AIM}: {met}"),
    ]
    print()
    for name, value, text in rows:
        print(f"{name:<26} {value:>14}  {text}".rstrip())


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Measure the Python peer of the main pipeline.")
    parser.add_argument("--tile", metavar="FILE",
                        help="headerless file of the default layout")
    parser.add_argument("--bench", metavar="PROGRAM",
                        help="the built bench-stream")
    parser.add_argument("--rounds", type=int, default=1, metavar="N",
                        help="epochs of each Python loop, and bench-stream's "
                             "rounds (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=250000, metavar="N",
                        help="points a batch in Python (%(default)s)")
    parser.add_argument("--json", metavar="FILE",
                        help="also write all figures there")
    parser.add_argument("--check", action="store_true",
                        help="only say whether this Python can run it")
    args = parser.parse_args()
    if not args.check and not (args.tile and args.bench):
        parser.error("--tile and --bench are needed")
    if args.rounds < 1 or args.batch_size < 1:
        parser.error("--rounds and --batch-size must be at least 1")
    return args


def skip(reason, *packages):
    print(f"Skipped: {reason}; on Debian: apt-get install "
          f"{' '.join(packages)}", file=sys.stderr)
    sys.exit(SKIPPED)


def check_python():
    """Returns the BLAS; a peer on the reference BLAS would be no fair one."""
    if MISSING:
        skip(f"no Python module {', '.join(MISSING)}",
             *(f"python3-{name}" for name in MISSING))
    blas = find_blas()
    if blas == "reference":
        skip("PyTorch has only the slow reference BLAS", "libopenblas0-openmp")
    return blas


def main():
    args = parse_arguments()
    blas = check_python()
    if args.check:
        print(blas)
        return

    torch.set_num_threads(count_cores())
    model = make_model()
    with tempfile.TemporaryDirectory() as directory:
        weights = os.path.join(directory, "model.safetensors")
        write_safetensors(model, weights)
        # first, since threads of PyTorch's BLAS spin for a while after work
        figures = run_bench(args, weights, os.path.join(directory, "json"))
    figures.update(measure_python(args, model))
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
