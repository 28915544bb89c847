/* SPDX-License-Identifier: MIT */
/* Streams that are cut and go on: together they are the whole one. */

#include <string.h>

#include "filescheck.h"

#define N_EPOCHS 3

static const gchar *const orders[]
    = { "", "shuffle=batches seed=5", "shuffle=points shuffle-window=3",
        "shuffle=batches num-shards=3 "
        "shard-index=1",
        "drop-last=true", "start-point=7 stop-point=60",
        "shuffle=points num-shards=2 shard-policy=even" };

/* Where the stream stands after so many batches, as its source says or as one
 * of its batches does. */
typedef struct {
  GstElement *source;
  FilesPoints *points;
  guint n_batches;
  gchar *from_source;
  gchar *from_batch;
} Cut;

static void
look (GstElement *sink, GstBuffer *buffer, GstPad *pad, Cut *cut)
{
  if (cut->points->starts->len == cut->n_batches)
    return;
  files_take_batch (sink, buffer, pad, cut->points);
  if (cut->points->starts->len == cut->n_batches) {
    g_object_get (cut->source, "state", &cut->from_source, NULL);
    cut->from_batch = gst_ssio_state_after_batch (cut->from_source,
        gst_buffer_get_ssio_batch_meta (buffer));
  }
}

static GstElement *
launch (const gchar *folder, const gchar *order)
{
  return ssio_check_launch (
      "ssiosrc name=src location=%s layout=id batch-size=4 epochs=%d %s ! "
      "fakesink name=sink signal-handoffs=true",
      folder, N_EPOCHS, order);
}

/* A stream that is given up after so many batches. */
static Cut
stream_part (const gchar *folder, const gchar *order, guint n_batches)
{
  GstElement *pipeline = launch (folder, order);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  Cut cut = { gst_bin_get_by_name (GST_BIN (pipeline), "src"),
    files_points_new (), n_batches, NULL, NULL };

  g_signal_connect (sink, "handoff", G_CALLBACK (look), &cut);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (cut.source);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  fail_unless (cut.from_source != NULL);
  return cut;
}

static void
clear_cut (Cut *cut)
{
  files_points_free (cut->points);
  g_free (cut->from_source);
  g_free (cut->from_batch);
}

static FilesPoints *
stream_rest (const gchar *folder, const gchar *order, const gchar *state)
{
  GstElement *pipeline = launch (folder, order);
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  FilesPoints *points = files_points_new ();

  g_object_set (source, "resume-from", state, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (files_take_batch), points);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (source);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return points;
}

static FilesPoints *
stream_all (const gchar *folder, const gchar *order)
{
  return stream_rest (folder, order, NULL);
}

static void
check_cut (const gchar *folder, const gchar *order, guint n_batches,
    const FilesPoints *all)
{
  Cut cut = stream_part (folder, order, n_batches);
  FilesPoints *rest = stream_rest (folder, order, cut.from_batch);

  fail_unless_equals_string (cut.from_batch, cut.from_source);
  g_array_append_vals (cut.points->ids, rest->ids->data, rest->ids->len);
  fail_unless (files_are_equal (cut.points, all), "%s after %u batches", order,
      n_batches);
  files_points_free (rest);
  clear_cut (&cut);
}

