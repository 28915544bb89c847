/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "pcdcheck.h"

static gboolean has_files;

void
pcd_check_write_files (void)
{
  has_files = ssio_check_run_oracle (NULL, "pcd", ssio_check_get_directory (),
      G_STRINGIFY (N_MIXED), NULL);
}

gboolean
pcd_check_has_files (void)
{
  return has_files;
}

gchar *
pcd_check_path (const gchar *name)
{
  return g_build_filename (ssio_check_get_directory (), name, NULL);
}

GstSsioPointFile *
pcd_check_open (const gchar *name, GError **error)
{
  gchar *path = pcd_check_path (name);
  GstSsioPointFile *file
      = gst_ssio_point_file_open (path, NULL, GST_SSIO_IO_MODE_AUTO, error);

  g_free (path);
  return file;
}

guint8 *
pcd_check_load (const gchar *name, gsize expected_size)
{
  gchar *path = pcd_check_path (name);
  gchar *bytes;
  gsize size;

  fail_unless (g_file_get_contents (path, &bytes, &size, NULL));
  fail_unless_equals_uint64 (size, expected_size);
  g_free (path);
  return (guint8 *) bytes;
}

void
pcd_check_points (GstSsioPointFile *file, guint64 first, guint64 n,
    const guint8 *all)
{
  gsize point_size
      = gst_ssio_layout_get_point_size (gst_ssio_point_file_get_layout (file));
  guint8 *points = g_malloc (n * point_size);
  GError *error = NULL;

  fail_unless (gst_ssio_point_file_read_points (file, first, n, points,
                   &error),
      "%s", error ? error->message : "");
  fail_unless (memcmp (points, all + first * point_size, n * point_size) == 0,
      "%s: points %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " differ",
      gst_ssio_point_file_get_path (file), first, first + n - 1);
  g_free (points);
}

static void
check_random_batches (GstSsioPointFile *file, const guint8 *all)
{
  guint64 n_points = gst_ssio_point_file_get_n_points (file);
  GRand *rand = g_rand_new_with_seed (3);
  guint i;

  pcd_check_points (file, n_points - 1, 1, all);
  for (i = 0; i < 60; i++) {
    guint64 first = g_rand_int_range (rand, 0, n_points);
    guint64 n = g_rand_int_range (rand, 1, MIN (3000, n_points - first) + 1);

    pcd_check_points (file, first, n, all);
  }
  pcd_check_points (file, 0, n_points, all);
  g_rand_free (rand);
}

void
pcd_check_file (const gchar *name, const gchar *layout, guint64 n_points,
    const guint8 *all)
{
  GError *error = NULL;
  GstSsioPointFile *file = pcd_check_open (name, &error);
  gchar *text;

  fail_unless (file != NULL, "%s", error ? error->message : "");
  text = gst_ssio_layout_to_string (gst_ssio_point_file_get_layout (file));
  fail_unless_equals_string (text, layout);
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file),
      n_points);
  check_random_batches (file, all);
  gst_ssio_point_file_unref (file);
  g_free (text);
}
