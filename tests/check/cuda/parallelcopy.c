/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "cuda/parallelcopy.h"
#include "cudacheck.h"

#define MEGABYTE ((gsize) 1 << 20)

static void
check_copy (GstSsioParallelCopy *copy, gsize size)
{
  guint8 *from = g_malloc (size + 1);
  guint8 *to = g_malloc0 (size + 1);

  ssio_cuda_fill_bytes (from, 0, size);
  to[size] = 77;
  gst_ssio_parallel_copy_run (copy, to, from, size);
  fail_unless (memcmp (to, from, size) == 0, "%zu bytes", size);
  fail_unless_equals_int (to[size], 77);
  g_free (from);
  g_free (to);
}

GST_START_TEST (all_bytes_are_copied_by_any_number_of_threads)
{
  static const gsize sizes[] = { 0, 1, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1,
    2 * MEGABYTE, 7 * MEGABYTE + 3, 100 * MEGABYTE + 5 };
  guint n_threads, i;

  for (n_threads = 1; n_threads <= 4; n_threads++) {
    GstSsioParallelCopy *copy = gst_ssio_parallel_copy_new (n_threads);

    for (i = 0; i < G_N_ELEMENTS (sizes); i++)
      check_copy (copy, sizes[i]);
    gst_ssio_parallel_copy_free (copy);
  }
}
GST_END_TEST;

static Suite *
cuda_parallelcopy_suite (void)
{
  Suite *suite = suite_create ("cuda-parallelcopy");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, all_bytes_are_copied_by_any_number_of_threads);
  return suite;
}

SSIO_CHECK_MAIN (cuda_parallelcopy)
