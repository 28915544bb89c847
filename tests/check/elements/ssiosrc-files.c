/* SPDX-License-Identifier: MIT */
/* ssiosrc over many files: which points come, in which order. */

#include <glib/gstdio.h>
#include <string.h>

#include "filescheck.h"

/* Expects the points from start to stop in order. */
static void
check_in_order (FilesPoints *points, guint start, guint stop)
{
  guint i;

  fail_unless_equals_int (points->ids->len, stop - start);
  for (i = start; i < stop; i++)
    fail_unless_equals_int (files_get_id (points, i - start), i);
  files_points_free (points);
}

/* Counts how often each point comes in those from first on, n of them. */
static void
count (const FilesPoints *points, guint first, guint n,
    guint seen[FILES_N_POINTS])
{
  guint i;

  fail_unless (first + n <= points->ids->len);
  for (i = first; i < first + n; i++)
    seen[files_get_id (points, i)]++;
}

static void
check_seen (const guint seen[FILES_N_POINTS], guint times)
{
  guint i;

  for (i = 0; i < FILES_N_POINTS; i++)
    fail_unless (seen[i] == times, "point %u came %u times", i, seen[i]);
}

GST_START_TEST (folders_patterns_and_lists_are_read_in_natural_order)
{
  gchar *folder = files_make_folder ();
  gchar *pattern = g_strdup_printf ("%s/tile*.bin", folder);
  gchar *one = g_strdup_printf ("%s/tile[1].bin", folder);
  gchar *list = g_strdup_printf ("%s/list.txt", folder);
  gchar *list_location = g_strdup_printf ("@%s", list);
  gchar *hidden = g_strdup_printf ("%s/.tile1.bin", folder);
  gchar *absolute = g_strdup_printf (
      "\xef\xbb\xbf# the first three\n\n  tile1.bin\r\n%s/tile2.bin\ntile3.bin",
      folder);

  fail_unless (g_file_set_contents (list, absolute, -1, NULL));
  fail_unless (g_file_set_contents (hidden, "hidden", -1, NULL));
  check_in_order (files_stream (folder, ""), 0, FILES_N_POINTS);
  check_in_order (files_stream (pattern, ""), 0, FILES_N_POINTS);
  check_in_order (files_stream (one, ""), 0, 1);
  check_in_order (files_stream (list_location, ""), 0, 6);
  check_in_order (files_stream (folder, "io-mode=read"), 0, FILES_N_POINTS);
  g_free (absolute);
  g_free (hidden);
  g_free (list_location);
  g_free (list);
  g_free (one);
  g_free (pattern);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (batches_do_not_span_files)
{
  gchar *folder = files_make_folder ();
  FilesPoints *points = files_stream (folder, "");
  guint batch = 0;
  guint n, at, id = 0;

  for (n = 1; n <= FILES_N_FILES; n++) {
    for (at = 0; at < n; at += 4)
      fail_unless_equals_int (g_array_index (points->starts, guint, batch++),
          id + at);
    id += n;
  }
  fail_unless_equals_int (points->starts->len, batch);
  files_points_free (points);
  points = files_stream (folder, "drop-last=true");
  fail_unless_equals_int (points->ids->len % 4, 0);
  files_points_free (points);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_range_cuts_the_files)
{
  static const guint ranges[][2] = { { 0, 1 }, { 5, 50 }, { 77, 78 }, { 3, 6 },
    { 4, 5 }, { 0, 78 }, { 66, 70 } };
  gchar *folder = files_make_folder ();
  guint r;

  for (r = 0; r < G_N_ELEMENTS (ranges); r++) {
    gchar *properties = g_strdup_printf ("start-point=%u stop-point=%u",
        ranges[r][0], ranges[r][1]);
    gchar *copied = g_strdup_printf ("%s io-mode=read", properties);

    check_in_order (files_stream (folder, properties), ranges[r][0],
        ranges[r][1]);
    check_in_order (files_stream (folder, copied), ranges[r][0], ranges[r][1]);
    g_free (copied);
    g_free (properties);
  }
  check_in_order (files_stream (folder, "start-point=70"), 70, FILES_N_POINTS);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Each epoch has each point once, in another order, which is the same each
 * time and in each way of reading. */
static void
check_shuffle (const gchar *folder, const gchar *shuffle)
{
  gchar *properties = g_strdup_printf ("%s epochs=5 seed=3", shuffle);
  gchar *copied = g_strdup_printf ("%s io-mode=read", properties);
  gchar *other_seed = g_strdup_printf ("%s epochs=5 seed=4", shuffle);
  FilesPoints *points = files_stream (folder, properties);
  FilesPoints *again = files_stream (folder, copied);
  FilesPoints *other = files_stream (folder, other_seed);
  guint epoch, next;

  fail_unless_equals_int (points->ids->len, 5 * FILES_N_POINTS);
  fail_unless (files_are_equal (points, again));
  fail_if (files_are_equal (points, other));
  for (epoch = 0; epoch < 5; epoch++) {
    guint seen[FILES_N_POINTS] = { 0 };

    count (points, epoch * FILES_N_POINTS, FILES_N_POINTS, seen);
    check_seen (seen, 1);
    for (next = epoch + 1; next < 5; next++)
      fail_if (memcmp (&g_array_index (points->ids, gfloat,
                           epoch * FILES_N_POINTS),
                   &g_array_index (points->ids, gfloat, next * FILES_N_POINTS),
                   FILES_N_POINTS * sizeof (gfloat))
               == 0);
  }
  files_points_free (points);
  files_points_free (again);
  files_points_free (other);
  g_free (other_seed);
  g_free (copied);
  g_free (properties);
}

GST_START_TEST (a_shuffled_epoch_has_each_point_once_in_an_order_of_its_own)
{
  gchar *folder = files_make_folder ();

  check_shuffle (folder, "shuffle=batches");
  check_shuffle (folder, "shuffle=points shuffle-window=1");
  check_shuffle (folder, "shuffle=points shuffle-window=3");
  check_shuffle (folder, "shuffle=points shuffle-window=4096");
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Points that follow each other stay so in batches, and do not when they are
 * mixed. */
GST_START_TEST (points_are_mixed_as_far_as_is_asked)
{
  gchar *folder = files_make_folder ();
  FilesPoints *batches = files_stream (folder, "shuffle=batches");
  FilesPoints *points = files_stream (folder, "shuffle=points");
  guint n_batches = 0;
  guint n_points = 0;
  guint i;

  for (i = 1; i < FILES_N_POINTS; i++) {
    n_batches
        += files_get_id (batches, i) == files_get_id (batches, i - 1) + 1;
    n_points += files_get_id (points, i) == files_get_id (points, i - 1) + 1;
  }
  fail_unless (n_batches >= FILES_N_POINTS / 2, "%u", n_batches);
  fail_unless (n_points < 10, "%u", n_points);
  files_points_free (batches);
  files_points_free (points);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (shards_are_disjoint_and_complete_together)
{
  static const gchar *const orders[]
      = { "", "shuffle=batches", "shuffle=points shuffle-window=2" };
  gchar *folder = files_make_folder ();
  guint n, shard, o;

  for (o = 0; o < G_N_ELEMENTS (orders); o++) {
    for (n = 1; n <= 5; n++) {
      guint seen[FILES_N_POINTS] = { 0 };

      for (shard = 0; shard < n; shard++) {
        gchar *properties
            = g_strdup_printf ("%s num-shards=%u shard-index=%u epochs=2",
                orders[o], n, shard);
        FilesPoints *points = files_stream (folder, properties);

        count (points, 0, points->ids->len, seen);
        files_points_free (points);
        g_free (properties);
      }
      check_seen (seen, 2);
    }
  }
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* The points of epochs, by the events between them. */
static GstPadProbeReturn
note_epoch (GstPad *pad, GstPadProbeInfo *info, gpointer lengths)
{
  GstSsioEpoch epoch;

  if (gst_event_parse_ssio_epoch (GST_PAD_PROBE_INFO_EVENT (info), &epoch))
    g_array_append_val (lengths, epoch.points);
  return GST_PAD_PROBE_OK;
}

static guint
count_changes (const GArray *lengths)
{
  guint n = 0;
  guint i;

  for (i = 1; i < lengths->len; i++)
    n += g_array_index (lengths, guint64, i)
         != g_array_index (lengths, guint64, i - 1);
  return n;
}

GST_START_TEST (a_shard_tells_that_an_epoch_is_of_another_length)
{
  gchar *folder = files_make_folder ();
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc name=source location=\"%s\" layout=id batch-size=4 epochs=9 "
      "shuffle=batches num-shards=2 shard-index=0 ! fakesink",
      folder);
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  GstPad *pad = gst_element_get_static_pad (source, "src");
  GstBus *bus = gst_element_get_bus (pipeline);
  GArray *lengths = g_array_new (FALSE, FALSE, sizeof (guint64));
  GstMessageType type;
  GstMessage *message;
  guint n_told = 0;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note_epoch,
      lengths, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  do {
    message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_DURATION_CHANGED);
    type = GST_MESSAGE_TYPE (message);
    n_told += type == GST_MESSAGE_DURATION_CHANGED;
    gst_message_unref (message);
  } while (type == GST_MESSAGE_DURATION_CHANGED);
  fail_unless_equals_int (type, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  /* the last one ends with EOS: whether it was different is not known here */
  fail_unless_equals_int (lengths->len, 8);
  fail_unless (count_changes (lengths) > 0);
  fail_unless (n_told >= count_changes (lengths)
               && n_told <= count_changes (lengths) + 1);

  g_array_unref (lengths);
  gst_object_unref (bus);
  gst_object_unref (pad);
  gst_object_unref (source);
  gst_object_unref (pipeline);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (even_shards_have_as_many_batches)
{
  gchar *folder = files_make_folder ();
  guint shard;

  for (shard = 0; shard < 5; shard++) {
    gchar *properties
        = g_strdup_printf ("num-shards=5 shard-index=%u shard-policy=even",
            shard);
    FilesPoints *points = files_stream (folder, properties);

    fail_unless_equals_int (points->starts->len, (24 + 4) / 5);
    files_points_free (points);
    g_free (properties);
  }
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_launcher_says_which_shard_this_is)
{
  gchar *folder = files_make_folder ();
  FilesPoints *expected = files_stream (folder, "num-shards=3 shard-index=2");
  FilesPoints *points;

  g_setenv ("SLURM_PROCID", "2", TRUE);
  g_setenv ("SLURM_NTASKS", "3", TRUE);
  points = files_stream (folder, "num-shards=-1 shard-index=-1");
  fail_unless (files_are_equal (points, expected));
  files_points_free (points);
  points = files_stream (folder, "num-shards=-1");
  fail_unless (files_are_equal (points, expected));
  files_points_free (points);
  points = files_stream (folder, "num-shards=1 shard-index=-1");
  fail_unless (files_are_equal (points, expected));
  files_points_free (points);
  g_setenv ("RANK", "0", TRUE);
  g_setenv ("WORLD_SIZE", "1", TRUE);
  check_in_order (files_stream (folder, "num-shards=-1 shard-index=-1"), 0,
      FILES_N_POINTS);
  g_unsetenv ("RANK");
  g_unsetenv ("WORLD_SIZE");
  g_unsetenv ("SLURM_PROCID");
  g_unsetenv ("SLURM_NTASKS");
  files_points_free (expected);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static void
check_refused (const gchar *location, const gchar *properties, GQuark domain,
    gint code, const gchar *part)
{
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=\"%s\" %s ! fakesink", location,
          properties);

  ssio_check_error (pipeline, domain, code, part, NULL);
  gst_object_unref (pipeline);
}

GST_START_TEST (what_names_no_points_is_one_error_that_says_why)
{
  const GQuark resource = GST_RESOURCE_ERROR;
  gchar *folder = files_make_folder ();
  gchar *none = g_strdup_printf ("%s/*.las", folder);
  gchar *empty = ssio_check_make_path (".d");
  gchar *list = ssio_check_write_file (".txt", "# nothing\n", 10);
  gchar *list_location = g_strdup_printf ("@%s", list);

  fail_unless_equals_int (g_mkdir (empty, 0700), 0);
  check_refused (none, "", resource, GST_RESOURCE_ERROR_NOT_FOUND,
      "expected files that match the pattern");
  check_refused (empty, "", resource, GST_RESOURCE_ERROR_NOT_FOUND,
      "expected files in the folder");
  check_refused (list_location, "", resource, GST_RESOURCE_ERROR_NOT_FOUND,
      "expected a list of files");
  check_refused ("@/no/such/list", "", resource, GST_RESOURCE_ERROR_NOT_FOUND,
      "/no/such/list");
  check_refused (folder, "layout=x num-shards=2 shard-index=2", resource,
      GST_RESOURCE_ERROR_SETTINGS, "shard-index=2 of num-shards=2");
  check_refused (folder, "layout=x num-shards=0", resource,
      GST_RESOURCE_ERROR_SETTINGS, "num-shards=0");
  check_refused (folder, "layout=x num-shards=100 shard-index=99", resource,
      GST_RESOURCE_ERROR_SETTINGS, "found 78 points in all");
  check_refused (folder, "layout=x start-point=78", resource,
      GST_RESOURCE_ERROR_SETTINGS, "start-point=78, stop-point=78");
  check_refused (folder, "layout=x shard-index=-1", resource,
      GST_RESOURCE_ERROR_SETTINGS, "WORLD_SIZE");
  check_refused (folder, "layout=x num-shards=-1", resource,
      GST_RESOURCE_ERROR_SETTINGS, "WORLD_SIZE");
  g_setenv ("RANK", "0", TRUE);
  g_setenv ("WORLD_SIZE", "0", TRUE);
  check_refused (folder, "layout=x num-shards=-1", resource,
      GST_RESOURCE_ERROR_SETTINGS, "num-shards=0");
  g_unsetenv ("RANK");
  g_unsetenv ("WORLD_SIZE");
  g_rmdir (empty);
  g_free (empty);
  g_free (list_location);
  g_free (list);
  g_free (none);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (files_of_different_layouts_are_one_error_that_names_them)
{
  gchar *folder = files_make_folder ();
  gchar *list = g_strdup_printf ("%s/list.txt", folder);
  gchar *location = g_strdup_printf ("@%s", list);

  fail_unless (g_file_set_contents (list, "v1.npy\nv2.npy\nu1.npy", -1, NULL));
  if (!ssio_check_run_oracle (NULL, "npy", folder, NULL)) {
    ssio_check_skip ("no Python with NumPy");
  } else {
    GstElement *pipeline
        = ssio_check_launch ("ssiosrc location=%s ! fakesink", location);

    ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "expected x:f4 as in", "v1.npy, found x:u1 in", "u1.npy", NULL);
    gst_object_unref (pipeline);
  }
  g_free (location);
  g_free (list);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static GstPadProbeReturn
note_descriptors (GstPad *pad, GstPadProbeInfo *info, gpointer most)
{
  guint n = ssio_check_count_files ("/proc/self/fd");

  if (n > *(guint *) most)
    *(guint *) most = n;
  return GST_PAD_PROBE_OK;
}

/* All batches wait in the queue while descriptors are counted. */
GST_START_TEST (a_thousand_files_need_few_descriptors)
{
  gchar *folder = ssio_check_make_path (".d");
  GstElement *pipeline, *source;
  GstPad *pad;
  guint before = ssio_check_count_files ("/proc/self/fd");
  guint most = 0;
  gfloat id;

  fail_unless_equals_int (g_mkdir (folder, 0700), 0);
  for (id = 0; id < 1000; id++) {
    gchar *path = g_strdup_printf ("%s/%04.0f.bin", folder, id);

    fail_unless (g_file_set_contents (path, (const gchar *) &id, sizeof (id),
        NULL));
    g_free (path);
  }
  pipeline = ssio_check_launch ("ssiosrc name=src location=%s layout=id "
                                "shuffle=batches ! queue "
                                "max-size-buffers=1000 ! fakesink",
      folder);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_descriptors, &most,
      NULL);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  g_usleep (G_USEC_PER_SEC / 5);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless (most < before + 40, "%u descriptors", most - before);
  gst_object_unref (pad);
  gst_object_unref (source);
  gst_object_unref (pipeline);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* What changes while it is not open is seen when it is opened again. */
GST_START_TEST (a_file_that_changes_between_epochs_is_one_error)
{
  gchar *folder = ssio_check_make_path (".d");
  gfloat points[2] = { 1, 2 };
  GstElement *pipeline;
  gchar *path;
  guint i;

  fail_unless_equals_int (g_mkdir (folder, 0700), 0);
  for (i = 0; i < 40; i++) {
    path = g_strdup_printf ("%s/%02u.bin", folder, i);
    fail_unless (g_file_set_contents (path, (const gchar *) points,
        sizeof (gfloat), NULL));
    g_free (path);
  }
  pipeline = ssio_check_launch (
      "ssiosrc location=%s layout=id ! queue max-size-buffers=1 ! fakesink",
      folder);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  path = g_strdup_printf ("%s/39.bin", folder);
  fail_unless (g_file_set_contents (path, (const gchar *) points, 8, NULL));
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      path, "was modified or replaced since the stream began", NULL);
  gst_object_unref (pipeline);
  g_free (path);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (seeks_move_within_a_shuffled_epoch)
{
  gchar *folder = files_make_folder ();
  FilesPoints *points = files_stream (folder, "shuffle=batches");
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s layout=id batch-size=4 shuffle=batches ! "
      "fakesink name=sink signal-handoffs=true",
      folder);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  FilesPoints after = { g_array_new (FALSE, FALSE, sizeof (gfloat)),
    g_array_new (FALSE, FALSE, sizeof (guint)), 0 };
  gint64 duration;
  guint i;

  g_signal_connect (sink, "handoff", G_CALLBACK (files_take_batch), &after);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (gst_element_query_duration (pipeline, GST_FORMAT_DEFAULT,
      &duration));
  fail_unless_equals_int (duration, FILES_N_POINTS);
  fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 33, GST_SEEK_TYPE_NONE, -1));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless_equals_int (after.ids->len, FILES_N_POINTS - 33);
  for (i = 33; i < FILES_N_POINTS; i++)
    fail_unless_equals_int (files_get_id (&after, i - 33),
        files_get_id (points, i));
  g_array_unref (after.ids);
  g_array_unref (after.starts);
  files_points_free (points);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static Suite *
ssiosrc_files_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-files");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, folders_patterns_and_lists_are_read_in_natural_order);
  tcase_add_test (tcase, batches_do_not_span_files);
  tcase_add_test (tcase, a_range_cuts_the_files);
  tcase_add_test (tcase,
      a_shuffled_epoch_has_each_point_once_in_an_order_of_its_own);
  tcase_add_test (tcase, points_are_mixed_as_far_as_is_asked);
  tcase_add_test (tcase, shards_are_disjoint_and_complete_together);
  tcase_add_test (tcase, a_shard_tells_that_an_epoch_is_of_another_length);
  tcase_add_test (tcase, even_shards_have_as_many_batches);
  tcase_add_test (tcase, a_launcher_says_which_shard_this_is);
  tcase_add_test (tcase, what_names_no_points_is_one_error_that_says_why);
  tcase_add_test (tcase,
      files_of_different_layouts_are_one_error_that_names_them);
  tcase_add_test (tcase, a_thousand_files_need_few_descriptors);
  tcase_add_test (tcase, a_file_that_changes_between_epochs_is_one_error);
  tcase_add_test (tcase, seeks_move_within_a_shuffled_epoch);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_files)
