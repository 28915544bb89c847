/* SPDX-License-Identifier: MIT */

#include <math.h>

#include "traincheck.h"

/* Three clusters, around points of a circle. */
gfloat *
train_make_points (guint n)
{
  GRand *random = g_rand_new_with_seed (3);
  gfloat *points = g_new (gfloat, n * TRAIN_N_COLUMNS);
  guint p;

  for (p = 0; p < n; p++) {
    guint class = g_rand_int_range (random, 0, TRAIN_N_CLASSES);
    gdouble angle = 2 * G_PI * class / TRAIN_N_CLASSES;

    points[p * TRAIN_N_COLUMNS]
        = cos (angle) + g_rand_double_range (random, -0.8, 0.8);
    points[p * TRAIN_N_COLUMNS + 1]
        = sin (angle) + g_rand_double_range (random, -0.8, 0.8);
    points[p * TRAIN_N_COLUMNS + 2] = class;
  }
  g_rand_free (random);
  return points;
}

gchar *
train_write_points (const gfloat *points, guint n)
{
  return ssio_check_write_file (".bin", points, n * TRAIN_POINT_SIZE);
}

gchar *
train_write_tile (void)
{
  gfloat *points = train_make_points (TRAIN_N_POINTS);
  gchar *path = train_write_points (points, TRAIN_N_POINTS);

  g_free (points);
  return path;
}

GstElement *
train_launch (const gchar *tile, const gchar *source, const gchar *linear)
{
  return ssio_check_launch ("ssiosrc location=%s layout=" TRAIN_LAYOUT
                            " batch-size=500 %s ! queue ! "
                            "ssiolinear name=linear " TRAIN_PROPERTIES " %s",
      tile, source, linear);
}

void
train_free_pipeline (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

void
train_run (const gchar *tile, const gchar *source, const gchar *linear)
{
  GstElement *pipeline = train_launch (tile, source, linear);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  train_free_pipeline (pipeline);
}

gdouble
train_get_double (GstMessage *message, const gchar *field)
{
  gdouble value;

  fail_unless (gst_structure_get_double (gst_message_get_structure (message),
                   field, &value),
      "%s", field);
  return value;
}

guint64
train_get_uint64 (GstMessage *message, const gchar *field)
{
  return linear_get_uint64 (gst_message_get_structure (message), field);
}

/* The next element message of that name, or NULL at EOS. */
GstMessage *
train_pop_named (GstElement *element, const gchar *name)
{
  for (;;) {
    GstMessage *message = ssio_check_pop (element,
        GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR | GST_MESSAGE_EOS);

    fail_unless (message != NULL, "no message %s", name);
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
      gst_message_unref (message);
      return NULL;
    }
    if (gst_message_has_name (message, name))
      return message;
    gst_message_unref (message);
  }
}

GBytes *
train_read_file (const gchar *path)
{
  gchar *bytes;
  gsize size;

  fail_unless (g_file_get_contents (path, &bytes, &size, NULL), "%s", path);
  return g_bytes_new_take (bytes, size);
}

void
train_check_same_file (const gchar *expected, const gchar *found)
{
  GBytes *a = train_read_file (expected);
  GBytes *b = train_read_file (found);

  fail_unless (g_bytes_equal (a, b));
  g_bytes_unref (a);
  g_bytes_unref (b);
}

void
train_check_close (GBytes *expected, GBytes *found)
{
  gsize size, other;
  const guint8 *a = g_bytes_get_data (expected, &size);
  const guint8 *b = g_bytes_get_data (found, &other);
  guint64 header;
  gdouble difference;

  fail_unless_equals_uint64 (size, other);
  memcpy (&header, a, sizeof (header));
  header = sizeof (header) + GUINT64_FROM_LE (header);
  difference = ssio_check_difference ((const gfloat *) (a + header),
      (const gfloat *) (b + header), (size - header) / sizeof (gfloat));
  fail_unless (difference <= 1e-4, "weights are wrong by %.9g of their length",
      difference);
}

gchar *
train_with_path (const gchar *format, const gchar *path)
{
  gchar **parts = g_strsplit (format, "PATH", -1);
  gchar *text = g_strjoinv (path, parts);

  g_strfreev (parts);
  return text;
}
