/* SPDX-License-Identifier: MIT */
/* Ranks that add up the values of their steps from device to device: on
 * stand-ins for the driver and for NCCL, or one rank with the real ones. */

#include "cudacheck.h"
#include "fakenccl.h"
#include "linear/distributed/devicesum.h"
#include "linear/distributed/nccl.h"
#include "linear/threadranks.h"

#define RANKS 3

/* More than are added up at once. */
#define N_VALUES 2500
#define AT_ONCE 1000

/* What ranks do. */
typedef struct {
  guint n_devices; /* a rank has that of its number, or what is left of it */
} Job;

#define FAKE(name) \
  ((__typeof__ (&name)) ssio_cuda_find_fake ("GST_SSIO_NCCL_LIBRARY", #name))

static void
set_devices (guint n)
{
  FakecudaDevices devices;

  ssio_fake_cuda ()->get_devices (&devices);
  devices.n_devices = n;
  ssio_fake_cuda ()->set_devices (&devices);
}

/* Rank r has r + 1 steps. */
static gboolean
take_steps (GstSsioCollective *collective, GError **error)
{
  const guint n_ranks = gst_ssio_collective_get_n_ranks (collective);
  const guint rank = gst_ssio_collective_get_rank (collective);
  gdouble *values = g_new (gdouble, N_VALUES);
  gboolean all_ended = FALSE;
  gboolean ok = TRUE;
  guint step, i, r;

  for (step = 0; ok && !all_ended; step++) {
    for (i = 0; i < N_VALUES; i++)
      values[i] = rank * 1e4 + i + step;
    ok = step <= rank
             ? gst_ssio_collective_step (collective, values, N_VALUES, error)
             : gst_ssio_collective_end (collective, values, N_VALUES,
                 &all_ended, error);
    for (i = 0; ok && !all_ended && i < N_VALUES; i++) {
      gdouble expected = 0;

      for (r = step; r < n_ranks; r++)
        expected += r * 1e4 + i + step;
      fail_unless_equals_float (values[i], expected);
    }
  }
  g_free (values);
  return ok;
}

static void
run_rank (GstSsioCollective *collective, gpointer data, GError **error)
{
  const Job *job = data;
  const guint rank = gst_ssio_collective_get_rank (collective);
  GError *cause = NULL;
  GstSsioCudaContext *context
      = gst_ssio_cuda_context_new (rank % job->n_devices, &cause);

  fail_unless (context != NULL, "%s", cause ? cause->message : "");
  if (!gst_ssio_device_sum_begin (collective, context, AT_ONCE, &cause)
      || !take_steps (collective, &cause))
    fail_unless (cause != NULL);
  gst_object_unref (context);
  gst_ssio_collective_leave (collective, cause ? cause->message : NULL);
  if (cause)
    g_propagate_error (error, cause);
}

/* Returns how often NCCL has added up. */
static guint
run (guint n_devices, GError **errors)
{
  const guint before = FAKE (fakenccl_count) ("ncclAllReduce");
  Job job = { n_devices };

  set_devices (n_devices);
  thread_ranks_run (RANKS, run_rank, &job, errors);
  fail_unless_equals_int (FAKE (fakenccl_count_live) (), 0);
  return FAKE (fakenccl_count) ("ncclAllReduce") - before;
}

GST_START_TEST (one_rank_has_what_it_had)
{
  Job job = { 1 };

  thread_ranks_run (1, run_rank, &job, NULL);
}
GST_END_TEST;

/* Three steps, each in three parts, of three ranks. */
GST_START_TEST (devices_add_up_what_ranks_have)
{
  fail_unless_equals_int (run (RANKS, NULL), 3 * 3 * RANKS);
}
GST_END_TEST;

GST_START_TEST (ranks_of_one_device_leave_it_to_mpi)
{
  fail_unless_equals_int (run (1, NULL), 0);
  fail_unless_equals_int (run (2, NULL), 0);
}
GST_END_TEST;

GST_START_TEST (a_rank_that_has_no_device_memory_leaves_it_to_mpi)
{
  ssio_fake_cuda ()->fail_call ("cuMemAlloc", 2, CUDA_ERROR_OUT_OF_MEMORY);
  fail_unless_equals_int (run (RANKS, NULL), 0);
}
GST_END_TEST;

/* Unless a test of the same process has opened it before. */
GST_START_TEST (without_nccl_mpi_adds_up)
{
  gchar *library = g_strdup (g_getenv ("GST_SSIO_NCCL_LIBRARY"));

  g_setenv ("GST_SSIO_NCCL_LIBRARY", "/no/libnccl.so.2", TRUE);
  set_devices (RANKS);
  thread_ranks_run (RANKS, run_rank, &(Job){ RANKS }, NULL);
  g_setenv ("GST_SSIO_NCCL_LIBRARY", library, TRUE);
  g_free (library);
}
GST_END_TEST;

/* One rank says what failed, and the others that it did, or that NCCL has told
 * them of it. */
static void
check_failure (const gchar *call)
{
  gchar *text = g_strdup_printf ("NCCL: %s failed: ", call);
  GError *errors[RANKS] = { NULL };
  guint n_own = 0;
  guint r;

  FAKE (fakenccl_fail) (call, 1, ncclUnhandledCudaError);
  run (RANKS, errors);
  for (r = 0; r < RANKS; r++) {
    fail_unless (errors[r] != NULL);
    n_own += g_str_has_prefix (errors[r]->message, text);
    g_error_free (errors[r]);
  }
  fail_unless (n_own >= 1, "%s", call);
  g_free (text);
}

GST_START_TEST (what_fails_in_nccl_ends_all_ranks)
{
  check_failure ("ncclGetUniqueId");
  check_failure ("ncclAllReduce");
  check_failure ("ncclCommGetAsyncError");
}
GST_END_TEST;

static Suite *
cuda_devicesum_suite (void)
{
  Suite *suite = suite_create ("cuda-devicesum");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, one_rank_has_what_it_had);
  if (!ssio_fake_cuda ())
    return suite;
  tcase_add_test (tcase, devices_add_up_what_ranks_have);
  tcase_add_test (tcase, ranks_of_one_device_leave_it_to_mpi);
  tcase_add_test (tcase, a_rank_that_has_no_device_memory_leaves_it_to_mpi);
  tcase_add_test (tcase, without_nccl_mpi_adds_up);
  tcase_add_test (tcase, what_fails_in_nccl_ends_all_ranks);
  return suite;
}

SSIO_CHECK_MAIN (cuda_devicesum)
