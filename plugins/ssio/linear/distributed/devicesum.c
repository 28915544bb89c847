/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/ssio/cuda/context-private.h>
#include <gst/ssio/cuda/gstssiocudastream.h>

#include "devicesum.h"
#include "leaving.h"
#include "nccl.h"

GST_DEBUG_CATEGORY_STATIC (ssio_ranks_debug);
#define GST_CAT_DEFAULT ssio_ranks_debug

/* Between looks at whether sums are there. */
#define LOOK_INTERVAL 10 /* us */

/* How long sums may take yet where somebody wants this rank to stop: all ranks
 * have come for them, so that they are there at once, unless a rank has failed
 * and NCCL does not tell, as on one machine. */
#define PATIENCE G_TIME_SPAN_SECOND

/* What ranks tell each other in 64-bit words: whether one can take part, and
 * the UUID of its device; then rank 0 the id of what they meet on. */
#define UUID_WORDS 2
#define RANK_WORDS (1 + UUID_WORDS)
#define ID_WORDS (sizeof (ncclUniqueId) / sizeof (guint64))

typedef struct {
  const GstSsioNccl *nccl;
  const GstSsioCollective *collective;
  GstSsioCudaContext *context;
  const GstSsioCudaDriver *driver;
  GstSsioCudaStream *stream;
  CUstream handle; /* that one */
  CUevent done;
  gsize max_values;
  CUdeviceptr on_device;
  gdouble *on_host; /* page-locked */
  ncclComm_t comm;  /* NULL until ranks have met */
} DeviceSum;

/* After NCCL. */
static void
close_current (DeviceSum *self)
{
  const GstSsioCudaDriver *driver = self->driver;

  if (self->handle)
    driver->cuStreamSynchronize (self->handle);
  if (self->on_host)
    driver->cuMemFreeHost (self->on_host);
  if (self->on_device)
    driver->cuMemFree (self->on_device);
  if (self->done)
    driver->cuEventDestroy (self->done);
  g_clear_pointer (&self->stream, gst_ssio_cuda_stream_unref);
}

static void
device_sum_free (DeviceSum *self, ncclResult_t (*end) (ncclComm_t comm))
{
  gboolean is_current = gst_ssio_cuda_context_push (self->context, NULL);

  if (self->comm)
    end (self->comm);
  close_current (self);
  if (is_current)
    gst_ssio_cuda_context_pop (self->context);
  gst_object_unref (self->context);
  g_free (self);
}

static void
device_sum_abort (gpointer data)
{
  DeviceSum *self = data;

  device_sum_free (self, self->nccl->ncclCommAbort);
}

/* NCCL waits for the other ranks, to destroy what they met on and at times even
 * to abort it. So where they may not come, somebody else waits. */
static void
device_sum_close (gpointer data, gboolean all_leave)
{
  DeviceSum *self = data;

  if (all_leave)
    device_sum_free (self, self->nccl->ncclCommDestroy);
  else
    gst_ssio_leaving_begin (device_sum_abort, self);
}

static gboolean
open_current (DeviceSum *self, GError **error)
{
  const GstSsioCudaDriver *driver = self->driver;
  const gsize size = self->max_values * sizeof (gdouble);

  self->stream = gst_ssio_cuda_stream_new (self->context, error);
  if (!self->stream)
    return FALSE;
  self->handle = gst_ssio_cuda_stream_get_handle (self->stream);
  return gst_ssio_cuda_call (driver, error, cuEventCreate, &self->done,
             CU_EVENT_DISABLE_TIMING)
         && gst_ssio_cuda_call (driver, error, cuMemAlloc, &self->on_device,
             size)
         && gst_ssio_cuda_call (driver, error, cuMemHostAlloc,
             (void **) &self->on_host, size, CU_MEMHOSTALLOC_PORTABLE);
}

