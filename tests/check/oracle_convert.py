# SPDX-License-Identifier: MIT
"""What points of one layout are in another, from NumPy and exact fractions.

write_conversions(DIRECTORY) writes cases, a line for each:

  INPUT LAYOUT|POINT SIZE|OUTPUT LAYOUT|POINT SIZE|NORMALIZE

and, one case after the other, N_POINTS points in the file in, and what they
become in the file out.

write_columns(OUT.bin) writes points of every type, and the same as float32.
"""
from fractions import Fraction

import numpy as np

TYPES = ['f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8']
N_POINTS = 203  # no multiple of any number of lanes


class Field:
    """scale and origin are decimal texts."""

    def __init__(self, name, code, offset=None, mask=0, shift=0, scale='1',
                 origin='0'):
        self.name, self.code, self.offset = name, code, offset
        self.mask, self.shift = mask, shift
        self.scale, self.origin = scale, origin

    def text(self):
        text = f'{self.name}:{self.code}@{self.offset}'
        if self.mask:
            text += f'&{self.mask}>>{self.shift}'
        if self.scale != '1':
            text += f'*{self.scale}'
        if self.origin != '0':
            text += self.origin if self.origin[0] == '-' else f'+{self.origin}'
        return text


def place(fields, gap=0):
    """Gives each field without an offset its own; returns the point's size."""
    end = 0
    for field in fields:
        if field.offset is None:
            field.offset = end + gap
        end = max(end, field.offset + int(field.code[1]))
    return end


def edge_values(code):
    if code[0] == 'f':
        values = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-300, -1e300, 1e300,
                  3.4028235677973366e38, 16777217.0, 1e-46]
        for bits in (7, 8, 15, 16, 24, 31, 32, 53, 63, 64):
            for delta in (-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2.5):
                values += [2.0 ** bits + delta, -2.0 ** bits + delta]
        values += [i + 0.5 for i in range(-5, 6)]
        with np.errstate(all='ignore'):
            return np.array(values).astype('<' + code)
    info = np.iinfo(code)
    values = [info.min, info.min + 1, info.max, info.max - 1, 0, 1]
    for bits in (7, 8, 15, 16, 24, 25, 31, 32, 53, 54, 63):
        for delta in (-1, 0, 1):
            values += [2 ** bits + delta, -2 ** bits + delta]
    values = [v for v in values if info.min <= v <= info.max]
    return np.array(values, '<' + code)


def some_values(code, rng):
    edges = edge_values(code)
    if code[0] == 'f':
        others = (rng.standard_normal(N_POINTS)
                  * 10.0 ** rng.integers(-4, 22, N_POINTS)).astype('<' + code)
    else:
        others = np.frombuffer(rng.bytes(N_POINTS * int(code[1])), '<' + code)
    return rng.permutation(np.concatenate([edges, others])[:N_POINTS])


def saturate(integers, code):
    """From a list of int."""
    info = np.iinfo(code)
    return np.array([min(max(v, info.min), info.max) for v in integers],
                    '<' + code)


def cast_doubles(values, code):
    if code[0] == 'f':
        with np.errstate(all='ignore'):
            return values.astype('<' + code)
    info = np.iinfo(code)
    integers = []
    for value in np.rint(values):
        if np.isnan(value):
            integers.append(0)
        elif np.isinf(value):
            integers.append(info.max if value > 0 else info.min)
        else:
            integers.append(int(value))
    return saturate(integers, code)


def cast_plain(values, code):
    if values.dtype.kind == 'f':
        if code[0] == 'f':
            return cast_doubles(values, code)
        return cast_doubles(values.astype('<f8'), code)
    if code[0] == 'f':
        return values.astype('<' + code)
    return saturate([int(v) for v in values], code)


def convert(stored, field, to, normalize):
    """stored has the bits of bit fields already."""
    factor, summand = normalize.get(field.name, ('1', '0'))
    texts = (field.scale, field.origin, factor, summand, to.scale, to.origin)
    exact = [Fraction(text) for text in texts]
    scale = exact[0] * exact[2] / exact[4]
    offset = (exact[1] * exact[2] + exact[3] - exact[5]) / exact[4]
    if scale == 1 and offset == 0:
        return cast_plain(stored, to.code)
    if stored.dtype.kind != 'f' and to.code[0] != 'f' \
            and stored.itemsize < 8 and scale.denominator == 1 and offset.denominator == 1:
        integers = [int(v) * int(scale) + int(offset) for v in stored]
        return saturate(integers, to.code)
    s, o, n, m, ts, to_origin = (float(text) for text in texts)
    with np.errstate(all='ignore'):
        values = stored.astype('<f8') * (s * n / ts) \
            + (o * n + m - to_origin) / ts
    return cast_doubles(values, to.code)


def read_field(points, field):
    stored = np.ndarray(len(points), '<' + field.code, points.tobytes(),
                        field.offset, points.shape[1])
    if field.mask == 0:
        return stored
    unsigned = stored.astype(f'<i{field.code[1]}').view(f'<u{field.code[1]}')
    return np.array([(int(v) & field.mask) >> field.shift for v in unsigned],
                    '<u8')


