# SPDX-License-Identifier: MIT
"""LAS files and the float32 columns of their fields, for tests.

Written from the tables of the ASPRS LAS 1.4 R15 specification.
"""
import struct

import numpy as np

N_POINTS = 37
SCALES = (0.01, 0.001, 0.0025)
OFFSETS = (636000.0, -848900.5, 0.0)
HEADER_SIZES = {0: 227, 1: 227, 2: 227, 3: 235, 4: 375}

LEGACY = [('X', '<i4'), ('Y', '<i4'), ('Z', '<i4'), ('Intensity', '<u2'),
          ('Returns', 'u1'), ('Class', 'u1'), ('Scan Angle Rank', 'i1'),
          ('User Data', 'u1'), ('Point Source ID', '<u2')]
MODERN = [('X', '<i4'), ('Y', '<i4'), ('Z', '<i4'), ('Intensity', '<u2'),
          ('Returns', 'u1'), ('Flags', 'u1'), ('Classification', 'u1'),
          ('User Data', 'u1'), ('Scan Angle', '<i2'),
          ('Point Source ID', '<u2'), ('GPS Time', '<f8')]
GPS = [('GPS Time', '<f8')]
RGB = [('Red', '<u2'), ('Green', '<u2'), ('Blue', '<u2')]
NIR = [('NIR', '<u2')]
WAVE = [('Wave Packet Descriptor Index', 'u1'),
        ('Byte Offset to Waveform Data', '<u8'),
        ('Waveform Packet Size', '<u4'),
        ('Return Point Waveform Location', '<f4'), ('Parametric dx', '<f4'),
        ('Parametric dy', '<f4'), ('Parametric dz', '<f4')]
FORMATS = [LEGACY, LEGACY + GPS, LEGACY + RGB, LEGACY + GPS + RGB,
           LEGACY + GPS + WAVE, LEGACY + GPS + RGB + WAVE, MODERN,
           MODERN + RGB, MODERN + RGB + NIR, MODERN + WAVE,
           MODERN + RGB + NIR + WAVE]
MINIMUM_SIZES = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67]

# Fields of a few bits: name, of which item, first bit, number of bits.
LEGACY_BITS = [('return_number', 'Returns', 0, 3),
               ('number_of_returns', 'Returns', 3, 3),
               ('scan_direction', 'Returns', 6, 1),
               ('edge_of_flight_line', 'Returns', 7, 1),
               ('classification', 'Class', 0, 5),
               ('synthetic', 'Class', 5, 1), ('key_point', 'Class', 6, 1),
               ('withheld', 'Class', 7, 1)]
MODERN_BITS = [('return_number', 'Returns', 0, 4),
               ('number_of_returns', 'Returns', 4, 4),
               ('synthetic', 'Flags', 0, 1), ('key_point', 'Flags', 1, 1),
               ('withheld', 'Flags', 2, 1), ('overlap', 'Flags', 3, 1),
               ('scanner_channel', 'Flags', 4, 2),
               ('scan_direction', 'Flags', 6, 1),
               ('edge_of_flight_line', 'Flags', 7, 1)]

# Extra bytes' data types 1 to 10, and what the tests call them.
EXTRA_TYPES = ['u1', 'i1', '<u2', '<i2', '<u4', '<i4', '<u8', '<i8', '<f4',
               '<f8']


def random_points(dtype, seed):
    """Any bits but in floats, which are finite."""
    rng = np.random.default_rng(seed)
    points = np.frombuffer(rng.bytes(N_POINTS * dtype.itemsize), dtype).copy()
    for name in dtype.names:
        if dtype[name].kind == 'f':
            points[name] = rng.standard_normal(N_POINTS) * 1e5
    return points


def to_float32(values, scale=None, offset=None):
    """Integers and floats as they are, scaled ones in float64 first."""
    if scale is not None or offset is not None:
        values = values.astype(np.float64) * (1.0 if scale is None else scale)
        values = values + (0.0 if offset is None else offset)
    return values.astype('<f4')


