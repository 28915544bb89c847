/* SPDX-License-Identifier: MIT */

#include "linear/distributed/collective.h"
#include "linear/distributed/leaving.h"
#include "threadranks.h"
#include "ssiocheck.h"

#define RANKS 4

static void
free_errors (GError **errors)
{
  guint r;

  for (r = 0; r < RANKS; r++)
    g_clear_error (&errors[r]);
}

/* All but the given rank, which has none. */
static void
expect_errors (GError **errors, guint but, const gchar *part)
{
  guint r;

  for (r = 0; r < RANKS; r++) {
    if (r == but)
      fail_unless (errors[r] == NULL);
    else
      ssio_check_gerror (&errors[r], GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_FAILED, part);
  }
}

static void
sum_all (GstSsioCollective *collective, gpointer data, GError **error)
{
  const guint rank = gst_ssio_collective_get_rank (collective);
  const guint n = gst_ssio_collective_get_n_ranks (collective);
  gdouble doubles[2] = { rank + 0.5, -1 };
  guint64 counts[3] = { rank, G_GUINT64_CONSTANT (1) << 60, 0 };

  fail_unless (gst_ssio_collective_sum (collective, GST_SSIO_SUM_DOUBLES,
      doubles, 2, error));
  fail_unless (gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S,
      counts, 3, error));
  fail_unless_equals_float (doubles[0], n * (n - 1) / 2 + n * 0.5);
  fail_unless_equals_float (doubles[1], -(gdouble) n);
  fail_unless_equals_uint64 (counts[0], n * (n - 1) / 2);
  fail_unless_equals_uint64 (counts[1], (guint64) n << 60);
  fail_unless_equals_uint64 (counts[2], 0);
  gst_ssio_collective_leave (collective, NULL);
}

GST_START_TEST (sums_of_all_ranks_come_to_all)
{
  thread_ranks_run (1, sum_all, NULL, NULL);
  thread_ranks_run (2, sum_all, NULL, NULL);
  thread_ranks_run (RANKS, sum_all, NULL, NULL);
}
GST_END_TEST;

/* Rank 1 has one step, rank 2 two of them and so on, and rank 0 has none, nor
 * does it know how many values there are. After the end there is more. */
static void
step_by_rank (GstSsioCollective *collective, gpointer data, GError **error)
{
  const guint rank = gst_ssio_collective_get_rank (collective);
  gdouble values[3];
  guint epoch, step;

  for (epoch = 0; epoch < 2; epoch++) {
    gboolean all_ended = FALSE;

    for (step = 0; !all_ended; step++) {
      values[0] = values[1] = values[2] = rank;
      if (step < rank)
        fail_unless (gst_ssio_collective_step (collective, values, 3, error));
      else
        fail_unless (gst_ssio_collective_end (collective,
            rank == 0 ? NULL : values, rank == 0 ? 0 : 3, &all_ended, error));
      if (rank > 0)
        fail_unless_equals_float (values[2], step == 0   ? 6
                                             : step == 1 ? 5
                                             : step == 2 ? 3
                                                         : 0);
    }
    fail_unless_equals_int (step, RANKS);
  }
  gst_ssio_collective_leave (collective, NULL);
}

GST_START_TEST (ranks_at_their_end_take_part_with_nothing)
{
  thread_ranks_run (RANKS, step_by_rank, NULL, NULL);
}
GST_END_TEST;

static void
fail_in_the_second_step (GstSsioCollective *collective, gpointer message,
    GError **error)
{
  gdouble value = 1;

  fail_unless (gst_ssio_collective_step (collective, &value, 1, error));
  if (gst_ssio_collective_get_rank (collective) == 2) {
    gst_ssio_collective_leave (collective, message);
    return;
  }
  fail_if (gst_ssio_collective_step (collective, &value, 1, error));
  gst_ssio_collective_leave (collective, *error ? (*error)->message : NULL);
}

GST_START_TEST (failure_of_a_rank_is_told_by_all)
{
  GError *errors[RANKS];

  thread_ranks_run (RANKS, fail_in_the_second_step, "tile.bin: no such file",
      errors);
  expect_errors (errors, 2,
      "rank 2 (of 0 to 3) has failed: tile.bin: no such file");
}
GST_END_TEST;

GST_START_TEST (rank_that_stops_early_is_named_by_all)
{
  GError *errors[RANKS];

  thread_ranks_run (RANKS, fail_in_the_second_step, NULL, errors);
  expect_errors (errors, 2, "rank 2 (of 0 to 3) has stopped");
}
GST_END_TEST;

/* What an adder of a rank saw. */
typedef struct {
  gboolean fails;
  guint n_sums;
  guint n_ends; /* where not all leave */
  guint n_leaves;
} Adder;

