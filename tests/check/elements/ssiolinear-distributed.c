/* SPDX-License-Identifier: MIT */
/* Training on several processes, which mpirun starts. */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "linear/mpicheck.h"
#include "rankscheck.h"
#include "traincheck.h"

#define N_INPUTS 2
#define N_CLASSES 3
#define WIDTHS "16,3"

typedef struct {
  gchar *tile;
  gchar *weights; /* where they are to be */
} Files;

static Files
make_files (void)
{
  return (Files){ ranks_write_points (ranks_make_points ()),
    ssio_check_make_path (".safetensors") };
}

static void
clear_files (Files *files)
{
  g_free (files->tile);
  g_free (files->weights);
}

/* With batches of so many points on each rank. */
static gchar *
describe (const Files *files, guint batch_size, const gchar *source,
    const gchar *linear)
{
  return g_strdup_printf (
      "ssiosrc location=%s layout=" RANKS_LAYOUT " num-shards=-1 "
      "shard-index=-1 batch-size=%u %s ! queue ! "
      "ssiolinear distributed=true train=true label=class layers=" WIDTHS
      " threads=1 save-weights=%s %s",
      files->tile, batch_size, source, files->weights, linear);
}

static gchar *
run_ok (guint n_ranks, const Files *files, guint batch_size,
    const gchar *source, const gchar *linear)
{
  gchar *pipeline = describe (files, batch_size, source, linear);
  gchar *output;

  fail_unless (mpi_check_run (n_ranks, &output, mpi_check_get_launcher (),
                   "run", pipeline, NULL),
      "%s", output);
  g_free (pipeline);
  return output;
}

static void
check_same_weights (const GstSsioModel *expected, const GstSsioModel *found)
{
  guint l, i;

  for (l = 0; l < expected->n_layers; l++) {
    const GstSsioLinearLayer *a = &expected->layers[l];
    const GstSsioLinearLayer *b = &found->layers[l];

    for (i = 0; i < a->n_in * a->n_out; i++)
      fail_unless (fabsf (a->weight[i] - b->weight[i]) < RANKS_TOLERANCE,
          "layer %u, weight %u: %.9g, %.9g", l, i, a->weight[i], b->weight[i]);
    for (i = 0; i < a->n_out; i++)
      fail_unless (fabsf (a->bias[i] - b->bias[i]) < RANKS_TOLERANCE);
  }
}

/* Runs 1, 2 and 4 ranks whose batches are together as large, and expects that
 * they do the same. */
static void
check_ranks (guint batch_size, const gchar *source, const gchar *linear)
{
  Files files = make_files ();
  gchar *output = run_ok (1, &files, batch_size, source, linear);
  GstStructure *expected_epoch = ranks_find_epoch (output, 0);
  GstSsioModel *expected
      = ssio_check_load_model (N_INPUTS, WIDTHS, files.weights);
  guint n, r;

  for (n = 2; n <= 4; n *= 2) {
    GstSsioModel *found;

    g_free (output);
    g_unlink (files.weights);
    output = run_ok (n, &files, batch_size / n, source, linear);
    for (r = 0; r < n; r++) {
      GstStructure *epoch = ranks_find_epoch (output, r);

      ranks_check_same_epoch (expected_epoch, epoch);
      gst_structure_free (epoch);
    }
    found = ssio_check_load_model (N_INPUTS, WIDTHS, files.weights);
    check_same_weights (expected, found);
    gst_ssio_model_free (found);
  }
  g_free (output);
  gst_structure_free (expected_epoch);
  gst_ssio_model_free (expected);
  clear_files (&files);
}

/* The last batches are not full, and not of all ranks. */
GST_START_TEST (ranks_do_what_one_does_with_larger_batches)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_ranks (400, "epochs=3", "normalize=stats learning-rate=0.01");
}
GST_END_TEST;

GST_START_TEST (ranks_do_so_with_whatever_makes_a_step)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_ranks (400, "epochs=3",
      "normalize=stats optimizer=sgd learning-rate=0.1 schedule=cosine "
      "schedule-steps=12 steps-per-update=3 class-weights=1,2,0.5 "
      "ignore-label=1");
}
GST_END_TEST;

GST_START_TEST (schedule_is_as_long_as_the_longest_shard)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_ranks (400, "epochs=2", "schedule=cosine");
}
GST_END_TEST;

