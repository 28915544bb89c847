/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#if GST_SSIO_HAVE_LZF
#include <lzf.h>
#endif

#include "program.h"
#include "pointfiles.h"

#define FIELDS SSIO_TILE_INPUTS
#define TEXT_ONE_IN 8

#define LAS_HEADER_SIZE 227
#define LAS_SCALE 0.001
#define LAS_MAX_RECORD 34

static FILE *
create (const gchar *path)
{
  FILE *file = g_fopen (path, "wbe");

  if (!file)
    ssio_fail ("%s: cannot be made: %s", path, g_strerror (errno));
  return file;
}

static void
put (FILE *file, gconstpointer bytes, gsize size)
{
  if (fwrite (bytes, 1, size, file) != size)
    ssio_fail ("a file cannot be written: %s", g_strerror (errno));
}

static void
finish (FILE *file)
{
  if (fclose (file) != 0)
    ssio_fail ("a file cannot be written: %s", g_strerror (errno));
}

static const gfloat *
get_values (const SsioTile *tile)
{
  return (const gfloat *) tile->points;
}

static void
put_npy_header (FILE *file, guint64 n_points)
{
  gchar text[118]; /* with the ten bytes before it, a multiple of 64 */
  gint n = g_snprintf (text, sizeof text,
      "{'descr': '<f4', 'fortran_order': False, 'shape': (%" G_GUINT64_FORMAT
      ", %d), }",
      n_points, FIELDS);

  memset (text + n, ' ', sizeof text - n);
  text[sizeof text - 1] = '\n';
  put (file, "\x93NUMPY\x01\x00\x76\x00", 10);
  put (file, text, sizeof text);
}

static void
put_ply_header (FILE *file, const gchar *encoding, guint64 n_points)
{
  fprintf (file, "ply\nformat %s 1.0\nelement vertex %" G_GUINT64_FORMAT "\n",
      encoding, n_points);
  fputs ("property float x\nproperty float y\nproperty float z\n"
         "property float intensity\nproperty float sem_class\n"
         "property float ins_class\nend_header\n",
      file);
}

static void
put_pcd_header (FILE *file, const gchar *encoding, guint64 n_points)
{
  fprintf (file,
      "VERSION .7\nFIELDS x y z intensity sem_class ins_class\n"
      "SIZE 4 4 4 4 4 4\nTYPE F F F F F F\nCOUNT 1 1 1 1 1 1\n"
      "WIDTH %" G_GUINT64_FORMAT "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\n"
      "POINTS %" G_GUINT64_FORMAT "\nDATA %s\n",
      n_points, n_points, encoding);
}

static void
put_text (FILE *file, const SsioTile *tile, guint64 n_points)
{
  const gfloat *values = get_values (tile);
  guint64 i;

  for (i = 0; i < n_points; i++, values += FIELDS)
    fprintf (file, "%.3f %.3f %.3f %g %g %g\n", values[0], values[1],
        values[2], values[3], values[4], values[5]);
}

#if GST_SSIO_HAVE_LZF
/* Field by field, as PCL compresses. */
static void
write_pcd_lzf (FILE *file, const SsioTile *tile, guint64 n_points)
{
  const gfloat *values = get_values (tile);
  gsize size = n_points * FIELDS * sizeof (gfloat);
  gsize room = size + size / 16 + 64;
  gfloat *fields = g_malloc (size);
  guint8 *block = g_malloc (room);
  guint32 sizes[2];
  guint64 i;
  guint field;

  for (field = 0; field < FIELDS; field++)
    for (i = 0; i < n_points; i++)
      fields[field * n_points + i] = values[i * FIELDS + field];
  sizes[0] = lzf_compress (fields, size, block, room);
  sizes[1] = size;
  if (sizes[0] == 0 || size > G_MAXUINT32)
    ssio_fail ("%" G_GSIZE_FORMAT " bytes cannot be compressed", size);
  put_pcd_header (file, "binary_compressed", n_points);
  put (file, sizes, sizeof sizes);
  put (file, block, sizes[0]);
  g_free (block);
  g_free (fields);
}
#endif

static void
put_at (guint8 *header, guint offset, gconstpointer value, gsize size)
{
  memcpy (header + offset, value, size);
}

