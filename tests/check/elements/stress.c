/* SPDX-License-Identifier: MIT */
/* Pauses, seeks and stops at random moments, slow consumers: whatever
 * happens, points come in order and none is missing. */

#include "ssiolog.h"

#define N_POINTS 200000
#define STRESS_SECONDS 3

/* What follows a segment has no gap, a segment follows only a flush, a stop
 * or an epoch, and an epoch that ends is complete. */
static void
check_order (const GArray *entries)
{
  guint64 next = 0;
  gboolean runs = FALSE;
  guint i;

  for (i = 0; i < entries->len; i++) {
    const SsioLogEntry *entry = &g_array_index (entries, SsioLogEntry, i);

    switch (entry->kind) {
    case SSIO_LOG_SEGMENT:
      /* a stop leaves no entry, but the stream starts again at 0 after it */
      fail_unless (!runs || (entry->start == 0 && entry->base == 0));
      next = entry->start;
      runs = TRUE;
      break;
    case SSIO_LOG_BATCH:
      fail_unless (runs, "a batch without a segment");
      fail_unless (entry->intact, "batch from %" G_GUINT64_FORMAT,
          entry->start);
      fail_unless_equals_uint64 (entry->start, next);
      next = entry->end;
      break;
    case SSIO_LOG_EPOCH:
    case SSIO_LOG_EOS:
      fail_unless_equals_uint64 (next, N_POINTS);
      runs = FALSE;
      break;
    case SSIO_LOG_FLUSH:
      runs = FALSE;
      break;
    default:
      fail ("kind %d", entry->kind);
    }
  }
}

static void
disturb (GstElement *pipeline, GRand *random)
{
  gint64 position = g_rand_int_range (random, 0, N_POINTS);

  switch (g_rand_int_range (random, 0, 8)) {
  case 0:
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
    break;
  case 1:
    gst_element_set_state (pipeline, GST_STATE_READY);
    break;
  case 2:
    gst_element_set_state (pipeline, GST_STATE_NULL);
    break;
  case 3:
    gst_element_seek_simple (pipeline, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
        position * 24 + 5);
    break;
  default:
    gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH,
        position);
    break;
  }
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
}

static void
run_stress (const gchar *io_mode, guint batch_size, guint32 seed)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 6);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc name=src location=%s io-mode=%s batch-size=%u epochs=0 ! "
      "queue max-size-buffers=3 ! ssiocudaupload ! ssiolinear layers=2 "
      "name=sink",
      path, io_mode, batch_size);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  SsioLog *log = ssio_log_new (pipeline, "sink", "sink", 6);
  GRand *random = g_rand_new_with_seed (seed);
  gint64 end = g_get_monotonic_time () + STRESS_SECONDS * G_USEC_PER_SEC;
  GArray *entries;
  guint at;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (g_get_monotonic_time () < end) {
    g_usleep (g_rand_int_range (random, 0, 8000));
    disturb (pipeline, random);
  }
  ssio_check_set_state (pipeline, GST_STATE_READY);
  entries = ssio_log_take (log);
  fail_unless (entries->len > 100);
  check_order (entries);
  g_array_unref (entries);

  /* and after all that, an epoch is an epoch */
  g_object_set (src, "epochs", 1, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  entries = ssio_log_take (log);
  at = 0;
  ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
  ssio_log_expect_points (entries, &at, 0, N_POINTS, batch_size);
  ssio_log_finish (entries, at, SSIO_LOG_EOS);

  g_rand_free (random);
  ssio_log_free (log);
  gst_object_unref (src);
  gst_object_unref (pipeline);
  g_free (path);
}

GST_START_TEST (mapped_streams_survive_pauses_seeks_and_stops_at_any_moment)
{
  run_stress ("mmap", 1000, 1);
  run_stress ("mmap", 150000, 2);
}
GST_END_TEST;

GST_START_TEST (read_streams_survive_pauses_seeks_and_stops_at_any_moment)
{
  run_stress ("read", 1000, 3);
}
GST_END_TEST;

GST_START_TEST (a_slow_consumer_behind_a_queue_of_one_loses_nothing)
{
  gchar *path = ssio_check_write_tile (1000, 6);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=10 epochs=3 ! queue max-size-buffers=1 ! "
      "identity sleep-time=1000 ! ssiocudaupload ! fakesink name=sink",
      path);
  SsioLog *log = ssio_log_new (pipeline, "sink", "sink", 6);
  GArray *entries;
  guint at = 0, epoch;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  entries = ssio_log_take (log);
  for (epoch = 0; epoch < 3; epoch++) {
    if (epoch > 0)
      ssio_log_expect (entries, &at, SSIO_LOG_EPOCH);
    ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
    ssio_log_expect_points (entries, &at, 0, 1000, 10);
  }
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  ssio_log_free (log);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

static Suite *
stress_suite (void)
{
  Suite *suite = suite_create ("stress");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase,
      mapped_streams_survive_pauses_seeks_and_stops_at_any_moment);
  tcase_add_test (tcase,
      read_streams_survive_pauses_seeks_and_stops_at_any_moment);
  tcase_add_test (tcase, a_slow_consumer_behind_a_queue_of_one_loses_nothing);
  return suite;
}

SSIO_CHECK_MAIN (stress)
