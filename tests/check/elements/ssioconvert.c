/* SPDX-License-Identifier: MIT */
/* What ssioconvert does with batches, and its errors. */

#include <string.h>

#include "convertcheck.h"

#define XY_CAPS \
  "pointcloud/x-raw, layout=(string)\"x:f4,y:f4\", point-size=(int)8, " \
  "batch-size=(int)1000"

/* Pushes points of CONVERT_LAYOUT, and expects them as pairs of floats. */
static void
check_pairs (GstHarness *harness, guint n, gfloat x_factor, gfloat y_factor)
{
  GstBuffer *out;
  GstMapInfo map;
  guint p;

  fail_unless_equals_int (gst_harness_push (harness, convert_new_points (n)),
      GST_FLOW_OK);
  out = gst_harness_pull (harness);
  fail_unless (gst_buffer_map (out, &map, GST_MAP_READ));
  fail_unless_equals_int (map.size, 8 * n);
  for (p = 0; p < n; p++) {
    gfloat values[2];

    memcpy (values, map.data + 8 * p, 8);
    fail_unless_equals_float (values[0], p * x_factor);
    fail_unless_equals_float (values[1], p * y_factor);
  }
  gst_buffer_unmap (out, &map);
  gst_buffer_unref (out);
}

GST_START_TEST (properties_come_back_as_they_were_set)
{
  GstElement *convert = gst_element_factory_make ("ssioconvert", NULL);
  gchar *fields, *normalize;
  gboolean lossy;

  g_object_get (convert, "fields", &fields, "normalize", &normalize, "lossy",
      &lossy, NULL);
  fail_unless (fields == NULL && normalize == NULL && !lossy);
  g_object_set (convert, "fields", "x,y", "normalize", "x*2", "lossy", TRUE,
      NULL);
  g_object_set (convert, "fields", "y", NULL);
  g_object_get (convert, "fields", &fields, "normalize", &normalize, "lossy",
      &lossy, NULL);
  fail_unless_equals_string (fields, "y");
  fail_unless_equals_string (normalize, "x*2");
  fail_unless (lossy);
  g_free (fields);
  g_free (normalize);
  gst_object_unref (convert);
}
GST_END_TEST;

