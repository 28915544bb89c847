# SPDX-License-Identifier: MIT
"""What the Python peers of the main pipeline have in common: the tile, the
model and its weights, the loader of the Python original, and the table."""

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
    np = None
    MISSING.append("numpy")
try:
    import torch
except ImportError:
    torch = None
    MISSING.append("torch")

N_FIELDS = 6
QUEUE_SIZE = 2
TOLERANCE = 1e-5
SKIPPED = 77


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


def open_tile(path, mode="r"):
    size = os.path.getsize(path)
    if size == 0 or size % (4 * N_FIELDS):
        sys.exit(f"{path}: {size} bytes are no whole number of points")
    return np.memmap(path, dtype="<f4", mode=mode).reshape(-1, N_FIELDS)


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


def run_epoch(model, batches, n_points, device="cpu"):
    """Returns the seconds, and the mean of each output.  Batches are tensors
    on the device, which is waited for only at the end."""
    total = torch.zeros(3, dtype=torch.float64, device=device)
    seen = 0
    start = time.perf_counter()
    with torch.inference_mode():
        for batch in batches:
            total += model(batch).sum(dim=0, dtype=torch.float64)
            seen += len(batch)
    means = (total / n_points).tolist()
    seconds = time.perf_counter() - start
    if seen != n_points:
        sys.exit(f"The loader gave {seen} points of {n_points}")
    return seconds, means


def run_bench(command, args, model):
    """Runs the benchmark of the pipeline with the model's weights.  It prints
    a table of its own; what it wrote as JSON comes back."""
    with tempfile.TemporaryDirectory() as directory:
        weights = os.path.join(directory, "model.safetensors")
        figures = os.path.join(directory, "figures.json")
        write_safetensors(model, weights)
        try:
            subprocess.run([
                *command, "--tile", args.tile, "--rounds", str(args.rounds),
                "--weights", weights, "--json", figures], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"{os.path.basename(command[0])} failed: {error}")
        with open(figures, encoding="utf-8") as file:
            return json.load(file)


def check_means(a_name, a_means, b_name, b_means):
    agree = len(a_means) == len(b_means) and all(
        abs(a - b) <= TOLERANCE * max(abs(a), abs(b))
        for a, b in zip(a_means, b_means))
    if not agree:
        sys.exit(f"{a_name} and {b_name} differ by more than {TOLERANCE:g} in "
                 f"the means of the outputs: {a_means}, {b_means}")


def add_samples(figures, name, samples):
    figures[name] = statistics.median(samples)
    figures[name + "_samples"] = sorted(samples)


def describe_samples(figures, name, text="an epoch"):
    samples = figures[name + "_samples"]
    return (name, f"{figures[name]:.4f}",
            f"{text} ({samples[0]:.4f} to {samples[-1]:.4f})")


def describe_aim(figures, name, aim):
    met = "met" if figures[name] >= aim else "missed"
    return name, f"{figures[name]:.1f}", f"aim >= {aim:g}: {met}"


def describe_versions(figures):
    return [
        ("python", figures["python_version"], ""),
        ("numpy", figures["numpy_version"], ""),
    ]


def get_versions():
    return {
        "python_version": platform.python_version(),
        "numpy_version": np.__version__,
        "torch_version": str(torch.__version__),
    }


def print_rows(rows):
    """As report.c prints them."""
    print()
    for name, value, text in rows:
        print(f"{name:<26} {value:>14}  {text}".rstrip())


def write_json(figures, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")


def add_arguments(parser):
    parser.add_argument("--tile", metavar="FILE",
                        help="headerless file of the default layout")
    parser.add_argument("--rounds", type=int, default=1, metavar="N",
                        help="epochs of each Python loop, and the pipeline's "
                             "rounds (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=250000, metavar="N",
                        help="points a batch in Python (%(default)s)")
    parser.add_argument("--json", metavar="FILE",
                        help="also write all figures there")
    parser.add_argument("--check", action="store_true",
                        help="only say whether this Python can run it")


def check_arguments(parser, args):
    if not args.check and not (args.tile and args.bench):
        parser.error("a tile and the benchmark to compare with are needed")
    if args.rounds < 1 or args.batch_size < 1:
        parser.error("--rounds and --batch-size must be at least 1")


def skip(reason):
    print(f"Skipped: {reason}", file=sys.stderr)
    sys.exit(SKIPPED)


def check_modules():
    if MISSING:
        skip(f"no Python module {', '.join(MISSING)}; on Debian: apt-get "
             f"install {' '.join(f'python3-{name}' for name in MISSING)}")
