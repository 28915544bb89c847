/* SPDX-License-Identifier: MIT */
/* Evaluation on several processes whose batches are on a device. */

#include "elements/rankscheck.h"
#include "linear/mpicheck.h"
#include "ssiocheck.h"

#define SOURCE \
  "ssiosrc location=%s layout=" RANKS_LAYOUT " batch-size=100 epochs=2 "
#define UPLOAD "ssiocudaupload require-device=true ! "
#define MODEL "ssiolinear label=class layers=16,3 normalize=stats threads=1"

/* With the tile in place of %s. */
static gchar *
run_ok (guint n_ranks, const gchar *format, const gchar *tile)
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

GST_START_TEST (ranks_with_devices_report_what_one_process_does)
{
  gchar *tile, *output;
  GstStructure *expected, *found;
  guint r;

  if (!mpi_check_can_run (__func__))
    return;
  tile = ranks_write_points (ranks_make_points ());
  output = run_ok (1, SOURCE "! queue ! " UPLOAD MODEL, tile);
  expected = ranks_find_epoch (output, 0);
  g_free (output);
  output = run_ok (2,
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

static Suite *
ranks_suite (void)
{
  Suite *suite = suite_create ("cuda-ranks");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, ranks_with_devices_report_what_one_process_does);
  return suite;
}

SSIO_CHECK_MAIN (ranks)
