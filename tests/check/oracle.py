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
  oracle.py train SETTINGS WEIGHTS.safetensors POINTS.f4 N_COLUMNS \
          OUT.safetensors
      trains as oracle_train.py says, writes the weights, and prints the losses
      of the batches; prints "no torch" where it is asked for and missing
  oracle.py sha256 FILE
  oracle.py pcd DIRECTORY N_POINTS
      writes PCD files, good and bad, and the records they hold: mixed.bin, of
      N_POINTS points of every type, and xyz.bin, of 7 points
  oracle.py pcd-real FILE.pcd OUT.f8
      writes the columns of a binary file, one after the other, as float64
  oracle.py las-coordinates FILE.las OUT.f8
      writes x, y and z, one after the other, as float64
  oracle.py conversions DIRECTORY
      writes points of many layouts, and what they are in others
  oracle.py scope DIRECTORY
      writes points.bin, of x, y, z and a value from 0 to 255 as float32, and
      pictures of it, 320 x 200 x RGB: top.rgb and perspective.rgb (azimuth 215,
      elevation 30, distance 60); prints how many points each has in it
  oracle.py semantickitti DIRECTORY
      writes velodyne/N.bin, labels/N.label, and joined, the records of all
  oracle.py predictions DIRECTORY
      writes tiles/, points of several files, arrays of a class for each of
      them, good and bad, and the records joined; prints how many points there
      are
  oracle.py velodyne DIRECTORY
      writes NAME.packets, a time in nanoseconds and 1206 bytes each, the same
      as NAME.pcap, and NAME-CUT.points, what the sensor saw
  oracle.py velodyne-drive OUT.pcap SECONDS
      writes what a VLP-16 sends
  oracle.py evaluate DIRECTORY
      writes points with labels, weights, and outputs as float64; prints what
      an evaluation must find
  oracle.py describe-npy FILE.npy
      prints type, shape and the first and last value
