/* SPDX-License-Identifier: MIT */

#include "ssiocheck.h"

static GstBuffer *
make_batch (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 240, NULL);

  gst_buffer_add_ssio_batch_meta (buffer, 3, 7, 2, 70, 10);
  return buffer;
}

static void
check_meta (GstBuffer *buffer)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);

  fail_unless (meta != NULL);
  fail_unless_equals_int (meta->epoch, 3);
  fail_unless_equals_uint64 (meta->batch, 7);
  fail_unless_equals_int (meta->file, 2);
  fail_unless_equals_uint64 (meta->first_point, 70);
  fail_unless_equals_uint64 (meta->n_points, 10);
}

GST_START_TEST (meta_survives_shallow_and_deep_copies)
{
  GstBuffer *buffer = make_batch ();
  GstBuffer *copy = gst_buffer_copy (buffer);
  GstBuffer *deep = gst_buffer_copy_deep (buffer);

  check_meta (buffer);
  check_meta (copy);
  check_meta (deep);
  gst_buffer_unref (buffer);
  gst_buffer_unref (copy);
  gst_buffer_unref (deep);
}
GST_END_TEST;

GST_START_TEST (a_part_of_a_batch_does_not_claim_to_be_the_batch)
{
  GstBuffer *buffer = make_batch ();
  GstBuffer *part
      = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, 24, 48);

  fail_unless (gst_buffer_get_ssio_batch_meta (part) == NULL);
  gst_buffer_unref (buffer);
  gst_buffer_unref (part);
}
GST_END_TEST;

GST_START_TEST (meta_goes_through_a_queue_and_a_transform)
{
  GstHarness *harness
      = gst_harness_new_parse ("queue ! identity ! ssiocudaupload");
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string (GST_SSIO_DEFAULT_LAYOUT, 0, NULL);
  GstBuffer *buffer;

  gst_harness_set_src_caps (harness, gst_ssio_layout_to_caps (layout, 10));
  gst_harness_push (harness, make_batch ());
  buffer = gst_harness_pull (harness);
  check_meta (buffer);
  gst_buffer_unref (buffer);
  gst_ssio_layout_unref (layout);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (epoch_event_carries_its_counts)
{
  const GstSsioEpoch epoch = { 4, 10, 1000, 24000 };
  GstSsioEpoch parsed;
  GstEvent *event = gst_event_new_ssio_epoch (&epoch);

  fail_unless (GST_EVENT_IS_SERIALIZED (event));
  fail_unless (GST_EVENT_IS_DOWNSTREAM (event));
  fail_unless (gst_event_parse_ssio_epoch (event, &parsed));
  fail_unless_equals_int (parsed.epoch, 4);
  fail_unless_equals_uint64 (parsed.batches, 10);
  fail_unless_equals_uint64 (parsed.points, 1000);
  fail_unless_equals_uint64 (parsed.bytes, 24000);
  gst_event_unref (event);

  event = gst_event_new_eos ();
  fail_if (gst_event_parse_ssio_epoch (event, &parsed));
  gst_event_unref (event);
  event = gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_structure_new_empty ("other"));
  fail_if (gst_event_parse_ssio_epoch (event, &parsed));
  gst_event_unref (event);
}
GST_END_TEST;

GST_START_TEST (files_event_carries_names_and_counts)
{
  static const gchar *const names[] = { "a.bin", "b/c.las" };
  static const gchar *const unnamed[] = { NULL, "c.las" };
  static const guint64 counts[] = { 7, G_MAXUINT64 };
  GstEvent *event = gst_event_new_ssio_files (names, counts, 2);
  gchar **locations;
  guint64 *points;
  guint n;

  fail_unless (GST_EVENT_IS_STICKY (event));
  fail_unless (gst_event_parse_ssio_files (event, &n, &locations, &points));
  fail_unless_equals_int (n, 2);
  fail_unless_equals_int (g_strv_length (locations), 2);
  fail_unless_equals_string (locations[1], "b/c.las");
  fail_unless_equals_uint64 (points[0], 7);
  fail_unless_equals_uint64 (points[1], G_MAXUINT64);
  g_strfreev (locations);
  g_free (points);
  gst_event_unref (event);

  event = gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
      gst_structure_new (GST_SSIO_FILES_NAME, "locations", G_TYPE_INT, 3,
          NULL));
  fail_if (gst_event_parse_ssio_files (event, &n, &locations, &points));
  gst_event_unref (event);

  event = gst_event_new_ssio_files (unnamed, counts, 2);
  fail_if (gst_event_parse_ssio_files (event, &n, &locations, &points));
  gst_event_unref (event);
}
GST_END_TEST;

static Suite *
batchmeta_suite (void)
{
  Suite *suite = suite_create ("batchmeta");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, meta_survives_shallow_and_deep_copies);
  tcase_add_test (tcase, a_part_of_a_batch_does_not_claim_to_be_the_batch);
  tcase_add_test (tcase, meta_goes_through_a_queue_and_a_transform);
  tcase_add_test (tcase, epoch_event_carries_its_counts);
  tcase_add_test (tcase, files_event_carries_names_and_counts);
  return suite;
}

SSIO_CHECK_MAIN (batchmeta)