/* All but what ranks meet on. */
static DeviceSum *
device_sum_new (const GstSsioCollective *collective,
    GstSsioCudaContext *context, gsize max_values, GError **error)
{
  const GstSsioNccl *nccl = gst_ssio_nccl_get (error);
  DeviceSum *self;
  gboolean is_open;

  if (!nccl || !gst_ssio_cuda_context_push (context, error))
    return NULL;
  self = g_new0 (DeviceSum, 1);
  self->nccl = nccl;
  self->collective = collective;
  self->context = gst_object_ref (context);
  self->driver = gst_ssio_cuda_context_get_driver (context);
  self->max_values = max_values;
  is_open = open_current (self, error);
  gst_ssio_cuda_context_pop (context);
  if (is_open)
    return self;
  device_sum_abort (self);
  return NULL;
}

/* NCCL tells of another rank's end as of its own failures. */
static gboolean
check_ranks (DeviceSum *self, GError **error)
{
  ncclResult_t status = ncclSuccess;

  return gst_ssio_nccl_call (self->nccl, error, ncclCommGetAsyncError,
             self->comm, &status)
         && (status == ncclInProgress
             || gst_ssio_nccl_check (self->nccl, status, "ncclAllReduce",
                 error));
}

/* Sets *end where it is 0 and there begins to be one. */
static gboolean
has_patience (const DeviceSum *self, gint64 *end)
{
  if (!gst_ssio_collective_is_interrupted (self->collective))
    return TRUE;
  if (*end == 0)
    *end = g_get_monotonic_time () + PATIENCE;
  return g_get_monotonic_time () < *end;
}

/* Until the sums are in the host's memory. */
static gboolean
wait_for_sums (DeviceSum *self, GError **error)
{
  gint64 end = 0;
  CUresult result;

  while ((result = self->driver->cuEventQuery (self->done))
         == CUDA_ERROR_NOT_READY) {
    if (!check_ranks (self, error) || !has_patience (self, &end))
      return FALSE;
    g_usleep (LOOK_INTERVAL);
  }
  return gst_ssio_cuda_check (result, "cuEventQuery", error)
         && check_ranks (self, error);
}

static gboolean
add_up_current (DeviceSum *self, gdouble *values, gsize n, GError **error)
{
  const GstSsioCudaDriver *driver = self->driver;
  const gsize size = n * sizeof (gdouble);
  gpointer on_device = (gpointer) (guintptr) self->on_device;

  memcpy (self->on_host, values, size);
  if (!gst_ssio_cuda_call (driver, error, cuMemcpyHtoDAsync, self->on_device,
          self->on_host, size, self->handle)
      || !gst_ssio_nccl_call (self->nccl, error, ncclAllReduce, on_device,
          on_device, n, ncclFloat64, ncclSum, self->comm, self->handle)
      || !gst_ssio_cuda_call (driver, error, cuMemcpyDtoHAsync, self->on_host,
          self->on_device, size, self->handle)
      || !gst_ssio_cuda_call (driver, error, cuEventRecord, self->done,
          self->handle)
      || !wait_for_sums (self, error))
    return FALSE;
  memcpy (values, self->on_host, size);
  return TRUE;
}

static gboolean
add_up (gpointer data, gdouble *values, gsize n_values, GError **error)
{
  DeviceSum *self = data;
  gboolean ok = TRUE;
  gsize n;

  if (!gst_ssio_cuda_context_push (self->context, error))
    return FALSE;
  for (; n_values > 0 && ok; n_values -= n, values += n) {
    n = MIN (n_values, self->max_values);
    ok = add_up_current (self, values, n, error);
  }
  gst_ssio_cuda_context_pop (self->context);
  return ok;
}

static const GstSsioAdder adder = { add_up, device_sum_close };

/* Two ranks of the same device, or of parts of it, for which NCCL is not made.
 */
static gboolean
find_shared (const guint64 *words, guint n_ranks, guint *a, guint *b)
{
  for (*a = 0; *a < n_ranks; (*a)++) {
    for (*b = *a + 1; *b < n_ranks; (*b)++) {
      if (memcmp (words + *a * RANK_WORDS + 1, words + *b * RANK_WORDS + 1,
              UUID_WORDS * sizeof (guint64))
          == 0)
        return TRUE;
    }
  }
  return FALSE;
}

