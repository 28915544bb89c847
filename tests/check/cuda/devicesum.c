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
  gboolean interrupts; /* all others, where one fails */
  gboolean is_cut;     /* a rank may have been without values */
  GstSsioCollective *collectives[RANKS];
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

static void
check_sums (const gdouble *values, guint step, guint n_ranks)
{
  guint i, r;

  for (i = 0; i < N_VALUES; i++) {
    gdouble expected = 0;

    for (r = step; r < n_ranks; r++)
      expected += r * 1e4 + i + step;
    fail_unless_equals_float (values[i], expected);
  }
}

/* Rank r has r + 1 steps. */
static gboolean
take_steps (const Job *job, GstSsioCollective *collective, GError **error)
{
  const guint rank = gst_ssio_collective_get_rank (collective);
  gdouble *values = g_new (gdouble, N_VALUES);
  gboolean all_ended = FALSE;
  gboolean ok = TRUE;
  guint step, i;

  for (step = 0; ok && !all_ended; step++) {
    for (i = 0; i < N_VALUES; i++)
      values[i] = rank * 1e4 + i + step;
    ok = step <= rank
             ? gst_ssio_collective_step (collective, values, N_VALUES, error)
             : gst_ssio_collective_end (collective, values, N_VALUES,
                 &all_ended, error);
    if (ok && !all_ended && !job->is_cut)
      check_sums (values, step, gst_ssio_collective_get_n_ranks (collective));
  }
  g_free (values);
  return ok;
}

static void
interrupt_others (Job *job, guint rank)
{
  guint r;

  for (r = 0; r < RANKS; r++) {
    if (r != rank)
      gst_ssio_collective_interrupt (job->collectives[r]);
  }
}

/* A rank that is interrupted has no error. */
static void
run_rank (GstSsioCollective *collective, gpointer data, GError **error)
{
  Job *job = data;
  const guint rank = gst_ssio_collective_get_rank (collective);
  GError *cause = NULL;
  GstSsioCudaContext *context
      = gst_ssio_cuda_context_new (rank % job->n_devices, &cause);

  fail_unless (context != NULL, "%s", cause ? cause->message : "");
  job->collectives[rank] = collective;
  if (!gst_ssio_device_sum_begin (collective, context, AT_ONCE, &cause)
      || !take_steps (job, collective, &cause))
    fail_unless (cause || gst_ssio_collective_is_interrupted (collective));
  if (cause && job->interrupts)
    interrupt_others (job, rank);
  gst_object_unref (context);
  gst_ssio_collective_leave (collective, cause ? cause->message : NULL);
  if (cause)
    g_propagate_error (error, cause);
}

/* Returns how often NCCL has added up. */
static guint
run_job (Job *job, GError **errors)
{
  const guint n_before = FAKE (fakenccl_count) ("ncclAllReduce");

  set_devices (job->n_devices);
  thread_ranks_run (RANKS, run_rank, job, errors);
  fail_unless_equals_int (FAKE (fakenccl_count_live) (), 0);
  return FAKE (fakenccl_count) ("ncclAllReduce") - n_before;
}

static guint
run (guint n_devices, GError **errors)
{
  return run_job (&(Job){ .n_devices = n_devices }, errors);
}

GST_START_TEST (one_rank_has_what_it_had)
{
  Job job = { .n_devices = 1 };

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
  thread_ranks_run (RANKS, run_rank, &(Job){ .n_devices = RANKS }, NULL);
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

/* One for whether all ranks can use NCCL, one for its id, and those of
 * take_steps(). */
#define N_TURNS (2 + RANKS + 1)

/* That is one that NCCL waits for as well. */
GST_START_TEST (a_rank_that_is_interrupted_leaves_nobody_waiting)
{
  Job job = { .n_devices = RANKS, .is_cut = TRUE };
  GError *errors[RANKS];
  guint rank, nth, r;

  for (rank = 0; rank < RANKS; rank++) {
    for (nth = 1; nth <= N_TURNS; nth++) {
      thread_ranks_interrupt (rank, nth);
      run_job (&job, errors);
      fail_unless (errors[rank] == NULL);
      for (r = 0; r < RANKS; r++) {
        if (r == rank || nth == N_TURNS)
          fail_unless (errors[r] == NULL);
        else
          ssio_check_gerror (&errors[r], GST_RESOURCE_ERROR,
              GST_RESOURCE_ERROR_FAILED, "has stopped");
      }
    }
  }
}
GST_END_TEST;

GST_START_TEST (ranks_that_do_not_see_that_one_has_failed_can_be_interrupted)
{
  Job job = { .n_devices = RANKS, .interrupts = TRUE };
  GError *errors[RANKS];
  guint n_failed = 0;
  guint r;

  FAKE (fakenccl_set_deaf) (TRUE);
  FAKE (fakenccl_fail) ("ncclAllReduce", 1, ncclUnhandledCudaError);
  run_job (&job, errors);
  FAKE (fakenccl_set_deaf) (FALSE);
  for (r = 0; r < RANKS; r++) {
    n_failed += errors[r] != NULL;
    if (errors[r])
      ssio_check_gerror (&errors[r], GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_FAILED, "ncclAllReduce");
  }
  fail_unless_equals_int (n_failed, 1);
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
  tcase_add_test (tcase, a_rank_that_is_interrupted_leaves_nobody_waiting);
  tcase_add_test (tcase,
      ranks_that_do_not_see_that_one_has_failed_can_be_interrupted);
  return suite;
}

SSIO_CHECK_MAIN (cuda_devicesum)
