/* SPDX-License-Identifier: MIT */
/* Training and evaluation on several processes that have a device each. */

#include <string.h>

#include "cudacheck.h"
#include "elements/rankscheck.h"
#include "elements/traincheck.h"
#include "linear/mpicheck.h"

/* Of all ranks together. */
#define BATCH 512

#define SOURCE \
  "ssiosrc location=%s layout=" RANKS_LAYOUT " batch-size=100 epochs=2 "
#define UPLOAD "ssiocudaupload require-device=true ! "
#define MODEL "ssiolinear label=class layers=16,3 normalize=stats threads=1"

/* Returns the weights, and *output, of so many ranks. */
static GBytes *
train (const gchar *tile, guint n_ranks, gchar **output)
{
  gchar *path = ssio_check_make_path (".safetensors");
  gchar *pipeline = g_strdup_printf (
      "ssiosrc location=%s layout=" TRAIN_LAYOUT " epochs=2 num-shards=-1 "
      "shard-index=-1 batch-size=%u ! ssiocudaupload ! queue ! "
      "ssiolinear distributed=true " TRAIN_PROPERTIES " normalize=stats "
      "save-weights=%s",
      tile, BATCH / n_ranks, path);
  GBytes *weights;

  fail_unless (mpi_check_run (n_ranks, output, mpi_check_get_launcher (),
                   "run", pipeline, NULL),
      "%s", *output);
  weights = train_read_file (path);
  g_free (pipeline);
  g_free (path);
  return weights;
}

/* Expects that gradients of so many ranks were added up by NCCL, or MPI. */
static GBytes *
train_by (const gchar *tile, guint n_ranks, const gchar *adder)
{
  gchar *output;
  GBytes *weights = train (tile, n_ranks, &output);

  fail_unless (mpi_check_count (output, adder) == n_ranks,
      "expected %u of \"%s\" in: %s", n_ranks, adder, output);
  g_free (output);
  return weights;
}

GST_START_TEST (ranks_do_what_one_does_with_larger_batches)
{
  gchar *tile;
  GBytes *expected, *found, *by_mpi;

  if (!mpi_check_can_run (__func__))
    return;
  ssio_cuda_skip_without_fake ();
  tile = train_write_tile ();
  /* a rank says farewell, with its device, after gst_deinit() */
  g_unsetenv ("GST_TRACERS");
  g_setenv ("GST_DEBUG", "ssioranks:4", TRUE);
  /* a rank has its device until all have left, which may be after a look for
   * leaks */
  g_unsetenv ("GST_TRACERS");
  expected = train_by (tile, 1, "NCCL, version");
  found = train_by (tile, 2, "NCCL, version");
  train_check_close (expected, found);
  g_bytes_unref (found);
  found = train_by (tile, 4, "NCCL, version");
  train_check_close (expected, found);
  g_bytes_unref (found);

  found = train_by (tile, 2, "NCCL, version");
  g_setenv ("GST_SSIO_NCCL_LIBRARY", "/no/libnccl.so.2", TRUE);
  by_mpi = train_by (tile, 2, "MPI adds up");
  fail_unless (g_bytes_equal (found, by_mpi));
  g_bytes_unref (expected);
  g_bytes_unref (found);
  g_bytes_unref (by_mpi);
  g_free (tile);
}
GST_END_TEST;

/* With the tile in place of %s. */
static gchar *
evaluate (guint n_ranks, const gchar *format, const gchar *tile)
{
  gchar **parts = g_strsplit (format, "%s", 2);
  gchar *pipeline = g_strjoinv (tile, parts);
  gchar *output;

  fail_unless (mpi_check_run (n_ranks, &output, mpi_check_get_launcher (),
                   "run", pipeline, NULL),
      "%s", output);
  g_strfreev (parts);
  g_free (pipeline);
  return output;
}

GST_START_TEST (ranks_report_what_one_process_does)
{
  gchar *tile, *output;
  GstStructure *expected, *found;
  guint r;

  if (!mpi_check_can_run (__func__))
    return;
  tile = ranks_write_points (ranks_make_points ());
  output = evaluate (1, SOURCE "! queue ! " UPLOAD MODEL, tile);
  expected = ranks_find_epoch (output, 0);
  g_free (output);
  output = evaluate (2,
      SOURCE "num-shards=-1 shard-index=-1 ! queue ! " UPLOAD MODEL
             " distributed=true",
      tile);
  for (r = 0; r < 2; r++) {
    found = ranks_find_epoch (output, r);
    ranks_check_same_epoch (expected, found);
    gst_structure_free (found);
  }
  gst_structure_free (expected);
  g_free (output);
  g_free (tile);
}
GST_END_TEST;

/* All batches of rank 1 are dropped on the way. */
GST_START_TEST (rank_without_points_takes_part_in_training)
{
  static const gchar *const summing[] = { NULL, "/no/libnccl.so.2" };
  gchar *tile, *pipeline, *odd, *output;
  GstStructure *epoch;
  guint64 points, step;
  guint i, r;

  if (!mpi_check_can_run (__func__))
    return;
  ssio_cuda_skip_without_fake ();
  tile = ranks_write_points (ranks_make_points ());
  pipeline
      = g_strdup_printf (SOURCE "num-shards=-1 shard-index=-1 ! " UPLOAD MODEL
                                " train=true distributed=true",
          tile);
  odd = g_strdup_printf (SOURCE "num-shards=-1 shard-index=-1 ! " UPLOAD
                                "identity drop-probability=1 ! " MODEL
                                " train=true distributed=true",
      tile);
  for (i = 0; i < G_N_ELEMENTS (summing); i++) {
    if (summing[i])
      g_setenv ("GST_SSIO_NCCL_LIBRARY", summing[i], TRUE);
    fail_unless (mpi_check_run (2, &output, mpi_check_get_launcher (), "run",
                     pipeline, odd, NULL),
        "%s", output);
    for (r = 0; r < 2; r++) {
      epoch = ranks_find_epoch (output, r);
      fail_unless (gst_structure_get (epoch, "points", G_TYPE_UINT64, &points,
          "step", G_TYPE_UINT64, &step, NULL));
      /* of 53 batches, rank 0 has 27 */
      fail_unless_equals_uint64 (points, 2700);
      fail_unless_equals_uint64 (step, 27);
      gst_structure_free (epoch);
    }
    g_free (output);
  }
  g_free (odd);
  g_free (pipeline);
  g_free (tile);
}
GST_END_TEST;

static Suite *
cuda_distributed_suite (void)
{
  Suite *suite = suite_create ("cuda-distributed");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, ranks_do_what_one_does_with_larger_batches);
  tcase_add_test (tcase, ranks_report_what_one_process_does);
  tcase_add_test (tcase, rank_without_points_takes_part_in_training);
  return suite;
}

SSIO_CHECK_MAIN (cuda_distributed)
