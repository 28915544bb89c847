/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/ssio/cuda/context-private.h>
#include <gst/ssio/cuda/gstssiocudastream.h>

#include "devicesum.h"
#include "nccl.h"

GST_DEBUG_CATEGORY_STATIC (ssio_ranks_debug);
#define GST_CAT_DEFAULT ssio_ranks_debug

/* Between looks at whether sums are there. */
#define LOOK_INTERVAL 10 /* us */

/* What ranks tell each other in 64-bit words: whether one can take part, and
 * the UUID of its device; then rank 0 the id of what they meet on. */
#define UUID_WORDS 2
#define RANK_WORDS (1 + UUID_WORDS)
#define ID_WORDS (sizeof (ncclUniqueId) / sizeof (guint64))

typedef struct {
  const GstSsioNccl *nccl;
  GstSsioCudaContext *context;
  const GstSsioCudaDriver *driver;
  GstSsioCudaStream *stream;
  CUstream handle; /* that one */
  CUevent done;
  gsize max_values;
  CUdeviceptr on_device;
  gdouble *on_host; /* page-locked */
  ncclComm_t comm;  /* NULL until ranks have met */
  gboolean has_failed;
} DeviceSum;

static void
close_current (DeviceSum *self)
{
  const GstSsioCudaDriver *driver = self->driver;

  if (self->comm && self->has_failed)
    self->nccl->ncclCommAbort (self->comm);
  else if (self->comm)
    self->nccl->ncclCommDestroy (self->comm);
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
device_sum_free (gpointer data)
{
  DeviceSum *self = data;
  gboolean is_current = gst_ssio_cuda_context_push (self->context, NULL);

  close_current (self);
  if (is_current)
    gst_ssio_cuda_context_pop (self->context);
  gst_object_unref (self->context);
  g_free (self);
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
device_sum_new (GstSsioCudaContext *context, gsize max_values, GError **error)
{
  const GstSsioNccl *nccl = gst_ssio_nccl_get (error);
  DeviceSum *self;
  gboolean is_open;

  if (!nccl || !gst_ssio_cuda_context_push (context, error))
    return NULL;
  self = g_new0 (DeviceSum, 1);
  self->nccl = nccl;
  self->context = gst_object_ref (context);
  self->driver = gst_ssio_cuda_context_get_driver (context);
  self->max_values = max_values;
  is_open = open_current (self, error);
  gst_ssio_cuda_context_pop (context);
  if (!is_open)
    g_clear_pointer (&self, device_sum_free);
  return self;
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

/* Until the sums are in the host's memory. */
static gboolean
wait_for_sums (DeviceSum *self, GError **error)
{
  CUresult result;

  do {
    result = self->driver->cuEventQuery (self->done);
    if (!check_ranks (self, error))
      return FALSE;
    if (result == CUDA_ERROR_NOT_READY)
      g_usleep (LOOK_INTERVAL);
  } while (result == CUDA_ERROR_NOT_READY);
  return gst_ssio_cuda_check (result, "cuEventQuery", error);
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

/* GstSsioAdder */
static gboolean
add_up (gpointer data, gdouble *values, gsize n_values, GError **error)
{
  DeviceSum *self = data;
  gsize n;

  if (!gst_ssio_cuda_context_push (self->context, error))
    return FALSE;
  for (; n_values > 0 && !self->has_failed; n_values -= n, values += n) {
    n = MIN (n_values, self->max_values);
    self->has_failed = !add_up_current (self, values, n, error);
  }
  gst_ssio_cuda_context_pop (self->context);
  return !self->has_failed;
}

/* Two ranks of the same device, for which NCCL is not made. */
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
  const guint n_ranks = gst_ssio_collective_get_n_ranks (collective);
  guint64 *words = g_new0 (guint64, (gsize) n_ranks * RANK_WORDS);
  guint64 *own
      = words + gst_ssio_collective_get_rank (collective) * RANK_WORDS;
  gboolean ok;

  own[0] = self
           && self->driver->cuDeviceGetUuid ((CUuuid *) (own + 1),
                  gst_ssio_cuda_context_get_device (self->context))
                  == CUDA_SUCCESS;
  ok = gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S, words,
      (gsize) n_ranks * RANK_WORDS, error);
  *all_can = ok && can_begin (words, n_ranks);
  g_free (words);
  return ok;
}

/* Rank 0 has the id, and all others have zeros. */
static gboolean
share_id (GstSsioCollective *collective, DeviceSum *self, ncclUniqueId *id,
    GError **error)
{
  guint64 words[ID_WORDS];

  memset (id, 0, sizeof (*id));
  if (gst_ssio_collective_get_rank (collective) == 0
      && !gst_ssio_nccl_call (self->nccl, error, ncclGetUniqueId, id))
    return FALSE;
  memcpy (words, id, sizeof (words));
  if (!gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S, words,
          ID_WORDS, error))
    return FALSE;
  memcpy (id, words, sizeof (words));
  return TRUE;
}

static gboolean
meet (GstSsioCollective *collective, DeviceSum *self, GError **error)
{
  ncclUniqueId id;
  gboolean ok;

  if (!share_id (collective, self, &id, error)
      || !gst_ssio_cuda_context_push (self->context, error))
    return FALSE;
  ok = gst_ssio_nccl_call (self->nccl, error, ncclCommInitRank, &self->comm,
      gst_ssio_collective_get_n_ranks (collective), id,
      gst_ssio_collective_get_rank (collective));
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
  gboolean all_can, ok;
  DeviceSum *self;

  GST_DEBUG_CATEGORY_INIT (ssio_ranks_debug, "ssioranks", 0,
      "Ranks of a training");
  self = device_sum_new (context, max_values, &cause);
  if (!self)
    GST_INFO ("%s", cause->message);
  g_clear_error (&cause);
  ok = ask_ranks (collective, self, &all_can, error)
       && (!all_can || meet (collective, self, error));
  if (ok && all_can) {
    log_version (self);
    gst_ssio_collective_set_adder (collective, add_up, self, device_sum_free);
  } else if (self) {
    device_sum_free (self);
  }
  return ok;
}
