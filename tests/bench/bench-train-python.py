#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures PyTorch's training loop on the CPU, or on a CUDA device, on the same
file as bench-train and after it, from the same weights.

A memory-mapped NumPy array, a thread that copies batches into a queue, and a
model 5-64-8 that AdamW trains a step a batch.  Both must find the same mean
losses of the epochs.

    bench-train-python.py --tile FILE [--rounds N] [--batch-size N]
                          [--device cuda] [--json OUT]
                          -- BENCH-TRAIN [ARGUMENT...]
    bench-train-python.py --check

GST_PLUGIN_PATH must lead bench-train to the plugin; where PyTorch has a device,
its arguments name the same one.  Exits with 77 where NumPy
or PyTorch is missing, and with 1 where the losses differ.
"""

import argparse
import os
import sys
import time

import peer
from peer import np, torch

AIM = 10
INPUTS = [0, 1, 2, 3, 5]  # x, y, z, intensity, ins_class
LABEL = 4
N_CLASSES = 8
TOLERANCE = 1e-3


def make_model():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(len(INPUTS), 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, N_CLASSES),
    )


def measure_inputs(points, batch_size):
    """Mean and deviation, in float64."""
    total = np.zeros(len(INPUTS))
    squares = np.zeros(len(INPUTS))
    for at in range(0, len(points), batch_size):
        values = points[at:at + batch_size, INPUTS].astype(np.float64)
        total += values.sum(axis=0)
        squares += (values ** 2).sum(axis=0)
    mean = total / len(points)
    return (torch.tensor(mean, dtype=torch.float32),
            torch.tensor(np.sqrt(squares / len(points) - mean ** 2),
                         dtype=torch.float32))


def train_epoch(model, optimizer, batches, mean, deviation):
    """Returns the seconds, and the mean loss over the points."""
    device = mean.device
    criterion = torch.nn.CrossEntropyLoss()
    total = torch.zeros((), dtype=torch.float64, device=device)
    seen = 0
    start = time.perf_counter()
    for batch in batches:
        points = torch.from_numpy(batch).to(device)
        inputs = (points[:, INPUTS] - mean) / deviation
        classes = points[:, LABEL].long() - 1
        loss = criterion(model(inputs), classes)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(batch)
        seen += len(batch)
    loss = total.item() / seen  # waits for the device
    return time.perf_counter() - start, loss


def measure_python(args, model):
    points = peer.open_tile(args.tile)
    mean, deviation = (values.to(args.device) for values in
                       measure_inputs(points, args.batch_size))
    optimizer = torch.optim.AdamW(model.parameters())
    seconds, losses = zip(*(
        train_epoch(model, optimizer,
                    peer.load_in_thread(points, args.batch_size), mean,
                    deviation) for _ in range(args.rounds)))
    figures = {"python_losses": losses}
    peer.add_samples(figures, "python_train_s", seconds)
    return figures


def check_losses(found, expected):
    for epoch, (one, other) in enumerate(zip(found, expected)):
        if abs(one - other) > TOLERANCE * other:
            sys.exit(f"Epoch {epoch}: PyTorch has a loss of {other}, the "
                     f"pipeline {one}")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Measure PyTorch's training loop.")
    peer.add_arguments(parser)
    parser.add_argument("--device", default="cpu", type=torch.device,
                        help="PyTorch's device (%(default)s)")
    parser.add_argument("bench", nargs="*", metavar="BENCH-TRAIN",
                        help="what runs the built bench-train")
    args = parser.parse_args()
    peer.check_arguments(parser, args)
    return args


def describe_ratio(args, figures):
    """The aim is for the CPU."""
    if args.device.type == "cpu":
        return peer.describe_aim(figures, "python_over_train", AIM)
    return "python_over_train", f"{figures['python_over_train']:.1f}", ""


def main():
    peer.check_modules()
    args = parse_arguments()
    if args.check:
        return
    n_threads = len(os.sched_getaffinity(0))
    torch.set_num_threads(n_threads)
    model = make_model()
    # first, since threads of PyTorch's BLAS spin for a while after work
    figures = peer.run_bench([*args.bench, "--threads", str(n_threads)], args,
                             model)
    torch.backends.cuda.matmul.allow_tf32 = False
    figures.update(measure_python(args, model.to(args.device)))
    figures.update(peer.get_versions())
    figures["python_over_train"] = (figures["python_train_s"]
                                    / figures["train_s"])
    check_losses(figures["losses"], figures["python_losses"])
    peer.print_rows([
        *peer.describe_versions(figures),
        ("torch", figures["torch_version"], str(args.device)),
        peer.describe_samples(figures, "python_train_s"),
        describe_ratio(args, figures),
    ])
    if args.json:
        peer.write_json(figures, args.json)


if __name__ == "__main__":
    main()