class Cases:
    def __init__(self, directory):
        self.directory = directory
        self.lines, self.points, self.converted = [], [], []
        self.rng = np.random.default_rng(29)

    def fill(self, fields, size):
        points = np.frombuffer(self.rng.bytes(N_POINTS * size), 'u1') \
            .reshape(N_POINTS, size).copy()
        for field in fields:
            if field.mask == 0:
                width = int(field.code[1])
                points[:, field.offset:field.offset + width] = some_values(
                    field.code, self.rng).view('u1').reshape(N_POINTS, width)
        return points

    def add(self, inputs, outputs, normalize=None, sizes=(0, 0), gap=0):
        normalize = normalize or {}
        from_size = max(place(inputs), sizes[0])
        to_size = max(place(outputs, gap), sizes[1])
        points = self.fill(inputs, from_size)
        converted = np.zeros((N_POINTS, to_size), 'u1')
        for to in outputs:
            field = next(f for f in inputs if f.name == to.name)
            values = convert(read_field(points, field), field, to, normalize)
            width = int(to.code[1])
            converted[:, to.offset:to.offset + width] = values.view('u1') \
                .reshape(N_POINTS, width)
        self.points.append(points.ravel())
        self.converted.append(converted.ravel())
        self.lines.append('|'.join([
            ','.join(f.text() for f in inputs), str(from_size),
            ','.join(f.text() for f in outputs), str(to_size),
            ','.join(f'{name}*{scale}' + (o if o[0] == '-' else '+' + o)
                     for name, (scale, o) in normalize.items())]))

    def write(self):
        with open(f'{self.directory}/cases', 'w', encoding='ascii') as file:
            file.write('\n'.join(self.lines))
        np.concatenate(self.points).tofile(f'{self.directory}/in')
        np.concatenate(self.converted).tofile(f'{self.directory}/out')


def add_types(cases):
    for code in TYPES:
        for to in TYPES:
            cases.add([Field('a', code)], [Field('a', to)])
            cases.add([Field('a', code, 1)], [Field('a', to, 3)],
                      sizes=(0, 13))
            cases.add([Field(name, code) for name in 'abcd'],
                      [Field(name, to) for name in 'dbac'])
            cases.add([Field(name, code) for name in 'abcdefg'],
                      [Field(name, to) for name in 'bcdfga'])


def add_scales(cases):
    for code in TYPES:
        def scaled():
            return [Field('x', code, scale='0.01', origin='636000'),
                    Field('y', code, scale='0.001', origin='-12.5'),
                    Field('z', code, scale='-2', origin='0')]

        for to in TYPES:
            cases.add(scaled(), [Field(name, to) for name in 'xyz'])
            cases.add(scaled(), [Field('z', to), Field('x', to, scale='0.25')],
                      sizes=(48, 0))
            cases.add(scaled(), [Field('x', to, scale='0.01',
                                       origin='635999.5'),
                                 Field('y', to, scale='0.0005',
                                       origin='-12.5'),
                                 Field('z', to, scale='1', origin='7')])
            cases.add(scaled(), [Field('y', to)],
                      normalize={'y': ('0.125', '3')})


def add_bits(cases):
    flags = [Field('a', 'u1', 2, 7, 0), Field('b', 'u1', 2, 56, 3),
             Field('c', 'u1', 2, 64, 6), Field('d', 'u1', 2, 128, 7),
             Field('e', 'i1', 3, 0xf0, 4), Field('f', 'u2', 4, 0x7ff0, 4),
             Field('g', 'i2', 34, 0x8000, 15), Field('h', 'u4', 6, 0xfffffffe, 0),
             Field('i', 'i4', 10, 0x80000001, 1),
             Field('j', 'u8', 14, 2 ** 64 - 2, 0),
             Field('k', 'i8', 22, 2 ** 63 + 6, 1),
             Field('l', 'u4', 30, 0x7ffff000, 12)]
    names = [field.name for field in flags]
    for to in TYPES:
        cases.add(flags, [Field(name, to) for name in names])
        cases.add(flags, [Field(name, to) for name in names],
                  normalize={name: ('0.5', '-1') for name in names}, gap=1)


def add_mixes(cases):
    las = [Field('x', 'i4', scale='0.01', origin='636000'),
           Field('y', 'i4', scale='0.01', origin='848000'),
           Field('z', 'i4', scale='0.01', origin='0'),
           Field('intensity', 'u2'), Field('return', 'u1', 14, 7, 0),
           Field('class', 'u1', 15, 31, 0), Field('angle', 'i1', 16),
           Field('time', 'f8', 20)]
    everything = ['x', 'y', 'z', 'intensity', 'return', 'class', 'angle',
                  'time']
    for to in ('f4', 'f8', 'i4', 'i2'):
        for names in (everything, everything[::-1], everything[:4],
                      everything[3:7]):
            cases.add(las, [Field(name, to) for name in names])
            cases.add(las, [Field(name, to) for name in names], sizes=(37, 50))
    cases.add(las, [Field('time', 'f8'), Field('x', 'i4', scale='0.01',
                                               origin='636000'),
                    Field('angle', 'i1'), Field('class', 'u1'),
                    Field('intensity', 'f4')],
              normalize={'intensity': ('0.0000152590', '0')})


def write_conversions(directory):
    cases = Cases(directory)
    add_types(cases)
    add_scales(cases)
    add_bits(cases)
    add_mixes(cases)
    cases.write()


def write_columns(path):
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
