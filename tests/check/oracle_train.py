# SPDX-License-Identifier: MIT
"""Training as PyTorch does it: by its formulas in float64, or by itself."""
import json

import numpy as np

from oracle_model import read_tensors, write_safetensors

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def get_rate(settings, step):
    rate = settings['learning_rate']
    if settings['schedule'] == 'cosine':
        total = settings['schedule_steps']
        rate *= (1 + np.cos(np.pi * min(step, total) / total)) / 2
    return rate


def cross_entropy(outputs, classes, class_weights):
    """The weighted mean over points with a class, and its gradient."""
    counted = classes >= 0
    index = np.where(counted, classes, 0)
    weights = class_weights[index] * counted
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    totals = exponentials.sum(axis=1, keepdims=True)
    rows = np.arange(len(outputs))
    losses = np.log(totals[:, 0]) - shifted[rows, index]
    gradient = exponentials / totals
    gradient[rows, index] -= 1
    gradient *= (weights / weights.sum())[:, None]
    return (losses * weights).sum() / weights.sum(), gradient


class NumpyTrainer:
    def __init__(self, tensors, settings):
        self.names = list(tensors)
        self.values = [tensors[name].astype(np.float64) for name in tensors]
        self.settings = settings
        self.class_weights = np.array(settings['class_weights'])
        self.step = 0
        self.first = [np.zeros_like(value) for value in self.values]
        self.second = [np.zeros_like(value) for value in self.values]

    def get_gradients(self, points, classes):
        activations = [points.astype(np.float64)]
        layers = list(zip(self.values[::2], self.values[1::2]))
        for number, (weight, bias) in enumerate(layers):
            values = activations[-1] @ weight.T + bias
            if number + 1 < len(layers):
                values = np.maximum(values, 0)
            activations.append(values)
        loss, gradient = cross_entropy(activations[-1], classes,
                                       self.class_weights)
        gradients = []
        for number in reversed(range(len(layers))):
            gradients[:0] = [gradient.T @ activations[number],
                             gradient.sum(axis=0)]
            gradient = gradient @ layers[number][0]
            gradient = gradient * (activations[number] > 0)
        return loss, gradients

    def update(self, gradients):
        settings = self.settings
        rate = get_rate(settings, self.step)
        decay = settings['weight_decay']
        self.step += 1
        for i, gradient in enumerate(gradients):
            if settings['optimizer'] == 'sgd':
                gradient = gradient + decay * self.values[i]
                self.first[i] = (gradient if self.step == 1 else
                                 settings['momentum'] * self.first[i]
                                 + gradient)
                self.values[i] = self.values[i] - rate * self.first[i]
                continue
            self.values[i] = self.values[i] * (1 - rate * decay)
            self.first[i] = (BETA_1 * self.first[i]
                             + (1 - BETA_1) * gradient)
            self.second[i] = (BETA_2 * self.second[i]
                              + (1 - BETA_2) * gradient ** 2)
            mean = self.first[i] / (1 - BETA_1 ** self.step)
            square = self.second[i] / (1 - BETA_2 ** self.step)
            self.values[i] = (self.values[i]
                              - rate * mean / (np.sqrt(square) + EPSILON))

    def train(self, batches):
        """A batch is points and classes; the losses come back."""
        each = self.settings['steps_per_update']
        losses = []
        for first in range(0, len(batches), each):
            group = batches[first:first + each]
            results = [self.get_gradients(*batch) for batch in group]
            losses += [loss for loss, _ in results]
            self.update([sum(parts) / len(group) for parts in
                         zip(*(gradients for _, gradients in results))])
        return losses

    def get_tensors(self):
        return {name: value.astype('<f4')
                for name, value in zip(self.names, self.values)}


class TorchTrainer:
    """A loop as PyTorch's users write it."""

    def __init__(self, tensors, settings):
        import torch
        self.torch = torch
        self.settings = settings
        weights = [name for name in tensors if name.endswith('.weight')]
        modules = []
        for name in weights:
            n_out, n_in = tensors[name].shape
            modules += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.model.load_state_dict({name: torch.from_numpy(value.copy())
                                    for name, value in tensors.items()})
        parameters = self.model.parameters()
        if settings['optimizer'] == 'sgd':
            self.optimizer = torch.optim.SGD(
                parameters, settings['learning_rate'],
                momentum=settings['momentum'],
                weight_decay=settings['weight_decay'])
        else:
            self.optimizer = torch.optim.AdamW(
                parameters, settings['learning_rate'],
                weight_decay=settings['weight_decay'])
        self.scheduler = None
        if settings['schedule'] == 'cosine':
            self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
                self.optimizer, settings['schedule_steps'])

    def train(self, batches):
        torch = self.torch
        each = self.settings['steps_per_update']
        criterion = torch.nn.CrossEntropyLoss(
            torch.tensor(self.settings['class_weights'], dtype=torch.float32),
            ignore_index=-1)
        losses = []
        for first in range(0, len(batches), each):
            group = batches[first:first + each]
            self.optimizer.zero_grad()
            for points, classes in group:
                loss = criterion(self.model(torch.from_numpy(points.copy())),
                                 torch.from_numpy(classes.astype(np.int64)))
                (loss / len(group)).backward()
                losses.append(loss.item())
            self.optimizer.step()
            if self.scheduler:
                self.scheduler.step()
        return losses

    def get_tensors(self):
        return {name: value.numpy().astype('<f4')
                for name, value in self.model.state_dict().items()}


def train(settings_text, tensors, points):
    """points has a class in its last column, below 0 for one that does not
    count; batches are taken in order, round and round.  Returns the losses
    and the tensors, or None where there is no PyTorch and it is asked for."""
    settings = json.loads(settings_text)
    size = settings['batch_size']
    n_batches = len(points) // size
    rows = [points[size * (i % n_batches):size * (i % n_batches + 1)]
            for i in range(settings['batches'])]
    batches = [(batch[:, :-1], batch[:, -1].astype(np.int64))
               for batch in rows]
    try:
        trainer = (TorchTrainer if settings['torch'] else NumpyTrainer)(
            tensors, settings)
    except ImportError:
        return None
    return trainer.train(batches), trainer.get_tensors()


def print_training(settings, weights, points, n_columns, path):
    values = np.fromfile(points, '<f4').reshape(-1, int(n_columns))
    result = train(settings, read_tensors(weights), values)
    if result is None:
        print('no torch')
        return
    losses, tensors = result
    write_safetensors(path, tensors)
    print(*(repr(float(loss)) for loss in losses))
