/* SPDX-License-Identifier: MIT */
/* The module that is linked with MPI's library. */

#include <gmodule.h>
#include <mpi.h>
#include <stdlib.h>

#include "transport.h"

struct _GstSsioChannel {
  MPI_Comm comm;
  MPI_Request request;
  gboolean is_started; /* to open; of the lock */
  gint is_open;        /* atomic */
};

static GMutex lock; /* of what follows */
static GQueue opening = G_QUEUE_INIT;

G_MODULE_EXPORT extern const GstSsioTransport gst_ssio_transport;

static void (*before_mpi_finalize) (void);

static gboolean
check (int status, const gchar *call, GError **error)
{
  char text[MPI_MAX_ERROR_STRING];
  int length;

  if (status == MPI_SUCCESS)
    return TRUE;
  if (MPI_Error_string (status, text, &length) != MPI_SUCCESS)
    g_snprintf (text, sizeof (text), "error %d", status);
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "MPI: %s failed: %s", call, text);
  return FALSE;
}

/* MPI has no other hook for what is to be done while it still works. */
static int
on_finalize (MPI_Comm comm, int key, void *value, void *extra)
{
  before_mpi_finalize ();
  return MPI_SUCCESS;
}

static gboolean
set_hook (GError **error)
{
  int key;

  return check (MPI_Comm_create_keyval (MPI_COMM_NULL_COPY_FN, on_finalize,
                    &key, NULL),
             "MPI_Comm_create_keyval", error)
         && check (MPI_Comm_set_attr (MPI_COMM_SELF, key, NULL),
             "MPI_Comm_set_attr", error);
}

static void
finalize (void)
{
  int is_finalized;

  if (MPI_Finalized (&is_finalized) == MPI_SUCCESS && !is_finalized)
    MPI_Finalize ();
}

/* Batches come in streaming threads, of several pipelines at once. */
static gboolean
check_level (int level, GError **error)
{
  if (level == MPI_THREAD_MULTIPLE)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "MPI is initialized for threads of level %d: expected %d, "
      "MPI_THREAD_MULTIPLE; call MPI_Init_thread with that, or leave it to "
      "ssiolinear",
      level, MPI_THREAD_MULTIPLE);
  return FALSE;
}

/* Without arguments: mpirun has left in the environment what it needs. */
static gboolean
init_mpi (int *level, GError **error)
{
  if (!check (MPI_Init_thread (NULL, NULL, MPI_THREAD_MULTIPLE, level),
          "MPI_Init_thread", error))
    return FALSE;
  MPI_Comm_set_errhandler (MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  atexit (finalize);
  return TRUE;
}

static gboolean
ensure_mpi (GError **error)
{
  int is_initialized, is_finalized;
  int level = MPI_THREAD_SINGLE;

  if (!check (MPI_Initialized (&is_initialized), "MPI_Initialized", error)
      || !check (MPI_Finalized (&is_finalized), "MPI_Finalized", error))
    return FALSE;
  if (is_finalized) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "MPI has been finalized in this process, and cannot start again");
    return FALSE;
  }
  if (is_initialized) {
    if (!check (MPI_Query_thread (&level), "MPI_Query_thread", error))
      return FALSE;
  } else if (!init_mpi (&level, error)) {
    return FALSE;
  }
  return check_level (level, error);
}

static gboolean
init (void (*before_finalize) (void), guint *rank, guint *n_ranks,
    GError **error)
{
  int own, all;

  if (!ensure_mpi (error)
      || !check (MPI_Comm_rank (MPI_COMM_WORLD, &own), "MPI_Comm_rank", error)
      || !check (MPI_Comm_size (MPI_COMM_WORLD, &all), "MPI_Comm_size", error))
    return FALSE;
  *rank = own;
  *n_ranks = all;
  before_mpi_finalize = before_finalize;
  return set_hook (error);
}

static void
abort_job (void)
{
  MPI_Abort (MPI_COMM_WORLD, EXIT_FAILURE);
}

/* Messages of one channel do not meet those of another, or an application's.
 * One is opened after the other: of several communicators that are duplicated
 * at once Open MPI (4.1) makes ones that are not the same on all ranks. */
static GstSsioChannel *
open_channel (GError **error)
{
  GstSsioChannel *channel = g_new0 (GstSsioChannel, 1);

  channel->request = MPI_REQUEST_NULL;
  g_mutex_lock (&lock);
  g_queue_push_tail (&opening, channel);
  g_mutex_unlock (&lock);
  return channel;
}

/* What is in flight after an error needs its communicator. */
static void
close_channel (GstSsioChannel *channel)
{
  g_mutex_lock (&lock);
  g_queue_remove (&opening, channel);
  g_mutex_unlock (&lock);
  if (channel->is_open && channel->request == MPI_REQUEST_NULL)
    MPI_Comm_free (&channel->comm);
  g_free (channel);
}

static gboolean
test_request (GstSsioChannel *channel, int *flag, GError **error)
{
  return check (MPI_Test (&channel->request, flag, MPI_STATUS_IGNORE),
      "MPI_Test", error);
}

static gboolean
start_to_open (GstSsioChannel *channel, GError **error)
{
  if (!channel->is_started)
    channel->is_started = check (MPI_Comm_idup (MPI_COMM_WORLD, &channel->comm,
                                     &channel->request),
        "MPI_Comm_idup", error);
  return channel->is_started;
}

/* Those before may be of somebody who does not look at them for long. */
static gboolean
open_first (GError **error)
{
  GstSsioChannel *channel;
  gboolean ok = TRUE;
  int is_open = 1;

  g_mutex_lock (&lock);
  while (is_open && (channel = g_queue_peek_head (&opening))) {
    is_open = 0;
    ok = start_to_open (channel, error)
         && test_request (channel, &is_open, error);
    if (is_open) {
      g_queue_pop_head (&opening);
      g_atomic_int_set (&channel->is_open, TRUE);
    }
  }
  g_mutex_unlock (&lock);
  return ok;
}

static gboolean
gather (GstSsioChannel *channel, gconstpointer mine, gpointer all, gsize size,
    GError **error)
{
  return check (MPI_Iallgather (mine, size, MPI_BYTE, all, size, MPI_BYTE,
                    channel->comm, &channel->request),
      "MPI_Iallgather", error);
}

static gboolean
test (GstSsioChannel *channel, gboolean *is_done, GError **error)
{
  int flag = 0;

  if (!g_atomic_int_get (&channel->is_open)) {
    if (!open_first (error))
      return FALSE;
    flag = g_atomic_int_get (&channel->is_open);
  } else if (!test_request (channel, &flag, error)) {
    return FALSE;
  }
  *is_done = flag;
  return TRUE;
}

static gboolean
sum (GstSsioChannel *channel, GstSsioSumType type, gpointer values,
    gsize n_values, GError **error)
{
  const MPI_Datatype datatype
      = type == GST_SSIO_SUM_DOUBLES ? MPI_DOUBLE : MPI_UINT64_T;

  return check (MPI_Iallreduce (MPI_IN_PLACE, values, n_values, datatype,
                    MPI_SUM, channel->comm, &channel->request),
      "MPI_Iallreduce", error);
}

const GstSsioTransport gst_ssio_transport = {
  .init = init,
  .abort = abort_job,
  .open = open_channel,
  .close = close_channel,
  .gather = gather,
  .sum = sum,
  .test = test,
};
