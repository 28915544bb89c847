/* SPDX-License-Identifier: MIT */

#include "ssiolog.h"

/* Runs epochs of a tile through a source with these properties to EOS. */
static GArray *
run (guint64 n_points, const gchar *properties)
{
  gchar *path = ssio_check_write_tile (n_points, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc name=src location=%s %s ! fakesink", path,
          properties);
  SsioLog *log = ssio_log_new (pipeline, "src", "src", 6);
  GArray *entries;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  entries = ssio_log_take (log);
  ssio_log_free (log);
  gst_object_unref (pipeline);
  g_free (path);
  return entries;
}

static void
check_one_epoch (guint64 n_points, guint batch_size, const gchar *io_mode)
{
  gchar *properties
      = g_strdup_printf ("batch-size=%u io-mode=%s", batch_size, io_mode);
  GArray *entries = run (n_points, properties);
  guint at = 0;

  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  ssio_log_expect_points (entries, &at, 0, n_points, batch_size);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  g_free (properties);
}

GST_START_TEST (each_point_comes_once_whatever_the_sizes)
{
  static const guint batch_sizes[] = { 1, 2, 3, 17 };
  static const gchar *const modes[] = { "mmap", "read", "direct" };
  guint b, m;

  for (m = 0; m < G_N_ELEMENTS (modes); m++) {
    for (b = 0; b < G_N_ELEMENTS (batch_sizes); b++) {
      guint size = batch_sizes[b];
      guint64 n;

      for (n = 1; n <= 2 * size + 1; n++)
        check_one_epoch (n, size, modes[m]);
      check_one_epoch (1000 * size - 1, size, modes[m]);
    }
    check_one_epoch (249999, 250000, modes[m]);
    check_one_epoch (250000, 250000, modes[m]);
    check_one_epoch (250001, 250000, modes[m]);
    check_one_epoch (750001, 250000, modes[m]);
  }
}
GST_END_TEST;

GST_START_TEST (a_batch_larger_than_the_file_is_the_file)
{
  check_one_epoch (10, 250000, "auto");
  check_one_epoch (10, G_MAXINT, "auto");
  check_one_epoch (10, G_MAXINT, "read");
}
GST_END_TEST;

GST_START_TEST (drop_last_leaves_out_what_is_no_full_batch)
{
  GArray *entries = run (100, "batch-size=30 drop-last=true epochs=2");
  const SsioLogEntry *entry;
  guint at = 0;

  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  ssio_log_expect_points (entries, &at, 0, 90, 30);
  entry = ssio_log_expect (entries, &at, SSIO_LOG_EPOCH);
  fail_unless_equals_uint64 (entry->epoch.points, 90);
  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  ssio_log_expect_points (entries, &at, 0, 90, 30);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
}
GST_END_TEST;

static void
check_mapped_batch (GstElement *element, GstBuffer *buffer, GstPad *pad,
    gpointer user_data)
{
  const guint8 **base = user_data;
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  GstMapInfo map;

  g_assert_cmpuint (gst_buffer_n_memory (buffer), ==, 1);
  g_assert_true (GST_MEMORY_IS_READONLY (memory));
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  if (GST_BUFFER_OFFSET (buffer) == 0)
    *base = map.data;
  /* one mapping: batches stand as far apart as their points in the file */
  g_assert_true (map.data == *base + GST_BUFFER_OFFSET (buffer) * 24);
  gst_buffer_unmap (buffer, &map);
}

/* Whether the address lies in this process's mapping of the file, and how far
 * from the file's start. */