"""
import hashlib
import json
import os
import sys

import numpy as np

from oracle_convert import write_conversions
from oracle_evaluate import describe_npy, evaluate
from oracle_las import write_las
from oracle_predictions import write_predictions
from oracle_scope import write_scope
from oracle_train import train
from oracle_velodyne import write_drive, write_velodyne
from oracle_record import check_recorded

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


def print_training(settings, weights, points, n_columns, path):
    values = np.fromfile(points, '<f4').reshape(-1, n_columns)
    result = train(settings, read_tensors(weights), values)
    if result is None:
        print('no torch')
        return
    losses, tensors = result
    write_safetensors(path, tensors)
    print(*(repr(float(loss)) for loss in losses))


def lzf_compress(data):
    """LZF: literal runs, and references to three bytes or more before."""
    out, literals, seen, at = bytearray(), bytearray(), {}, 0

    def flush():
        for start in range(0, len(literals), 32):
            run = literals[start:start + 32]
            out.append(len(run) - 1)
            out.extend(run)
        literals.clear()

    while at < len(data):
        key = data[at:at + 3]
        before = seen.get(key, -1) if len(key) == 3 else -1
        seen[key] = at
        if before < 0 or at - before > 8192:
            literals.append(data[at])
            at += 1
            continue
        length = 3
        while (length < 264 and at + length < len(data)
               and data[before + length] == data[at + length]):
            length += 1
        flush()
        distance = at - before - 1
        code = length - 2
        out.append(min(code, 7) << 5 | distance >> 8)
        if code >= 7:
            out.append(code - 7)
        out.append(distance & 255)
        at += length
    flush()
    return bytes(out)


def pcd_header(fields, n_points, data, **changes):
    """fields: (name, NumPy's code, count). A change of None drops an entry."""
    letters = {'f': 'F', 'i': 'I', 'u': 'U'}
    entries = {
        'VERSION': '0.7',
        'FIELDS': ' '.join(name for name, _, _ in fields),
        'SIZE': ' '.join(code[1] for _, code, _ in fields),
        'TYPE': ' '.join(letters[code[0]] for _, code, _ in fields),
        'COUNT': ' '.join(str(count) for _, _, count in fields),
        'WIDTH': n_points, 'HEIGHT': 1, 'VIEWPOINT': '0 0 0 1 0 0 0',
        'POINTS': n_points, 'DATA': data}
    lines = ['# .PCD v0.7 - Point Cloud Data file format']
    for name, value in {**entries, **changes}.items():
        if value is not None:
            lines.append(f'{name} {value}')
    return ('\n'.join(lines) + '\n').encode()


def pcd_word(value):
    if isinstance(value, np.floating):
        return 'nan' if np.isnan(value) else repr(float(value)) \
            if value.dtype == np.float64 else str(value)
    return str(int(value))


def pcd_records(values):
    """The bytes of a binary file: values[i] has a row a point of field i."""
    columns = [np.ascontiguousarray(column) for column in values]
    return np.concatenate([column.view('u1').reshape(len(column), -1)
                           for column in columns], axis=1).tobytes()


def pcd_text(values):
    lines = []
    for row in range(len(values[0])):
        lines.append(' '.join(pcd_word(value) for column in values
                              for value in column[row]))
    return ('\n'.join(lines) + '\n').encode()


def pcd_compressed(fields, values, has_padding=False):
    data = b''.join(np.ascontiguousarray(column).tobytes()
                    for (name, _, _), column in zip(fields, values)
                    if has_padding or name != '_')
    block = lzf_compress(data)
    sizes = np.array([len(block), len(data)], '<u4')
    return sizes.tobytes() + block


def pcd_values(fields, n_points, rng):
    values = []
    for name, code, count in fields:
        shape = (n_points, count)
        if name == '_':
            column = np.zeros(shape, '<' + code)
        elif code[0] == 'f':
            column = (rng.standard_normal(shape)
                      * 10.0 ** rng.integers(-20, 20, shape)).astype('<' + code)
            limits = np.finfo(code)
            edges = [np.nan, np.inf, -np.inf, limits.max, limits.min,
                     limits.tiny, -0.0]
            column[:len(edges), 0] = edges
        else:
            limits = np.iinfo(code)
            column = rng.integers(limits.min, limits.max, shape, code,
                                  endpoint=True)
            column[:2, 0] = [limits.min, limits.max]
            column[n_points // 2:] = 7  # so that there is what can be repeated
        values.append(column)
    return values


def write_pcd(directory, n_points):
    rng = np.random.default_rng(11)

    def save(name, data):
        with open(f'{directory}/{name}', 'wb') as file:
            file.write(data)

    mixed = [('f4', 'f4', 1), ('_', 'u1', 3), ('f8', 'f8', 1), ('i1', 'i1', 1),
             ('i2', 'i2', 1), ('i4', 'i4', 1), ('i8', 'i8', 1), ('_', 'f4', 1),
             ('u1', 'u1', 1), ('u2', 'u2', 1), ('u4', 'u4', 1), ('u8', 'u8', 1),
             ('h', 'i2', 3), ('_', 'u1', 2)]
    values = pcd_values(mixed, n_points, rng)
    records = pcd_records(values)
    header = pcd_header(mixed, n_points, 'binary')
    text = pcd_text(values)
    save('mixed.bin', records)
    save('mixed-binary.pcd', header + records)
    save('mixed-page.pcd', header + records + bytes(4096 - len(header)))
    save('mixed-ascii.pcd', pcd_header(mixed, n_points, 'ascii') + text)
    compressed = pcd_header(mixed, n_points, 'binary_compressed')
    block = pcd_compressed(mixed, values)
    save('mixed-compressed.pcd', compressed + block)
    save('mixed-padded.pcd', compressed + pcd_compressed(mixed, values, True))
    save('mixed-compressed-page.pcd',
         compressed + block + bytes(4096 - len(compressed)))

    xyz = [('x', 'f4', 1), ('y', 'f4', 1), ('z', 'f4', 1)]
    points = [np.arange(7, dtype='<f4')[:, None] * 10 + i for i in range(3)]
    raw, text = pcd_records(points), pcd_text(points)
    ascii_lines = text.decode().split('\n')

    def ascii_points(name, data=text, n=7, fields=xyz, **changes):
        if isinstance(data, str):
            data = data.encode()
        save(name, pcd_header(fields, n, 'ascii', **changes) + data)

    def binary_points(name, data=raw, n=7, fields=xyz, **changes):
        save(name, pcd_header(fields, n, 'binary', **changes) + data)

    save('xyz.bin', raw)
    binary_points('good-dot7.pcd', VERSION='.7')
    binary_points('good-count.pcd', COUNT=None)
    binary_points('good-points.pcd', WIDTH=None, HEIGHT=None)
    binary_points('good-width.pcd', POINTS=None)
    binary_points('good-rows.pcd', data=raw[:72], n=6, WIDTH=3, HEIGHT=2)
    binary_points('good-old.pcd', VERSION='0.6', SIZE=None, TYPE=None,
                  COUNT=None, VIEWPOINT=None)
    save('good-columns.pcd',
         b'VERSION 0.5\nCOLUMNS x y z\nPOINTS 7\nDATA binary\n' + raw)
    header = pcd_header(xyz, 7, 'binary').replace(b'\n', b'\r\n')
    save('good-crlf.pcd', header + raw)
    save('good-blank.pcd', pcd_header(xyz, 7, 'binary').replace(
        b'FIELDS ', b'\n# a comment\n\t FIELDS\t') + raw)
    save('good-nomagic.pcd', pcd_header(xyz, 7, 'binary')[43:] + raw)
    save('good-text-crlf.pcd', pcd_header(xyz, 7, 'ascii').replace(
        b'\n', b'\r\n') + text.replace(b'\n', b'\r\n'))
    ascii_points('good-text-open.pcd', text[:-1])
    ascii_points('good-text-blank.pcd', '\n \t\n' + '\n\n'.join(
        '\t ' + line.replace(' ', ' \t ') + ' ' for line in ascii_lines) + '\n')
    ascii_points('good-text-forms.pcd', '+0 1e0 2.\n1E+1 .11e2 12\n' + '\n'.join(
        ascii_lines[2:]))

    odd = [('x', 'f4', 1), ('n', 'u1', 1), ('m', 'i8', 1), ('d', 'f8', 1)]
    ascii_points('odd.pcd', 'NaN 255 -9223372036854775808 -Inf\n'
                 'INFINITY 0 9223372036854775807 -1.7976931348623157e308\n'
                 '1e-60 +1 -0 5e-324\n', 3, odd)

    bad = {'empty-fields': dict(FIELDS=''), 'no-fields': dict(FIELDS=None),
           'no-size': dict(SIZE=None), 'no-type': dict(TYPE=None),
           'no-points': dict(WIDTH=None, HEIGHT=None, POINTS=None),
           'no-width': dict(WIDTH=None),
           'version': dict(VERSION='0.8'),
           'size-list': dict(SIZE='4 4'), 'type-list': dict(TYPE='F F F F'),
           'count-list': dict(COUNT='1'),
           'f2': dict(SIZE='4 2 4'), 'u3': dict(SIZE='4 3 4', TYPE='F U F'),
           'size0': dict(SIZE='4 0 4'), 'size-word': dict(SIZE='4 four 4'),
           'letter': dict(TYPE='F D F'), 'lower': dict(TYPE='F f F'),
           'count0': dict(COUNT='1 0 1'), 'count-minus': dict(COUNT='1 -1 1'),
           'count-huge': dict(COUNT='1 1 4294967296'),
           'count-many': dict(COUNT='1 1 1023'),
           'count-wide': dict(FIELDS='x y _', COUNT='1 1 262144'),
           'twice': dict(FIELDS='x y x'), 'name': dict(FIELDS='x y z:f4'),
           'suffix': dict(FIELDS='x x_1 y', COUNT='2 1 1'),
           'padding': dict(FIELDS='_ _ _'),
           'product': dict(WIDTH=7, HEIGHT=2), 'minus': dict(POINTS=-7),
           'overflow': dict(WIDTH=2 ** 62, HEIGHT=4, POINTS=0),
           'zero': dict(WIDTH=0, POINTS=0), 'data': dict(DATA='binary_zip'),
           'huge': dict(WIDTH=2 ** 61, POINTS=2 ** 61)}
    for name, changes in bad.items():
        binary_points(f'bad-{name}.pcd', **changes)
    header = pcd_header(xyz, 7, 'binary')
    save('bad-end.pcd', pcd_header(xyz, 7, 'binary', DATA=None))
    save('bad-endless.pcd', header[:43] + b'# more\n' * 200000 + header[43:])
    save('bad-again.pcd', header.replace(b'SIZE', b'FIELDS a b c\nSIZE') + raw)
    save('bad-entry.pcd', header.replace(b'VIEWPOINT', b'VIEWPORT') + raw)
    save('bad-nul.pcd', header.replace(b'x y', b'x\0y') + raw)
    save('bad-cut.pcd', header + raw[:-1])
    save('bad-over.pcd', header + raw + b'\0')
    save('bad-page.pcd', header + raw + bytes(4095 - len(header)))
    many = [(f'f{i}', 'u1', 1) for i in range(1025)]
    binary_points('bad-1025.pcd', b'', 7, many)

    ascii_points('text-promise.pcd', n=1000)
    ascii_points('text-zero.pcd', '', 0)
    for name, line in {'word': '1 two 3', 'few': '1 2', 'more': '1 2 3 4',
                       'big': '1 1e39 3', 'hex': '1 0x10 3',
                       'nul': '1 2\0 3', 'comma': '1,2 2 3'}.items():
        ascii_points(f'text-{name}.pcd',
                     '\n'.join(ascii_lines[:4] + [line] + ascii_lines[5:]))
    for name, line in {'u1': '1 256 0 0', 'minus': '1 -1 0 0',
                       'fraction': '1 1.5 0 0', 'nan': '1 nan 0 0',
                       'i8': '1 1 9223372036854775808 0',
                       'u65': '1 1 99999999999999999999 0',
                       'f8': '1 1 1 -1e309', 'sign': '1 + 1 1'}.items():
        ascii_points(f'text-int-{name}.pcd', line + '\n', 1, odd)
    ascii_points('text-short.pcd', '\n'.join(
        line + ' ' * 9 for line in ascii_lines[:6]))
    ascii_points('text-long.pcd', text + b'1 2 3\n')
    ascii_points('text-endless.pcd', text[:20] + b' ' * (3 << 20))

    head = pcd_header(xyz, 7, 'binary_compressed')
    block = pcd_compressed(xyz, points)
    n_block = len(block) - 8

    def sizes(compressed, uncompressed):
        return np.array([compressed, uncompressed], '<u4').tobytes()

    for name, data in {
            'none': b'', 'prefix': block[:7], 'cut': block[:-1],
            'over': block + b'\0', 'less': sizes(n_block, 83) + block[8:],
            'more': sizes(n_block, 85) + block[8:],
            'block': sizes(2 ** 32 - 1, 84) + block[8:],
            'empty': sizes(0, 84)}.items():
        save(f'lzf-{name}.pcd', head + data)
    save('lzf-good.pcd', head + block)
    save('lzf-ratio.pcd', pcd_header(xyz, 8, 'binary_compressed')
         + sizes(1, 96) + b'\0')
    garbled = bytearray(block)
    garbled[8:11] = b'\xff\xff\xff'  # refers to what was not there yet
    save('lzf-garbled.pcd', head + garbled)
    raw_block = b''.join(bytes([31]) + raw[i:i + 32] for i in (0, 32))
    save('lzf-fewer.pcd', head + sizes(len(raw_block), 84) + raw_block)
    save('lzf-huge.pcd', pcd_header(xyz, 2 ** 40, 'binary_compressed') + block)


def write_pcd_real(path, out):
    with open(path, 'rb') as file:
        data = file.read()
    header, _, data = data.partition(b'DATA binary\n')
    entry = {line.split()[0]: line.split()[1:]
             for line in header.decode().split('\n')
             if line and line[0] != '#'}
    dtype = np.dtype([(name, f'<{letter.lower()}{size}') for name, letter, size
                      in zip(entry['FIELDS'], entry['TYPE'], entry['SIZE'])])
    points = np.frombuffer(data, dtype, int(entry['POINTS'][0]))
    with open(out, 'wb') as file:
        for name in dtype.names:
            file.write(points[name].astype('<f8').tobytes())


def write_las_coordinates(path, out):
    with open(path, 'rb') as file:
        data = file.read()
    offset, = np.frombuffer(data, '<u4', 1, 96)
    length, = np.frombuffer(data, '<u2', 1, 105)
    count, = np.frombuffer(data, '<u4', 1, 107)
    scales = np.frombuffer(data, '<f8', 3, 131)
    offsets = np.frombuffer(data, '<f8', 3, 155)
    stored = np.ndarray((count, 3), '<i4', data, offset, (int(length), 4))
    np.ascontiguousarray((stored * scales + offsets).T).tofile(out)


def write_semantickitti(directory):
    rng = np.random.default_rng(13)
    joined = b''
    for part in ('velodyne', 'labels'):
        os.mkdir(f'{directory}/{part}')
    for number in range(5):
        scan = rng.random((int(rng.integers(1, 20000)), 4)).astype('<f4')
        labels = rng.integers(0, 2 ** 32, len(scan)).astype('<u4')
        records = np.zeros(len(scan), [('scan', '<f4', 4), ('sem', '<u2'),
                                       ('ins', '<u2')])
        records['scan'] = scan
        records['sem'] = labels & 0xffff
        records['ins'] = labels >> 16
        scan.tofile(f'{directory}/velodyne/{number:06}.bin')
        labels.tofile(f'{directory}/labels/{number:06}.label')
        joined += records.tobytes()
    with open(f'{directory}/joined', 'wb') as file:
        file.write(joined)


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
    elif command == 'train':
        settings, weights, points, n_columns, path = arguments
        print_training(settings, weights, points, int(n_columns), path)
    elif command == 'sha256':
        with open(arguments[0], 'rb') as file:
            print(hashlib.sha256(file.read()).hexdigest())
    elif command == 'pcd':
        write_pcd(arguments[0], int(arguments[1]))
    elif command == 'pcd-real':
        write_pcd_real(*arguments)
    elif command == 'las-coordinates':
        write_las_coordinates(*arguments)
    elif command == 'conversions':
        write_conversions(*arguments)
    elif command == 'scope':
        write_scope(*arguments)
    elif command == 'recorded':
        check_recorded(*arguments)
    elif command == 'semantickitti':
        write_semantickitti(*arguments)
    elif command == 'predictions':
        write_predictions(*arguments)
    elif command == 'velodyne':
        write_velodyne(*arguments)
    elif command == 'velodyne-drive':
        write_drive(arguments[0], float(arguments[1]))
    elif command == 'describe-npy':
        describe_npy(*arguments)
    elif command == 'evaluate':
        evaluate(write_safetensors, *arguments)
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main()
