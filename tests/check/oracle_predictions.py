# SPDX-License-Identifier: MIT
"""Points of several files, and arrays with a class for each of them."""
import json

import numpy as np

# some end within a part that is joined at a time, some after several; so many
# that not all are open at once
SIZES = [1, 8192, 3, 20001, 8191, 700, 8193] + [40] * 12
CODES = ['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8']


def write_alike(directory, classes):
    """The same classes as NumPy's records of one field, as a matrix of one
    column, and as ssiosink records a field that has another name."""
    np.save(f'{directory}/named.npy', classes.view([('prediction', 'u1')]))
    np.save(f'{directory}/matrix.npy', classes[:, None])
    np.save(f'{directory}/recorded.npy', classes[:, None])
    with open(f'{directory}/recorded.npy.json', 'w', encoding='utf-8') as file:
        json.dump({'format': 'ssio-points', 'version': 1, 'layout': 'class:u1',
                   'point-size': 1, 'points': len(classes)}, file)


def write_bad(directory, classes):
    """What has no class for each point, or has it in another way."""
    two = np.stack([classes, classes], axis=1)
    for name, array in {
            'short': classes[:-1], 'long': np.append(classes, 1),
            'single': classes[:1], 'none': classes[:0],
            'logits': np.zeros((len(classes), 9), '<f4'),
            'label': classes.view([('label', 'u1')]), 'floats': classes.astype('<f4'),
            'big': classes.astype('>u2'), 'bool': classes > 2,
            'fortran': np.asfortranarray(two), 'cube': two[:, :, None],
            'scalar': np.array(3, 'u1')}.items():
        np.save(f'{directory}/{name}.npy', array)
    with open(f'{directory}/u1.npy', 'rb') as file:
        whole = file.read()
    for name, data in {'cut': whole[:-1], 'header': whole[:70],
                       'garbage': b'\0' * 1000}.items():
        with open(f'{directory}/{name}.npy', 'wb') as file:
            file.write(data)


def write_predictions(directory):
    """Writes tiles/tileNN.bin, records x, y, z of f4, where x counts all
    files' points, and for each integer type CODE.npy, classes for all of them,
    and CODE.joined, the records with these; then arrays that do not fit.
    Prints the number of points."""
    rng = np.random.default_rng(19)
    n_points = sum(SIZES)
    points = np.stack([np.arange(n_points), rng.random(n_points),
                       -np.arange(n_points)], axis=1).astype('<f4')
    for number, tile in enumerate(np.split(points, np.cumsum(SIZES)[:-1])):
        tile.tofile(f'{directory}/tiles/tile{number + 1:02}.bin')
    for code in CODES:
        limits = np.iinfo(code)
        classes = rng.integers(limits.min, limits.max, n_points, code,
                               endpoint=True).astype('<' + code)
        joined = np.zeros(n_points, [('point', '<f4', 3),
                                     ('class', '<' + code)])
        joined['point'] = points
        joined['class'] = classes
        np.save(f'{directory}/{code}.npy', classes)
        joined.tofile(f'{directory}/{code}.joined')
    one = np.load(f'{directory}/u1.npy')
    write_alike(directory, one)
    write_bad(directory, one)
    print(n_points)
