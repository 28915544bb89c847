/* SPDX-License-Identifier: MIT */
/* Where LAS has what: tables of ASPRS LAS 1.4 R15. */
#pragma once

/* The header; that of versions before 1.4 ends earlier. */
enum {
  LAS_GLOBAL_ENCODING = 6,
  LAS_VERSION_MAJOR = 24,
  LAS_VERSION_MINOR = 25,
  LAS_SYSTEM_IDENTIFIER = 26,
  LAS_GENERATING_SOFTWARE = 58,
  LAS_CREATION_DAY = 90,
  LAS_CREATION_YEAR = 92,
  LAS_HEADER_SIZE = 94,
  LAS_OFFSET_TO_POINTS = 96,
  LAS_N_VLRS = 100,
  LAS_POINT_FORMAT = 104,
  LAS_RECORD_LENGTH = 105,
  LAS_LEGACY_N_POINTS = 107,
  LAS_SCALES = 131,
  LAS_ORIGINS = 155,
  LAS_EXTENTS = 179, /* the maximum and the minimum of each */
  LAS_START_OF_WAVEFORMS = 227,
  LAS_START_OF_EVLRS = 235,
  LAS_N_EVLRS = 243,
  LAS_N_POINTS = 247,
  LAS_N_POINTS_BY_RETURN = 255,
  LAS_1_4_HEADER_SIZE = 375,
};

/* What the global encoding says. */
enum {
  LAS_HAS_STANDARD_GPS_TIME = 1 << 0,
  LAS_HAS_WAVEFORMS = 1 << 1,
  LAS_HAS_WKT = 1 << 4,
};

/* A VLR and an EVLR. */
enum {
  LAS_USER_ID = 2,
  LAS_USER_ID_LENGTH = 16,
  LAS_RECORD_ID = 18,
  LAS_LENGTH = 20,
  LAS_VLR_HEADER_SIZE = 54,
  LAS_EVLR_HEADER_SIZE = 60,
};

/* The one whose payload is descriptors of extra bytes. */
#define LAS_EXTRA_BYTES_USER_ID "LASF_Spec"
#define LAS_EXTRA_BYTES_RECORD_ID 4

/* Such a descriptor. */
enum {
  LAS_DATA_TYPE = 2,
  LAS_OPTIONS = 3,
  LAS_NAME = 4,
  LAS_NAME_LENGTH = 32,
  LAS_SCALE = 112,
  LAS_ORIGIN = 136,
  LAS_DESCRIPTOR_SIZE = 192,
};

/* What its options say. */
enum {
  LAS_HAS_SCALE = 1 << 3,
  LAS_HAS_ORIGIN = 1 << 4,
};
