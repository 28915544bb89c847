# SPDX-License-Identifier: MIT
"""Scans with labels beside them, as SemanticKITTI has them, for tests."""
import os

import numpy as np


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
