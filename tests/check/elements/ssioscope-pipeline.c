/* SPDX-License-Identifier: MIT */
/* ssioscope behind ssiosrc, with threads as users have them. */

#include <gst/ssio/formats/npyheader.h>
#include <unistd.h>

#include "ssiocheck.h"

#define N_POINTS 500

/* Half metres of a map, in a cube of 50 m, as x:f8,y:f8,z:f8. */
static gchar *
write_points (void)
{
  gdouble points[N_POINTS][3];
  guint i;

  g_random_set_seed (6);
  for (i = 0; i < N_POINTS; i++) {
    points[i][0] = 636000 + g_random_int_range (0, 100) / 2.0;
    points[i][1] = 848000 + g_random_int_range (0, 100) / 2.0;
    points[i][2] = 50 + g_random_int_range (0, 100) / 2.0;
  }
  return ssio_check_write_file (".bin", points, sizeof (points));
}

static GstElement *
launch (const gchar *path, const gchar *source, const gchar *scope)
{
  return ssio_check_launch (
      "ssiosrc name=source location=%s layout=x:f8,y:f8,z:f8 %s ! queue ! "
      "ssioscope name=scope %s ! video/x-raw,width=40,height=30 ! "
      "fakesink name=sink signal-handoffs=true",
      path, source, scope);
}

static void
add_frame (GstElement *sink, GstBuffer *frame, GstPad *pad, GPtrArray *frames)
{
  GstMapInfo map;

  gst_buffer_map (frame, &map, GST_MAP_READ);
  g_ptr_array_add (frames, g_bytes_new (map.data, map.size));
  gst_buffer_unmap (frame, &map);
}

/* Where a pipeline's frames go. */
static GPtrArray *
collect_frames (GstElement *pipeline)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GPtrArray *frames
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_signal_connect (sink, "handoff", G_CALLBACK (add_frame), frames);
  gst_object_unref (sink);
  return frames;
}

