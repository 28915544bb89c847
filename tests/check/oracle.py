#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
r"""Independent answers for the tests, from NumPy. Never part of the product.

  oracle.py npy DIRECTORY
      writes arrays of 7 points, value of field f in point p: 10 * p + f
  oracle.py convert OUT.bin
      writes 1,000 records of every type, and OUT.bin.f4, the same as float32
  oracle.py las DIRECTORY
      writes LAS files, the names of their fields, and those as float32 columns
  oracle.py weights SEED WIDTH,WIDTH,... OUT.safetensors
      writes the weights that PyTorch's rule and the Mersenne Twister give
  oracle.py forward WEIGHTS.safetensors POINTS.f4 N_FIELDS FIELD,FIELD,... \
          COUNT,COUNT,...
      prints a line for the first COUNT points: the means of the outputs, and
      the means of their absolute values, all computed in float64
  oracle.py sha256 FILE
"""
import hashlib
import json
import sys

import numpy as np

from oracle_las import write_las

TYPES = ['f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8']


def write_npy(directory):
    values = 10 * np.arange(7)[:, None] + np.arange(6)[None, :]
    plain = values.astype('<f4')

    def save(name, array, version=(1, 0)):
        with open(f'{directory}/{name}.npy', 'wb') as file:
            np.lib.format.write_array(file, array, version=version)

    save('v1', plain)
    save('v2', plain, (2, 0))
    save('v3', plain, (3, 0))
    save('f8', values.astype('<f8'))
    save('u1', values.astype('u1'))
    save('nine', np.concatenate([values, values[:, :3] + 6], axis=1)
         .astype('<i4'))
    save('fortran', np.asfortranarray(plain))
    save('big', plain.astype('>f4'))
    save('one', plain[:, 0].copy())
    save('three', plain.reshape(7, 2, 3))
    save('none', plain[:0])
    save('wide', np.zeros((7, 2000), 'u1'))
    save('half', plain.astype('<f2'))
    save('complex', plain.astype('<c8'))
    packed = np.zeros(7, dtype=[('x', '<f4'), ('é', '<u2'), ('class', 'u1')])
    for field, name in enumerate(packed.dtype.names):
        packed[name] = values[:, field]
    save('packed', packed, (3, 0))
    save('latin', packed, (1, 0))
    aligned = np.zeros(7, dtype=np.dtype(
        [('a', 'u1'), ('x', '<f8'), ('b', 'u1')], align=True))
    for field, name in enumerate(aligned.dtype.names):
        aligned[name] = values[:, field]
    save('aligned', aligned)
    save('nested', np.zeros(7, dtype=[('p', [('x', '<f4'), ('y', '<f4')])]))
    save('subarray', np.zeros(7, dtype=[('xyz', '<f4', (3,))]))
    with open(f'{directory}/v1.npy', 'rb') as file:
        whole = file.read()
    for name, data in {'short': whole[:-1], 'long': whole + b'\0',
                       'cut': whole[:60], 'tiny': whole[:8],
                       'garbled': whole.replace(b"'shape'", b"'shope'"),
                       'version': whole[:6] + b'\x09' + whole[7:],
                       'huge': whole.replace(
                           b'(7, 6), }', b'(9223372036854775807, 6)}'),
                       'magic': b'NUMPY' + whole}.items():
        with open(f'{directory}/{name}.npy', 'wb') as file:
            file.write(data)


def write_convert(path):
    rng = np.random.default_rng(5)
    dtype = np.dtype([(code, '<' + code) for code in TYPES])
    points = np.frombuffer(rng.bytes(1000 * dtype.itemsize), dtype).copy()
    points['f4'] = rng.standard_normal(1000) * 1e6
    points['f8'] = rng.standard_normal(1000) * 10.0 ** rng.integers(
        -50, 50, 1000)
    points['f4'][:4] = [np.nan, np.inf, -np.inf, -0.0]
    points['f8'][:4] = [np.nan, np.inf, -np.inf, 1e-300]
    points.tofile(path)
    with np.errstate(all='ignore'):
        np.stack([points[code].astype('<f4') for code in TYPES],
                 axis=1).tofile(path + '.f4')


def write_safetensors(path, tensors):
    header, data = {}, b''
    for name, value in tensors.items():
        raw = value.astype('<f4').tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(value.shape),
                        'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps({'__metadata__': {'format': 'pt'}, **header}).encode()
    with open(path, 'wb') as file:
        file.write(len(text).to_bytes(8, 'little') + text + data)


def read_layers(path):
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
    numbers = sorted({int(name.split('.')[0]) for name in tensors})
    return [(tensors[f'{n}.weight'].astype(np.float64),
             tensors[f'{n}.bias'].astype(np.float64)) for n in numbers]


def write_weights(seed, widths, path):
    twister = np.random.RandomState(seed)

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


def print_forward(weights, points, n_fields, fields, counts):
    values = np.fromfile(points, '<f4').reshape(-1, n_fields)[:, fields]
    values = values.astype(np.float64)
    layers = read_layers(weights)
    with np.errstate(all='ignore'):
        for number, (weight, bias) in enumerate(layers):
            values = values @ weight.T + bias
            if number + 1 < len(layers):
                values = np.maximum(values, 0)  # a NaN stays one
        for count in counts:
            means = [values[:count].mean(axis=0),
                     np.abs(values[:count]).mean(axis=0)]
            print(*(repr(float(mean)) for mean in np.concatenate(means)))


def main():
    command, *arguments = sys.argv[1:]
    if command == 'npy':
        write_npy(*arguments)
    elif command == 'convert':
        write_convert(*arguments)
    elif command == 'las':
        write_las(*arguments)
    elif command == 'weights':
        seed, widths, path = arguments
        write_weights(int(seed), [int(width) for width in widths.split(',')],
                      path)
    elif command == 'forward':
        weights, points, n_fields, fields, counts = arguments
        print_forward(weights, points, int(n_fields),
                      [int(field) for field in fields.split(',')],
                      [int(count) for count in counts.split(',')])
    elif command == 'sha256':
        with open(arguments[0], 'rb') as file:
            print(hashlib.sha256(file.read()).hexdigest())
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main()
