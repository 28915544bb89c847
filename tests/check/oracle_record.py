# SPDX-License-Identifier: MIT
"""Recorded files read as others read them, for tests: what they hold must be
the records that they were made of."""
import struct

import numpy as np

from oracle_las import FORMATS, MODERN, RGB

TYPES = [('a', '<f4'), ('b', '<f8'), ('c', 'i1'), ('d', '<i2'), ('e', '<i4'),
         ('f', '<i8'), ('g', 'u1'), ('h', '<u2'), ('i', '<u4'), ('j', '<u8')]
SCALES = (0.01, 0.001, 0.0025)
OFFSETS = (636000.0, -848900.5, 0.0)


def expect(found, expected, what):
    if found != expected:
        raise SystemExit(f'{what}: expected {expected}, found {found}')


def check_same(found, expected, what):
    expect(found.tobytes(), expected.tobytes(), what)


def check_las(path, source):
    """Fields of format 7 and one that it does not have, nir, in the records
    that LAS would have."""
    data = open(path, 'rb').read()
    points = np.fromfile(source, MODERN + RGB + [('nir', '<u2')])
    (signature, encoding, major, minor, size, offset, n_vlrs, number, length,
     legacy) = struct.unpack('<4s2xH16xBB68xHIIBHI', data[:111])
    expect((signature, major, minor, size), (b'LASF', 1, 4, 375), 'header')
    expect(encoding & 16, 16, 'WKT bit')
    expect((number, length, legacy), (7, 38, 0), 'point format')
    expect(data[111:131], bytes(20), 'legacy counts by return')
    expect(struct.unpack('<6d', data[131:179]), SCALES + OFFSETS, 'scales')
    values = [points[axis].astype('f8') * SCALES[i] + OFFSETS[i]
              for i, axis in enumerate('XYZ')]
    expect(struct.unpack('<6d', data[179:227]),
           tuple(end for value in values
                 for end in (value.max(), value.min())), 'extents')
    waveforms, evlrs, n_evlrs, n_points = struct.unpack('<QQIQ',
                                                        data[227:255])
    expect((waveforms, evlrs, n_evlrs, n_points), (0, 0, 0, len(points)),
           'counts')
    by_return = np.bincount(points['Returns'] & 15, minlength=16)[1:]
    expect(struct.unpack('<15Q', data[255:375]), tuple(by_return),
           'counts by return')
    expect(n_vlrs, 1, 'records')
    user, record, payload = struct.unpack('<2x16sHH', data[375:397])
    expect((user.rstrip(b'\0'), record, payload), (b'LASF_Spec', 4, 192),
           'extra bytes')
    descriptor = data[429:429 + 192]
    expect((descriptor[2], descriptor[3], descriptor[4:36].rstrip(b'\0')),
           (3, 0, b'nir'), 'descriptor')
    expect(offset, 429 + 192, 'offset')
    check_same(np.frombuffer(data[offset:], points.dtype), points, 'points')
    assert FORMATS[7] == MODERN + RGB


def check_structured(path, source):
    found = np.load(path)
    expect(found.dtype, np.dtype(TYPES), 'type')
    check_same(found, np.fromfile(source, TYPES), 'points')


def check_array(path, source):
    found = np.load(path)
    expected = np.fromfile(source, '<f4').reshape(-1, 4)
    expect((found.dtype, found.shape), (np.dtype('<f4'), expected.shape),
           'array')
    check_same(found, expected, 'points')


def check_ply(path, source):
    header, points = open(path, 'rb').read().split(b'end_header\n', 1)
    words = [line.split() for line in header.decode().splitlines()
             if not line.startswith('comment')]
    expected = np.fromfile(source, '<f4').reshape(-1, 4)
    expect(words, [['ply'], ['format', 'binary_little_endian', '1.0'],
                   ['element', 'vertex', str(len(expected))]]
           + [['property', 'float', name]
              for name in ('x', 'y', 'z', 'intensity')], 'header')
    expect(points, expected.tobytes(), 'points')


CHECKS = {'las': check_las, 'structured': check_structured,
          'array': check_array, 'ply': check_ply}


def check_recorded(kind, path, source):
    CHECKS[kind](path, source)