static gboolean
count_sum (gpointer data, gdouble *values, gsize n_values, GError **error)
{
  Adder *self = data;

  self->n_sums++;
  if (self->fails)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        "no device");
  return !self->fails;
}

static void
count_end (gpointer data, gboolean all_leave)
{
  Adder *self = data;

  self->n_ends += !all_leave;
  self->n_leaves += all_leave;
}

/* Adders of all ranks. */
static void
step_by_adder (GstSsioCollective *collective, gpointer data, GError **error)
{
  static const GstSsioAdder adder = { count_sum, count_end };
  Adder *own = (Adder *) data + gst_ssio_collective_get_rank (collective);
  gdouble value = 1;
  guint step;

  gst_ssio_collective_set_adder (collective, &adder, own);
  for (step = 0; step < 2 && !*error; step++)
    gst_ssio_collective_step (collective, &value, 1, error);
  gst_ssio_collective_leave (collective, *error ? (*error)->message : NULL);
}

GST_START_TEST (adder_is_closed_when_all_leave)
{
  Adder adders[RANKS] = { { 0 } };
  guint r;

  thread_ranks_run (RANKS, step_by_adder, adders, NULL);
  for (r = 0; r < RANKS; r++) {
    fail_unless_equals_int (adders[r].n_sums, 2);
    fail_unless_equals_int (adders[r].n_leaves, 1);
    fail_unless_equals_int (adders[r].n_ends, 0);
  }
}
GST_END_TEST;

GST_START_TEST (failure_of_one_adder_is_told_by_all)
{
  Adder adders[RANKS] = { { 0 } };
  GError *errors[RANKS];
  guint r;

  adders[2].fails = TRUE;
  thread_ranks_run (RANKS, step_by_adder, adders, errors);
  ssio_check_gerror (&errors[2], GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "no device");
  expect_errors (errors, 2, "rank 2 (of 0 to 3) has failed: no device");
  for (r = 0; r < RANKS; r++) {
    fail_unless_equals_int (adders[r].n_sums, 1);
    fail_unless_equals_int (adders[r].n_leaves, 0);
    fail_unless_equals_int (adders[r].n_ends, 1);
  }
}
GST_END_TEST;

/* The first letter of a text that is too long. */
static void
fail_at_length (GstSsioCollective *collective, gpointer data, GError **error)
{
  GString *message = g_string_new ("a");
  gdouble value = 1;

  while (message->len < 2 * GST_SSIO_COLLECTIVE_MAX_TEXT)
    g_string_append (message, "ä");
  if (gst_ssio_collective_get_rank (collective) == 0) {
    gst_ssio_collective_leave (collective, message->str);
  } else {
    fail_if (gst_ssio_collective_step (collective, &value, 1, error));
    gst_ssio_collective_leave (collective, NULL);
  }
  g_string_free (message, TRUE);
}

GST_START_TEST (long_text_is_cut_between_characters)
{
  GError *errors[RANKS];

  thread_ranks_run (RANKS, fail_at_length, NULL, errors);
  fail_unless (g_utf8_validate (errors[1]->message, -1, NULL));
  fail_unless (g_str_has_suffix (errors[1]->message, "ää"));
  free_errors (errors);
}
GST_END_TEST;

static gpointer
interrupt (gpointer data)
{
  g_usleep (20000);
  gst_ssio_collective_interrupt (data);
  return NULL;
}

/* Rank 0 waits, and is interrupted before the others come. */
static void
be_interrupted (GstSsioCollective *collective, gpointer may_come,
    GError **error)
{
  gint *others_may_come = may_come;
  gdouble value = 1;
  guint n_steps = 0;

  if (gst_ssio_collective_get_rank (collective) == 0) {
    GThread *thread = g_thread_new ("interrupt", interrupt, collective);

    fail_if (gst_ssio_collective_step (collective, &value, 1, error));
    fail_unless (*error == NULL);
    g_thread_join (thread);
    gst_ssio_collective_leave (collective, NULL);
    g_atomic_int_set (others_may_come, TRUE);
    return;
  }
  while (!g_atomic_int_get (others_may_come))
    g_usleep (1000);
  while (gst_ssio_collective_step (collective, &value, 1, error))
    n_steps++;
  fail_unless (n_steps <= 1);
  gst_ssio_collective_leave (collective, NULL);
}

GST_START_TEST (wait_for_others_can_be_interrupted)
{
  GError *errors[RANKS];
  gint may_come = FALSE;

  thread_ranks_run (RANKS, be_interrupted, &may_come, errors);
  expect_errors (errors, 0, "rank 0 (of 0 to 3) has stopped");
}
GST_END_TEST;

static void
leave_before_anything (GstSsioCollective *collective, gpointer data,
    GError **error)
{
  gst_ssio_collective_interrupt (collective);
  if (gst_ssio_collective_get_rank (collective) == 0)
    fail_if (gst_ssio_collective_agree (collective, "settings", "", error));
  gst_ssio_collective_leave (collective, NULL);
}

