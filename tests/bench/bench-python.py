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
import os

import peer
from peer import torch

AIM = 30

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


def measure_python(args, model):
    points = peer.open_tile(args.tile)
    samples = {"python_plain_s": [], "python_threaded_s": []}
    means = {}
    figures = {}

    def run(name, batches):
        seconds, means[name] = peer.run_epoch(
            model, map(torch.from_numpy, batches), len(points))
        return seconds

    # the file's pages and the threads are there before the first epoch that
    # counts, as they are in the pipeline's
    run("warm-up", peer.load_in_thread(points, args.batch_size))
    for _ in range(args.rounds):
        for name, load in (("python_plain_s", peer.copy_batches),
                           ("python_threaded_s", peer.load_in_thread)):
            samples[name].append(run(name, load(points, args.batch_size)))
    peer.check_means("The plain loop", means["python_plain_s"],
                     "the threaded loop", means["python_threaded_s"])
    for name, seconds in samples.items():
        peer.add_samples(figures, name, seconds)
    figures["python_output_mean"] = means["python_threaded_s"]
    return figures


def print_table(figures):
    peer.print_rows([
        *peer.describe_versions(figures),
        ("torch", figures["torch_version"],
         f"BLAS: {figures['torch_blas']}"),
        ("python_threads", str(figures["python_threads"]), "that compute"),
        peer.describe_samples(figures, "python_threaded_s"),
        peer.describe_samples(figures, "python_plain_s"),
        peer.describe_aim(figures, "python_over_a", AIM),
    ])


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Measure the Python peer of the main pipeline.")
    peer.add_arguments(parser)
    parser.add_argument("--bench", metavar="PROGRAM",
                        help="the built bench-stream")
    args = parser.parse_args()
    peer.check_arguments(parser, args)
    return args


def check_python():
    """Returns the BLAS; a peer on the reference BLAS would be no fair one."""
    peer.check_modules()
    blas = find_blas()
    if blas == "reference":
        peer.skip("PyTorch has only the slow reference BLAS; on Debian: "
                  "apt-get install libopenblas0-openmp")
    return blas


def main():
    args = parse_arguments()
    blas = check_python()
    if args.check:
        print(blas)
        return

    n_threads = count_cores()
    torch.set_num_threads(n_threads)
    model = peer.make_model()
    # first, since threads of PyTorch's BLAS spin for a while after work
    figures = peer.run_bench([args.bench, "--threads", str(n_threads)], args,
                             model)
    figures.update(measure_python(args, model))
    figures.update(peer.get_versions())
    figures["torch_blas"] = blas
    figures["python_threads"] = torch.get_num_threads()
    figures["python_over_a"] = (
        figures["python_threaded_s"] / figures["a_pipeline_s"])
    peer.check_means("Python", figures["python_output_mean"],
                     "the pipeline", figures["output_mean"])
    print_table(figures)
    if args.json:
        peer.write_json(figures, args.json)


if __name__ == "__main__":
    main()