GST_START_TEST (a_stream_goes_on_with_the_very_next_batch)
{
  gchar *folder = files_make_folder ();
  guint o, n;

  for (o = 0; o < G_N_ELEMENTS (orders); o++) {
    FilesPoints *all = stream_all (folder, orders[o]);

    for (n = 1; n < all->starts->len; n += 1 + o)
      check_cut (folder, orders[o], n, all);
    files_points_free (all);
  }
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* A copy of the files elsewhere is the same data set. */
GST_START_TEST (a_stream_goes_on_with_the_same_files_elsewhere)
{
  gchar *folder = files_make_folder ();
  gchar *other = files_make_folder ();
  FilesPoints *all = stream_all (folder, "shuffle=batches");
  Cut cut = stream_part (folder, "shuffle=batches", 20);
  FilesPoints *rest
      = stream_rest (other, "shuffle=batches io-mode=read", cut.from_source);

  g_array_append_vals (cut.points->ids, rest->ids->data, rest->ids->len);
  fail_unless (files_are_equal (cut.points, all));
  files_points_free (rest);
  files_points_free (all);
  clear_cut (&cut);
  ssio_check_remove_folder (folder);
  ssio_check_remove_folder (other);
}
GST_END_TEST;

static void
check_refused (const gchar *folder, const gchar *order, const gchar *state,
    const gchar *part)
{
  GstElement *pipeline = launch (folder, order);
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "src");

  g_object_set (source, "resume-from", state, NULL);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      part, NULL);
  gst_object_unref (source);
  gst_object_unref (pipeline);
}

GST_START_TEST (another_stream_is_refused_with_the_difference)
{
  gchar *folder = files_make_folder ();
  gchar *fewer = g_strdup_printf ("%s/tile1*", folder);
  Cut cut = stream_part (folder, "shuffle=batches seed=1", 10);

  check_refused (folder, "shuffle=batches seed=2", cut.from_source,
      "expected seed=2 as here, found 1");
  check_refused (folder, "seed=1", cut.from_source, "shuffle=0");
  check_refused (folder, "shuffle=batches seed=1 num-shards=2",
      cut.from_source, "num-shards=2");
  check_refused (fewer, "shuffle=batches seed=1", cut.from_source, "files=4");
  check_refused (folder, "shuffle=batches seed=1 batch-size=5",
      cut.from_source, "batch-size=5");
  check_refused (folder, "shuffle=batches seed=1 epochs=0", "nonsense",
      "expected what the property state");
  check_refused (folder, "shuffle=batches seed=1",
      "ssio-epoch, epoch=(uint)1;", "expected what the property state");
  clear_cut (&cut);
  g_free (fewer);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* As a seek after EOS does, and with the orders of epochs of its own. */
GST_START_TEST (a_stream_that_is_over_goes_on_with_another_round)
{
  const gchar *order = "shuffle=batches seed=3";
  gchar *folder = files_make_folder ();
  FilesPoints *all = stream_all (folder, order);
  Cut cut = stream_part (folder, order, all->starts->len);
  FilesPoints *round = stream_rest (folder, order, cut.from_source);

  fail_unless_equals_int (round->ids->len, N_EPOCHS * FILES_N_POINTS);
  fail_if (files_are_equal (round, all));
  files_points_free (round);
  files_points_free (all);
  clear_cut (&cut);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Where a seek's stop cuts a batch, the state has that batch next. */
GST_START_TEST (a_batch_that_a_seek_cut_comes_again)
{
  gchar *folder = files_make_folder ();
  GstElement *pipeline = launch (folder, "");
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  FilesPoints *rest;
  gchar *state;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  ssio_check_wait (pipeline, GST_MESSAGE_ASYNC_DONE);
  /* files have 1, 2, 3, ... points: 6 to 10 are the fourth one's batch */
  fail_unless (gst_element_seek (pipeline, 1.0, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_SET, 8));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  g_object_get (source, "state", &state, NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  rest = stream_rest (folder, "", state);
  fail_unless_equals_int (files_get_id (rest, 0), 6);
  fail_unless_equals_int (rest->ids->len, N_EPOCHS * FILES_N_POINTS - 6);
  files_points_free (rest);
  g_free (state);
  gst_object_unref (source);
  gst_object_unref (pipeline);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static Suite *
ssiosrc_resume_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-resume");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_stream_goes_on_with_the_very_next_batch);
  tcase_add_test (tcase, a_stream_goes_on_with_the_same_files_elsewhere);
  tcase_add_test (tcase, another_stream_is_refused_with_the_difference);
  tcase_add_test (tcase, a_stream_that_is_over_goes_on_with_another_round);
  tcase_add_test (tcase, a_batch_that_a_seek_cut_comes_again);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_resume)