GST_START_TEST (fields_are_chosen_ordered_and_cast)
{
  GstHarness *harness = convert_new ("fields=y,i:f4", CONVERT_CAPS, NULL);

  check_pairs (harness, 1000, -1, 2);
  convert_check_caps (harness, "y:f4,i:f4", 8);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (batches_of_any_size_come_out_whole)
{
  static const guint sizes[] = { 1, 1000, 3, 0, 999, 1 };
  GstHarness *harness = convert_new ("fields=y,i:f4", CONVERT_CAPS, NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    check_pairs (harness, sizes[i], -1, 2);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (values_are_normalized)
{
  GstHarness *harness
      = convert_new ("fields=x,i normalize=i*0.5+0", CONVERT_CAPS, NULL);

  check_pairs (harness, 100, 1, 1);
  convert_check_caps (harness, "x:f4,i:f4", 8);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (unchanged_batches_pass_through)
{
  static const gchar *const properties[] = { "", "fields=x,y,i", "lossy=true",
    "fields=x:f4,y:f4,i:u2", "normalize=x*1+0" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (properties); i++) {
    GstHarness *harness = convert_new (properties[i], CONVERT_CAPS, NULL);
    GstBuffer *buffer = convert_new_points (10);
    GstBuffer *out;

    gst_harness_push (harness, gst_buffer_ref (buffer));
    out = gst_harness_pull (harness);
    fail_unless (out == buffer, "%s", properties[i]);
    convert_check_caps (harness, CONVERT_LAYOUT, 10);
    gst_buffer_unref (out);
    gst_buffer_unref (buffer);
    convert_teardown (harness);
  }
}
GST_END_TEST;

GST_START_TEST (meta_offsets_and_times_survive)
{
  GstHarness *harness = convert_new ("fields=x", CONVERT_CAPS, NULL);
  GstBuffer *buffer = convert_new_points (10);
  GstSsioBatchMeta *meta;

  gst_buffer_add_ssio_batch_meta (buffer, 3, 4, 5, 60, 10)->version = 7;
  GST_BUFFER_OFFSET (buffer) = 40;
  GST_BUFFER_OFFSET_END (buffer) = 50;
  GST_BUFFER_PTS (buffer) = 8;
  GST_BUFFER_DURATION (buffer) = 9;
  gst_harness_push (harness, buffer);
  buffer = gst_harness_pull (harness);
  meta = gst_buffer_get_ssio_batch_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless_equals_int (meta->epoch, 3);
  fail_unless_equals_uint64 (meta->batch, 4);
  fail_unless_equals_int (meta->file, 5);
  fail_unless_equals_uint64 (meta->first_point, 60);
  fail_unless_equals_uint64 (meta->n_points, 10);
  fail_unless_equals_uint64 (meta->version, 7);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 40);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (buffer), 50);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 8);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), 9);
  gst_buffer_unref (buffer);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (output_memory_is_used_again)
{
  GstHarness *harness = convert_new ("fields=x", CONVERT_CAPS, NULL);
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  guint i;

  for (i = 0; i < 10; i++) {
    GstBuffer *out
        = gst_harness_push_and_pull (harness, convert_new_points (1000 - i));

    g_hash_table_add (seen, gst_buffer_peek_memory (out, 0));
    gst_buffer_unref (out);
  }
  fail_unless (g_hash_table_size (seen) < 10);
  g_hash_table_unref (seen);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (batches_are_written_into_what_downstream_offers)
{
  GstHarness *harness = convert_new ("fields=x", NULL, NULL);
  GstAllocator *allocator = gst_allocator_find (GST_ALLOCATOR_SYSMEM);
  GstAllocationParams params = { .align = 4095 };
  GstBuffer *out;
  GstMapInfo map;

  gst_harness_set_propose_allocator (harness, allocator, &params);
  gst_harness_set_src_caps_str (harness, CONVERT_CAPS);
  out = gst_harness_push_and_pull (harness, convert_new_points (10));
  fail_unless (gst_buffer_map (out, &map, GST_MAP_READ));
  fail_unless_equals_int ((guintptr) map.data % 4096, 0);
  gst_buffer_unmap (out, &map);
  gst_buffer_unref (out);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (caps_can_change_within_a_stream)
{
  GstHarness *harness
      = convert_new ("fields=x,y lossy=true", CONVERT_CAPS, NULL);
  const gdouble xy[] = { 7, 8 };
  gdouble values[2];
  GstBuffer *out;

  check_pairs (harness, 5, 1, -1);
  gst_harness_set_src_caps_str (harness, XY_CAPS);
  gst_harness_push (harness, gst_buffer_new_memdup ("abcdefgh", 8));
  out = gst_harness_pull (harness);
  fail_unless (gst_buffer_memcmp (out, 0, "abcdefgh", 8) == 0);
  gst_buffer_unref (out);
  gst_harness_set_src_caps_str (harness,
      "pointcloud/x-raw, layout=(string)\"y:f8,x:f8\", point-size=(int)16, "
      "batch-size=(int)1000");
  gst_harness_push (harness, gst_buffer_new_memdup (xy, 16));
  out = gst_harness_pull (harness);
  convert_check_caps (harness, "x:f8,y:f8", 16);
  gst_buffer_extract (out, 0, values, 16);
  fail_unless_equals_float (values[0], 8);
  fail_unless_equals_float (values[1], 7);
  gst_buffer_unref (out);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_flush_and_a_restart_leave_nothing_behind)
{
  GstHarness *harness = convert_new ("fields=y,i:f4", CONVERT_CAPS, NULL);
  GstSegment segment;

  check_pairs (harness, 10, -1, 2);
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
  check_pairs (harness, 20, -1, 2);
  gst_harness_set_src_caps_str (harness, CONVERT_CAPS);
  gst_element_set_state (harness->element, GST_STATE_READY);
  g_object_set (harness->element, "fields", "i:f4,x", NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  gst_harness_play (harness);
  gst_harness_set_src_caps_str (harness, CONVERT_CAPS);
  check_pairs (harness, 30, 2, 1);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (files_and_ends_of_epochs_are_told_on)
{
  const gchar *const locations[] = { "a.las" };
  const guint64 points[] = { 10 };
  const GstSsioEpoch epoch = { 0 };
  GstHarness *harness = convert_new ("fields=x", CONVERT_CAPS, NULL);
  GstEvent *events[2];
  GstEvent *event;
  guint n_found = 0;

  events[0] = gst_event_new_ssio_files (locations, points, 1);
  events[1] = gst_event_new_ssio_epoch (&epoch);
  gst_harness_push_event (harness, gst_event_ref (events[0]));
  gst_buffer_unref (gst_harness_push_and_pull (harness,
      convert_new_points (10)));
  gst_harness_push_event (harness, gst_event_ref (events[1]));
  while ((event = gst_harness_try_pull_event (harness))) {
    if (n_found < 2 && event == events[n_found])
      n_found++;
    gst_event_unref (event);
  }
  fail_unless_equals_int (n_found, 2);
  gst_event_unref (events[0]);
  gst_event_unref (events[1]);
  convert_teardown (harness);
}
GST_END_TEST;

/* After an error: no batch, no second error, no EOS. */
static void
check_failed (GstHarness *harness, GQuark domain, gint code, const gchar *part)
{
  guint n_events;

  fail_unless_equals_int (gst_harness_push (harness, convert_new_points (1)),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (harness->element, domain, code, part, NULL);
  n_events = gst_harness_events_received (harness);
  gst_harness_push_event (harness, gst_event_new_eos ());
  fail_unless_equals_int (gst_harness_events_received (harness), n_events);
  fail_unless_equals_int (gst_harness_buffers_received (harness), 0);
  convert_teardown (harness);
}

GST_START_TEST (a_lossy_cast_is_an_error_that_says_how_to_allow_it)
{
  check_failed (convert_new ("fields=x:u1,y,i", CONVERT_CAPS, NULL),
      GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "x (f4 to u1)");
  check_failed (convert_new ("fields=i:u1", CONVERT_CAPS, NULL),
      GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "lossy=true");
}
GST_END_TEST;

GST_START_TEST (a_lossy_cast_that_is_allowed_saturates)
{
  GstHarness *harness
      = convert_new ("fields=y:u1,i:u1 lossy=true", CONVERT_CAPS, NULL);
  GstBuffer *out
      = gst_harness_push_and_pull (harness, convert_new_points (200));

  fail_unless (gst_buffer_memcmp (out, 2 * 100, "\0\310", 2) == 0);
  fail_unless (gst_buffer_memcmp (out, 2 * 199, "\0\377", 2) == 0);
  gst_buffer_unref (out);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (fields_that_are_not_there_are_an_error)
{
  check_failed (convert_new ("fields=x,foo", CONVERT_CAPS, NULL),
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "\"foo\"");
  check_failed (convert_new ("normalize=foo*2", CONVERT_CAPS, NULL),
      GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "\"foo\"");
  check_failed (convert_new ("", CONVERT_CAPS,
                    "pointcloud/x-raw, layout=(string)\"foo:f4\""),
      GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "\"foo\"");
  check_failed (convert_new ("fields=x:f9", CONVERT_CAPS, NULL),
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "f9");
}
GST_END_TEST;

GST_START_TEST (a_batch_that_caps_do_not_allow_is_an_error)
{
  GstHarness *harness = convert_new ("fields=x", CONVERT_CAPS, NULL);

  fail_unless_equals_int (gst_harness_push (harness,
                              gst_buffer_new_memdup ("123456789", 9)),
      GST_FLOW_FLUSHING);
  check_failed (harness, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "9 bytes");
  harness = convert_new ("fields=x", CONVERT_CAPS, NULL);
  fail_unless_equals_int (gst_harness_push (harness,
                              convert_new_points (1001)),
      GST_FLOW_FLUSHING);
  check_failed (harness, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "10010 bytes");
}
GST_END_TEST;

GST_START_TEST (wrong_settings_are_an_error_before_anything_starts)
{
  GstHarness *harness = convert_new ("", NULL, NULL);

  gst_element_set_state (harness->element, GST_STATE_READY);
  g_object_set (harness->element, "normalize", "x", NULL);
  fail_unless_equals_int (gst_element_set_state (harness->element,
                              GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  ssio_check_posted_error (harness->element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "normalize=x", NULL);
  convert_teardown (harness);
}
GST_END_TEST;

/* What upstream would stop reading is what is converted. */
GST_START_TEST (a_cache_downstream_does_not_keep_the_source_from_reading)
{
  GstHarness *harness = convert_new ("fields=x", CONVERT_CAPS, NULL);
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (harness)))
    gst_event_unref (event);
  gst_harness_push_upstream_event (harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          gst_structure_new ("ssio-need", "bytes", G_TYPE_BOOLEAN, FALSE,
              NULL)));
  fail_unless (gst_harness_try_pull_upstream_event (harness) == NULL);
  gst_harness_push_upstream_event (harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          gst_structure_new_empty ("other")));
  event = gst_harness_try_pull_upstream_event (harness);
  fail_unless (event != NULL);
  gst_event_unref (event);
  convert_teardown (harness);
}
GST_END_TEST;

/* Number of batches and points that came as z:f4,x:f8 of a tile. */
typedef struct {
  guint n_batches;
  guint n_points;
} Count;

static void
count_points (GstElement *sink, GstBuffer *buffer, GstPad *pad, Count *count)
{
  GstMapInfo map;
  gsize i;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  fail_unless_equals_int (map.size % 12, 0);
  for (i = 0; i < map.size / 12; i++) {
    const guint64 index = 6 * (GST_BUFFER_OFFSET (buffer) + i);
    gfloat z;
    gdouble x;

    memcpy (&z, map.data + 12 * i, 4);
    memcpy (&x, map.data + 12 * i + 4, 8);
    fail_unless_equals_float (z, ssio_check_tile_value (index + 2));
    fail_unless_equals_float (x, ssio_check_tile_value (index));
  }
  count->n_batches++;
  count->n_points += map.size / 12;
  gst_buffer_unmap (buffer, &map);
}

GST_START_TEST (a_stream_of_a_file_converts_in_every_epoch)
{
  gchar *path = ssio_check_write_tile (10001, 6);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=1000 epochs=3 ! queue ! "
      "ssioconvert fields=z,x:f8 ! fakesink name=sink signal-handoffs=true",
      path);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  Count count = { 0 };

  g_signal_connect (sink, "handoff", G_CALLBACK (count_points), &count);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  fail_unless_equals_int (count.n_batches, 33);
  fail_unless_equals_int (count.n_points, 30003);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

/* Its network sees the same numbers before and after. */
GST_START_TEST (a_model_finds_the_same_of_converted_points)
{
  gchar *path = ssio_check_write_tile (10001, 6);
  const gchar *const converts[] = { "", "ssioconvert fields=x:f8,y,z:f8 !" };
  gchar *means[2];
  guint i;

  for (i = 0; i < 2; i++) {
    GstElement *pipeline = ssio_check_launch (
        "ssiosrc location=%s ! %s ssiolinear features=x,y,z layers=8,2 "
        "name=linear",
        path, converts[i]);
    GstMessage *message;

    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    message = ssio_check_pop (pipeline, GST_MESSAGE_ELEMENT);
    fail_unless (message != NULL);
    means[i] = g_strdup_value_contents (gst_structure_get_value (
        gst_message_get_structure (message), "output-mean"));
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
  }
  fail_unless_equals_string (means[0], means[1]);
  g_free (means[0]);
  g_free (means[1]);
  g_free (path);
}
GST_END_TEST;

static Suite *
ssioconvert_suite (void)
{
  Suite *suite = suite_create ("ssioconvert");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, properties_come_back_as_they_were_set);
  tcase_add_test (tcase, fields_are_chosen_ordered_and_cast);
  tcase_add_test (tcase, batches_of_any_size_come_out_whole);
  tcase_add_test (tcase, values_are_normalized);
  tcase_add_test (tcase, unchanged_batches_pass_through);
  tcase_add_test (tcase, meta_offsets_and_times_survive);
  tcase_add_test (tcase, output_memory_is_used_again);
  tcase_add_test (tcase, batches_are_written_into_what_downstream_offers);
  tcase_add_test (tcase, caps_can_change_within_a_stream);
  tcase_add_test (tcase, a_flush_and_a_restart_leave_nothing_behind);
  tcase_add_test (tcase, files_and_ends_of_epochs_are_told_on);
  tcase_add_test (tcase, a_lossy_cast_is_an_error_that_says_how_to_allow_it);
  tcase_add_test (tcase, a_lossy_cast_that_is_allowed_saturates);
  tcase_add_test (tcase, fields_that_are_not_there_are_an_error);
  tcase_add_test (tcase, a_batch_that_caps_do_not_allow_is_an_error);
  tcase_add_test (tcase, wrong_settings_are_an_error_before_anything_starts);
  tcase_add_test (tcase,
      a_cache_downstream_does_not_keep_the_source_from_reading);
  tcase_add_test (tcase, a_stream_of_a_file_converts_in_every_epoch);
  tcase_add_test (tcase, a_model_finds_the_same_of_converted_points);
  return suite;
}

SSIO_CHECK_MAIN (ssioconvert)