def format_columns(number, points):
    columns = {}
    for axis, name in enumerate('XYZ'):
        columns[name.lower()] = to_float32(points[name], SCALES[axis],
                                           OFFSETS[axis])
    for name, item, first, bits in LEGACY_BITS if number < 6 else MODERN_BITS:
        columns[name] = to_float32((points[item] >> first) % (1 << bits))
    for name in points.dtype.names:
        if name in ('X', 'Y', 'Z', 'Returns', 'Class', 'Flags'):
            continue
        scale = 0.006 if name == 'Scan Angle' else None
        columns[name.lower().replace(' ', '_')] = to_float32(points[name],
                                                             scale)
    return columns


def header(minor, number, record_length, offset, n_vlrs, n_points=N_POINTS,
           encoding=0, waveforms=0, evlrs=0, n_evlrs=0, legacy=None):
    if legacy is None:
        legacy = n_points if number < 6 else 0
    data = struct.pack('<4sHH16xBB32s32sHHHIIBHI20x', b'LASF', 0, encoding, 1,
                       minor, b'tests', b'oracle', 1, 2026,
                       HEADER_SIZES[minor], offset, n_vlrs, number,
                       record_length, legacy)
    data += struct.pack('<12d', *SCALES, *OFFSETS, *[0.0] * 6)
    assert len(data) == 227
    if minor >= 3:
        data += struct.pack('<Q', waveforms)
    if minor >= 4:
        data += struct.pack('<QIQ120x', evlrs, n_evlrs, n_points)
    assert len(data) == HEADER_SIZES[minor]
    return data


def vlr(user_id, record_id, payload):
    return struct.pack('<H16sHH32s', 0, user_id, record_id, len(payload),
                       b'') + payload


def evlr(user_id, record_id, payload):
    return struct.pack('<H16sHQ32s', 0, user_id, record_id, len(payload),
                       b'') + payload


def descriptor(data_type, name, scales=None, offsets=None, options=0):
    options |= 8 * (scales is not None) + 16 * (offsets is not None)
    three = [list(values or []) + [0.0] * (3 - len(values or []))
             for values in (scales, offsets)]
    data = struct.pack('<2xBB32s4x72x3d3d32s', data_type, options, name,
                       *three[0], *three[1], b'')
    assert len(data) == 192
    return data


class Writer:
    """Writes NAME.las and NAME.txt, the names of its fields, and NAME.f4,
    their columns."""

    def __init__(self, directory):
        self.directory = directory

    def write(self, name, minor, number, points, columns, vlrs=(), evlrs=(),
              tail=b'', filler=b'', **options):
        before = b''.join(vlrs) + filler
        offset = HEADER_SIZES[minor] + len(before)
        end = offset + points.nbytes
        if evlrs:
            options.update(evlrs=end, n_evlrs=len(evlrs))
        if tail:
            options.update(waveforms=end)
        path = f'{self.directory}/{name}'
        with open(path + '.las', 'wb') as file:
            file.write(header(minor, number, points.dtype.itemsize, offset,
                              len(vlrs), **options))
            file.write(before + points.tobytes() + b''.join(evlrs) + tail)
        with open(path + '.txt', 'w') as file:
            file.write('\n'.join(columns))
        np.stack(list(columns.values())).tofile(path + '.f4')


def write_formats(writer):
    for number, items in enumerate(FORMATS):
        dtype = np.dtype(items)
        assert dtype.itemsize == MINIMUM_SIZES[number]
        points = random_points(dtype, number)
        columns = format_columns(number, points)
        oldest = 4 if number > 5 else 3 if number > 3 else 2 \
            if number > 1 else 0
        for minor in range(oldest, 5):
            writer.write(f'{number}-{minor}', minor, number, points, columns)


