# SPDX-License-Identifier: MIT
"""Layers, their weights in safetensors files, and their outputs in float64."""
import json

import numpy as np


def write_safetensors(path, tensors):
    header, data = {}, b''
    for name, value in tensors.items():
        raw = value.tobytes()
        header[name] = {'dtype': f'F{8 * value.itemsize}', 'shape': list(value.shape),
                        'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps({'__metadata__': {'format': 'pt'}, **header}).encode()
    with open(path, 'wb') as file:
        file.write(len(text).to_bytes(8, 'little') + text + data)


def read_tensors(path):
    with open(path, 'rb') as file:
        length = int.from_bytes(file.read(8), 'little')
        header = json.loads(file.read(length))
        data = file.read()
    header.pop('__metadata__', None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry['data_offsets']
        tensors[name] = np.frombuffer(data[begin:end], '<f4').reshape(
            entry['shape'])
    return tensors


def read_layers(path):
    tensors = read_tensors(path)
    numbers = sorted({int(name.split('.')[0]) for name in tensors})
    return [(tensors[f'{n}.weight'].astype(np.float64),
             tensors[f'{n}.bias'].astype(np.float64)) for n in numbers]


def write_weights(seed, width_list, path):
    twister = np.random.RandomState(int(seed))
    widths = [int(width) for width in width_list.split(',')]

    def uniform(shape, bound):
        bits = twister.randint(0, 2 ** 32, size=int(np.prod(shape)),
                               dtype=np.uint32)
        unit = (bits >> 8) / 2.0 ** 24
        return ((2 * unit - 1) * bound).astype('<f4').reshape(shape)

    tensors = {}
    for layer, (n_in, n_out) in enumerate(zip(widths, widths[1:])):
        bound = 1 / np.sqrt(float(n_in))
        tensors[f'{2 * layer}.weight'] = uniform((n_out, n_in), bound)
        tensors[f'{2 * layer}.bias'] = uniform((n_out,), bound)
    write_safetensors(path, tensors)


def forward(layers, inputs):
    """A NaN stays one."""
    values = inputs
    for number, (weight, bias) in enumerate(layers):
        values = values @ weight.astype(np.float64).T + bias
        if number + 1 < len(layers):
            values = np.maximum(values, 0)
    return values


def print_forward(weights, points, n_fields, field_list, count_list):
    fields = [int(field) for field in field_list.split(',')]
    inputs = np.fromfile(points, '<f4').reshape(-1, int(n_fields))[:, fields]
    with np.errstate(all='ignore'):
        values = forward(read_layers(weights), inputs.astype(np.float64))
        for count in map(int, count_list.split(',')):
            means = [values[:count].mean(axis=0),
                     np.abs(values[:count]).mean(axis=0)]
            print(*(repr(float(mean)) for mean in np.concatenate(means)))
