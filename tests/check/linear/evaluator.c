/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "linear/evaluator.h"
#include "workers.h"
#include "ssiocheck.h"

static GstSsioEvaluator *
new_evaluator (guint n_threads)
{
  static const guint fields[] = { 0, 1, 2, 3, 4, 5 };
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string (GST_SSIO_DEFAULT_LAYOUT, 0, NULL);
  GstSsioModel *model = ssio_check_new_model (6, "64,3");
  GstSsioEvaluator *evaluator;

  gst_ssio_model_init_random (model, 1);
  evaluator = gst_ssio_cpu_evaluator_new (model, layout, fields, n_threads);
  gst_ssio_model_free (model);
  gst_ssio_layout_unref (layout);
  return evaluator;
}

static GstBuffer *
new_buffer (gsize n_points, guint first)
{
  gfloat *values = g_new (gfloat, n_points * 6);
  gsize i;

  for (i = 0; i < n_points * 6; i++)
    values[i] = (first + i * 7919) % 1000 / 64.0f;
  return gst_buffer_new_wrapped (values, n_points * 6 * sizeof (gfloat));
}

/* Pushes n_buffers of sizes around largest, and collects. */
static void
evaluate (guint n_threads, guint n_buffers, guint largest, gdouble *sums)
{
  GstSsioEvaluator *evaluator = new_evaluator (n_threads);
  guint i;

  memset (sums, 0, 3 * sizeof (gdouble));
  for (i = 0; i < n_buffers; i++) {
    GstBuffer *buffer = new_buffer (1 + (i * 7919) % largest, i);

    fail_unless (gst_ssio_evaluator_push (evaluator, buffer, NULL));
    gst_buffer_unref (buffer);
  }
  fail_unless (gst_ssio_evaluator_collect (evaluator, sums, NULL));
  gst_ssio_evaluator_free (evaluator);
}

static void
check_same_sums (guint n_buffers, guint largest)
{
  static const guint threads[] = { 2, 3, 8, 8, 0 };
  gdouble expected[3], sums[3];
  guint i;

  evaluate (1, n_buffers, largest, expected);
  fail_if (expected[0] == 0);
  for (i = 0; i < G_N_ELEMENTS (threads); i++) {
    evaluate (threads[i], n_buffers, largest, sums);
    fail_unless (memcmp (sums, expected, sizeof (sums)) == 0,
        "%u threads: expected %.17g, found %.17g", threads[i], expected[0],
        sums[0]);
  }
}

GST_START_TEST (sums_have_the_same_bits_with_any_number_of_threads)
{
  check_same_sums (1, 10007);
  check_same_sums (20, 40007);
}
GST_END_TEST;

GST_START_TEST (many_tiny_buffers_are_all_summed)
{
  check_same_sums (20000, 3);
}
GST_END_TEST;

GST_START_TEST (nothing_to_collect_adds_nothing)
{
  GstSsioEvaluator *evaluator = new_evaluator (3);
  gdouble sums[3] = { 1, 2, 3 };
  gchar *description = gst_ssio_evaluator_describe (evaluator);

  fail_unless (g_str_has_suffix (description, ", 3 threads"));
  g_free (description);
  fail_unless (gst_ssio_evaluator_collect (evaluator, sums, NULL));
  fail_unless (gst_ssio_evaluator_collect (evaluator, sums, NULL));
  fail_unless_equals_float (sums[0], 1);
  fail_unless_equals_float (sums[2], 3);
  gst_ssio_evaluator_free (evaluator);
}
GST_END_TEST;

GST_START_TEST (each_collect_starts_from_zero)
{
  GstSsioEvaluator *evaluator = new_evaluator (2);
  GstBuffer *buffer = new_buffer (5000, 3);
  gdouble first[3] = { 0 };
  gdouble second[3] = { 0 };

  fail_unless (gst_ssio_evaluator_push (evaluator, buffer, NULL));
  fail_unless (gst_ssio_evaluator_collect (evaluator, first, NULL));
  fail_unless (gst_ssio_evaluator_push (evaluator, buffer, NULL));
  fail_unless (gst_ssio_evaluator_collect (evaluator, second, NULL));
  fail_unless (memcmp (first, second, sizeof (first)) == 0);
  gst_buffer_unref (buffer);
  gst_ssio_evaluator_free (evaluator);
}
GST_END_TEST;

static void
push_and_watch (GstSsioEvaluator *evaluator, guint n, gint *deaths)
{
  guint i;

  for (i = 0; i < n; i++) {
    GstBuffer *buffer = new_buffer (1 + i * 997, i);

    ssio_check_count_death (GST_MINI_OBJECT (buffer), deaths);
    fail_unless (gst_ssio_evaluator_push (evaluator, buffer, NULL));
    gst_buffer_unref (buffer);
  }
}

GST_START_TEST (buffers_are_released_when_their_sums_are_collected)
{
  guint n_threads;

  for (n_threads = 1; n_threads <= 8; n_threads *= 2) {
    GstSsioEvaluator *evaluator = new_evaluator (n_threads);
    gdouble sums[3] = { 0 };
    gint deaths = 0;

    push_and_watch (evaluator, 30, &deaths);
    fail_unless (gst_ssio_evaluator_collect (evaluator, sums, NULL));
    fail_unless_equals_int (g_atomic_int_get (&deaths), 30);
    gst_ssio_evaluator_free (evaluator);
  }
}
GST_END_TEST;

