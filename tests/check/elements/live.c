/* SPDX-License-Identifier: MIT */
/* Live streams: what is late or dropped on its way is counted, and told. */

#include <gst/check/gsttestclock.h>
#include <string.h>

#include "linearcheck.h"

#define BATCH 10 /* points */
#define BATCH_TIME (100 * GST_MSECOND)

/* An element or bin in a harness with a clock that goes where the test says. */
typedef struct {
  GstHarness *harness;
  GstTestClock *clock;
  GThread *thread; /* that lets it go on, or NULL */
  gint stops;      /* atomic */
} Live;

/* Who waits for the clock has it go there, if it is not there yet. */
static gpointer
turn_clock (gpointer user_data)
{
  Live *live = user_data;
  GList *ids = NULL;

  while (!g_atomic_int_get (&live->stops)) {
    if (gst_test_clock_timed_wait_for_multiple_pending_ids (live->clock, 1, 10,
            &ids))
      gst_test_clock_crank (live->clock);
    g_list_free_full (g_steal_pointer (&ids),
        (GDestroyNotify) gst_clock_id_unref);
  }
  return NULL;
}

static void
let_clock_run (Live *live)
{
  live->thread = g_thread_new ("clock", turn_clock, live);
}

/* A harness turns it off. */
static void
turn_sync_on (GstHarness *harness)
{
  GstElement *linear = gst_harness_find_element (harness, "ssiolinear");

  g_object_set (linear, "sync", TRUE, NULL);
  gst_object_unref (linear);
}

static Live
start_live (const gchar *description)
{
  Live live = { NULL };
  GstBus *bus = gst_bus_new ();
  GstSegment segment;

  live.harness = gst_harness_new_parse (description);
  fail_unless (live.harness != NULL, "%s", description);
  gst_element_set_bus (live.harness->element, bus);
  gst_object_unref (bus);
  gst_harness_use_testclock (live.harness);
  if (strstr (description, "sync=true"))
    turn_sync_on (live.harness);
  live.clock = gst_harness_get_testclock (live.harness);
  gst_harness_set_live (live.harness, TRUE);
  gst_harness_set_upstream_latency (live.harness, 0);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (live.harness, gst_event_new_stream_start ("live"));
  linear_push_caps (live.harness,
      "pointcloud/x-raw, layout=(string)\"x:f4,y:f4\", point-size=(int)8, "
      "batch-size=(int)10");
  gst_harness_push_event (live.harness, gst_event_new_segment (&segment));
  return live;
}

static void
stop_live (Live *live)
{
  g_atomic_int_set (&live->stops, TRUE);
  g_clear_pointer (&live->thread, g_thread_join);
  gst_object_unref (live->clock);
  linear_teardown (live->harness);
}

/* Batch number index of an epoch, as ssiosrc makes it. */
static GstBuffer *
new_batch (guint epoch, guint index)
{
  GstBuffer *buffer = linear_new_points (BATCH, 1);

  GST_BUFFER_PTS (buffer) = index * BATCH_TIME;
  GST_BUFFER_DURATION (buffer) = BATCH_TIME;
  GST_BUFFER_OFFSET (buffer) = index * BATCH;
  GST_BUFFER_OFFSET_END (buffer) = (index + 1) * BATCH;
  gst_buffer_add_ssio_batch_meta (buffer, epoch, index, 0, index * BATCH,
      BATCH);
  return buffer;
}

static void
push_batch (Live *live, guint epoch, guint index)
{
  fail_unless_equals_int (gst_harness_push (live->harness,
                              new_batch (epoch, index)),
      GST_FLOW_OK);
}

static void
set_time (Live *live, GstClockTime time)
{
  gst_test_clock_set_time (live->clock, time);
}

/* The next epoch that ssiolinear reports. */
static void
check_epoch (Live *live, guint epoch, guint batches, guint dropped,
    guint missed)
{
  GstMessage *message = linear_pop_epoch (live->harness->element);
  const GstStructure *structure = gst_message_get_structure (message);
  guint found;

  fail_unless (gst_structure_get_uint (structure, "epoch", &found));
  fail_unless_equals_int (found, epoch);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "batches"),
      batches);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "dropped"),
      dropped);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "missed-batches"),
      missed);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "missed-points"),
      missed * BATCH);
  gst_message_unref (message);
}

static void
check_stats (Live *live, guint dropped, guint missed)
{
  GstElement *linear = gst_harness_find_element (live->harness, "ssiolinear");
  GstStructure *stats;

  g_object_get (linear, "stats", &stats, NULL);
  fail_unless_equals_uint64 (linear_get_uint64 (stats, "dropped"), dropped);
  fail_unless_equals_uint64 (linear_get_uint64 (stats, "missed-batches"),
      missed);
  fail_unless_equals_uint64 (linear_get_uint64 (stats, "missed-points"),
      missed * BATCH);
  gst_structure_free (stats);
  gst_object_unref (linear);
}

