# SPDX-License-Identifier: MIT
"""PLY files in all forms, for tests."""
import numpy as np

from oracle_convert import TYPES

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
