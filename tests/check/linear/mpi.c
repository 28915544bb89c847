/* SPDX-License-Identifier: MIT */
/* Jobs of real processes. */

#include <string.h>

#include "linear/mpicheck.h"
#include "ssiocheck.h"

/* The sums that follow " sums " in the job's first line that has any. */
static gchar *
get_sums (const gchar *output)
{
  const gchar *at = strstr (output, " sums ");

  fail_unless (at != NULL, "%s", output);
  return g_strndup (at, strcspn (at, "\n"));
}

static gchar *
run_steps (guint n_ranks, const gchar *n_steps)
{
  gchar *output, *sums;

  fail_unless (mpi_check_run (n_ranks, &output, mpi_check_get_rank (), "steps",
                   NULL),
      "%s", output);
  fail_unless_equals_int (mpi_check_count (output, n_steps), n_ranks);
  sums = get_sums (output);
  fail_unless_equals_int (mpi_check_count (output, sums), n_ranks);
  g_free (output);
  return sums;
}

GST_START_TEST (sums_are_the_same_on_all_ranks_and_every_time)
{
  static const gchar *const n_steps[]
      = { ": 5 steps", ": 9 steps", NULL, ": 14 steps" };
  guint n;

  if (!mpi_check_can_run (__func__))
    return;
  for (n = 1; n <= 4; n *= 2) {
    gchar *sums = run_steps (n, n_steps[n - 1]);
    gchar *again = run_steps (n, n_steps[n - 1]);

    fail_unless_equals_string (sums, again);
    g_free (sums);
    g_free (again);
  }
}
GST_END_TEST;

GST_START_TEST (collectives_follow_each_other_and_run_at_once)
{
  gchar *output, *sums;

  if (!mpi_check_can_run (__func__))
    return;
  fail_unless (mpi_check_run (2, &output, mpi_check_get_rank (), "several",
                   NULL),
      "%s", output);
  sums = get_sums (output);
  fail_unless_equals_int (mpi_check_count (output, sums), 6);
  g_free (sums);
  g_free (output);
}
GST_END_TEST;

GST_START_TEST (collectives_meet_in_the_order_in_which_they_are_opened)
{
  gchar *output;

  if (!mpi_check_can_run (__func__))
    return;
  fail_unless (mpi_check_run (4, &output, mpi_check_get_rank (), "order",
                   NULL),
      "%s", output);
  fail_unless_equals_int (mpi_check_count (output, ": done"), 4 * 32);
  g_free (output);
}
GST_END_TEST;

/* Expects that what happens to rank 1 of four ends them all, and that so many
 * of them print the text. */
static void
check_wrong (const gchar *what, guint n, const gchar *text)
{
  gchar *output;

  fail_if (mpi_check_run (4, &output, mpi_check_get_rank (), what, NULL));
  fail_unless (mpi_check_count (output, text) == n,
      "expected %u of \"%s\" in: %s", n, text, output);
  g_free (output);
}

GST_START_TEST (failure_of_a_rank_is_told_by_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_wrong ("fail", 3,
      "rank 1 (of 0 to 3) has failed: the disk is on fire");
}
GST_END_TEST;

GST_START_TEST (rank_that_stops_early_is_named_by_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_wrong ("early", 3, "rank 1 (of 0 to 3) has stopped");
}
GST_END_TEST;

GST_START_TEST (rank_that_is_killed_ends_the_job)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_wrong ("kill", 1, "exited on signal 9");
}
GST_END_TEST;

GST_START_TEST (rank_that_exits_in_the_midst_ends_the_job)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_wrong ("exit", 1, "rank 1 (of 0 to 3) exits while other ranks");
}
GST_END_TEST;

static Suite *
mpi_suite (void)
{
  Suite *suite = suite_create ("mpi");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, sums_are_the_same_on_all_ranks_and_every_time);
  tcase_add_test (tcase, collectives_follow_each_other_and_run_at_once);
  tcase_add_test (tcase,
      collectives_meet_in_the_order_in_which_they_are_opened);
  tcase_add_test (tcase, failure_of_a_rank_is_told_by_all);
  tcase_add_test (tcase, rank_that_stops_early_is_named_by_all);
  tcase_add_test (tcase, rank_that_is_killed_ends_the_job);
  tcase_add_test (tcase, rank_that_exits_in_the_midst_ends_the_job);
  return suite;
}

SSIO_CHECK_MAIN (mpi)
