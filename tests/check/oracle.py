#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
r"""Independent answers for the tests, from NumPy. Never part of the product.

  oracle.py npy DIRECTORY
      writes arrays of 7 points, value of field f in point p: 10 * p + f
  oracle.py convert OUT.bin
      writes 1,000 records of every type, and OUT.bin.f4, the same as float32
  oracle.py las DIRECTORY
      writes LAS files, the names of their fields, and those as float32 columns
  oracle.py ply DIRECTORY
      writes types.bin, 3,000 records of every type, and PLY files of them in
      all forms: FORM.ply, and FORM-among.ply with other elements around them
  oracle.py read-ply FILE.ply OUT.bin
      writes the points of a file of x, y and z
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


PLY_NAMES = {'i1': ('char', 'int8'), 'u1': ('uchar', 'uint8'),
             'i2': ('short', 'int16'), 'u2': ('ushort', 'uint16'),
             'i4': ('int', 'int32'), 'u4': ('uint', 'uint32'),
             'i8': ('int64', 'int64'), 'u8': ('uint64', 'uint64'),
             'f4': ('float', 'float32'), 'f8': ('double', 'float64')}
PLY_FORMATS = {'ascii': 'ascii', '<': 'binary_little_endian',
               '>': 'binary_big_endian'}


def make_ply_points(count):
    rng = np.random.default_rng(11)
    dtype = np.dtype([('x', '<f4'), ('y', '<f8'), ('z', '<f4')]
                     + [(code, '<' + code) for code in TYPES])
    points = np.frombuffer(rng.bytes(count * dtype.itemsize), dtype).copy()
    for name in dtype.names:
        kind = dtype[name]
        if kind.kind == 'f':
            points[name] = rng.standard_normal(count) * 10.0 ** rng.integers(
                -30, 30, count)
            limits = np.finfo(kind)
            points[name][:6] = [np.nan, np.inf, -np.inf, -0.0, limits.max,
                                limits.smallest_subnormal]
        else:
            limits = np.iinfo(kind)
            points[name][:2] = [limits.min, limits.max]
    return points


def print_rows(rows, blank, end):
    columns = [[str(value) for value in rows[name]]
               for name in rows.dtype.names]
    return ''.join(blank.join(row) + end for row in zip(*columns)).encode()


def write_ply(path, form, elements, style=0, end='\n', blank=' ', tail='',
              notes=()):
    """An element is a name and an array, or a name, properties and rows whose
    values are numbers, or arrays for lists, which are (count, item) types."""
    lines = ['ply', f'format {PLY_FORMATS[form]} 1.0', *notes]
    body = b''
    for name, properties, rows in elements:
        lines.append(f'element {name} {len(rows)}')
        for key, code in properties:
            lines.append('property ' + (
                f'list {PLY_NAMES[code[0]][style]} {PLY_NAMES[code[1]][style]}'
                if isinstance(code, tuple) else PLY_NAMES[code][style])
                + f' {key}')
        if isinstance(rows, np.ndarray):
            body += print_rows(rows, blank, tail + end) if form == 'ascii' \
                else rows.astype(rows.dtype.newbyteorder(form)).tobytes()
            continue
        for row in rows:
            words, data = [], b''
            for value, (_, code) in zip(row, properties):
                parts = [np.array([value]).astype(code)] \
                    if isinstance(code, str) else [
                        np.array([len(value)]).astype(code[0]),
                        np.array(value).astype(code[1])]
                for part in parts:
                    words += [str(number) for number in part]
                    if form != 'ascii':
                        data += part.astype(
                            part.dtype.newbyteorder(form)).tobytes()
            body += (blank.join(words) + tail + end).encode() \
                if form == 'ascii' else data
    lines.append('end_header')
    header = ''.join(line + tail + end for line in lines)
    with open(path, 'wb') as file:
        file.write(header.encode() + body)


def write_plys(directory):
    points = make_ply_points(3000)
    points.tofile(f'{directory}/types.bin')
    names = points.dtype.names
    properties = [(name, points.dtype[name].str[1:]) for name in names]
    vertex = ('vertex', properties, points)
    rng = np.random.default_rng(3)

    def item(code, count):
        return (rng.random(count) * 100).astype(code)

    faces = ('face', [('vertex_indices', ('u1', 'i4')), ('quality', 'f4'),
                      ('more', ('i2', 'f8'))],
             [(item('i4', rng.integers(0, 9)), 1.5, item('f8', i % 3))
              for i in range(500)])
    strips = ('strips', [('long', ('u4', 'u1'))],
              [(item('u1', 400000),), (item('u1', 0),)])
    wide = ('wide', [('a', ('i8', 'u2')), ('b', ('i4', 'i8')),
                     ('c', ('u2', 'i1')), ('d', ('i1', 'f4'))],
            [(item('u2', 3), item('i8', 2), item('i1', 300), item('f4', 1))])
    cameras = ('camera', [('x', 'f4'), ('view', 'u2')], [(1, 2), (3, 4)])
    nothing = ('nothing', [('x', 'f4')], [])
    bare = ('bare', [], [(), ()])
    scan = ('scan', [('z', 'i2'), ('x', 'i2'), ('y', 'i2')],
            [(3, 1, 2), (6, 4, 5)])

    for form, name in {'<': 'little', '>': 'big', 'ascii': 'text'}.items():
        write_ply(f'{directory}/{name}.ply', form, [vertex])
        write_ply(f'{directory}/{name}-among.ply', form,
                  [cameras, faces, nothing, wide, strips, vertex,
                   ('edge', faces[1], faces[2][:2]), ('none', *nothing[1:])],
                  style=1,
                  notes=['comment x y z', 'obj_info \t of  this',
                         'comment', 'comment element vertex 7'])
        write_ply(f'{directory}/{name}-two.ply', form,
                  [cameras, scan, vertex])
        write_ply(f'{directory}/{name}-first.ply', form,
                  [cameras, scan, ('other',) + scan[1:]])
        write_ply(f'{directory}/{name}-testing.ply', form,
                  [scan, ('testing',) + vertex[1:]])
        write_ply(f'{directory}/{name}-crlf.ply', form, [vertex], end='\r\n')
        write_ply(f'{directory}/{name}-cr.ply', form, [vertex], end='\r')
        write_ply(f'{directory}/{name}-blanks.ply', form, [nothing, vertex],
                  tail=' \t ', blank='\t  ')
    write_ply(f'{directory}/text-bare.ply', 'ascii',
              [bare, ('vertex',) + scan[1:], ('more',) + bare[1:]],
              end='\n\n  \n')


def read_ply(path, out):
    """Of x, y and z as float32 only."""
    with open(path, 'rb') as file:
        header, _, body = file.read().partition(b'end_header\n')
    if b'ascii' in header:
        np.array(body.split(), '<f4').tofile(out)
    else:
        np.frombuffer(body, '<f4').tofile(out)


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
    elif command == 'ply':
        write_plys(*arguments)
    elif command == 'read-ply':
        read_ply(*arguments)
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
