# SPDX-License-Identifier: MIT
"""Pictures of a random cloud, as NumPy draws them."""
import numpy as np

WIDTH, HEIGHT = 320, 200
FIELD_OF_VIEW = 40


def find_colors(values):
    """Grays for values 0 to 255."""
    part = np.clip(values.astype('f8') / 255, 0, 1)
    return np.floor(part * 255 + 0.5).astype('u1')


def draw(columns, rows, nearness, values, visible):
    """The nearest point of each pixel; of those as near, the largest value."""
    columns = np.floor(columns[visible]).astype('i8')
    rows = np.floor(rows[visible]).astype('i8')
    nearness = nearness[visible].astype('<f4')
    values = values[visible]
    inside = (columns >= 0) & (columns < WIDTH) & (rows >= 0) & (rows < HEIGHT)
    pixels = (rows * WIDTH + columns)[inside]
    order = np.lexsort((values[inside], nearness[inside], pixels))
    pixels, values = pixels[order], values[inside][order]
    last = np.append(pixels[1:] != pixels[:-1], True)
    picture = np.zeros((HEIGHT * WIDTH, 3), 'u1')
    picture[pixels[last]] = find_colors(values[last])[:, None]
    return picture.tobytes(), int(inside.sum())


def draw_top(x, y, z, values):
    scale = min((WIDTH - 1) / (x.max() - x.min()),
                (HEIGHT - 1) / (y.max() - y.min()))
    center_x, center_y = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    return draw(WIDTH / 2 + scale * (x - center_x),
                HEIGHT / 2 - scale * (y - center_y), z, values, slice(None))


def draw_perspective(x, y, z, values, azimuth, elevation, distance):
    points = np.stack([x, y, z], axis=1)
    points = points - (points.min(axis=0) + points.max(axis=0)) / 2
    azimuth, elevation = np.radians(azimuth), np.radians(elevation)
    eye = distance * np.array([np.sin(azimuth) * np.cos(elevation),
                               np.cos(azimuth) * np.cos(elevation),
                               np.sin(elevation)])
    forward = -eye / np.linalg.norm(eye)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    depth = (points - eye) @ forward
    focal = min(WIDTH, HEIGHT) / 2 / np.tan(np.radians(FIELD_OF_VIEW / 2))
    with np.errstate(all='ignore'):
        return draw(WIDTH / 2 + focal * ((points - eye) @ right) / depth,
                    HEIGHT / 2 - focal * ((points - eye) @ up) / depth,
                    1 / depth, values, depth > distance / 1000)


def write_scope(directory):
    """Writes points.bin, of x, y, z and a value as float32, and its pictures
    top.rgb and perspective.rgb; prints how many points are in each."""
    rng = np.random.default_rng(17)
    points = (rng.standard_normal((60000, 4))
              * [40, 25, 10, 80] + [1000, -50, 3, 128]).astype('<f4')
    points[:, 3] = np.clip(np.rint(points[:, 3]), 0, 255)
    points.tofile(f'{directory}/points.bin')
    x, y, z = (points[:, axis].astype('f8') for axis in range(3))
    for name, (picture, count) in {
            'top': draw_top(x, y, z, points[:, 3]),
            'perspective': draw_perspective(x, y, z, points[:, 3],
                                            215, 30, 60)}.items():
        with open(f'{directory}/{name}.rgb', 'wb') as file:
            file.write(picture)
        print(count)