GST_START_TEST (runs_repeat_bit_for_bit)
{
  Files files;
  GBytes *weights[2];
  guint i;

  if (!mpi_check_can_run (__func__))
    return;
  files = make_files ();
  for (i = 0; i < 2; i++) {
    g_free (run_ok (4, &files, 100, "shuffle=points seed=3 epochs=2", ""));
    weights[i] = train_read_file (files.weights);
  }
  fail_unless (g_bytes_equal (weights[0], weights[1]));
  g_bytes_unref (weights[0]);
  g_bytes_unref (weights[1]);
  clear_files (&files);
}
GST_END_TEST;

GST_START_TEST (training_goes_on_from_a_checkpoint_on_all_ranks)
{
  Files files;
  GBytes *expected, *found;
  gchar *checkpoint, *linear;

  if (!mpi_check_can_run (__func__))
    return;
  files = make_files ();
  checkpoint = ssio_check_make_path (".checkpoint");
  linear = g_strdup_printf ("checkpoint=%s", checkpoint);
  g_free (run_ok (2, &files, 100, "shuffle=points epochs=3", ""));
  expected = train_read_file (files.weights);
  g_free (run_ok (2, &files, 100, "shuffle=points epochs=1", linear));
  g_free (run_ok (2, &files, 100, "shuffle=points epochs=3", linear));
  found = train_read_file (files.weights);
  fail_unless (g_bytes_equal (expected, found));
  g_bytes_unref (expected);
  g_bytes_unref (found);
  g_unlink (checkpoint);
  g_free (checkpoint);
  g_free (linear);
  clear_files (&files);
}
GST_END_TEST;

/* 53 batches: rank 0 has one more than rank 1. In an epoch that breaks off at
 * that one, the last checkpoint must be of a batch that both go on after. */
GST_START_TEST (checkpoints_within_an_epoch_go_on_on_all_ranks)
{
  Files files;
  gfloat *points;
  GBytes *expected, *found;
  gchar *checkpoint, *linear, *pipeline, *output;

  if (!mpi_check_can_run (__func__))
    return;
  files = make_files ();
  checkpoint = ssio_check_make_path (".checkpoint");
  linear = g_strdup_printf ("checkpoint=%s checkpoint-interval=1", checkpoint);
  g_free (run_ok (2, &files, 100, "epochs=2", ""));
  expected = train_read_file (files.weights);

  points = ranks_make_points ();
  points[52 * 100 * 3] = NAN;
  fail_unless (g_file_set_contents (files.tile, (const gchar *) points,
      RANKS_N_POINTS * 3 * sizeof (gfloat), NULL));
  pipeline = describe (&files, 100, "epochs=2", linear);
  fail_if (mpi_check_run (2, &output, mpi_check_get_launcher (), "run",
      pipeline, NULL));
  fail_unless (strstr (output, "point 5200: the feature x is nan") != NULL,
      "%s", output);
  g_free (output);
  g_free (points);

  points = ranks_make_points ();
  fail_unless (g_file_set_contents (files.tile, (const gchar *) points,
      RANKS_N_POINTS * 3 * sizeof (gfloat), NULL));
  g_free (run_ok (2, &files, 100, "epochs=2", linear));
  found = train_read_file (files.weights);
  fail_unless (g_bytes_equal (expected, found));
  g_bytes_unref (expected);
  g_bytes_unref (found);
  g_unlink (checkpoint);
  g_free (points);
  g_free (pipeline);
  g_free (checkpoint);
  g_free (linear);
  clear_files (&files);
}
GST_END_TEST;

GST_START_TEST (first_rank_has_the_line_and_all_have_the_message)
{
  Files files;
  gchar *output;

  if (!mpi_check_can_run (__func__))
    return;
  files = make_files ();
  output = run_ok (2, &files, 100, "", "");
  fail_unless_equals_int (mpi_check_count (output, ": line: epoch 0: "), 1);
  fail_unless_equals_int (mpi_check_count (output, "rank 0: line: "), 1);
  fail_unless_equals_int (mpi_check_count (output,
                              "5300 points in 53 batches of 2 ranks, "),
      1);
  fail_unless_equals_int (mpi_check_count (output,
                              ", trained: step 27, loss "),
      1);
  fail_unless_equals_int (mpi_check_count (output, "ranks=(uint)2"), 2);
  fail_unless_equals_int (mpi_check_count (output, "dropped=(guint64)0"), 2);
  g_free (output);
  clear_files (&files);
}
GST_END_TEST;