GST_START_TEST (evaluator_that_goes_in_mid_work_releases_its_buffers)
{
  GstSsioEvaluator *evaluator = new_evaluator (3);
  gint deaths = 0;

  push_and_watch (evaluator, 30, &deaths);
  gst_ssio_evaluator_free (evaluator);
  fail_unless_equals_int (deaths, 30);
}
GST_END_TEST;

GST_START_TEST (buffer_in_several_memories_is_one_batch)
{
  GstSsioEvaluator *evaluator = new_evaluator (2);
  GstBuffer *whole = new_buffer (5000, 1);
  GstBuffer *cut = gst_buffer_copy_region (whole, GST_BUFFER_COPY_MEMORY, 0,
      1001 /* in mid-value */);
  GstBuffer *rest
      = gst_buffer_copy_region (whole, GST_BUFFER_COPY_MEMORY, 1001, -1);
  gdouble expected[3] = { 0 };
  gdouble sums[3] = { 0 };

  fail_unless (gst_ssio_evaluator_push (evaluator, whole, NULL));
  fail_unless (gst_ssio_evaluator_collect (evaluator, expected, NULL));
  cut = gst_buffer_append (cut, rest);
  fail_unless_equals_int (gst_buffer_n_memory (cut), 2);
  fail_unless (gst_ssio_evaluator_push (evaluator, cut, NULL));
  fail_unless (gst_ssio_evaluator_collect (evaluator, sums, NULL));
  fail_unless (memcmp (sums, expected, sizeof (sums)) == 0);
  ASSERT_BUFFER_REFCOUNT (cut, "cut", 1);
  gst_buffer_unref (cut);
  gst_buffer_unref (whole);
  gst_ssio_evaluator_free (evaluator);
}
GST_END_TEST;

GST_START_TEST (buffer_that_ends_in_mid_point_is_refused)
{
  GstSsioEvaluator *evaluator = new_evaluator (2);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 6 * 4 * 10 + 1, NULL);
  GError *error = NULL;

  fail_if (gst_ssio_evaluator_push (evaluator, buffer, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "multiple of 24 bytes");
  gst_buffer_set_size (buffer, 23);
  fail_if (gst_ssio_evaluator_push (evaluator, buffer, NULL));
  ASSERT_BUFFER_REFCOUNT (buffer, "buffer", 1);
  gst_buffer_unref (buffer);
  gst_ssio_evaluator_free (evaluator);
}
GST_END_TEST;

#define N_CHUNKS 3000

/* Chunks count themselves, and give results whose sum depends on the order;
 * some take much longer than others. */
static void
work_unevenly (const GstSsioChunk *chunk, guint thread, gdouble *result,
    gpointer user_data)
{
  gint *done = chunk->owner;

  g_atomic_int_inc (&done[chunk->n_points]);
  fail_unless (result[0] == 0 && result[1] == 0);
  if (chunk->n_points % 100 == 0)
    g_usleep (2000);
  result[0] = chunk->n_points % 2 ? 1e16 : 1.0 / (1 + chunk->n_points);
  result[1] = thread < GPOINTER_TO_UINT (user_data) ? 1 : 0;
}

GST_START_TEST (results_are_added_in_the_order_of_the_chunks)
{
  guint n_threads, i;

  for (n_threads = 1; n_threads <= 8; n_threads++) {
    GstSsioWorkers *workers = gst_ssio_workers_new (n_threads, 2,
        work_unevenly, GUINT_TO_POINTER (n_threads));
    gint *done = g_new0 (gint, N_CHUNKS);
    gdouble expected = 0;
    const gdouble *totals;

    for (i = 0; i < N_CHUNKS; i++) {
      GstSsioChunk chunk = { done, NULL, i };

      gst_ssio_workers_push (workers, &chunk);
      expected += i % 2 ? 1e16 : 1.0 / (1 + i);
    }
    gst_ssio_workers_drain (workers);
    totals = gst_ssio_workers_get_totals (workers);
    fail_unless (totals[0] == expected,
        "%u threads: expected %.17g, found "
        "%.17g",
        n_threads, expected, totals[0]);
    fail_unless_equals_float (totals[1], N_CHUNKS);
    for (i = 0; i < N_CHUNKS; i++)
      fail_unless_equals_int (done[i], 1);
    gst_ssio_workers_reset_totals (workers);
    gst_ssio_workers_drain (workers);
    fail_unless_equals_float (totals[0], 0);
    gst_ssio_workers_free (workers);
    g_free (done);
  }
}
GST_END_TEST;

GST_START_TEST (workers_that_never_worked_can_go)
{
  guint n_threads;

  for (n_threads = 1; n_threads <= 8; n_threads++)
    gst_ssio_workers_free (gst_ssio_workers_new (n_threads, 1, work_unevenly,
        NULL));
}
GST_END_TEST;

static Suite *
evaluator_suite (void)
{
  Suite *suite = suite_create ("evaluator");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, sums_have_the_same_bits_with_any_number_of_threads);
  tcase_add_test (tcase, many_tiny_buffers_are_all_summed);
  tcase_add_test (tcase, nothing_to_collect_adds_nothing);
  tcase_add_test (tcase, each_collect_starts_from_zero);
  tcase_add_test (tcase, buffers_are_released_when_their_sums_are_collected);
  tcase_add_test (tcase, evaluator_that_goes_in_mid_work_releases_its_buffers);
  tcase_add_test (tcase, buffer_in_several_memories_is_one_batch);
  tcase_add_test (tcase, buffer_that_ends_in_mid_point_is_refused);
  tcase_add_test (tcase, results_are_added_in_the_order_of_the_chunks);
  tcase_add_test (tcase, workers_that_never_worked_can_go);
  return suite;
}

SSIO_CHECK_MAIN (evaluator)
