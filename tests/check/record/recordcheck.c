/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <gst/ssio/fieldvalue.h>
#include <math.h>

#include "recordcheck.h"

gchar *
recordcheck_make_folder (void)
{
  gchar *path = ssio_check_make_path (".folder");

  fail_unless (g_mkdir (path, 0700) == 0);
  return path;
}

gboolean
recordcheck_exists (const gchar *folder, const gchar *name)
{
  gchar *path = g_build_filename (folder, name, NULL);
  gboolean exists = g_file_test (path, G_FILE_TEST_EXISTS);

  g_free (path);
  return exists;
}

gchar *
recordcheck_read (const gchar *folder, const gchar *name, gsize *size)
{
  gchar *path = g_build_filename (folder, name, NULL);
  GError *error = NULL;
  gchar *bytes;

  fail_unless (g_file_get_contents (path, &bytes, size, &error), "%s",
      error ? error->message : "");
  g_free (path);
  return bytes;
}

void
recordcheck_write (const gchar *folder, const gchar *name, gconstpointer bytes,
    gsize size)
{
  gchar *path = g_build_filename (folder, name, NULL);

  fail_unless (g_file_set_contents (path, bytes, size, NULL));
  g_free (path);
}

guint
recordcheck_count_files (const gchar *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  g_dir_close (dir);
  return n;
}

static void
make_finite (const GstSsioLayout *layout, guint8 *point)
{
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    const GstSsioField *field = gst_ssio_layout_get_field (layout, i);

    if (gst_ssio_type_is_float (field->type)
        && !isfinite (gst_ssio_field_read_value (field, point)))
      memset (point + field->offset, 0, gst_ssio_type_get_size (field->type));
  }
}

gchar *
recordcheck_write_points (const gchar *text, guint64 n_points, guint seed)
{
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (text, 0, NULL);
  guint point_size = gst_ssio_layout_get_point_size (layout);
  guint8 *points = g_malloc (n_points * point_size + 1);
  GRand *random = g_rand_new_with_seed (seed);
  gchar *path;
  gsize i;

  for (i = 0; i < n_points * point_size; i++)
    points[i] = g_rand_int (random);
  for (i = 0; i < n_points; i++)
    make_finite (layout, points + i * point_size);
  path = ssio_check_write_file (".bin", points, n_points * point_size);
  g_rand_free (random);
  g_free (points);
  gst_ssio_layout_unref (layout);
  return path;
}

GstSsioPointFile *
recordcheck_open (const gchar *path, const gchar *text, gboolean recover)
{
  GstSsioLayout *layout
      = text ? gst_ssio_layout_new_from_string (text, 0, NULL) : NULL;
  const GstSsioPointFileOptions options = {
    .layout = layout,
    .io_mode = GST_SSIO_IO_MODE_READ,
    .recover = recover,
  };
  GError *error = NULL;
  GstSsioPointFile *file
      = gst_ssio_point_file_open_with (path, &options, &error);

  fail_unless (file != NULL, "%s", error ? error->message : "");
  g_clear_pointer (&layout, gst_ssio_layout_unref);
  return file;
}

static guint8 *
read_points (GstSsioPointFile *file, guint64 start, guint64 n_points)
{
  guint size
      = gst_ssio_layout_get_point_size (gst_ssio_point_file_get_layout (file));
  guint8 *points = g_malloc (n_points * size);
  GError *error = NULL;

  fail_unless (gst_ssio_point_file_read_points (file, start, n_points, points,
                   &error),
      "%s", error ? error->message : "");
  return points;
}

static gboolean
are_same_values (const GstSsioField *a, const guint8 *points_a, guint size_a,
    const GstSsioField *b, const guint8 *points_b, guint size_b, guint64 i)
{
  gdouble value_a = gst_ssio_field_read_value (a, points_a + i * size_a);
  gdouble value_b = gst_ssio_field_read_value (b, points_b + i * size_b);

  /* an integer of LAS has a float32 back as such */
  if (a->type == GST_SSIO_TYPE_F4 && b->type != GST_SSIO_TYPE_F4)
    return (gfloat) value_a == (gfloat) value_b;
  /* and a double with 15 digits */
  if (a->type == GST_SSIO_TYPE_F8 && b->type != GST_SSIO_TYPE_F8)
    return fabs (value_a - value_b) <= 1e-15 * fabs (value_a);
  return memcmp (&value_a, &value_b, sizeof (value_a)) == 0
         || (value_a == 0 && value_b == 0);
}

void
recordcheck_expect_same (GstSsioPointFile *a, guint64 start, guint64 n_points,
    GstSsioPointFile *b)
{
  GstSsioLayout *layout_a = gst_ssio_point_file_get_layout (a);
  GstSsioLayout *layout_b = gst_ssio_point_file_get_layout (b);
  guint size_a = gst_ssio_layout_get_point_size (layout_a);
  guint size_b = gst_ssio_layout_get_point_size (layout_b);
  guint8 *points_a, *points_b;
  guint64 j;
  guint i;

  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (b), n_points);
  points_a = read_points (a, start, n_points);
  points_b = read_points (b, 0, n_points);
  for (i = 0; i < gst_ssio_layout_get_n_fields (layout_a); i++) {
    const GstSsioField *field_a = gst_ssio_layout_get_field (layout_a, i);
    gint index = gst_ssio_layout_find_field (layout_b, field_a->name);

    fail_unless (index >= 0, "no field %s", field_a->name);
    for (j = 0; j < n_points; j++) {
      /* fail_unless() takes time, also where nothing fails */
      if (!are_same_values (field_a, points_a, size_a,
              gst_ssio_layout_get_field (layout_b, index), points_b, size_b,
              j))
        fail ("%s of point %" G_GUINT64_FORMAT, field_a->name, j);
    }
  }
  g_free (points_a);
  g_free (points_b);
}