/* Pushes batches 0 to the number that is given. */
static gpointer
push_batches (gpointer user_data)
{
  gpointer *data = user_data;
  guint i;

  for (i = 0; i < GPOINTER_TO_UINT (data[1]); i++)
    push_batch (data[0], 0, i);
  return NULL;
}

GST_START_TEST (a_batch_is_computed_when_its_time_has_come)
{
  Live live = start_live ("ssiolinear sync=true processing-deadline=0");
  gpointer data[] = { &live, GUINT_TO_POINTER (3) };
  GThread *thread = g_thread_new ("push", push_batches, data);
  guint i;

  for (i = 0; i < 3; i++) {
    GstClockID id;

    gst_test_clock_wait_for_next_pending_id (live.clock, &id);
    fail_unless_equals_clocktime (gst_clock_id_get_time (id), i * BATCH_TIME);
    gst_clock_id_unref (id);
    fail_unless (gst_test_clock_crank (live.clock));
  }
  g_thread_join (thread);
  let_clock_run (&live);
  linear_push_eos (live.harness);
  check_epoch (&live, 0, 3, 0, 0);
  check_stats (&live, 0, 0);
  stop_live (&live);
}
GST_END_TEST;

/* The first is in time, the two that follow are not. */
static void
push_late (Live *live)
{
  let_clock_run (live);
  push_batch (live, 0, 0);
  set_time (live, 500 * GST_MSECOND);
  push_batch (live, 0, 1);
  push_batch (live, 0, 2);
  linear_push_eos (live->harness);
}

