/* SPDX-License-Identifier: MIT */
/* ssiolinear writing a prediction for each point. */

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "linearcheck.h"

#define HEADER_BYTES 128
#define N_CLASSES 5
#define N_POINTS 30789

/* What the oracle has made. */
#define SOURCE \
  "ssiosrc location=\"%s/*.bin\" origin=none " \
  "layout=\"x:f4,y:f4,z:f4,intensity:u2,raw:u4&65535\" "
#define MODEL \
  "ssiolinear name=linear layers=16,5 features=x,y,z,intensity " \
  "weights=%s/plain.safetensors predictions=%s/out.npy "

static gchar *
run_oracle (void)
{
  gchar *folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);

  if (ssio_check_run_oracle (NULL, "evaluate", folder, NULL))
    return folder;
  ssio_check_skip ("no Python with NumPy");
  ssio_check_remove_folder (folder);
  return NULL;
}

static GstElement *
launch (const gchar *folder, const gchar *source, const gchar *properties)
{
  return ssio_check_launch (SOURCE "%s ! queue ! " MODEL "%s", folder, source,
      folder, folder, properties);
}

static void
run (const gchar *folder, const gchar *source, const gchar *properties)
{
  GstElement *pipeline = launch (folder, source, properties);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static gpointer
read_file (const gchar *folder, const gchar *name, gsize *size)
{
  gchar *path = g_build_filename (folder, name, NULL);
  gchar *bytes;

  fail_unless (g_file_get_contents (path, &bytes, size, NULL), "%s", path);
  g_free (path);
  return bytes;
}

/* The rows of what was predicted. */
static gpointer
read_predictions (const gchar *folder, gsize row_size)
{
  gsize size;
  gchar *bytes = read_file (folder, "out.npy", &size);

  fail_unless_equals_uint64 (size, HEADER_BYTES + N_POINTS * row_size);
  memmove (bytes, bytes + HEADER_BYTES, N_POINTS * row_size);
  return bytes;
}

static void
check_floats (const gchar *folder, const gchar *expected_name,
    gdouble tolerance)
{
  gfloat *found = read_predictions (folder, N_CLASSES * sizeof (gfloat));
  gsize size;
  gdouble *expected = read_file (folder, expected_name, &size);
  gsize i;

  fail_unless_equals_uint64 (size, N_POINTS * N_CLASSES * sizeof (gdouble));
  for (i = 0; i < N_POINTS * N_CLASSES; i++)
    fail_unless (fabs (found[i] - expected[i])
                     <= tolerance * MAX (1, fabs (expected[i])),
        "%" G_GSIZE_FORMAT ": expected %.9g, found %.9g", i, expected[i],
        found[i]);
  g_free (found);
  g_free (expected);
}

/* In all orders that keep batches together, and sizes that do not divide. */
GST_START_TEST (rows_agree_with_numpy_in_the_order_of_the_files)
{
  static const gchar *const sources[] = {
    "",
    "batch-size=1000 shuffle=batches seed=1 epochs=2",
    "batch-size=777 shuffle=batches seed=2 io-mode=read",
    "batch-size=100000",
  };
  gchar *folder = run_oracle ();
  guint i;

  if (!folder)
    return;
  for (i = 0; i < G_N_ELEMENTS (sources); i++) {
    run (folder, sources[i], "predictions-type=logits threads=3");
    check_floats (folder, "plain.logits", 1e-4);
    run (folder, sources[i], "predictions-type=probabilities");
    check_floats (folder, "plain.probabilities", 1e-4);
  }
  run (folder, "batch-size=4096 shuffle=batches",
      "predictions-type=logits normalize=center-xy");
  check_floats (folder, "center.logits", 1e-4);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* The largest of what was written as logits, to the bit. */
static guint8 *
find_classes (const gchar *folder)
{
  guint8 *classes = g_malloc0 (N_POINTS);
  gfloat *logits;
  gsize i;
  guint c;

  run (folder, "", "predictions-type=logits");
  logits = read_predictions (folder, N_CLASSES * sizeof (gfloat));
  for (i = 0; i < N_POINTS; i++) {
    for (c = 1; c < N_CLASSES; c++) {
      if (logits[i * N_CLASSES + c] > logits[i * N_CLASSES + classes[i]])
        classes[i] = c;
    }
  }
  g_free (logits);
  return classes;
}

GST_START_TEST (argmax_is_the_largest_of_the_logits)
{
  gchar *folder = run_oracle ();
  guint8 *expected, *found;

  if (!folder)
    return;
  expected = find_classes (folder);
  run (folder, "shuffle=batches batch-size=1000",
      "label=raw class-map="
      "0:0,1:0,10:1,11:2,13:1,40:3,252:1,259:4 threads=2");
  found = read_predictions (folder, 1);
  fail_unless (memcmp (found, expected, N_POINTS) == 0);
  g_free (found);
  g_free (expected);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (what_is_predicted_joins_the_points_of_the_same_files)
{
  gchar *folder = run_oracle ();
  guint8 *expected, *joined;
  GstElement *pipeline;
  gsize size;

  if (!folder)
    return;
  expected = find_classes (folder);
  run (folder, "shuffle=batches batch-size=1000", "");
  pipeline = ssio_check_launch (SOURCE
      "predictions=%s/out.npy ! queue ! ssioconvert fields=prediction ! "
      "filesink location=%s/joined",
      folder, folder, folder);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  joined = read_file (folder, "joined", &size);
  fail_unless_equals_uint64 (size, N_POINTS);
  fail_unless (memcmp (joined, expected, N_POINTS) == 0);
  g_free (joined);
  g_free (expected);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (shards_predict_their_points_and_leave_the_others_out)
{
  gchar *folder = run_oracle ();
  guint8 *expected;
  guint8 *joined;
  guint shard, i;

  if (!folder)
    return;
  expected = find_classes (folder);
  joined = g_malloc (N_POINTS);
  memset (joined, 255, N_POINTS);
  for (shard = 0; shard < 3; shard++) {
    gchar *source = g_strdup_printf (
        "batch-size=500 shuffle=batches num-shards=3 shard-index=%u", shard);
    guint8 *found;
    guint n = 0;

    run (folder, source, "");
    found = read_predictions (folder, 1);
    for (i = 0; i < N_POINTS; i++) {
      if (found[i] == 255)
        continue;
      fail_unless (joined[i] == 255, "point %u in two shards", i);
      joined[i] = found[i];
      n++;
    }
    fail_unless (n > N_POINTS / 4 && n < N_POINTS / 2, "%u points", n);
    g_free (found);
    g_free (source);
  }
  fail_unless (memcmp (joined, expected, N_POINTS) == 0);
  g_free (joined);
  g_free (expected);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* A part of the points in mid-file, and files that are left out. */
GST_START_TEST (a_range_of_points_is_predicted_where_it_is)
{
  gchar *folder = run_oracle ();
  guint8 *expected, *found;
  guint i;

  if (!folder)
    return;
  expected = find_classes (folder);
  run (folder, "batch-size=500 start-point=30000 stop-point=30300", "");
  found = read_predictions (folder, 1);
  for (i = 0; i < N_POINTS; i++)
    fail_unless (found[i] == (i >= 30000 && i < 30300 ? expected[i] : 255),
        "%u: %u", i, found[i]);
  g_free (found);
  run (folder, "batch-size=500 start-point=30012", "");
  found = read_predictions (folder, 1);
  for (i = 0; i < N_POINTS; i++)
    fail_unless (found[i] == (i >= 30012 ? expected[i] : 255), "%u: %u", i,
        found[i]);
  g_free (found);
  g_free (expected);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (more_than_255_classes_need_two_bytes)
{
  gchar *folder = run_oracle ();
  gchar *path, *text;

  if (!folder)
    return;
  path = g_build_filename (folder, "out.npy", NULL);
  run (folder, "", "layers=8,256 weights=\"\"");
  fail_unless (ssio_check_run_oracle (&text, "describe-npy", path, NULL));
  fail_unless (g_str_has_prefix (text, "<u2 (30789,) "), "%s", text);
  g_free (text);
  run (folder, "", "layers=8,255 weights=\"\"");
  fail_unless (ssio_check_run_oracle (&text, "describe-npy", path, NULL));
  fail_unless (g_str_has_prefix (text, "|u1 (30789,) "), "%s", text);
  g_free (text);
  run (folder, "", "layers=8,7 weights=\"\" predictions-type=logits");
  fail_unless (ssio_check_run_oracle (&text, "describe-npy", path, NULL));
  fail_unless (g_str_has_prefix (text, "<f4 (30789, 7) "), "%s", text);
  g_free (text);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_flush_begins_the_predictions_again)
{
  gchar *folder = run_oracle ();
  guint8 *expected, *found;
  guint i;

  if (!folder)
    return;
  expected = find_classes (folder);
  for (i = 0; i < 10; i++) {
    GstElement *pipeline = launch (folder, "batch-size=100", "threads=2");

    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (500 * i);
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT,
        GST_SEEK_FLAG_FLUSH, 0));
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    found = read_predictions (folder, 1);
    fail_unless (memcmp (found, expected, N_POINTS) == 0);
    g_free (found);
  }
  g_free (expected);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (mixed_points_have_no_place_in_predictions)
{
  gchar *folder = run_oracle ();
  GstElement *pipeline;
  guint n;

  if (!folder)
    return;
  n = ssio_check_count_files (folder);
  pipeline = launch (folder, "shuffle=points", "");
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "points are mixed", "shuffle=batches", NULL);
  gst_object_unref (pipeline);
  fail_unless_equals_int (ssio_check_count_files (folder), n);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (an_error_leaves_the_predictions_of_before)
{
  gchar *folder = run_oracle ();
  GstElement *pipeline;
  gchar *text;
  gsize size;
  guint n;

  if (!folder)
    return;
  run (folder, "", "");
  n = ssio_check_count_files (folder);
  text = read_file (folder, "out.npy", &size);
  pipeline = launch (folder, "batch-size=100",
      "predictions-type=logits label=raw class-map=0:0,1:1,10:1");
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "which class-map does not have", "1.bin: point ", NULL);
  gst_object_unref (pipeline);
  fail_unless_equals_int (ssio_check_count_files (folder), n);
  {
    gsize new_size;
    gchar *new_text = read_file (folder, "out.npy", &new_size);

    fail_unless_equals_uint64 (new_size, size);
    fail_unless (memcmp (new_text, text, size) == 0);
    g_free (new_text);
  }
  g_free (text);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (stops_at_any_moment_leave_no_files_behind)
{
  gchar *folder = run_oracle ();
  guint n, i;

  if (!folder)
    return;
  run (folder, "", "");
  n = ssio_check_count_files (folder);
  for (i = 0; i < 20; i++) {
    GstElement *pipeline
        = launch (folder, "batch-size=100 epochs=0", "threads=2");

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (1000 * i);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    fail_unless_equals_int (ssio_check_count_files (folder), n);
  }
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_folder_that_is_not_there_is_told_at_once)
{
  linear_check_start_error ("predictions=/no/folder/p.npy",
      GST_RESOURCE_ERROR_OPEN_WRITE, "/no/folder/p.npy");
}
GST_END_TEST;

/* An element that writes predictions of points (x, 1) of one file, which has
 * 10. */
static GstHarness *
new_predicting (const gchar *folder)
{
  static const gchar *const names[] = { "a.bin" };
  static const guint64 counts[] = { 10 };
  gchar *properties = g_strdup_printf ("predictions=%s/out.npy", folder);
  GstHarness *harness = linear_new_identity (properties);

  fail_unless (gst_harness_push_event (harness,
      gst_event_new_ssio_files (names, counts, 1)));
  g_free (properties);
  return harness;
}

static GstBuffer *
new_batch (guint n, guint64 first_point, guint64 n_told)
{
  GstBuffer *batch = linear_new_points (n, 1);

  gst_buffer_add_ssio_batch_meta (batch, 0, 0, 0, first_point, n_told);
  return batch;
}

/* Its rows would be those of other points. */
GST_START_TEST (a_batch_of_other_points_than_it_says_is_an_error)
{
  static const guint sizes[] = { 4, 6 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gchar *folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);
    GstHarness *harness = new_predicting (folder);
    gchar *found = g_strdup_printf ("found %u", sizes[i]);

    gst_harness_push (harness, new_batch (sizes[i], 5, 5));
    linear_push_eos (harness);
    ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
        GST_STREAM_ERROR_FORMAT, "a.bin", "5 points", found, NULL);
    linear_teardown (harness);
    fail_unless_equals_int (ssio_check_count_files (folder), 0);
    ssio_check_remove_folder (folder);
    g_free (found);
  }
}
GST_END_TEST;

/* Rows would be of one data set and of another. */
GST_START_TEST (other_files_in_mid_epoch_have_no_place_in_predictions)
{
  static const gchar *const names[] = { "b.bin" };
  static const guint64 counts[] = { 10 };
  gchar *folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);
  GstHarness *harness = new_predicting (folder);
  GstEvent *again;

  fail_unless_equals_int (gst_harness_push (harness, new_batch (5, 0, 5)),
      GST_FLOW_OK);
  again = gst_pad_get_sticky_event (harness->srcpad,
      GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, 0);
  fail_unless (gst_harness_push_event (harness, again));
  fail_unless_equals_int (gst_harness_push (harness, new_batch (5, 5, 5)),
      GST_FLOW_OK);
  gst_harness_push_event (harness,
      gst_event_new_ssio_files (names, counts, 1));
  gst_harness_push (harness, new_batch (5, 0, 5));
  linear_push_eos (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "other files", NULL);
  linear_teardown (harness);
  fail_unless_equals_int (ssio_check_count_files (folder), 0);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* A rename would put a file in the place of a device. */
GST_START_TEST (what_is_no_file_is_not_replaced)
{
  gchar *folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);
  gchar *pipe = g_build_filename (folder, "pipe", NULL);
  gchar *properties = g_strdup_printf ("predictions=%s", pipe);

  fail_unless (mkfifo (pipe, 0600) == 0);
  linear_check_start_error (properties, GST_RESOURCE_ERROR_OPEN_WRITE,
      "expected the name of a file");
  g_free (properties);
  g_free (pipe);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (predictions_do_not_replace_what_is_read)
{
  gchar *folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);
  gchar *path = g_build_filename (folder, "out.npy", NULL);
  gchar *other = g_build_filename (folder, ".", "out.npy", NULL);
  const gchar *names[] = { "a.bin", other };
  static const guint64 counts[] = { 10, 10 };
  gchar *properties = g_strdup_printf ("predictions=%s", path);
  GstHarness *harness;
  gchar *text;

  fail_unless (g_file_set_contents (path, "points", -1, NULL));
  harness = linear_new_identity (properties);
  gst_harness_push_event (harness,
      gst_event_new_ssio_files (names, counts, 2));
  gst_harness_push (harness, new_batch (10, 0, 10));
  linear_push_eos (harness);
  ssio_check_posted_error (harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, path, "is read", NULL);
  linear_teardown (harness);
  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  fail_unless_equals_string (text, "points");
  g_free (text);
  g_free (properties);
  g_free (other);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static Suite *
ssiolinear_predict_suite (void)
{
  Suite *suite = suite_create ("ssiolinear-predict");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, rows_agree_with_numpy_in_the_order_of_the_files);
  tcase_add_test (tcase, argmax_is_the_largest_of_the_logits);
  tcase_add_test (tcase, what_is_predicted_joins_the_points_of_the_same_files);
  tcase_add_test (tcase, shards_predict_their_points_and_leave_the_others_out);
  tcase_add_test (tcase, a_range_of_points_is_predicted_where_it_is);
  tcase_add_test (tcase, more_than_255_classes_need_two_bytes);
  tcase_add_test (tcase, a_flush_begins_the_predictions_again);
  tcase_add_test (tcase, mixed_points_have_no_place_in_predictions);
  tcase_add_test (tcase, an_error_leaves_the_predictions_of_before);
  tcase_add_test (tcase, stops_at_any_moment_leave_no_files_behind);
  tcase_add_test (tcase, a_folder_that_is_not_there_is_told_at_once);
  tcase_add_test (tcase, a_batch_of_other_points_than_it_says_is_an_error);
  tcase_add_test (tcase,
      other_files_in_mid_epoch_have_no_place_in_predictions);
  tcase_add_test (tcase, what_is_no_file_is_not_replaced);
  tcase_add_test (tcase, predictions_do_not_replace_what_is_read);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_predict)
