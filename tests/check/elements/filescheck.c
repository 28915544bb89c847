/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <string.h>

#include "filescheck.h"

gchar *
files_make_folder (void)
{
  gchar *folder = ssio_check_make_path (".d");
  guint i, n;
  gfloat id = 0;

  fail_unless_equals_int (g_mkdir (folder, 0700), 0);
  for (n = 1; n <= FILES_N_FILES; n++) {
    gchar *path = g_strdup_printf ("%s/tile%u.bin", folder, n);
    gfloat points[FILES_N_FILES];

    for (i = 0; i < n; i++)
      points[i] = id++;
    fail_unless (g_file_set_contents (path, (const gchar *) points,
        n * sizeof (gfloat), NULL));
    g_free (path);
  }
  return folder;
}

void
files_take_batch (GstElement *sink, GstBuffer *buffer, GstPad *pad,
    FilesPoints *points)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);
  guint start = points->ids->len;
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_array_append_val (points->starts, start);
  g_array_append_vals (points->ids, map.data, map.size / sizeof (gfloat));
  points->n_wrong
      += meta->n_points != map.size / sizeof (gfloat)
         || GST_BUFFER_OFFSET_END (buffer) - GST_BUFFER_OFFSET (buffer)
                != meta->n_points;
  gst_buffer_unmap (buffer, &map);
}

FilesPoints *
files_points_new (void)
{
  FilesPoints *points = g_new0 (FilesPoints, 1);

  points->ids = g_array_new (FALSE, FALSE, sizeof (gfloat));
  points->starts = g_array_new (FALSE, FALSE, sizeof (guint));
  return points;
}

FilesPoints *
files_stream (const gchar *location, const gchar *properties)
{
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=\"%s\" layout=id batch-size=4 %s ! "
      "fakesink name=sink signal-handoffs=true",
      location, properties);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  FilesPoints *points = files_points_new ();

  g_signal_connect (sink, "handoff", G_CALLBACK (files_take_batch), points);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  fail_unless_equals_int (points->n_wrong, 0);
  return points;
}

void
files_points_free (FilesPoints *points)
{
  g_array_unref (points->ids);
  g_array_unref (points->starts);
  g_free (points);
}

guint
files_get_id (const FilesPoints *points, guint i)
{
  return g_array_index (points->ids, gfloat, i);
}

gboolean
files_are_equal (const FilesPoints *one, const FilesPoints *other)
{
  return one->ids->len == other->ids->len
         && memcmp (one->ids->data, other->ids->data,
                one->ids->len * sizeof (gfloat))
                == 0;
}
