/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linearcheck.h"

GST_START_TEST (eos_reports_the_epoch_with_every_field_as_documented)
{
  GstHarness *harness = linear_new_identity ("");
  GstMessage *message;
  const GstStructure *structure;
  const GValue *means;
  gdouble seconds, rate;

  linear_push_points (harness, 30, 2);
  linear_push_points (harness, 10, 6);
  linear_check_nothing_posted (harness->element);
  g_usleep (1000);
  linear_push_eos (harness);
  message = linear_pop_epoch (harness->element);
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (harness->element));
  structure = gst_message_get_structure (message);
  fail_unless_equals_int (gst_structure_n_fields (structure), 10);
  fail_unless (gst_structure_has_field_typed (structure, "epoch",
      G_TYPE_UINT));
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "batches"), 2);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "points"), 40);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "bytes"), 320);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "dropped"), 0);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "missed-batches"),
      0);
  fail_unless_equals_uint64 (linear_get_uint64 (structure, "missed-points"),
      0);
  fail_unless (gst_structure_get_double (structure, "seconds", &seconds));
  fail_unless (seconds >= 0.001 && seconds < 10, "%g", seconds);
  fail_unless (gst_structure_get_double (structure, "points-per-second",
      &rate));
  fail_unless_equals_float (rate, 40 / seconds);
  means = gst_structure_get_value (structure, "output-mean");
  fail_unless (GST_VALUE_HOLDS_ARRAY (means));
  fail_unless_equals_int (gst_value_array_get_size (means), 2);
  fail_unless (G_VALUE_HOLDS_DOUBLE (gst_value_array_get_value (means, 0)));
  fail_unless_equals_float (linear_get_mean (structure, 0), 3);
  fail_unless_equals_float (linear_get_mean (structure, 1), 1);
  gst_message_unref (message);
  linear_check_nothing_posted (harness->element);
  linear_teardown (harness);
}
GST_END_TEST;

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer count)
{
  g_atomic_int_inc ((gint *) count);
}

GST_START_TEST (last_message_is_the_epoch_in_one_line_and_notified)
{
  GstHarness *harness = linear_new_identity ("");
  gint notified = 0;
  gchar *text;

  g_signal_connect (harness->element, "notify::last-message",
      G_CALLBACK (count_notify), &notified);
  g_object_get (harness->element, "last-message", &text, NULL);
  fail_unless (text == NULL);
  linear_push_points (harness, 30, 2.5);
  fail_unless_equals_int (notified, 0);
  linear_push_eos (harness);
  fail_unless_equals_int (notified, 1);
  g_object_get (harness->element, "last-message", &text, NULL);
  fail_unless (text != NULL);
  fail_unless (strchr (text, '\n') == NULL, "%s", text);
  fail_unless (strstr (text, "epoch 0: 30 points in 1 batches") != NULL, "%s",
      text);
  fail_unless (g_str_has_suffix (text, "output mean 2.5, 1"), "%s", text);
  g_free (text);
  linear_teardown (harness);
}
GST_END_TEST;

