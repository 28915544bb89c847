#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What train-ground.sh trains, as a loop in PyTorch: the same points, model,
optimizer and schedule, in a random order of its own.

    train-ground.py FILE LAYERS LEARNING-RATE BATCH-SIZE EPOCHS

FILE is a LAS file of point format 3 with classes 1 and 2, or a tile of
ssio-make-tile.
"""

import sys
import time

import numpy as np
import torch

LAS_FORMAT_3 = np.dtype([
    ("xyz", "<i4", 3), ("intensity", "<u2"), ("returns", "u1"),
    ("classification", "u1"), ("rest", "V18")])


def read_las(path):
    """Features and classes; coordinates as they are stored, since a model of
    normalised inputs does not see scale and offset."""
    with open(path, "rb") as file:
        header = file.read(227)
    offset, format_id = (int.from_bytes(header[96:100], "little"), header[104])
    count = int.from_bytes(header[107:111], "little")
    if format_id != 3:
        sys.exit(f"{path}: expected point format 3, found {format_id}")
    records = np.fromfile(path, LAS_FORMAT_3, count, offset=offset)
    features = np.column_stack([
        records["xyz"], records["intensity"], records["returns"] & 7,
        records["returns"] >> 3 & 7]).astype(np.float64)
    return features, records["classification"] - 1


def read_tile(path):
    points = np.fromfile(path, "<f4").reshape(-1, 6)
    return points[:, :4].astype(np.float64), points[:, 4] - 1


def make_model(n_inputs, layers):
    modules = []
    for n_outputs in layers:
        modules += [torch.nn.Linear(n_inputs, n_outputs), torch.nn.ReLU()]
        n_inputs = n_outputs
    return torch.nn.Sequential(*modules[:-1])


def train(model, features, classes, rate, batch_size, epochs):
    optimizer = torch.optim.AdamW(model.parameters(), rate)
    n_batches = -(-len(classes) // batch_size)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, epochs * n_batches)
    criterion = torch.nn.CrossEntropyLoss()
    for epoch in range(epochs):
        start = time.perf_counter()
        total, right = 0.0, 0
        for batch in torch.randperm(len(classes)).split(batch_size):
            outputs = model(features[batch])
            loss = criterion(outputs, classes[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            total += loss.item() * len(batch)
            right += (outputs.argmax(1) == classes[batch]).sum().item()
        seconds = time.perf_counter() - start
        print(f"epoch {epoch}: {seconds:.2f} s, "
              f"{len(classes) / seconds / 1e6:.2f} million points/s, "
              f"loss {total / len(classes):.6g}, "
              f"accuracy {100 * right / len(classes):.6g} %")


def main():
    path, layers, rate, batch_size, epochs = sys.argv[1:]
    read = read_las if path.endswith(".las") else read_tile
    features, classes = read(path)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    features = torch.from_numpy(features.astype(np.float32))
    classes = torch.from_numpy(classes.astype(np.int64))
    model = make_model(features.shape[1],
                       [int(width) for width in layers.split(",")])
    train(model, features, classes, float(rate), int(batch_size), int(epochs))
    with torch.inference_mode():
        right = (model(features).argmax(1) == classes).sum().item()
    print(f"the trained model: accuracy {100 * right / len(classes):.6g} %")


if __name__ == "__main__":
    main()