def write_extra(writer, name, extras, minor=4, number=1, gap=0, **options):
    """extras: (data type, name, scales, offsets); without a name, a gap."""
    items, described = list(FORMATS[number]), b''
    for place, (data_type, label, scales, offsets) in enumerate(extras):
        if data_type == 0:
            items.append((f'extra {place}', f'V{scales}'))
            described += descriptor(0, label, options=scales)
            continue
        for element in range((data_type - 1) // 10 + 1):
            items.append((f'extra {place} {element}',
                          EXTRA_TYPES[(data_type - 1) % 10]))
        described += descriptor(data_type, label, scales, offsets)
    if gap:
        items.append(('rest', f'V{gap}'))
    points = random_points(np.dtype(items), 100 + len(extras))
    base = np.dtype(FORMATS[number])
    columns = format_columns(number, points[list(base.names)])
    for place, (data_type, label, scales, offsets) in enumerate(extras):
        if data_type == 0 or not label:
            continue
        for element in range((data_type - 1) // 10 + 1):
            suffix = f'_{element}' if element else ''
            columns[label.decode() + suffix] = to_float32(
                points[f'extra {place} {element}'],
                scales[element] if scales else None,
                offsets[element] if offsets else None)
    record = evlr if options.pop('extended', False) else vlr
    described = record(b'LASF_Spec', 4, described)
    if record is evlr:
        options.update(evlrs=[evlr(b'someone', 4, b'else'), described])
    else:
        options.update(vlrs=[*options.get('vlrs', []), described])
    writer.write(name, minor, number, points, columns, **options)


def write_extras(writer):
    write_extra(writer, 'extra-plain', [
        (code, f'type {code}'.encode(), None, None) for code in range(1, 11)])
    write_extra(writer, 'extra-scaled', [
        (code, f's{code}'.encode(), [0.1 * code], None)
        for code in range(1, 11)] + [
        (code, f'o{code}'.encode(), None, [-7.3 * code])
        for code in range(1, 11)] + [
        (code, f'b{code}'.encode(), [1e-3 * code], [1e6 + code])
        for code in range(1, 11)], number=6)
    write_extra(writer, 'extra-arrays', [
        (code, f'array{code}'.encode(),
         [0.5, 0.25, 3.0] if code % 2 else None,
         [1.0, -2.0, 1e4] if code % 3 else None) for code in range(11, 31)])
    # 32 bytes of name, undocumented bytes, none of a name, and a rest
    write_extra(writer, 'extra-gaps', [
        (3, b'n' * 32, None, None), (0, b'who knows', 5, None),
        (9, b'', None, None), (4, 'Höhe [0]'.encode(), None, None)],
        minor=2, gap=11)
    write_extra(writer, 'extra-far', [(9, b'far', None, None)],
                vlrs=[vlr(b'someone', 4, bytes(65535))] * 20)
    write_extra(writer, 'extra-extended', [(9, b'after', [2.0], [1.0])],
                number=7, extended=True)


def write_others(writer):
    dtype = np.dtype(FORMATS[4])
    points = random_points(dtype, 4)
    columns = format_columns(4, points)
    writer.write('waveforms', 3, 4, points, columns, encoding=2,
                 tail=evlr(b'LASF_Spec', 65535, bytes(99)))
    writer.write('start-signature', 0, 4, points, columns,
                 vlrs=[vlr(b'LASF_Projection', 34735, bytes(8))],
                 filler=b'\xdd\xcc')
    writer.write('legacy-count', 4, 4, points, columns, legacy=0)


def write_sparse(path):
    """2^32 + 3 points, of which the last three are there."""
    n_points = (1 << 32) + 3
    points = np.zeros(3, FORMATS[6])
    points['Intensity'] = [1, 2, 3]
    with open(path, 'wb') as file:
        file.write(header(4, 6, 30, 375, 0, n_points))
        file.seek(375 + 30 * (n_points - 3))
        file.write(points.tobytes())


def write_las(directory):
    writer = Writer(directory)
    write_formats(writer)
    write_extras(writer)
    write_others(writer)
    write_sparse(f'{directory}/sparse.las')


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
