/* SPDX-License-Identifier: MIT */
/* Evaluation on several processes, which mpirun starts. */

#include <glib/gstdio.h>
#include <string.h>

#include "linear/mpicheck.h"
#include "rankscheck.h"
#include "ssiocheck.h"

#define LABELS "label=class ignore-label=1"
#define NPY_HEADER_BYTES 128

static gchar *
describe (const gchar *tile, const gchar *source, const gchar *linear)
{
  return g_strdup_printf ("ssiosrc location=%s layout=" RANKS_LAYOUT
                          " batch-size=100 %s ! queue ! "
                          "ssiolinear features=x,y layers=16,3 threads=1 %s",
      tile, source, linear);
}

/* Ranks that share the points. */
static gchar *
describe_ranks (const gchar *tile, const gchar *source, const gchar *linear)
{
  gchar *shard = g_strdup_printf ("num-shards=-1 shard-index=-1 %s", source);
  gchar *distributed = g_strdup_printf ("distributed=true %s", linear);
  gchar *pipeline = describe (tile, shard, distributed);

  g_free (distributed);
  g_free (shard);
  return pipeline;
}

/* Takes the pipelines. */
static gchar *
run_ok (guint n_ranks, gchar *pipeline, gchar *odd_pipeline)
{
  gchar *output;

  fail_unless (mpi_check_run (n_ranks, &output, mpi_check_get_launcher (),
                   "run", pipeline, odd_pipeline, NULL),
      "%s", output);
  g_free (pipeline);
  g_free (odd_pipeline);
  return output;
}

/* Takes output. */
static void
check_output (const GstStructure *expected, gchar *output, guint n_ranks)
{
  guint r, found_ranks;

  for (r = 0; r < n_ranks; r++) {
    GstStructure *epoch = ranks_find_epoch (output, r);

    ranks_check_same_epoch (expected, epoch);
    fail_unless (gst_structure_get_uint (epoch, "ranks", &found_ranks));
    fail_unless_equals_int (found_ranks, n_ranks);
    gst_structure_free (epoch);
  }
  g_free (output);
}

/* What one process without ranks finds. */
static GstStructure *
run_alone (const gchar *tile, const gchar *source, const gchar *linear)
{
  gchar *output = run_ok (1, describe (tile, source, linear), NULL);
  GstStructure *epoch = ranks_find_epoch (output, 0);

  fail_if (gst_structure_has_field (epoch, "ranks"));
  g_free (output);
  return epoch;
}

static void
check_ranks (const gchar *source, const gchar *linear)
{
  gchar *tile = ranks_write_points (ranks_make_points ());
  GstStructure *expected = run_alone (tile, source, linear);
  guint n;

  for (n = 1; n <= 4; n *= 2)
    check_output (expected,
        run_ok (n, describe_ranks (tile, source, linear), NULL), n);
  gst_structure_free (expected);
  g_free (tile);
}

GST_START_TEST (ranks_report_what_one_process_does)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_ranks ("", LABELS);
  check_ranks ("epochs=2 shuffle=points seed=3",
      LABELS " class-map=0:2,1:1,2:0");
}
GST_END_TEST;

GST_START_TEST (ranks_report_so_without_labels)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_ranks ("epochs=2", "");
}
GST_END_TEST;

GST_START_TEST (ranks_measure_what_one_process_does)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_ranks ("", "normalize=stats");
  check_ranks ("epochs=2", LABELS " normalize=stats");
}
GST_END_TEST;

static void
check_no_predictions (const gchar *path)
{
  gchar *bytes;
  gsize size, i;

  fail_unless (g_file_get_contents (path, &bytes, &size, NULL), "%s", path);
  fail_unless_equals_uint64 (size, NPY_HEADER_BYTES + RANKS_N_POINTS);
  for (i = NPY_HEADER_BYTES; i < size; i++)
    fail_unless_equals_int ((guint8) bytes[i], 255);
  g_free (bytes);
}