static gboolean
find_in_mapping (const guint8 *address, const gchar *path, guint64 *offset)
{
  gchar *maps, **lines;
  gboolean found = FALSE;
  guint i;

  fail_unless (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (i = 0; !found && lines[i]; i++) {
    gchar *end;
    guint64 from = g_ascii_strtoull (lines[i], &end, 16);
    guint64 to = *end == '-' ? g_ascii_strtoull (end + 1, NULL, 16) : 0;

    found = g_str_has_suffix (lines[i], path)
            && (guint64) (guintptr) address >= from
            && (guint64) (guintptr) address < to;
    if (found)
      *offset = (guintptr) address - from;
  }
  g_strfreev (lines);
  g_free (maps);
  return found;
}

GST_START_TEST (batches_are_the_mapped_file_and_not_a_copy)
{
  gchar *path = ssio_check_write_tile (100000, 6);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=7777 ! queue ! ssiocudaupload ! "
      "fakesink name=sink signal-handoffs=true",
      path);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  const guint8 *base = NULL;
  guint64 offset = G_MAXUINT64;

  g_signal_connect (sink, "handoff", G_CALLBACK (check_mapped_batch), &base);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  fail_unless (find_in_mapping (base, path, &offset));
  fail_unless_equals_uint64 (offset, 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_if (find_in_mapping (base, path, &offset), "the file is still mapped");
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_batch_outlives_its_element)
{
  gchar *path = ssio_check_write_tile (1000, 6);
  GstHarness *harness = gst_harness_new ("ssiosrc");
  GstBuffer *head, *tail;
  gfloat value;

  g_object_set (harness->element, "location", path, "batch-size", 999, NULL);
  gst_harness_play (harness);
  head = gst_harness_pull (harness);
  tail = gst_harness_pull (harness);
  gst_harness_teardown (harness);
  gst_buffer_extract (head, 998 * 24 + 20, &value, 4);
  fail_unless_equals_float (value, 998 * 6 + 5);
  gst_buffer_extract (tail, 0, &value, 4);
  fail_unless_equals_float (value, 999 * 6);
  gst_buffer_unref (head);
  gst_buffer_unref (tail);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (caps_say_layout_stride_and_batch)
{
  gchar *path = ssio_check_write_tile (12, 4);
  GstHarness *harness = gst_harness_new ("ssiosrc");
  GstCaps *caps, *expected;

  g_object_set (harness->element, "location", path, "batch-size", 5, "layout",
      "x,y:f4, z ,intensity:u4", NULL);
  gst_harness_play (harness);
  gst_buffer_unref (gst_harness_pull (harness));
  caps = gst_pad_get_current_caps (harness->sinkpad);
  expected = gst_caps_from_string (
      "pointcloud/x-raw, "
      "layout=\"x:f4,y:f4,z:f4,intensity:u4\", point-size=16, batch-size=5");
  fail_unless (gst_caps_is_equal (caps, expected), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (expected);
  gst_caps_unref (caps);
  gst_harness_teardown (harness);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (epochs_end_with_events_and_the_last_with_eos)
{
  static const gchar *const modes[] = { "mmap", "read", "direct" };
  guint m, epoch;

  for (m = 0; m < G_N_ELEMENTS (modes); m++) {
    gchar *properties
        = g_strdup_printf ("batch-size=40 epochs=3 io-mode=%s", modes[m]);
    GArray *entries = run (100, properties);
    guint at = 0;

    for (epoch = 0; epoch < 3; epoch++) {
      const SsioLogEntry *entry
          = ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);

      /* running time goes on from epoch to epoch */
      fail_unless_equals_uint64 (entry->start, 0);
      fail_unless_equals_uint64 (entry->base, 100 * epoch);
      ssio_log_expect_points (entries, &at, 0, 100, 40);
      entry = &g_array_index (entries, SsioLogEntry, at - 1);
      fail_unless_equals_int (entry->meta.epoch, epoch);
      if (epoch == 2)
        break;
      entry = ssio_log_expect (entries, &at, SSIO_LOG_EPOCH);
      fail_unless_equals_int (entry->epoch.epoch, epoch);
      fail_unless_equals_uint64 (entry->epoch.batches, 3);
      fail_unless_equals_uint64 (entry->epoch.points, 100);
      fail_unless_equals_uint64 (entry->epoch.bytes, 2400);
    }
    ssio_log_finish (entries, at, SSIO_LOG_EOS);
    g_free (properties);
  }
}
GST_END_TEST;

GST_START_TEST (endless_epochs_go_on_until_they_are_stopped)
{
  gchar *path = ssio_check_write_tile (10, 6);
  GstHarness *harness = gst_harness_new ("ssiosrc");
  guint i;

  g_object_set (harness->element, "location", path, "batch-size", 10, "epochs",
      0, NULL);
  gst_harness_play (harness);
  for (i = 0; i < 500; i++) {
    GstBuffer *buffer = gst_harness_pull (harness);
    const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);

    fail_unless_equals_int (meta->epoch, i);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (harness);
  g_free (path);
}
GST_END_TEST;

static guint64
get_count (const GstStructure *stats, const gchar *name)
{
  guint64 count;

  fail_unless (gst_structure_get_uint64 (stats, name, &count), "%s", name);
  return count;
}

static gdouble
get_seconds (const GstStructure *stats, const gchar *name)
{
  gdouble seconds;

  fail_unless (gst_structure_get_double (stats, name, &seconds), "%s", name);
  return seconds;
}

GST_START_TEST (stats_count_what_was_pushed_and_who_was_waited_for)
{
  gchar *path = ssio_check_write_tile (100, 6);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc name=src location=%s batch-size=30 epochs=3 ! "
      "identity sleep-time=10000 ! fakesink",
      path);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  GstStructure *stats;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  g_object_get (src, "stats", &stats, NULL);
  fail_unless_equals_uint64 (get_count (stats, "epochs"), 3);
  fail_unless_equals_uint64 (get_count (stats, "batches"), 12);
  fail_unless_equals_uint64 (get_count (stats, "points"), 300);
  fail_unless_equals_uint64 (get_count (stats, "bytes"), 7200);
  /* 11 of 12 waits are seen, the last one's end is not */
  fail_unless (get_seconds (stats, "seconds-waiting-for-downstream") >= 0.1);
  fail_unless (get_seconds (stats, "seconds-waiting-for-storage") >= 0);
  gst_structure_free (stats);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (src);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (states_go_up_and_down_and_a_file_can_be_changed_between)
{
  gchar *paths[2]
      = { ssio_check_write_tile (100, 6), ssio_check_write_tile (7, 6) };
  const guint64 n_points[2] = { 100, 7 };
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc name=src batch-size=10 ! fakesink");
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  SsioLog *log = ssio_log_new (pipeline, "src", "src", 6);
  guint round;

  for (round = 0; round < 6; round++) {
    GArray *entries;
    guint at = 0;

    g_object_set (src, "location", paths[round % 2], NULL);
    ssio_check_set_state (pipeline, GST_STATE_READY);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    ssio_check_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    ssio_check_set_state (pipeline,
        round % 3 ? GST_STATE_READY : GST_STATE_NULL);

    entries = ssio_log_take (log);
    ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
    ssio_log_expect_points (entries, &at, 0, n_points[round % 2], 10);
    ssio_log_finish (entries, at, SSIO_LOG_EOS);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  ssio_log_free (log);
  gst_object_unref (src);
  gst_object_unref (pipeline);
  g_free (paths[0]);
  g_free (paths[1]);
}
GST_END_TEST;

GST_START_TEST (properties_come_back_as_they_were_set)
{
  GstElement *src = gst_element_factory_make ("ssiosrc", NULL);
  gchar *location, *layout;
  guint batch_size, epochs;
  guint prefetch;
  gboolean drop_last, drop_behind;
  GstSsioIoMode io_mode;

  g_object_get (src, "layout", &layout, "batch-size", &batch_size, "epochs",
      &epochs, "drop-last", &drop_last, "io-mode", &io_mode, "prefetch",
      &prefetch, "drop-behind", &drop_behind, NULL);
  fail_unless_equals_string (layout, GST_SSIO_DEFAULT_LAYOUT);
  fail_unless_equals_int (batch_size, 250000);
  fail_unless_equals_int (epochs, 1);
  fail_unless_equals_int (drop_last, FALSE);
  fail_unless_equals_int (io_mode, GST_SSIO_IO_MODE_AUTO);
  fail_unless_equals_int (prefetch, 2);
  fail_unless_equals_int (drop_behind, FALSE);
  g_free (layout);

  g_object_set (src, "location", "a b.bin", "layout", "x,y", "batch-size", 3,
      "epochs", 0, "drop-last", TRUE, "prefetch", 64, "drop-behind", TRUE,
      NULL);
  gst_util_set_object_arg (G_OBJECT (src), "io-mode", "read");
  g_object_get (src, "location", &location, "layout", &layout, "batch-size",
      &batch_size, "epochs", &epochs, "drop-last", &drop_last, "io-mode",
      &io_mode, "prefetch", &prefetch, "drop-behind", &drop_behind, NULL);
  fail_unless_equals_string (location, "a b.bin");
  fail_unless_equals_string (layout, "x,y");
  fail_unless_equals_int (batch_size, 3);
  fail_unless_equals_int (epochs, 0);
  fail_unless_equals_int (drop_last, TRUE);
  fail_unless_equals_int (io_mode, GST_SSIO_IO_MODE_READ);
  fail_unless_equals_int (prefetch, 64);
  fail_unless_equals_int (drop_behind, TRUE);
  g_free (location);
  g_free (layout);
  gst_object_unref (src);
}
GST_END_TEST;

static Suite *
ssiosrc_suite (void)
{
  Suite *suite = suite_create ("ssiosrc");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, each_point_comes_once_whatever_the_sizes);
  tcase_add_test (tcase, a_batch_larger_than_the_file_is_the_file);
  tcase_add_test (tcase, drop_last_leaves_out_what_is_no_full_batch);
  tcase_add_test (tcase, batches_are_the_mapped_file_and_not_a_copy);
  tcase_add_test (tcase, a_batch_outlives_its_element);
  tcase_add_test (tcase, caps_say_layout_stride_and_batch);
  tcase_add_test (tcase, epochs_end_with_events_and_the_last_with_eos);
  tcase_add_test (tcase, endless_epochs_go_on_until_they_are_stopped);
  tcase_add_test (tcase, stats_count_what_was_pushed_and_who_was_waited_for);
  tcase_add_test (tcase,
      states_go_up_and_down_and_a_file_can_be_changed_between);
  tcase_add_test (tcase, properties_come_back_as_they_were_set);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc)
