#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
r"""Independent answers for the tests, from NumPy. Never part of the product.

  oracle.py npy DIRECTORY
      writes arrays of 7 points, value of field f in point p: 10 * p + f
  oracle.py convert OUT.bin
      writes 1,000 records of every type, and OUT.bin.f4, the same as float32
  oracle.py las DIRECTORY
      writes LAS files, the names of their fields, and those as float32 columns
  oracle.py ply DIRECTORY
      writes types.bin, 3,000 records of every type, and PLY files of them in
      all forms: FORM.ply, and FORM-among.ply with other elements around them
  oracle.py read-ply FILE.ply OUT.bin
      writes the points of a file of x, y and z
  oracle.py weights SEED WIDTH,WIDTH,... OUT.safetensors
      writes the weights that PyTorch's rule and the Mersenne Twister give
  oracle.py forward WEIGHTS.safetensors POINTS.f4 N_FIELDS FIELD,FIELD,... \
          COUNT,COUNT,...
      prints a line for the first COUNT points: the means of the outputs, and
      the means of their absolute values, all computed in float64
  oracle.py train SETTINGS WEIGHTS.safetensors POINTS.f4 N_COLUMNS \
          OUT.safetensors
      trains as oracle_train.py says, writes the weights, and prints the losses
      of the batches; prints "no torch" where it is asked for and missing
  oracle.py pcd DIRECTORY N_POINTS
      writes PCD files, good and bad, and the records they hold: mixed.bin, of
      N_POINTS points of every type, and xyz.bin, of 7 points
  oracle.py pcd-real FILE.pcd OUT.f8
      writes the columns of a binary file, one after the other, as float64
  oracle.py las-coordinates FILE.las OUT.f8
      writes x, y and z, one after the other, as float64
  oracle.py conversions DIRECTORY
      writes points of many layouts, and what they are in others
  oracle.py scope DIRECTORY
      writes points.bin, of x, y, z and a value from 0 to 255 as float32, and
      pictures of it, 320 x 200 x RGB: top.rgb and perspective.rgb (azimuth 215,
      elevation 30, distance 60); prints how many points each has in it
  oracle.py semantickitti DIRECTORY
      writes velodyne/N.bin, labels/N.label, and joined, the records of all
  oracle.py recorded las|structured|array|ply FILE SOURCE
      fails where FILE does not hold what it was recorded from
  oracle.py predictions DIRECTORY
      writes tiles/, points of several files, arrays of a class for each of
      them, good and bad, and the records joined; prints how many points there
      are
  oracle.py velodyne DIRECTORY
      writes NAME.packets, a time in nanoseconds and 1206 bytes each, the same
      as NAME.pcap, and NAME-CUT.points, what the sensor saw
  oracle.py velodyne-drive OUT.pcap SECONDS
      writes what a VLP-16 sends
  oracle.py evaluate DIRECTORY
      writes points with labels, weights, and outputs as float64; prints what
      an evaluation must find
  oracle.py describe-npy FILE.npy
      prints type, shape and the first and last value
"""
import sys

from oracle_convert import write_columns, write_conversions
from oracle_evaluate import evaluate
from oracle_labels import write_semantickitti
from oracle_las import write_las, write_las_coordinates
from oracle_model import print_forward, write_weights
from oracle_npy import describe_npy, write_npy
from oracle_pcd import write_pcd, write_pcd_real
from oracle_ply import read_ply, write_plys
from oracle_predictions import write_predictions
from oracle_record import check_recorded
from oracle_scope import write_scope
from oracle_train import print_training
from oracle_velodyne import write_drive, write_velodyne

COMMANDS = {
    'npy': write_npy,
    'convert': write_columns,
    'las': write_las,
    'ply': write_plys,
    'read-ply': read_ply,
    'weights': write_weights,
    'forward': print_forward,
    'train': print_training,
    'pcd': write_pcd,
    'pcd-real': write_pcd_real,
    'las-coordinates': write_las_coordinates,
    'conversions': write_conversions,
    'scope': write_scope,
    'semantickitti': write_semantickitti,
    'recorded': check_recorded,
    'predictions': write_predictions,
    'velodyne': write_velodyne,
    'velodyne-drive': write_drive,
    'evaluate': evaluate,
    'describe-npy': describe_npy,
}


def main():
    command = COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if not command:
        sys.exit(__doc__)
    command(*sys.argv[2:])


if __name__ == '__main__':
    main()