GST_START_TEST (late_batches_are_computed_unless_it_says_how_late)
{
  Live live = start_live ("ssiolinear sync=true");

  push_late (&live);
  check_epoch (&live, 0, 3, 0, 0);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (batches_that_are_too_late_are_dropped_and_counted)
{
  Live live
      = start_live ("ssiolinear sync=true processing-deadline=0 qos=true "
                    "max-lateness=50000000");
  GstMessage *message;
  guint64 processed, dropped;
  GstFormat format;
  guint i;

  push_late (&live);
  for (i = 1; i <= 2; i++) {
    message = ssio_check_pop (live.harness->element, GST_MESSAGE_QOS);
    fail_unless (message != NULL);
    gst_message_parse_qos_stats (message, &format, &processed, &dropped);
    fail_unless_equals_int (format, GST_FORMAT_BUFFERS);
    fail_unless_equals_uint64 (processed, 1);
    fail_unless_equals_uint64 (dropped, i);
    gst_message_unref (message);
  }
  check_epoch (&live, 0, 1, 2, 0);
  check_stats (&live, 2, 0);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (batches_that_do_not_come_are_counted)
{
  Live live = start_live ("ssiolinear");

  push_batch (&live, 0, 1);
  push_batch (&live, 0, 2);
  push_batch (&live, 0, 5);
  linear_push_eos (live.harness);
  check_epoch (&live, 0, 3, 0, 3);
  check_stats (&live, 0, 3);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (a_segment_in_points_says_where_it_begins)
{
  Live live = start_live ("ssiolinear");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_DEFAULT);
  segment.start = segment.position = segment.time = 3 * BATCH;
  gst_harness_push_event (live.harness, gst_event_new_segment (&segment));
  push_batch (&live, 0, 3);
  segment.start = segment.position = segment.time = 7 * BATCH;
  gst_harness_push_event (live.harness, gst_event_new_segment (&segment));
  push_batch (&live, 0, 7);
  push_batch (&live, 0, 9);
  linear_push_eos (live.harness);
  check_epoch (&live, 0, 3, 0, 1);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (buffers_without_offsets_miss_nothing)
{
  Live live = start_live ("ssiolinear");
  guint i;

  for (i = 0; i < 3; i++) {
    GstBuffer *buffer = linear_new_points (BATCH, 1);

    GST_BUFFER_PTS (buffer) = 2 * i * BATCH_TIME;
    fail_unless_equals_int (gst_harness_push (live.harness, buffer),
        GST_FLOW_OK);
  }
  linear_push_eos (live.harness);
  check_epoch (&live, 0, 3, 0, 0);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (without_offsets_a_discontinuity_stands_for_a_batch)
{
  Live live = start_live ("ssiolinear");
  GstMessage *message;
  guint i;

  for (i = 0; i < 4; i++) {
    GstBuffer *buffer = linear_new_points (BATCH, 1);

    if (i != 1)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    fail_unless_equals_int (gst_harness_push (live.harness, buffer),
        GST_FLOW_OK);
  }
  linear_push_eos (live.harness);
  message = linear_pop_epoch (live.harness->element);
  fail_unless_equals_uint64 (
      linear_get_uint64 (gst_message_get_structure (message),
          "missed-batches"),
      2);
  gst_message_unref (message);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (the_event_that_ends_an_epoch_knows_what_it_had)
{
  Live live = start_live ("ssiolinear");
  const GstSsioEpoch sent
      = { .batches = 8, .points = 8 * BATCH, .bytes = 64 * BATCH };

  push_batch (&live, 0, 0);
  push_batch (&live, 0, 4);
  gst_harness_push_event (live.harness, gst_event_new_ssio_epoch (&sent));
  check_epoch (&live, 0, 2, 0, 6);
  push_batch (&live, 1, 5);
  push_batch (&live, 1, 6);
  linear_push_eos (live.harness);
  check_epoch (&live, 1, 2, 0, 0); /* there was no segment to count from */
  check_stats (&live, 0, 6);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (an_epoch_whose_end_was_dropped_ends_with_the_next)
{
  Live live = start_live ("ssiolinear");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  push_batch (&live, 0, 0);
  push_batch (&live, 0, 1);
  gst_harness_push_event (live.harness, gst_event_new_segment (&segment));
  push_batch (&live, 2, 2);
  linear_push_eos (live.harness);
  check_epoch (&live, 0, 2, 0, 0);
  check_epoch (&live, 1, 0, 0, 0);
  check_epoch (&live, 2, 1, 0, 2);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (a_flush_begins_the_count_anew)
{
  Live live = start_live ("ssiolinear");

  push_batch (&live, 0, 4);
  linear_flush (live.harness);
  push_batch (&live, 0, 0);
  linear_push_eos (live.harness);
  check_epoch (&live, 0, 1, 0, 0);
  stop_live (&live);
}
GST_END_TEST;

/* The sink waits for the time of batch 1 while the queue is filled. */
GST_START_TEST (what_a_leaky_queue_drops_is_missed)
{
  Live live = start_live ("queue leaky=downstream max-size-buffers=2 "
                          "max-size-bytes=0 max-size-time=0 ! "
                          "ssiolinear sync=true processing-deadline=0");
  guint i;

  push_batch (&live, 0, 0);
  gst_test_clock_wait_for_next_pending_id (live.clock, NULL);
  push_batch (&live, 0, 1);
  fail_unless (gst_test_clock_crank (live.clock));
  gst_test_clock_wait_for_next_pending_id (live.clock, NULL);
  for (i = 2; i < 10; i++)
    push_batch (&live, 0, i);
  let_clock_run (&live);
  linear_push_eos (live.harness);
  check_epoch (&live, 0, 4, 0, 6);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (what_the_source_has_sent_and_did_not_come_is_missed)
{
  gchar *path = ssio_check_write_tile (1000, 2);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s layout=x,y batch-size=10 "
      "epochs=2 ! identity drop-probability=1 ! ssiolinear",
      path);
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 2; i++) {
    GstMessage *message = linear_pop_epoch (pipeline);
    const GstStructure *structure = gst_message_get_structure (message);

    fail_unless_equals_uint64 (linear_get_uint64 (structure, "points"), 0);
    fail_unless_equals_uint64 (linear_get_uint64 (structure, "missed-points"),
        1000);
    fail_unless_equals_uint64 (linear_get_uint64 (structure, "missed-batches"),
        100);
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

/* Waits for the end of a recording, and expects that it says nothing of
 * batches that are missing, or so many, or one more. */
static void
check_recording (GstElement *element, guint n_missed)
{
  gchar *expected[2];
  gchar *last = NULL;
  GstMessage *message;
  guint i;

  while ((message = ssio_check_pop (element,
              GST_MESSAGE_WARNING | GST_MESSAGE_ELEMENT))
         && GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    GError *error;

    gst_message_parse_warning (message, &error, NULL);
    g_free (last);
    last = g_strdup (error->message);
    g_error_free (error);
    gst_message_unref (message);
  }
  fail_unless (message && gst_message_has_name (message, "ssio-file"));
  gst_message_unref (message);

  for (i = 0; i < 2; i++)
    expected[i] = g_strdup_printf ("not complete: %u batches (%u points)",
        n_missed + i, (n_missed + i) * BATCH);
  if (n_missed == 0)
    fail_unless (last == NULL, "%s", last);
  else
    fail_unless (last
                     && (strstr (last, expected[0])
                         || strstr (last, expected[1])),
        "%s", last ? last : "no warning");
  g_free (expected[1]);
  g_free (expected[0]);
  g_free (last);
}

/* Records batches that come while the sink is paused; what there is of them,
 * in points. */
static gsize
record_paused (const gchar *queue, guint n_batches, guint n_missed)
{
  gchar *path = ssio_check_make_path (".bin");
  gchar *text = g_strdup_printf ("%s ! ssiosink location=%s", queue, path);
  Live live = start_live (text);
  GstElement *sink = gst_harness_find_element (live.harness, "ssiosink");
  gsize size;
  gchar *bytes;
  guint i;

  gst_element_set_state (sink, GST_STATE_PAUSED);
  for (i = 0; i < n_batches; i++)
    push_batch (&live, 0, i);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  linear_push_eos (live.harness);
  check_recording (live.harness->element, n_missed);
  fail_unless (g_file_get_contents (path, &bytes, &size, NULL));
  gst_object_unref (sink);
  stop_live (&live);
  g_free (bytes);
  g_free (text);
  g_free (path);
  return size / 8;
}

GST_START_TEST (a_pause_loses_nothing_where_the_queue_has_room)
{
  fail_unless_equals_uint64 (
      record_paused ("queue leaky=downstream max-size-buffers=20 "
                     "max-size-time=0",
          20, 0),
      20 * BATCH);
}
GST_END_TEST;

/* The sink has the first already, or not. */
GST_START_TEST (a_recording_says_what_a_full_queue_has_dropped)
{
  gsize n_points = record_paused ("queue leaky=downstream max-size-buffers=5 "
                                  "max-size-time=0",
      20, 14);

  fail_unless (n_points == 5 * BATCH || n_points == 6 * BATCH);
}
GST_END_TEST;

/* What an element says, or where it is a pad what comes to it. */
static void
check_latency (GstQuery *query, GstClockTime expected)
{
  GstClockTime min, max;
  gboolean is_live;

  gst_query_parse_latency (query, &is_live, &min, &max);
  fail_unless (is_live);
  fail_unless_equals_clocktime (min, expected);
  fail_unless_equals_clocktime (max, GST_CLOCK_TIME_NONE);
  gst_query_unref (query);
}

GST_START_TEST (nothing_adds_latency_before_the_sink)
{
  Live live = start_live ("ssiocudaupload ! ssiocudadownload ! ssiolinear");
  GstQuery *query = gst_query_new_latency ();
  GstElement *linear = gst_harness_find_element (live.harness, "ssiolinear");
  GstPad *pad = gst_element_get_static_pad (linear, "sink");

  gst_harness_set_upstream_latency (live.harness, 30 * GST_MSECOND);
  push_batch (&live, 0, 0);
  fail_unless (gst_pad_peer_query (pad, query));
  check_latency (query, 30 * GST_MSECOND);
  gst_object_unref (pad);
  gst_object_unref (linear);
  stop_live (&live);
}
GST_END_TEST;

GST_START_TEST (a_sink_with_sync_asks_for_its_deadline)
{
  Live live = start_live ("ssiolinear sync=true processing-deadline=7000000");
  GstQuery *query = gst_query_new_latency ();
  GstElement *linear = gst_harness_find_element (live.harness, "ssiolinear");

  gst_harness_set_upstream_latency (live.harness, 30 * GST_MSECOND);
  let_clock_run (&live);
  push_batch (&live, 0, 0);
  fail_unless (gst_element_query (linear, query));
  check_latency (query, 37 * GST_MSECOND);
  gst_object_unref (linear);
  stop_live (&live);
}
GST_END_TEST;

static Suite *
live_suite (void)
{
  Suite *suite = suite_create ("live");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, a_batch_is_computed_when_its_time_has_come);
  tcase_add_test (tcase, late_batches_are_computed_unless_it_says_how_late);
  tcase_add_test (tcase, batches_that_are_too_late_are_dropped_and_counted);
  tcase_add_test (tcase, batches_that_do_not_come_are_counted);
  tcase_add_test (tcase, a_segment_in_points_says_where_it_begins);
  tcase_add_test (tcase, buffers_without_offsets_miss_nothing);
  tcase_add_test (tcase, without_offsets_a_discontinuity_stands_for_a_batch);
  tcase_add_test (tcase, the_event_that_ends_an_epoch_knows_what_it_had);
  tcase_add_test (tcase, an_epoch_whose_end_was_dropped_ends_with_the_next);
  tcase_add_test (tcase, a_flush_begins_the_count_anew);
  tcase_add_test (tcase, what_a_leaky_queue_drops_is_missed);
  tcase_add_test (tcase, what_the_source_has_sent_and_did_not_come_is_missed);
  tcase_add_test (tcase, a_pause_loses_nothing_where_the_queue_has_room);
  tcase_add_test (tcase, a_recording_says_what_a_full_queue_has_dropped);
  tcase_add_test (tcase, nothing_adds_latency_before_the_sink);
  tcase_add_test (tcase, a_sink_with_sync_asks_for_its_deadline);
  return suite;
}

SSIO_CHECK_MAIN (live)