/* All batches of rank 1 are dropped on the way, and missed. */
GST_START_TEST (rank_without_points_takes_part)
{
  gchar *tile, *folder, *path, *linear, *output, *odd;
  GstStructure *epoch;
  guint64 points, missed;
  guint r;

  if (!mpi_check_can_run (__func__))
    return;
  tile = ranks_write_points (ranks_make_points ());
  folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);
  linear = g_strdup_printf (LABELS " normalize=stats predictions=%s/%%d.npy",
      folder);
  odd = describe_ranks (tile, "epochs=2 ! identity drop-probability=1",
      linear);
  output = run_ok (2, describe_ranks (tile, "epochs=2", linear), odd);
  for (r = 0; r < 2; r++) {
    epoch = ranks_find_epoch (output, r);
    fail_unless (gst_structure_get (epoch, "points", G_TYPE_UINT64, &points,
        "missed-points", G_TYPE_UINT64, &missed, NULL));
    /* of 53 batches, rank 0 has 27 */
    fail_unless_equals_uint64 (points, 2700);
    fail_unless_equals_uint64 (missed, 2600);
    gst_structure_free (epoch);
  }
  path = g_build_filename (folder, "1.npy", NULL);
  check_no_predictions (path);
  ssio_check_remove_folder (folder);
  g_free (path);
  g_free (linear);
  g_free (output);
  g_free (tile);
}
GST_END_TEST;

GST_START_TEST (first_rank_has_the_line_and_all_have_the_message)
{
  gchar *tile, *output;

  if (!mpi_check_can_run (__func__))
    return;
  tile = ranks_write_points (ranks_make_points ());
  output = run_ok (2, describe_ranks (tile, "", LABELS), NULL);
  fail_unless_equals_int (mpi_check_count (output, ": line: epoch 0: "), 1);
  fail_unless_equals_int (mpi_check_count (output,
                              "rank 0: line: epoch 0: 5300 points in 53 "
                              "batches of 2 ranks, "),
      1);
  fail_unless_equals_int (mpi_check_count (output, "ranks=(uint)2"), 2);
  g_free (output);
  g_free (tile);
}
GST_END_TEST;

/* What ranks have of points of others is the largest number. */
static void
merge (guint8 *rows, const gchar *path, gsize size)
{
  gchar *bytes;
  gsize found, i;

  fail_unless (g_file_get_contents (path, &bytes, &found, NULL), "%s", path);
  fail_unless_equals_uint64 (found, size);
  for (i = 0; i < size; i++)
    rows[i] = MIN (rows[i], (guint8) bytes[i]);
  g_free (bytes);
}

GST_START_TEST (predictions_of_ranks_are_together_those_of_one_process)
{
  gchar *tile, *alone, *folder, *linear;
  gchar *expected;
  guint8 *merged;
  gsize size;
  guint r;

  if (!mpi_check_can_run (__func__))
    return;
  tile = ranks_write_points (ranks_make_points ());
  alone = ssio_check_make_path (".npy");
  linear = g_strdup_printf ("predictions=%s", alone);
  gst_structure_free (run_alone (tile, "", linear));
  fail_unless (g_file_get_contents (alone, &expected, &size, NULL));
  fail_unless_equals_uint64 (size, NPY_HEADER_BYTES + RANKS_N_POINTS);

  folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);
  g_free (linear);
  linear = g_strdup_printf ("predictions=%s/%%d.npy", folder);
  g_free (run_ok (2, describe_ranks (tile, "shuffle=batches", linear), NULL));
  fail_unless_equals_int (ssio_check_count_files (folder), 2);
  merged = g_malloc (size);
  memset (merged, 0xff, size);
  for (r = 0; r < 2; r++) {
    gchar *path = g_strdup_printf ("%s/%u.npy", folder, r);

    merge (merged, path, size);
    g_free (path);
  }
  fail_unless (memcmp (merged, expected, size) == 0);
  ssio_check_remove_folder (folder);
  g_free (merged);
  g_free (expected);
  g_free (linear);
  g_free (alone);
  g_free (tile);
}
GST_END_TEST;

/* Of four ranks, the one that does something else. */
static void
check_odd (const gchar *source, const gchar *linear, guint n,
    const gchar *text)
{
  gchar *tile = ranks_write_points (ranks_make_points ());
  gchar *pipeline = describe_ranks (tile, "", LABELS);

  ranks_check_wrong ("run", pipeline, describe_ranks (tile, source, linear), n,
      text);
  g_free (pipeline);
  g_free (tile);
}

