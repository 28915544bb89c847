/* SPDX-License-Identifier: MIT */

#include "cuda/staging.h"
#include "cudacheck.h"

#define SIZE 1000

/* Batches as they are chosen, until the choice is made or n were. */
static guint
run_trial (GstSsioStagingTrial *trial, gint64 pinned, gint64 registered,
    guint n)
{
  guint i;

  for (i = 0; i < n && trial->choice == GST_SSIO_STAGING_AUTO; i++) {
    GstSsioStaging how = gst_ssio_staging_trial_choose (trial);

    gst_ssio_staging_trial_add (trial, how, SIZE,
        how == GST_SSIO_STAGING_PINNED ? pinned : registered);
  }
  return i;
}

static void
expect_choice (gint64 pinned, gint64 registered, GstSsioStaging expected)
{
  GstSsioStagingTrial trial = { 0 };

  fail_unless (run_trial (&trial, pinned, registered, 100) < 100);
  fail_unless_equals_int (trial.choice, expected);
  fail_unless_equals_int (gst_ssio_staging_trial_choose (&trial), expected);
}

GST_START_TEST (the_faster_way_is_chosen)
{
  expect_choice (10, 20, GST_SSIO_STAGING_PINNED);
  expect_choice (20, 10, GST_SSIO_STAGING_REGISTER);
  expect_choice (0, 0, GST_SSIO_STAGING_PINNED);
}
GST_END_TEST;

GST_START_TEST (both_ways_are_tried_as_often)
{
  GstSsioStagingTrial trial = { 0 };
  guint n = run_trial (&trial, 1, 2, 100);

  fail_unless_equals_int (trial.pinned.n_tried, n / 2);
  fail_unless_equals_int (trial.registered.n_tried, n / 2);
}
GST_END_TEST;

GST_START_TEST (those_that_were_disturbed_do_not_count)
{
  GstSsioStagingTrial trial = { 0 };
  guint i;

  for (i = 0; trial.choice == GST_SSIO_STAGING_AUTO; i++) {
    gst_ssio_staging_trial_add (&trial, GST_SSIO_STAGING_PINNED, SIZE, 20);
    gst_ssio_staging_trial_add (&trial, GST_SSIO_STAGING_REGISTER, SIZE,
        i == 1 ? 10 : 9999);
  }
  fail_unless_equals_int (trial.choice, GST_SSIO_STAGING_REGISTER);
}
GST_END_TEST;

GST_START_TEST (what_a_byte_costs_counts)
{
  GstSsioStagingTrial trial = { 0 };

  while (trial.choice == GST_SSIO_STAGING_AUTO) {
    gst_ssio_staging_trial_add (&trial, GST_SSIO_STAGING_PINNED, SIZE, 10);
    gst_ssio_staging_trial_add (&trial, GST_SSIO_STAGING_REGISTER, 10 * SIZE,
        20);
  }
  fail_unless_equals_int (trial.choice, GST_SSIO_STAGING_REGISTER);
}
GST_END_TEST;

GST_START_TEST (other_ways_are_no_trial)
{
  GstSsioStagingTrial trial = { 0 };
  guint i;

  for (i = 0; i < 100; i++)
    gst_ssio_staging_trial_add (&trial, GST_SSIO_STAGING_PAGEABLE, SIZE, 1);
  fail_unless_equals_int (trial.choice, GST_SSIO_STAGING_AUTO);
  fail_unless_equals_int (trial.pinned.n_tried, 0);
  fail_unless_equals_int (trial.registered.n_tried, 0);
}
GST_END_TEST;

GST_START_TEST (one_way_alone_decides_nothing)
{
  GstSsioStagingTrial trial = { 0 };
  guint i;

  for (i = 0; i < 100; i++)
    gst_ssio_staging_trial_add (&trial, GST_SSIO_STAGING_PINNED, SIZE, 1);
  fail_unless_equals_int (trial.choice, GST_SSIO_STAGING_AUTO);
  fail_unless_equals_int (gst_ssio_staging_trial_choose (&trial),
      GST_SSIO_STAGING_REGISTER);
}
GST_END_TEST;

GST_START_TEST (the_choice_is_final)
{
  GstSsioStagingTrial trial = { 0 };
  guint i;

  run_trial (&trial, 20, 10, 100);
  for (i = 0; i < 100; i++)
    gst_ssio_staging_trial_add (&trial, GST_SSIO_STAGING_PINNED, SIZE, 1);
  fail_unless_equals_int (gst_ssio_staging_trial_choose (&trial),
      GST_SSIO_STAGING_REGISTER);
}
GST_END_TEST;

static Suite *
staging_suite (void)
{
  Suite *suite = suite_create ("staging");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, the_faster_way_is_chosen);
  tcase_add_test (tcase, both_ways_are_tried_as_often);
  tcase_add_test (tcase, those_that_were_disturbed_do_not_count);
  tcase_add_test (tcase, what_a_byte_costs_counts);
  tcase_add_test (tcase, other_ways_are_no_trial);
  tcase_add_test (tcase, one_way_alone_decides_nothing);
  tcase_add_test (tcase, the_choice_is_final);
  return suite;
}

SSIO_CHECK_MAIN (staging)
