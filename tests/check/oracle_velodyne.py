# SPDX-License-Identifier: MIT
"""Packets of Velodyne sensors that stand in a known room, for tests.

Written from the VLP-16 User Manual (63-9243 Rev. E, chapter 9) and the HDL-32E
User Manual (63-9113). The points are where a laser meets a wall at the moment
it fires: not what packets say, but what they are about. What packets round,
distances to 2 mm and azimuths to 0.01 degrees, is what a decoder may be off by.

The sensor's axes here are those of the manuals, X right, Y forward, Z up;
points are written with x forward, y left, z up.
"""
import struct

import numpy as np

VLP16 = {
    'product': 0x22, 'firings': 2, 'cycle': 55.296e-6, 'channel': 2.304e-6,
    'angles': [-15, 1, -13, 3, -11, 5, -9, 7, -7, 9, -5, 11, -3, 13, -1, 15],
    'heights': [11.2, -0.7, 9.7, -2.2, 8.1, -3.7, 6.6, -5.1, 5.1, -6.6, 3.7,
                -8.1, 2.2, -9.7, 0.7, -11.2],
}
HDL32E = {
    'product': 0x21, 'firings': 1, 'cycle': 46.080e-6, 'channel': 1.152e-6,
    'angles': [-30.67, -9.33, -29.33, -8.00, -28.00, -6.67, -26.67, -5.33,
               -25.33, -4.00, -24.00, -2.67, -22.67, -1.33, -21.33, 0.00,
               -20.00, 1.33, -18.67, 2.67, -17.33, 4.00, -16.00, 5.33, -14.67,
               6.67, -13.33, 8.00, -12.00, 9.33, -10.67, 10.67],
    'heights': [0] * 32,
}
STRONGEST, DUAL = 0x37, 0x39

# Walls: axis, where, reflectivity. Nothing is above HEIGHT.
WALLS = [(0, 8.0, 20), (0, -6.5, 40), (1, 12.0, 60), (1, -9.0, 80),
         (2, -1.75, 100)]
# What a second return comes from: half of the light goes through.
CURTAIN = (1, 5.0, 200)
HEIGHT = 1.5

EPOCH = 1_700_000_000.0
# Microseconds since the hour; it ends within each stream.
FIRST_TIMESTAMP = 3_599_900_000

POINT = np.dtype([('revolution', '<i4'), ('x', '<f8'), ('y', '<f8'),
                  ('z', '<f8'), ('intensity', '<f4'), ('ring', '<u2'),
                  ('time', '<f8')])


def meet(wall, directions, heights):
    """How far it is to a wall; infinite where a ray never meets it."""
    axis, where, _ = wall
    start = heights if axis == 2 else 0
    with np.errstate(divide='ignore', invalid='ignore'):
        far = (where - start) / directions[..., axis]
        is_there = (far > 0) & (heights + far * directions[..., 2] < HEIGHT)
    return np.where(is_there, far, np.inf)


