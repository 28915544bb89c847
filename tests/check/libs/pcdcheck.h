/* SPDX-License-Identifier: MIT */
/* What the tests of PCD files have in common: the oracle's files. */
#pragma once

#include "ssiocheck.h"

G_BEGIN_DECLS

#define N_MIXED 20000
#define MIXED_SIZE 57
#define MIXED_LAYOUT \
  "f4:f4,f8:f8@7,i1:i1,i2:i2,i4:i4,i8:i8,u1:u1@34,u2:u2,u4:u4,u8:u8,h:i2," \
  "h_1:i2,h_2:i2"
#define XYZ_LAYOUT "x:f4,y:f4,z:f4"

/* Ends a test where the files are not there. */
#define PCD_CHECK_FILES() \
  G_STMT_START \
  { \
    if (!pcd_check_has_files ()) { \
      ssio_check_skip ("no Python with NumPy"); \
      return; \
    } \
  } \
  G_STMT_END

/* Has the oracle write the files, once for all tests: an unchecked fixture. */
void pcd_check_write_files (void);

gboolean pcd_check_has_files (void);

/* The path of one of them. Free with g_free(). */
gchar *pcd_check_path (const gchar *name);

GstSsioPointFile *pcd_check_open (const gchar *name, GError **error);

/* What a file of that size holds. Free with g_free(). */
guint8 *pcd_check_load (const gchar *name, gsize size);

/* Expects n points from the first on to be those of all points. */
void pcd_check_points (GstSsioPointFile *file, guint64 first, guint64 n,
    const guint8 *all);

/* Expects a file to have that layout and those points, in batches here and
 * there as well. */
void pcd_check_file (const gchar *name, const gchar *layout, guint64 n_points,
    const guint8 *all);

G_END_DECLS