GST_START_TEST (ranks_leave_at_once_without_a_wait)
{
  thread_ranks_run (RANKS, leave_before_anything, NULL, NULL);
}
GST_END_TEST;

static void
agree (GstSsioCollective *collective, gpointer data, GError **error)
{
  const guint rank = gst_ssio_collective_get_rank (collective);

  fail_unless (gst_ssio_collective_agree (collective, "seed", "1", error));
  fail_unless (gst_ssio_collective_agree (collective, "layers", "64,3",
      error));
  fail_if (gst_ssio_collective_agree (collective, "the settings",
      rank == 3 ? "a 1, rate 2, b 3" : "a 1, rate 1, b 3", error));
  gst_ssio_collective_leave (collective, (*error)->message);
}

GST_START_TEST (what_ranks_do_not_agree_on_is_an_error_of_all)
{
  GError *errors[RANKS];

  thread_ranks_run (RANKS, agree, NULL, errors);
  expect_errors (errors, RANKS,
      "the settings: rank 0 has \"rate 1\", rank 3 has \"rate 2\"");
}
GST_END_TEST;

static void
do_another_thing (GstSsioCollective *collective, gpointer data, GError **error)
{
  gdouble values[2] = { 0 };

  if (gst_ssio_collective_get_rank (collective) == 1)
    fail_if (gst_ssio_collective_agree (collective, "seed", "1", error));
  else
    fail_if (gst_ssio_collective_step (collective, values, 2, error));
  gst_ssio_collective_leave (collective, NULL);
}

static void
step_with_more_values (GstSsioCollective *collective, gpointer data,
    GError **error)
{
  gdouble values[2] = { 0 };

  fail_if (gst_ssio_collective_step (collective, values,
      gst_ssio_collective_get_rank (collective) == 3 ? 2 : 1, error));
  gst_ssio_collective_leave (collective, NULL);
}

GST_START_TEST (ranks_that_do_not_fit_together_are_an_error_of_all)
{
  GError *errors[RANKS];

  thread_ranks_run (RANKS, do_another_thing, NULL, errors);
  expect_errors (errors, RANKS, "rank 1 is comparing its settings");
  thread_ranks_run (RANKS, step_with_more_values, NULL, errors);
  expect_errors (errors, RANKS, "rank 3 is at a batch, with 2;");
}
GST_END_TEST;

static void
stay_for_a_while (GstSsioCollective *collective, gpointer data, GError **error)
{
  gdouble value = 0;

  fail_unless (gst_ssio_collective_step (collective, &value, 1, error));
  fail_if (gst_ssio_leaving_wait (0));
  fail_unless (gst_ssio_collective_step (collective, &value, 1, error));
  gst_ssio_collective_leave (collective, NULL);
}

GST_START_TEST (rank_that_has_not_left_is_seen_at_the_end)
{
  thread_ranks_run (RANKS, stay_for_a_while, NULL, NULL);
  fail_unless (gst_ssio_leaving_wait (0));
}
GST_END_TEST;

GST_START_TEST (module_that_is_missing_is_an_error_that_says_what_to_do)
{
  GError *error = NULL;

  g_setenv ("GST_SSIO_MPI_MODULE", "/no/such.module", TRUE);
  fail_unless (gst_ssio_collective_open (&error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "/no/such.module");
  g_setenv ("GST_SSIO_MPI_MODULE", "libm.so.6", TRUE);
  fail_unless (gst_ssio_collective_open (&error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "openmpi-bin");
  g_unsetenv ("GST_SSIO_MPI_MODULE");
}
GST_END_TEST;

static Suite *
collective_suite (void)
{
  Suite *suite = suite_create ("collective");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, sums_of_all_ranks_come_to_all);
  tcase_add_test (tcase, ranks_at_their_end_take_part_with_nothing);
  tcase_add_test (tcase, failure_of_a_rank_is_told_by_all);
  tcase_add_test (tcase, rank_that_stops_early_is_named_by_all);
  tcase_add_test (tcase, adder_is_closed_when_all_leave);
  tcase_add_test (tcase, failure_of_one_adder_is_told_by_all);
  tcase_add_test (tcase, long_text_is_cut_between_characters);
  tcase_add_test (tcase, wait_for_others_can_be_interrupted);
  tcase_add_test (tcase, ranks_leave_at_once_without_a_wait);
  tcase_add_test (tcase, what_ranks_do_not_agree_on_is_an_error_of_all);
  tcase_add_test (tcase, ranks_that_do_not_fit_together_are_an_error_of_all);
  tcase_add_test (tcase, rank_that_has_not_left_is_seen_at_the_end);
  tcase_add_test (tcase,
      module_that_is_missing_is_an_error_that_says_what_to_do);
  return suite;
}

SSIO_CHECK_MAIN (collective)