static void
check_odd (const gchar *odd_source, const gchar *odd_linear, guint n,
    const gchar *text)
{
  Files files = make_files ();
  gchar *pipeline = describe (&files, 100, "", "");

  ranks_check_wrong ("run", pipeline,
      describe (&files, 100, odd_source, odd_linear), n, text);
  g_free (pipeline);
  clear_files (&files);
}

GST_START_TEST (rank_without_its_file_ends_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_odd ("location=/no/such/file.bin", "", 3,
      "rank 1 (of 0 to 3) has stopped");
}
GST_END_TEST;

GST_START_TEST (settings_that_are_wrong_on_a_rank_are_told_by_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_odd ("", "layers=2,x", 3,
      "rank 1 (of 0 to 3) has failed: layers=\"2,x\": expected");
}
GST_END_TEST;

GST_START_TEST (settings_that_differ_are_told_by_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_odd ("", "learning-rate=0.5", 4,
      "rank 0 has \"learning-rate 0.001\", rank 1 has \"learning-rate 0.5\"");
  check_odd ("", "seed=5", 4, "rank 0 has \"layers 2,16,3 of weights ");
}
GST_END_TEST;

GST_START_TEST (rank_with_more_epochs_ends_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_odd ("epochs=2", "", 1, "same number of epochs");
}
GST_END_TEST;

GST_START_TEST (training_that_breaks_on_a_rank_is_told_by_all)
{
  Files files, broken;
  gfloat *points;
  gchar *pipeline;
  guint p;

  if (!mpi_check_can_run (__func__))
    return;
  files = make_files ();
  points = ranks_make_points ();
  for (p = 0; p < RANKS_N_POINTS; p++)
    points[p * 3] = 3e38;
  broken = (Files){ ranks_write_points (points), g_strdup (files.weights) };
  pipeline = describe (&files, 100, "", "");
  ranks_check_wrong ("run", pipeline, describe (&broken, 100, "", ""), 3,
      "rank 1 (of 0 to 3) has failed: epoch 0, batch 0: ");
  g_free (pipeline);
  clear_files (&files);
  clear_files (&broken);
}
GST_END_TEST;

GST_START_TEST (pipeline_that_is_stopped_on_a_rank_ends_all)
{
  Files files;
  gchar *pipeline;

  if (!mpi_check_can_run (__func__))
    return;
  files = make_files ();
  pipeline = describe (&files, 100, "epochs=0", "report-interval=0");
  ranks_check_wrong ("stop", pipeline, NULL, 3,
      "rank 1 (of 0 to 3) has stopped");
  g_free (pipeline);
  clear_files (&files);
}
GST_END_TEST;

GST_START_TEST (without_mpi_the_element_says_what_to_do)
{
  GstElement *pipeline;

  g_setenv ("GST_SSIO_MPI_MODULE", "/no/such.module", TRUE);
  pipeline = ssio_check_launch ("fakesrc ! ssiolinear distributed=true");
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "/no/such.module", "openmpi-bin", NULL);
  gst_object_unref (pipeline);
  g_unsetenv ("GST_SSIO_MPI_MODULE");
}
GST_END_TEST;

static Suite *
ssiolinear_distributed_suite (void)
{
  Suite *suite = suite_create ("ssiolinear-distributed");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, ranks_do_what_one_does_with_larger_batches);
  tcase_add_test (tcase, ranks_do_so_with_whatever_makes_a_step);
  tcase_add_test (tcase, schedule_is_as_long_as_the_longest_shard);
  tcase_add_test (tcase, runs_repeat_bit_for_bit);
  tcase_add_test (tcase, training_goes_on_from_a_checkpoint_on_all_ranks);
  tcase_add_test (tcase, checkpoints_within_an_epoch_go_on_on_all_ranks);
  tcase_add_test (tcase, first_rank_has_the_line_and_all_have_the_message);
  tcase_add_test (tcase, rank_without_its_file_ends_all);
  tcase_add_test (tcase, settings_that_are_wrong_on_a_rank_are_told_by_all);
  tcase_add_test (tcase, settings_that_differ_are_told_by_all);
  tcase_add_test (tcase, rank_with_more_epochs_ends_all);
  tcase_add_test (tcase, training_that_breaks_on_a_rank_is_told_by_all);
  tcase_add_test (tcase, pipeline_that_is_stopped_on_a_rank_ends_all);
  tcase_add_test (tcase, without_mpi_the_element_says_what_to_do);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_distributed)