/* LAS 1.2 */
static void
put_las (FILE *file, const SsioTile *tile, guint64 n_points, guint8 format,
    guint16 record_size)
{
  guint8 header[LAS_HEADER_SIZE] = "LASF";
  guint8 record[LAS_MAX_RECORD] = { 0 };
  const guint16 header_size = LAS_HEADER_SIZE;
  const guint32 points_offset = LAS_HEADER_SIZE;
  const guint32 n = n_points;
  const gdouble scales[] = { LAS_SCALE, LAS_SCALE, LAS_SCALE };
  const gfloat *values = get_values (tile);
  guint64 i;
  guint axis;

  header[24] = 1; /* the version's major and minor */
  header[25] = 2;
  header[104] = format;
  put_at (header, 94, &header_size, sizeof header_size);
  put_at (header, 96, &points_offset, sizeof points_offset);
  put_at (header, 105, &record_size, sizeof record_size);
  put_at (header, 107, &n, sizeof n);
  put_at (header, 131, scales, sizeof scales);
  put (file, header, sizeof header);

  for (i = 0; i < n_points; i++, values += FIELDS) {
    const guint16 intensity = values[3];

    for (axis = 0; axis < 3; axis++) {
      const gint32 place = values[axis] / LAS_SCALE;

      put_at (record, axis * sizeof place, &place, sizeof place);
    }
    put_at (record, 12, &intensity, sizeof intensity);
    record[14] = 1 | 1 << 3; /* the first return of one */
    record[15] = values[4];
    put (file, record, record_size);
  }
}

static void
write_bin (FILE *file, const SsioTile *tile, guint64 n_points)
{
  put (file, tile->points, n_points * tile->point_size);
}

static void
write_npy (FILE *file, const SsioTile *tile, guint64 n_points)
{
  put_npy_header (file, n_points);
  write_bin (file, tile, n_points);
}

static void
write_ply (FILE *file, const SsioTile *tile, guint64 n_points)
{
  put_ply_header (file, "binary_little_endian", n_points);
  write_bin (file, tile, n_points);
}

static void
write_ply_ascii (FILE *file, const SsioTile *tile, guint64 n_points)
{
  put_ply_header (file, "ascii", n_points);
  put_text (file, tile, n_points);
}

static void
write_pcd (FILE *file, const SsioTile *tile, guint64 n_points)
{
  put_pcd_header (file, "binary", n_points);
  write_bin (file, tile, n_points);
}

static void
write_pcd_ascii (FILE *file, const SsioTile *tile, guint64 n_points)
{
  put_pcd_header (file, "ascii", n_points);
  put_text (file, tile, n_points);
}

static void
write_las_0 (FILE *file, const SsioTile *tile, guint64 n_points)
{
  put_las (file, tile, n_points, 0, 20);
}

static void
write_las_3 (FILE *file, const SsioTile *tile, guint64 n_points)
{
  put_las (file, tile, n_points, 3, LAS_MAX_RECORD);
}

const SsioPointFormat ssio_point_formats[] = {
  { "bin", "points.bin", TRUE, 1, write_bin },
  { "npy", "points.npy", TRUE, 1, write_npy },
  { "ply_binary", "binary.ply", TRUE, 1, write_ply },
  { "pcd_binary", "binary.pcd", TRUE, 1, write_pcd },
  { "las_0", "format0.las", TRUE, 1, write_las_0 },
  { "las_3", "format3.las", TRUE, 1, write_las_3 },
#if GST_SSIO_HAVE_LZF
  { "pcd_lzf", "lzf.pcd", FALSE, 1, write_pcd_lzf },
#endif
  { "ply_ascii", "ascii.ply", FALSE, TEXT_ONE_IN, write_ply_ascii },
  { "pcd_ascii", "ascii.pcd", FALSE, TEXT_ONE_IN, write_pcd_ascii },
  { NULL },
};

guint64
ssio_points_count (const SsioPointFormat *format, const SsioTile *tile)
{
  return MAX (tile->n_points / format->one_in, 1);
}

void
ssio_points_write (const SsioPointFormat *format, const SsioTile *tile,
    const gchar *folder)
{
  gchar *path = g_build_filename (folder, format->file, NULL);
  FILE *file = create (path);

  format->write (file, tile, ssio_points_count (format, tile));
  finish (file);
  g_free (path);
}

void
ssio_points_write_large (const SsioTile *tile, const gchar *path, guint64 size)
{
  FILE *file = create (path);
  guint64 written;

  for (written = 0; written < size; written += tile->size)
    put (file, tile->points, tile->size);
  finish (file);
}

void
ssio_points_write_many (const SsioTile *tile, const gchar *folder,
    guint n_files, guint n_points)
{
  gsize size = n_points * (gsize) tile->point_size;
  gsize places = tile->size / size; /* files that the tile has points for */
  guint i;

  if (places == 0 || g_mkdir (folder, 0755) != 0)
    ssio_fail ("%s: cannot be made with files of %u points", folder, n_points);
  for (i = 0; i < n_files; i++) {
    gchar *path = g_strdup_printf ("%s/%06u.bin", folder, i);
    FILE *file = create (path);

    put (file, tile->points + i % places * size, size);
    finish (file);
    g_free (path);
  }
}