class Scan:
    """What a sensor of a model measures while it turns at hz."""

    def __init__(self, model, hz, n_packets, is_dual, first_azimuth):
        self.model = model
        self.is_dual = is_dual
        self.n_blocks = 6 if is_dual else 12
        self.per_packet = self.n_blocks * model['firings']
        n = n_packets * self.per_packet
        channels = np.arange(len(model['angles']))
        self.start = np.arange(n) * model['cycle']
        self.time = self.start[:, None] + channels * model['channel']
        self.turned = first_azimuth + 360 * hz * self.time
        self.measure()

    def measure(self):
        azimuth = np.radians(self.turned)
        elevation = np.radians(self.model['angles'])
        heights = np.array(self.model['heights']) / 1000
        self.directions = np.stack(
            [np.cos(elevation) * np.sin(azimuth),
             np.cos(elevation) * np.cos(azimuth),
             np.broadcast_to(np.sin(elevation), azimuth.shape)], axis=-1)
        far = np.stack([meet(wall, self.directions, heights)
                        for wall in WALLS])
        nearest = far.argmin(axis=0)
        self.heights = heights
        self.last = far.min(axis=0)
        self.last_light = np.array([wall[2] for wall in WALLS])[nearest]
        curtain = meet(CURTAIN, self.directions, heights)
        passes = curtain < self.last
        self.strongest = np.where(passes, curtain, self.last)
        self.strongest_light = np.where(passes, CURTAIN[2], self.last_light)
        is_only = ~np.isfinite(self.last) | (not self.is_dual)
        self.last = np.where(is_only, self.strongest, self.last)
        self.last_light = np.where(is_only, self.strongest_light,
                                   self.last_light)

    def block(self, first, far, light):
        """The bytes of the block whose first firing has that index."""
        rows = slice(first, first + self.model['firings'])
        distance = np.where(np.isfinite(far[rows]), far[rows], 0)
        records = np.zeros(distance.size, [('distance', '<u2'),
                                           ('reflectivity', 'u1')])
        records['distance'] = np.rint(distance / 0.002).ravel()
        records['reflectivity'] = light[rows].ravel()
        azimuth = round(self.turned[first, 0] * 100) % 36000
        return struct.pack('<HH', 0xeeff, azimuth) + records.tobytes()

    def packets(self):
        mode = DUAL if self.is_dual else STRONGEST
        for at in range(0, len(self.start), self.per_packet):
            blocks = b''
            for first in range(at, at + self.per_packet,
                               self.model['firings']):
                blocks += self.block(first, self.last, self.last_light)
                if self.is_dual:
                    blocks += self.block(first, self.strongest,
                                         self.strongest_light)
            stamp = FIRST_TIMESTAMP + round(self.start[at] * 1e6)
            yield (self.start[at], blocks + struct.pack(
                '<IBB', stamp % 3_600_000_000, mode, self.model['product']))

    def revolutions(self, cut):
        """Which one each firing belongs to."""
        turn = (self.turned[:, 0] - cut) / 360
        assert np.abs(turn - np.rint(turn)).min() > 0.02 / 360, 'near the cut'
        turn = np.floor(turn).astype(int)
        return turn - turn[0]

    def points(self, cut):
        revolution = self.revolutions(cut)
        starts = self.start[np.unique(revolution, return_index=True)[1]]
        rings = np.argsort(np.argsort(self.model['angles']))
        points = np.zeros(self.time.shape + (2,), POINT)
        for k, (far, light) in enumerate(
                [(self.last, self.last_light),
                 (self.strongest, self.strongest_light)]):
            places = self.directions * far[..., None]
            points['x'][..., k] = places[..., 1]
            points['y'][..., k] = -places[..., 0]
            points['z'][..., k] = places[..., 2] + self.heights
            points['intensity'][..., k] = light
            points['time'][..., k] = (self.time
                                      - starts[revolution][:, None])
        points['revolution'] = revolution[:, None, None]
        points['ring'] = rings[:, None]
        here = np.isfinite(np.stack([self.last, self.strongest], axis=-1))
        here[..., 1] &= self.strongest != self.last
        return points[here]


def udp(payload, port):
    """An Ethernet frame."""
    size = len(payload) + 8
    header = struct.pack('>BBHHHBBH4s4s', 0x45, 0, size + 20, 0, 0x4000, 64,
                         17, 0, bytes([192, 168, 1, 201]), b'\xff' * 4)
    total = sum(struct.unpack('>10H', header))
    total = (total & 0xffff) + (total >> 16)
    header = header[:10] + struct.pack('>H', ~total & 0xffff) + header[12:]
    return (b'\xff' * 6 + bytes([0x60, 0x76, 0x88, 0, 0, 0])
            + b'\x08\x00' + header
            + struct.pack('>HHHH', port, port, size, 0) + payload)


def write_pcap(path, packets):
    """Data packets to port 2368, and a position packet in between to 8308."""
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, (time, payload) in enumerate(packets):
            frames = [udp(payload, 2368)]
            if i % 50 == 7:
                frames.append(udp(bytes(512), 8308))
            for frame in frames:
                micros = round((EPOCH + time) * 1e6)
                file.write(struct.pack('<IIII', micros // 10**6,
                                       micros % 10**6, len(frame),
                                       len(frame)) + frame)


def write_scan(directory, name, scan, cuts):
    packets = list(scan.packets())
    with open(f'{directory}/{name}.packets', 'wb') as file:
        for time, payload in packets:
            file.write(struct.pack('<Q', round(time * 1e9)) + payload)
    for cut in cuts:
        scan.points(cut).tofile(f'{directory}/{name}-{cut}.points')
    write_pcap(f'{directory}/{name}.pcap', packets)


def write_velodyne(directory):
    write_scan(directory, 'vlp16', Scan(VLP16, 10, 250, False, 271.174),
               [0, 180])
    write_scan(directory, 'vlp16-dual', Scan(VLP16, 20, 400, True, 33.357),
               [0])
    write_scan(directory, 'hdl32e', Scan(HDL32E, 10, 600, False, 190.237),
               [0])
    write_scan(directory, 'hdl32e-dual', Scan(HDL32E, 20, 600, True, 350.246),
               [0])


def write_drive(path, seconds):
    """A recording of a VLP-16 in the room, for examples."""
    n = round(float(seconds) / (12 * VLP16['firings'] * VLP16['cycle']))
    write_pcap(path, Scan(VLP16, 10, n, False, 0.04).packets())