/* The frame of a file, made twice: elements can be used again. */
static GBytes *
make_picture (const gchar *path, const gchar *source, const gchar *scope)
{
  GstElement *pipeline = launch (path, source, scope);
  GPtrArray *frames = collect_frames (pipeline);
  GBytes *picture;
  guint i;

  for (i = 0; i < 2; i++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (pipeline);
  fail_unless_equals_int (frames->len, 2);
  fail_unless (g_bytes_equal (frames->pdata[0], frames->pdata[1]));
  picture = g_bytes_ref (frames->pdata[0]);
  g_ptr_array_unref (frames);
  return picture;
}

GST_START_TEST (a_picture_does_not_depend_on_batches_order_or_origin)
{
  static const gchar *const sources[] = { "origin=none", "batch-size=7",
    "io-mode=read", "shuffle=points batch-size=10 shuffle-window=4",
    "origin=635000,840000,10 batch-size=499" };
  static const gchar *const scopes[]
      = { "", "view=perspective", "range=636000,636050,848000,848050,0,100" };
  gchar *path = write_points ();
  guint i, k;

  for (k = 0; k < G_N_ELEMENTS (scopes); k++) {
    GBytes *picture = make_picture (path, "", scopes[k]);

    for (i = 0; i < G_N_ELEMENTS (sources); i++) {
      GBytes *other = make_picture (path, sources[i], scopes[k]);

      fail_unless (g_bytes_equal (picture, other), "%s, %s", sources[i],
          scopes[k]);
      g_bytes_unref (other);
    }
    g_bytes_unref (picture);
  }
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (every_epoch_is_the_same_picture_also_after_a_seek)
{
  gchar *path = write_points ();
  GstElement *pipeline = launch (path, "epochs=3 batch-size=90", "");
  GPtrArray *frames = collect_frames (pipeline);
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  fail_unless_equals_int (frames->len, 3);
  fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0));
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless_equals_int (frames->len, 6);
  for (i = 1; i < frames->len; i++)
    fail_unless (g_bytes_equal (frames->pdata[0], frames->pdata[i]));
  g_ptr_array_unref (frames);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

/* And be read. */
GST_START_TEST (properties_can_change_while_it_plays)
{
  gchar *path = write_points ();
  GstElement *pipeline
      = launch (path, "epochs=0 batch-size=50", "accumulate=running");
  GstElement *scope = gst_bin_get_by_name (GST_BIN (pipeline), "scope");
  guint64 frames = 0;
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; frames < 100; i++) {
    GstStructure *stats;

    g_object_set (scope, "view", i % 2, "azimuth", (gdouble) (i % 360),
        "elevation", (gdouble) (i % 90), "distance", (gdouble) (i % 3 * 50),
        "palette", i % 4, "point-size", i % 5, "shading", i % 2, NULL);
    g_object_get (scope, "stats", &stats, NULL);
    gst_structure_get_uint64 (stats, "frames", &frames);
    gst_structure_free (stats);
    g_thread_yield ();
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (scope);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

/* Points with a class each, and in an array the same numbers. */
static gchar *
write_classes (gchar **array)
{
  gdouble points[N_POINTS][4];
  GString *classes = gst_ssio_npy_header_make ("'|u1'", N_POINTS, 0);
  guint i;

  g_random_set_seed (7);
  for (i = 0; i < N_POINTS; i++) {
    points[i][0] = g_random_int_range (0, 100) / 2.0;
    points[i][1] = g_random_int_range (0, 100) / 2.0;
    points[i][2] = i;
    points[i][3] = g_random_int_range (0, 256);
    g_string_append_c (classes, points[i][3]);
  }
  *array = ssio_check_write_file (".npy", classes->str, classes->len);
  g_string_free (classes, TRUE);
  return ssio_check_write_file (".bin", points, sizeof (points));
}

GST_START_TEST (a_prediction_has_the_color_of_its_class)
{
  gchar *array;
  gchar *path = write_classes (&array);
  gchar *source
      = g_strdup_printf ("layout=x:f8,y:f8,z:f8,class:f8 predictions=%s "
                         "shuffle=points batch-size=60",
          array);
  GBytes *classes = make_picture (path, source, "color-by=class");
  GBytes *predictions = make_picture (path, source, "color-by=prediction");
  GBytes *grays
      = make_picture (path, source, "color-by=prediction palette=gray");

  fail_unless (g_bytes_equal (classes, predictions));
  fail_if (g_bytes_equal (predictions, grays));
  g_bytes_unref (grays);
  g_bytes_unref (predictions);
  g_bytes_unref (classes);
  g_free (source);
  g_free (path);
  g_free (array);
}
GST_END_TEST;

GST_START_TEST (
    without_predictions_there_is_one_error_that_says_what_joins_them)
{
  gchar *path = write_points ();
  GstElement *pipeline = launch (path, "", "color-by=prediction");

  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "color-by=prediction", "there are x:f8", "predictions of ssiosrc", NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

static GstPadProbeReturn
cut_file (GstPad *pad, GstPadProbeInfo *info, gpointer path)
{
  g_assert_cmpint (truncate (path, N_POINTS * 24 - 1), ==, 0);
  return GST_PAD_PROBE_REMOVE;
}

GST_START_TEST (a_file_that_is_cut_is_one_error_and_no_picture)
{
  gchar *path = write_points ();
  GstElement *pipeline = launch (path, "batch-size=20", "");
  GstElement *scope = gst_bin_get_by_name (GST_BIN (pipeline), "scope");
  GPtrArray *frames = collect_frames (pipeline);
  GstPad *pad = gst_element_get_static_pad (scope, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, cut_file, path, NULL);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      path, "expected 12000 bytes, found 11999", NULL);
  fail_unless_equals_int (frames->len, 0);
  gst_object_unref (pad);
  gst_object_unref (scope);
  g_ptr_array_unref (frames);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

/* However many frames it makes: also the only one, at the end, is missed. */
GST_START_TEST (a_scope_that_is_not_linked_is_one_error)
{
  static const gchar *const scopes[] = { "", "accumulate=none" };
  gchar *path = write_points ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (scopes); i++) {
    GstElement *pipeline = ssio_check_launch (
        "ssiosrc location=%s layout=x:f8,y:f8,z:f8 ! ssioscope %s", path,
        scopes[i]);

    ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "Internal data stream error", NULL);
    gst_object_unref (pipeline);
  }
  g_free (path);
}
GST_END_TEST;

/* Airborne LiDAR, of which no point may be missing. */
GST_START_TEST (all_points_of_real_files_are_in_the_picture)
{
  static const gchar *const views[] = { "top", "perspective" };
  const gchar *data = g_getenv ("SSIO_REAL_DATA");
  guint i;

  if (!data) {
    ssio_check_skip ("SSIO_REAL_DATA is not set");
    return;
  }
  for (i = 0; i < G_N_ELEMENTS (views); i++) {
    GstElement *pipeline = ssio_check_launch (
        "ssiosrc location=%s/autzen_trim.las ! ssioscope name=scope view=%s "
        "color-by=class ! fakesink",
        data, views[i]);
    GstElement *scope = gst_bin_get_by_name (GST_BIN (pipeline), "scope");
    guint64 points, outside;
    GstStructure *stats;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    g_object_get (scope, "stats", &stats, NULL);
    gst_structure_get (stats, "points", G_TYPE_UINT64, &points, "outside",
        G_TYPE_UINT64, &outside, NULL);
    fail_unless_equals_uint64 (points, 110000);
    fail_unless_equals_uint64 (outside, 0);
    gst_structure_free (stats);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (scope);
    gst_object_unref (pipeline);
  }
}
GST_END_TEST;

static Suite *
ssioscope_pipeline_suite (void)
{
  Suite *suite = suite_create ("ssioscope-pipeline");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_picture_does_not_depend_on_batches_order_or_origin);
  tcase_add_test (tcase, every_epoch_is_the_same_picture_also_after_a_seek);
  tcase_add_test (tcase, properties_can_change_while_it_plays);
  tcase_add_test (tcase, a_prediction_has_the_color_of_its_class);
  tcase_add_test (tcase,
      without_predictions_there_is_one_error_that_says_what_joins_them);
  tcase_add_test (tcase, a_file_that_is_cut_is_one_error_and_no_picture);
  tcase_add_test (tcase, a_scope_that_is_not_linked_is_one_error);
  tcase_add_test (tcase, all_points_of_real_files_are_in_the_picture);
  return suite;
}

SSIO_CHECK_MAIN (ssioscope_pipeline)