static gboolean
can_begin (const guint64 *words, guint n_ranks)
{
  guint a, b;

  for (a = 0; a < n_ranks; a++) {
    if (!words[a * RANK_WORDS]) {
      GST_INFO ("MPI adds up gradients: rank %u cannot use NCCL", a);
      return FALSE;
    }
  }
  if (!find_shared (words, n_ranks, &a, &b))
    return TRUE;
  GST_INFO ("MPI adds up gradients: ranks %u and %u have the same device", a,
      b);
  return FALSE;
}

/* Sets *all_can to whether this rank, which can where self is not NULL, and
 * all others can. */
static gboolean
ask_ranks (GstSsioCollective *collective, const DeviceSum *self,
    gboolean *all_can, GError **error)
{
  guint64 own[RANK_WORDS] = { 0 };
  guint64 *words;

  own[0] = self
           && self->driver->cuDeviceGetUuid ((CUuuid *) (own + 1),
                  gst_ssio_cuda_context_get_device (self->context))
                  == CUDA_SUCCESS;
  words = gst_ssio_collective_gather (collective, own, RANK_WORDS, error);
  *all_can
      = words
        && can_begin (words, gst_ssio_collective_get_n_ranks (collective));
  g_free (words);
  return words != NULL;
}

/* Rank 0 has the id, and all others have zeros. A rank that was interrupted
 * takes part with nothing, and is not among those that come: NCCL would wait
 * for it for ever. */
static gboolean
share_id (GstSsioCollective *collective, DeviceSum *self, ncclUniqueId *id,
    gboolean *all_come, GError **error)
{
  guint64 words[ID_WORDS + 1];

  memset (id, 0, sizeof (*id));
  if (gst_ssio_collective_get_rank (collective) == 0
      && !gst_ssio_nccl_call (self->nccl, error, ncclGetUniqueId, id))
    return FALSE;
  memcpy (words, id, sizeof (*id));
  words[ID_WORDS] = 1;
  if (!gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S, words,
          ID_WORDS + 1, error))
    return FALSE;
  memcpy (id, words, sizeof (*id));
  *all_come = words[ID_WORDS] == gst_ssio_collective_get_n_ranks (collective);
  return TRUE;
}

/* Nothing can fail here between the promise to come and NCCL. */
static gboolean
meet_current (GstSsioCollective *collective, DeviceSum *self,
    gboolean *all_come, GError **error)
{
  ncclUniqueId id;

  if (!share_id (collective, self, &id, all_come, error))
    return FALSE;
  return !*all_come
         || gst_ssio_nccl_call (self->nccl, error, ncclCommInitRank,
             &self->comm, gst_ssio_collective_get_n_ranks (collective), id,
             gst_ssio_collective_get_rank (collective));
}

/* Sets *have_met to FALSE where a rank leaves, as all hear in the next turn. */
static gboolean
meet (GstSsioCollective *collective, DeviceSum *self, gboolean *have_met,
    GError **error)
{
  gboolean ok;

  if (!gst_ssio_cuda_context_push (self->context, error))
    return FALSE;
  ok = meet_current (collective, self, have_met, error);
  gst_ssio_cuda_context_pop (self->context);
  return ok;
}

static void
log_version (const DeviceSum *self)
{
  int version = 0;

  self->nccl->ncclGetVersion (&version);
  GST_INFO ("NCCL, version %d, adds up gradients", version);
}

gboolean
gst_ssio_device_sum_begin (GstSsioCollective *collective,
    GstSsioCudaContext *context, gsize max_values, GError **error)
{
  GError *cause = NULL;
  gboolean have_met, ok;
  DeviceSum *self;

  GST_DEBUG_CATEGORY_INIT (ssio_ranks_debug, "ssioranks", 0,
      "Ranks of a training");
  self = device_sum_new (collective, context, max_values, &cause);
  if (!self)
    GST_INFO ("%s", cause->message);
  g_clear_error (&cause);
  ok = ask_ranks (collective, self, &have_met, error)
       && (!have_met || meet (collective, self, &have_met, error));
  if (ok && have_met) {
    log_version (self);
    gst_ssio_collective_set_adder (collective, &adder, self);
  } else if (self) {
    device_sum_abort (self);
  }
  return ok;
}
