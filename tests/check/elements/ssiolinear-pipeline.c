/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linearcheck.h"

/* A pipeline that ends in an identity over the default layout's first two
 * fields, named sink. */
static GstElement *
launch (const gchar *source, const gchar *between)
{
  gchar *weights = ssio_check_write_identity (2);
  gchar *text = g_strdup_printf ("%s ! %s ! ssiolinear name=sink layers=2 "
                                 "features=x,y weights=%s",
      source, between, weights);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  fail_unless (pipeline != NULL && error == NULL, "%s: %s", text,
      error ? error->message : "");
  g_free (text);
  g_free (weights);
  return pipeline;
}

#define N_TILE_POINTS 10001

/* The means of a tile whose float number i is i. */
static LinearEpoch
tile_epoch (guint number, guint64 batches)
{
  return (LinearEpoch){ number, batches, N_TILE_POINTS, N_TILE_POINTS * 24,
    { 3.0 * (N_TILE_POINTS - 1), 3.0 * (N_TILE_POINTS - 1) + 1 } };
}

static gchar *
tile_source (const gchar *properties)
{
  gchar *path = ssio_check_write_tile (N_TILE_POINTS, 6);
  gchar *text = g_strdup_printf ("ssiosrc name=src location=%s "
                                 "batch-size=1000 %s",
      path, properties);

  g_free (path);
  return text;
}

static void
check_eos (GstElement *pipeline)
{
  GstMessage *message = ssio_check_pop (pipeline,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);

  fail_unless (message != NULL, "no EOS");
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "eos");
  gst_message_unref (message);
}

GST_START_TEST (pipeline_of_three_epochs_reports_three_and_ends)
{
  gchar *source = tile_source ("epochs=3");
  GstElement *pipeline = launch (source, "queue ! ssiocudaupload");
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 3; i++)
    linear_check_epoch (pipeline, tile_epoch (i, 11));
  check_eos (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (pipeline_prerolls_and_does_not_count_the_time)
{
  gchar *source = tile_source ("epochs=2");
  GstElement *pipeline = launch (source, "queue");
  GstMessage *message;
  gdouble seconds;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  /* the bin says FAILURE where the error came on the way */
  fail_if (gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND)
           == GST_STATE_CHANGE_ASYNC);
  linear_check_nothing_posted (pipeline);
  g_usleep (G_USEC_PER_SEC);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = linear_pop_epoch (pipeline);
  gst_structure_get_double (gst_message_get_structure (message), "seconds",
      &seconds);
  fail_unless (seconds > 0 && seconds < 0.9, "%g", seconds);
  fail_unless_equals_uint64 (
      linear_get_uint64 (gst_message_get_structure (message), "points"),
      N_TILE_POINTS);
  gst_message_unref (message);
  linear_check_epoch (pipeline, tile_epoch (1, 11));
  check_eos (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (flushing_seek_after_eos_is_the_next_epoch)
{
  gchar *source = tile_source ("");
  GstElement *pipeline = launch (source, "queue");
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 4; i++) {
    linear_check_epoch (pipeline, tile_epoch (i, 11));
    check_eos (pipeline);
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT,
        GST_SEEK_FLAG_FLUSH, 0));
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (segment_seeks_are_epochs_without_a_gap)
{
  gchar *source = tile_source ("");
  /* so short that the source is in its first epoch when the seek comes */
  GstElement *pipeline = launch (source, "queue max-size-buffers=2");
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND);
  fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET, 0,
      GST_SEEK_TYPE_NONE, -1));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 4; i++) {
    linear_check_epoch (pipeline, tile_epoch (i, 11));
    fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_DEFAULT,
        GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, -1));
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (pipeline_goes_up_and_down_with_data_between)
{
  gchar *source = tile_source ("");
  GstElement *pipeline = launch (source, "queue");
  guint i;

  for (i = 0; i < 5; i++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    linear_check_epoch (pipeline, tile_epoch (0, 11));
    check_eos (pipeline);
    gst_element_set_state (pipeline, i % 2 ? GST_STATE_READY : GST_STATE_NULL);
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
    if (i % 2)
      gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND);
    gst_element_set_state (pipeline, GST_STATE_READY);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

/* Expects that the pipeline prerolls, that this element's error comes before
 * anything else and stays the only one, also after a flushing seek, which does
 * not mend the model, and that neither an epoch nor EOS is reported. */
static void
check_one_error (const gchar *source, const gchar *between,
    const gchar *properties, const gchar *part)
{
  GstElement *pipeline
      = ssio_check_launch ("%s ! %s ! ssiolinear name=sink %s", source,
          between, properties);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstBus *bus = gst_element_get_bus (pipeline);
  const GstMessageType news
      = GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS;
  GstMessage *message;
  GError *error;

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, news);
  fail_unless (message != NULL, "no error");
  fail_unless_equals_string (GST_MESSAGE_TYPE_NAME (message), "error");
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (sink));
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);

  gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH,
      0);
  message = gst_bus_timed_pop_filtered (bus, GST_SECOND / 20, news);
  fail_unless (message == NULL, "another message: %s",
      message ? GST_MESSAGE_TYPE_NAME (message) : "");

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

