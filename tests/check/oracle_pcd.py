# SPDX-License-Identifier: MIT
"""PCD files, good and bad, and the records they hold, for tests."""
import numpy as np


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


def write_pcd(directory, count):
    n_points = int(count)
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