/* As printf() has it, they are -nan. */
GST_START_TEST (last_message_shows_nan_without_a_sign)
{
  GstHarness *harness = linear_new_identity ("");
  gchar *text;

  linear_push_points (harness, 30, INFINITY);
  linear_push_eos (harness);
  g_object_get (harness->element, "last-message", &text, NULL);
  fail_unless (g_str_has_suffix (text, "output mean inf, nan"), "%s", text);
  g_free (text);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (last_message_of_many_outputs_is_cut_short)
{
  GstHarness *harness = linear_new ("layers=20");
  gchar *text;

  linear_start_stream (harness, LINEAR_CAPS);
  linear_push_points (harness, 1, 1);
  linear_push_eos (harness);
  g_object_get (harness->element, "last-message", &text, NULL);
  fail_unless (g_str_has_suffix (text, ", ..."), "%s", text);
  g_free (text);
  linear_teardown (harness);
}
GST_END_TEST;

static void
push_epoch_event (GstHarness *harness, guint number)
{
  const GstSsioEpoch epoch = { number, 1, 2, 3 };

  fail_unless (gst_harness_push_event (harness,
      gst_event_new_ssio_epoch (&epoch)));
}

GST_START_TEST (epoch_event_is_reported_and_the_next_epoch_starts_from_zero)
{
  GstHarness *harness = linear_new_identity ("");

  linear_push_points (harness, 30, 2);
  push_epoch_event (harness, 7);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 7, 1, 30, 240, { 2, 1 } });
  linear_push_segment (harness);
  linear_push_points (harness, 5, -4);
  linear_push_points (harness, 5, -6);
  push_epoch_event (harness, 8);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 8, 2, 10, 80, { -5, 1 } });
  linear_push_segment (harness);
  linear_push_eos (harness);
  linear_check_epoch (harness->element, (LinearEpoch){ 9, 0, 0, 0, { 0 } });
  linear_check_nothing_posted (harness->element);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (other_custom_events_end_no_epoch)
{
  GstHarness *harness = linear_new_identity ("");

  linear_push_points (harness, 30, 2);
  gst_harness_push_event (harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("something-else")));
  gst_harness_push_event (harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("ssio-epoch")));
  linear_check_nothing_posted (harness->element);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 0, 1, 30, 240, { 2, 1 } });
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (epoch_number_is_that_of_the_batches)
{
  GstHarness *harness = linear_new_identity ("");
  GstBuffer *buffer = linear_new_points (10, 3);

  gst_buffer_add_ssio_batch_meta (buffer, 12, 0, 0, 0, 10);
  fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 12, 1, 10, 80, { 3, 1 } });
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (segment_done_reports_the_epoch)
{
  GstHarness *harness = linear_new_identity ("");

  linear_push_points (harness, 30, 2);
  gst_harness_push_event (harness,
      gst_event_new_segment_done (GST_FORMAT_DEFAULT, 30));
  linear_check_epoch (harness->element,
      (LinearEpoch){ 0, 1, 30, 240, { 2, 1 } });
  linear_push_segment (harness);
  linear_push_points (harness, 3, 4);
  gst_harness_push_event (harness,
      gst_event_new_segment_done (GST_FORMAT_DEFAULT, 3));
  linear_check_epoch (harness->element,
      (LinearEpoch){ 1, 1, 3, 24, { 4, 1 } });
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (flush_throws_away_what_was_counted_of_the_epoch)
{
  GstHarness *harness = linear_new_identity ("");

  linear_push_points (harness, 30000, 100);
  linear_flush (harness);
  linear_check_nothing_posted (harness->element);
  linear_push_points (harness, 4, 2);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 0, 1, 4, 32, { 2, 1 } });
  linear_flush (harness);
  linear_push_points (harness, 4, 3);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 1, 1, 4, 32, { 3, 1 } });
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (epoch_without_points_has_no_mean)
{
  GstHarness *harness = linear_new_identity ("");

  linear_push_eos (harness);
  linear_check_epoch (harness->element, (LinearEpoch){ 0 });
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (empty_buffer_is_a_batch_without_points)
{
  GstHarness *harness = linear_new_identity ("");

  fail_unless_equals_int (gst_harness_push (harness, gst_buffer_new ()),
      GST_FLOW_OK);
  linear_push_points (harness, 4, 3);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 0, 2, 4, 32, { 3, 1 } });
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (eos_without_caps_is_no_epoch)
{
  GstHarness *harness = linear_new ("");

  fail_unless (gst_harness_push_event (harness,
      gst_event_new_stream_start ("test")));
  linear_push_eos (harness);
  linear_check_nothing_posted (harness->element);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (another_layout_in_mid_epoch_keeps_the_sums)
{
  GstHarness *harness = linear_new_identity ("features=x,y");
  guint8 packed[2 * 17] = { 0 };
  gdouble x = 8;
  gint32 y = -5;
  guint p;

  linear_push_points (harness, 2, 2);
  linear_push_caps (harness,
      "pointcloud/x-raw, layout=(string)\"y:i4,x:f8@5\", point-size=(int)17, "
      "batch-size=(int)10");
  for (p = 0; p < 2; p++) {
    memcpy (packed + 17 * p, &y, sizeof (y));
    memcpy (packed + 17 * p + 5, &x, sizeof (x));
  }
  fail_unless_equals_int (gst_harness_push (harness,
                              gst_buffer_new_memdup (packed, sizeof (packed))),
      GST_FLOW_OK);
  linear_push_caps (harness, LINEAR_CAPS);
  linear_push_points (harness, 4, 3);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){
          0, 3, 8, 16 + 34 + 32, { (4 + 16 + 12) / 8.0, -4 / 8.0 } });
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (element_goes_up_and_down_and_counts_from_zero_each_time)
{
  static const GstState floors[]
      = { GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL };
  GstHarness *harness = linear_new_identity ("");
  guint i, epoch;

  for (i = 0, epoch = 0; i < 12; i++) {
    linear_push_points (harness, 30, i);
    linear_push_eos (harness);
    linear_check_epoch (harness->element,
        (LinearEpoch){ epoch++, 1, 30, 240, { i, 1 } });
    linear_flush (harness);
    /* a part of an epoch that never ends */
    linear_push_points (harness, 5000, 1000);
    gst_element_set_state (harness->element, floors[i % 3]);
    gst_element_set_state (harness->element, GST_STATE_PLAYING);
    if (floors[i % 3] == GST_STATE_PAUSED) {
      linear_push_eos (harness);
      linear_check_epoch (harness->element,
          (LinearEpoch){ epoch++, 1, 5000, 40000, { 1000, 1 } });
      linear_flush (harness);
    } else {
      linear_start_stream (harness, LINEAR_CAPS);
      epoch = 0;
    }
  }
  linear_check_nothing_posted (harness->element);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (element_is_used_again_after_ready_with_another_model)
{
  gchar *weights = ssio_check_write_identity (2);
  GstHarness *harness = linear_new ("layers=50");
  GstMessage *message;
  const GValue *means;

  linear_start_stream (harness, LINEAR_CAPS);
  linear_push_points (harness, 10, 1);
  linear_push_eos (harness);
  message = linear_pop_epoch (harness->element);
  means = gst_structure_get_value (gst_message_get_structure (message),
      "output-mean");
  fail_unless_equals_int (gst_value_array_get_size (means), 50);
  gst_message_unref (message);

  gst_element_set_state (harness->element, GST_STATE_READY);
  g_object_set (harness->element, "layers", "2", "weights", weights, NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  linear_start_stream (harness, LINEAR_CAPS);
  linear_push_points (harness, 10, 6);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 0, 1, 10, 80, { 6, 1 } });

  gst_element_set_state (harness->element, GST_STATE_READY);
  g_object_set (harness->element, "layers", "100", "weights", NULL, NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  linear_start_stream (harness, LINEAR_CAPS);
  linear_push_points (harness, 10, 1);
  linear_push_eos (harness);
  message = linear_pop_epoch (harness->element);
  means = gst_structure_get_value (gst_message_get_structure (message),
      "output-mean");
  fail_unless_equals_int (gst_value_array_get_size (means), 100);
  gst_message_unref (message);
  linear_teardown (harness);
  g_free (weights);
}
GST_END_TEST;

/* The first mean of a random network over 100 batches. */
static gdouble
compute_mean (const gchar *properties)
{
  GstHarness *harness = linear_new (properties);
  GstMessage *message;
  gdouble mean;
  guint i;

  linear_start_stream (harness, LINEAR_CAPS);
  for (i = 0; i < 100; i++)
    linear_push_points (harness, 1 + i * 131, i * 0.37f);
  linear_push_eos (harness);
  message = linear_pop_epoch (harness->element);
  mean = linear_get_mean (gst_message_get_structure (message), 0);
  gst_message_unref (message);
  linear_teardown (harness);
  return mean;
}

GST_START_TEST (number_of_threads_does_not_change_the_result)
{
  gdouble expected = compute_mean ("threads=1");

  fail_unless (compute_mean ("threads=7") == expected);
  fail_unless (compute_mean ("threads=2") == expected);
  fail_unless (compute_mean ("threads=0") == expected);
}
GST_END_TEST;

GST_START_TEST (seed_decides_on_the_result)
{
  gdouble expected = compute_mean ("seed=5");

  fail_unless (compute_mean ("seed=5") == expected);
  fail_if (compute_mean ("seed=6") == expected);
}
GST_END_TEST;

GST_START_TEST (properties_have_the_documented_defaults)
{
  GstElement *element = gst_element_factory_make ("ssiolinear", NULL);
  gchar *layers, *features, *weights, *last_message;
  gboolean sync, last_sample;
  guint seed, threads;

  g_object_get (element, "layers", &layers, "features", &features, "weights",
      &weights, "seed", &seed, "threads", &threads, "last-message",
      &last_message, "sync", &sync, "enable-last-sample", &last_sample, NULL);
  fail_unless_equals_string (layers, "64,3");
  fail_unless (features == NULL && weights == NULL && last_message == NULL);
  fail_unless_equals_int (seed, 0);
  fail_unless_equals_int (threads, 0);
  fail_if (sync);
  fail_if (last_sample);
  g_free (layers);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (properties_are_what_was_set)
{
  GstElement *element = gst_element_factory_make ("ssiolinear", NULL);
  gchar *layers, *features, *weights;
  guint seed, threads;

  g_object_set (element, "layers", "8,1", "features", "a,b", "weights", "w",
      "seed", G_MAXUINT, "threads", 1024, NULL);
  g_object_get (element, "layers", &layers, "features", &features, "weights",
      &weights, "seed", &seed, "threads", &threads, NULL);
  fail_unless_equals_string (layers, "8,1");
  fail_unless_equals_string (features, "a,b");
  fail_unless_equals_string (weights, "w");
  fail_unless (seed == G_MAXUINT);
  fail_unless_equals_int (threads, 1024);
  g_free (layers);
  g_free (features);
  g_free (weights);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (properties_set_while_playing_are_harmless)
{
  GstHarness *harness = linear_new_identity ("");

  linear_push_points (harness, 10, 2);
  g_object_set (harness->element, "layers", "a", "features", "nothing",
      "weights", "/nowhere", "seed", 9, "threads", 9, NULL);
  linear_push_points (harness, 10, 4);
  linear_push_eos (harness);
  linear_check_epoch (harness->element,
      (LinearEpoch){ 0, 2, 20, 160, { 3, 1 } });
  linear_check_nothing_posted (harness->element);
  linear_teardown (harness);
}
GST_END_TEST;

static void
push_and_watch (GstHarness *harness, guint n, gint *deaths)
{
  guint i;

  for (i = 0; i < n; i++) {
    GstBuffer *buffer = linear_new_points (10000, i);
    GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

    ssio_check_count_death (GST_MINI_OBJECT (memory), deaths);
    fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  }
}

GST_START_TEST (memory_of_batches_is_released_at_the_end_of_an_epoch)
{
  GstHarness *harness = linear_new_identity ("threads=4");
  gint deaths = 0;

  push_and_watch (harness, 20, &deaths);
  push_epoch_event (harness, 0);
  fail_unless_equals_int (deaths, 20);
  linear_push_segment (harness);
  push_and_watch (harness, 20, &deaths);
  linear_push_eos (harness);
  fail_unless_equals_int (deaths, 40);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (memory_of_batches_is_released_in_ready)
{
  GstHarness *harness = linear_new_identity ("threads=4");
  gint deaths = 0;

  push_and_watch (harness, 20, &deaths);
  gst_element_set_state (harness->element, GST_STATE_READY);
  fail_unless_equals_int (deaths, 20);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (time_in_paused_is_not_in_the_epochs_seconds)
{
  GstHarness *harness = linear_new_identity ("");
  gdouble seconds;

  linear_push_points (harness, 10, 2);
  g_usleep (G_USEC_PER_SEC / 20);
  gst_element_set_state (harness->element, GST_STATE_PAUSED);
  g_usleep (G_USEC_PER_SEC);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  linear_push_eos (harness);
  seconds = linear_pop_seconds (harness->element);
  fail_unless (seconds >= 0.05 && seconds < 0.9, "%g", seconds);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (seconds_start_again_with_each_epoch)
{
  GstHarness *harness = linear_new_identity ("");
  gdouble seconds;

  linear_push_points (harness, 10, 2);
  g_usleep (G_USEC_PER_SEC / 2);
  push_epoch_event (harness, 0);
  fail_unless (linear_pop_seconds (harness->element) >= 0.5);
  linear_push_segment (harness);
  linear_push_points (harness, 10, 2);
  linear_push_eos (harness);
  seconds = linear_pop_seconds (harness->element);
  fail_unless (seconds < 0.4, "%g", seconds);

  /* what passes after EOS is in no epoch */
  g_usleep (G_USEC_PER_SEC / 2);
  linear_flush (harness);
  linear_push_eos (harness);
  seconds = linear_pop_seconds (harness->element);
  fail_unless (seconds < 0.4, "%g", seconds);
  linear_teardown (harness);
}
GST_END_TEST;

static Suite *
ssiolinear_suite (void)
{
  Suite *suite = suite_create ("ssiolinear");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, eos_reports_the_epoch_with_every_field_as_documented);
  tcase_add_test (tcase, last_message_is_the_epoch_in_one_line_and_notified);
  tcase_add_test (tcase, last_message_shows_nan_without_a_sign);
  tcase_add_test (tcase, last_message_of_many_outputs_is_cut_short);
  tcase_add_test (tcase,
      epoch_event_is_reported_and_the_next_epoch_starts_from_zero);
  tcase_add_test (tcase, other_custom_events_end_no_epoch);
  tcase_add_test (tcase, epoch_number_is_that_of_the_batches);
  tcase_add_test (tcase, segment_done_reports_the_epoch);
  tcase_add_test (tcase, flush_throws_away_what_was_counted_of_the_epoch);
  tcase_add_test (tcase, epoch_without_points_has_no_mean);
  tcase_add_test (tcase, empty_buffer_is_a_batch_without_points);
  tcase_add_test (tcase, eos_without_caps_is_no_epoch);
  tcase_add_test (tcase, another_layout_in_mid_epoch_keeps_the_sums);
  tcase_add_test (tcase,
      element_goes_up_and_down_and_counts_from_zero_each_time);
  tcase_add_test (tcase, element_is_used_again_after_ready_with_another_model);
  tcase_add_test (tcase, number_of_threads_does_not_change_the_result);
  tcase_add_test (tcase, seed_decides_on_the_result);
  tcase_add_test (tcase, properties_have_the_documented_defaults);
  tcase_add_test (tcase, properties_are_what_was_set);
  tcase_add_test (tcase, properties_set_while_playing_are_harmless);
  tcase_add_test (tcase, memory_of_batches_is_released_at_the_end_of_an_epoch);
  tcase_add_test (tcase, memory_of_batches_is_released_in_ready);
  tcase_add_test (tcase, time_in_paused_is_not_in_the_epochs_seconds);
  tcase_add_test (tcase, seconds_start_again_with_each_epoch);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear)