GST_START_TEST (pipeline_that_this_element_ends_says_why_and_nothing_else)
{
  gchar *path = ssio_check_write_identity (2);
  gchar *weights = g_strdup_printf ("layers=5 weights=%s", path);
  const gchar *const models[][2] = {
    { weights, "expected shape [5, 6]" },
    { "features=x,foo", "no field \"foo\"" },
  };
  static const gchar *const between[]
      = { "identity", "queue", "queue max-size-buffers=1 ! ssiocudaupload" };
  gchar *source = tile_source ("epochs=2");
  guint m, b;

  for (m = 0; m < G_N_ELEMENTS (models); m++) {
    for (b = 0; b < G_N_ELEMENTS (between); b++) {
      check_one_error (source, between[b], models[m][0], models[m][1]);
    }
  }
  g_free (weights);
  g_free (path);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (buffer_that_ends_in_mid_point_ends_the_pipeline_once)
{
  static const gchar *const between[] = { "identity", "queue" };
  guint b;

  for (b = 0; b < G_N_ELEMENTS (between); b++) {
    check_one_error ("fakesrc num-buffers=3 sizetype=fixed sizemax=6 ! "
                     "pointcloud/x-raw, layout=(string)x:f4, "
                     "point-size=(int)4, batch-size=(int)10",
        between[b], "", "6 bytes");
  }
}
GST_END_TEST;

/* An element that an application adds to a running pipeline gets to PLAYING
 * in one step once it has prerolled. */
GST_START_TEST (sink_that_syncs_with_a_playing_pipeline_measures_time)
{
  gchar *source = tile_source ("");
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *bin = launch (source, "queue");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_bin_add (GST_BIN (pipeline), bin);
  gst_element_set_state (bin, GST_STATE_PLAYING);
  fail_unless (linear_pop_seconds (pipeline) > 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (source);
}
GST_END_TEST;

GST_START_TEST (identity_over_real_points_gives_the_sums_of_their_columns)
{
  static const gdouble sums[]
      = { 59994544.6, 23186431.3, 2677127.73, 11220547, 136107, 805860000 };
  const gchar *data = g_getenv ("SSIO_REAL_DATA");
  gchar *weights, *text;
  GstElement *pipeline;
  GstMessage *message;
  guint i;

  if (!data) {
    ssio_check_skip ("SSIO_REAL_DATA is not set");
    return;
  }
  weights = ssio_check_write_identity (6);
  text = g_strdup_printf ("ssiosrc location=%s/autzen_trim.bin ! queue ! "
                          "ssiocudaupload ! ssiolinear layers=6 weights=%s",
      data, weights);
  pipeline = gst_parse_launch (text, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = linear_pop_epoch (pipeline);
  for (i = 0; i < G_N_ELEMENTS (sums); i++) {
    gdouble mean = linear_get_mean (gst_message_get_structure (message), i);

    fail_unless (fabs (mean * 110000 / sums[i] - 1) < 1e-7,
        "column %u: expected %.12g, found %.12g", i, sums[i], mean * 110000);
  }
  gst_message_unref (message);
  check_eos (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (text);
  g_free (weights);
}
GST_END_TEST;

static Suite *
ssiolinear_pipeline_suite (void)
{
  Suite *suite = suite_create ("ssiolinear_pipeline");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, pipeline_of_three_epochs_reports_three_and_ends);
  tcase_add_test (tcase, pipeline_prerolls_and_does_not_count_the_time);
  tcase_add_test (tcase, flushing_seek_after_eos_is_the_next_epoch);
  tcase_add_test (tcase, segment_seeks_are_epochs_without_a_gap);
  tcase_add_test (tcase, pipeline_goes_up_and_down_with_data_between);
  tcase_add_test (tcase,
      pipeline_that_this_element_ends_says_why_and_nothing_else);
  tcase_add_test (tcase, buffer_that_ends_in_mid_point_ends_the_pipeline_once);
  tcase_add_test (tcase,
      sink_that_syncs_with_a_playing_pipeline_measures_time);
  tcase_add_test (tcase,
      identity_over_real_points_gives_the_sums_of_their_columns);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_pipeline)
