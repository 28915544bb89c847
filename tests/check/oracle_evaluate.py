# SPDX-License-Identifier: MIT
"""Evaluation and prediction in NumPy's float64, for oracle.py."""
import numpy as np

from oracle_model import forward, write_safetensors

RECORD = np.dtype([('x', '<f4'), ('y', '<f4'), ('z', '<f4'),
                   ('intensity', '<u2'), ('kind', '<u4')])
FILES = {'1': 30011, '2': 1, '10': 777}  # in the order of their names
BATCH = 4096
N_CLASSES = 5
LEARNING_MAP = {0: 0, 1: 0, 10: 1, 11: 2, 13: 1, 40: 3, 252: 1, 259: 4}
YAML = '''# as semantic-kitti.yaml
labels:
  0 : "unlabeled"
  10: "car"
learning_map:
%s
learning_map_inv:
  0: 0
  1: 10
'''


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def score(logits, classes, ignored):
    """Lines of a name and numbers."""
    kept = classes != ignored
    found = logits.argmax(axis=1)
    confusion = np.zeros((N_CLASSES, N_CLASSES), 'i8')
    np.add.at(confusion, (classes[kept], found[kept]), 1)
    largest = logits.max(axis=1)
    losses = (np.log(np.exp(logits - largest[:, None]).sum(axis=1)) + largest
              - logits[np.arange(len(logits)), np.where(kept, classes, 0)])
    union = confusion.sum(axis=0) + confusion.sum(axis=1) - confusion.diagonal()
    with np.errstate(all='ignore'):
        iou = confusion.diagonal() / union
    if 0 <= ignored < N_CLASSES:
        iou[ignored] = np.nan
    yield 'scored-points', [kept.sum()]
    yield 'ignored-points', [len(kept) - kept.sum()]
    yield 'loss', [losses[kept].mean()]
    yield 'accuracy', [(found == classes)[kept].mean()]
    yield 'iou', iou
    yield 'miou', [np.nanmean(iou)]
    yield 'confusion', confusion.ravel()


def center_xy(inputs):
    """Batches do not span files."""
    centred = inputs.copy()
    start = 0
    for n in FILES.values():
        for first in range(start, start + n, BATCH):
            batch = centred[first:min(first + BATCH, start + n)]
            batch[:, :2] -= batch[:, :2].mean(axis=0)
        start += n
    return centred


def make_points():
    rng = np.random.default_rng(5)
    points = np.zeros(sum(FILES.values()), RECORD)
    points['x'] = rng.normal(500, 40, len(points))
    points['y'] = rng.normal(-3, 2, len(points))
    points['z'] = rng.normal(0, 0.01, len(points))
    points['intensity'] = rng.integers(0, 65536, len(points))
    # the raw label in the lower half, an instance in the upper; class 4 is rare
    raw = rng.choice([0, 1, 10, 11, 13, 40, 252], len(points))
    raw[::9973] = 259
    points['kind'] = raw | rng.integers(0, 65536, len(points)) << 16
    return points


def evaluate(directory):
    points = make_points()
    start = 0
    for name, n in FILES.items():
        points[start:start + n].tofile(f'{directory}/{name}.bin')
        start += n
    classes = np.array([LEARNING_MAP[raw] for raw in points['kind'] & 0xffff])
    inputs = np.stack([points[name].astype('f4').astype('f8')
                       for name in ('x', 'y', 'z', 'intensity')], axis=1)
    mean, std = inputs.mean(axis=0), inputs.std(axis=0)
    with open(f'{directory}/map.yaml', 'w') as file:
        file.write(YAML % '\n'.join(f'  {raw} : {to}  # comment'
                                    for raw, to in LEARNING_MAP.items()))

    rng = np.random.default_rng(6)
    layers = [(rng.normal(0, 0.5, shape).astype('<f4'),
               rng.normal(0, 1, shape[:1]).astype('<f4'))
              for shape in ((16, 4), (N_CLASSES, 16))]
    tensors = {f'{2 * number}.{name}': tensor
               for number, layer in enumerate(layers)
               for name, tensor in zip(('weight', 'bias'), layer)}
    norm = {'normalize.mean': mean, 'normalize.std': std}
    small = dict(tensors)  # for inputs as they are
    small['0.weight'] = (layers[0][0]
                         / [500, 2, 0.01, 30000]).astype('<f4')
    write_safetensors(f'{directory}/plain.safetensors', small)
    write_safetensors(f'{directory}/stats.safetensors', {**tensors, **norm})
    write_safetensors(f'{directory}/bare.safetensors', tensors)
    write_safetensors(f'{directory}/norm.safetensors', norm)
    write_safetensors(f'{directory}/other.safetensors',
                      {**norm, 'normalize.mean': mean + 1})

    plain_layers = [(small['0.weight'], layers[0][1]), layers[1]]
    logits = {'plain': forward(plain_layers, inputs),
              'stats': forward(layers, (inputs - mean) / std),
              'center': forward(plain_layers, center_xy(inputs))}
    for name, values in logits.items():
        values.tofile(f'{directory}/{name}.logits')
        softmax(values).tofile(f'{directory}/{name}.probabilities')
        for ignored in (0, -100):
            for key, numbers in score(values, classes, ignored):
                print(f'{name}{ignored}.{key}',
                      *(repr(float(number)) for number in numbers))
    print('mean', *(repr(float(number)) for number in mean))
    print('std', *(repr(float(number)) for number in std))