GST_START_TEST (ranks_that_would_do_other_things_are_told_by_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_odd ("", LABELS " seed=5", 4,
      "rank 0 has \"layers 2,16,3 of weights ");
  check_odd ("", "ignore-label=1", 4,
      "rank 0 has \"label class\", rank 1 has \"no label\"");
}
GST_END_TEST;

GST_START_TEST (rank_with_more_epochs_ends_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_odd ("epochs=2", LABELS, 1, "same number of epochs");
}
GST_END_TEST;

GST_START_TEST (rank_without_its_file_ends_all)
{
  if (!mpi_check_can_run (__func__))
    return;
  check_odd ("location=/no/such/file.bin", LABELS, 3,
      "rank 1 (of 0 to 3) has stopped");
}
GST_END_TEST;

GST_START_TEST (evaluation_that_breaks_on_a_rank_is_told_by_all)
{
  gchar *tile, *broken, *folder, *linear, *pipeline;
  gfloat *points;

  if (!mpi_check_can_run (__func__))
    return;
  tile = ranks_write_points (ranks_make_points ());
  points = ranks_make_points ();
  points[4110 * 3 + 2] = 7; /* in batch 41, of rank 1 */
  broken = ranks_write_points (points);
  folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);
  linear = g_strdup_printf (LABELS " predictions=%s/%%d.npy", folder);
  pipeline = describe_ranks (tile, "", linear);
  ranks_check_wrong ("run", pipeline, describe_ranks (broken, "", linear), 3,
      "rank 1 (of 0 to 3) has failed: ");
  /* nor has any rank predictions of it */
  fail_unless_equals_int (ssio_check_count_files (folder), 0);
  ssio_check_remove_folder (folder);
  g_free (linear);
  g_free (pipeline);
  g_free (broken);
  g_free (tile);
}
GST_END_TEST;

GST_START_TEST (pipeline_that_is_stopped_on_a_rank_ends_all)
{
  gchar *tile, *pipeline;

  if (!mpi_check_can_run (__func__))
    return;
  tile = ranks_write_points (ranks_make_points ());
  pipeline = describe_ranks (tile, "epochs=0", LABELS);
  ranks_check_wrong ("stop", pipeline, NULL, 3,
      "rank 1 (of 0 to 3) has stopped");
  g_free (pipeline);
  g_free (tile);
}
GST_END_TEST;

/* That of a training waits at each batch, this one before the first. */
GST_START_TEST (pipeline_that_waits_for_ranks_pauses_and_stops_at_once)
{
  gchar *tile, *pipeline, *file, *output;

  if (!mpi_check_can_run (__func__))
    return;
  tile = ranks_write_points (ranks_make_points ());
  pipeline = describe_ranks (tile, "", LABELS);
  file = ssio_check_make_path (".left");
  fail_unless (mpi_check_run (2, &output, mpi_check_get_launcher (), "leave",
                   pipeline, file, NULL),
      "%s", output);
  fail_unless_equals_int (mpi_check_count (output, "rank 0: has left"), 1);
  g_unlink (file);
  g_free (output);
  g_free (file);
  g_free (pipeline);
  g_free (tile);
}
GST_END_TEST;

static Suite *
ssiolinear_evaluate_ranks_suite (void)
{
  Suite *suite = suite_create ("ssiolinear-evaluate-ranks");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, ranks_report_what_one_process_does);
  tcase_add_test (tcase, ranks_report_so_without_labels);
  tcase_add_test (tcase, ranks_measure_what_one_process_does);
  tcase_add_test (tcase, rank_without_points_takes_part);
  tcase_add_test (tcase, first_rank_has_the_line_and_all_have_the_message);
  tcase_add_test (tcase,
      predictions_of_ranks_are_together_those_of_one_process);
  tcase_add_test (tcase, ranks_that_would_do_other_things_are_told_by_all);
  tcase_add_test (tcase, rank_with_more_epochs_ends_all);
  tcase_add_test (tcase, rank_without_its_file_ends_all);
  tcase_add_test (tcase, evaluation_that_breaks_on_a_rank_is_told_by_all);
  tcase_add_test (tcase, pipeline_that_is_stopped_on_a_rank_ends_all);
  tcase_add_test (tcase,
      pipeline_that_waits_for_ranks_pauses_and_stops_at_once);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_evaluate_ranks)
