# SPDX-License-Identifier: MIT
"""Arrays in .npy files, good and bad, for tests."""
import numpy as np


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


def describe_npy(path):
    array = np.load(path)
    print(array.dtype.str, array.shape, array.flat[0], array.flat[-1])
