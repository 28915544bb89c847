/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/context-private.h>
#include <gst/ssio/cuda/pinned.h>

#include "cudacall.h"
#include "cudapeak-abi.h"
#include "cudapeak.h"

#ifdef HAVE_CUDA_KERNELS
#include "cudapeak-image.h"
#endif

/* Batches in page-locked memory that are copied from, again and again, and
 * places on the device that they are copied to. */
#define RING 8

#define COPIES 10        /* in a measurement */
#define BLOCKS 4         /* of a multiprocessor */
#define ROUNDS (4 << 10) /* some 10 ms */

struct _SsioCudaPeak {
  GstSsioCudaContext *context;
  const GstSsioCudaDriver *driver;
  GstSsioCudaStream *stream;
  GstMemory *points;
  GstMemory *copy; /* room for the points */
  gsize batch_size;
  GstMemory *pinned[RING];
  GstMapInfo maps[RING];
  GstMemory *slots[RING];

  CUmodule module;
  CUfunction fma;
  GError *no_fma;
  GstMemory *results;
  guint n_blocks;
};

static CUdeviceptr
get_pointer (GstMemory *memory)
{
  return gst_ssio_cuda_memory_get_device_pointer (memory);
}

static CUstream
get_stream (SsioCudaPeak *self)
{
  return gst_ssio_cuda_stream_get_handle (self->stream);
}

static GstMemory *
alloc (SsioCudaPeak *self, gsize size)
{
  GError *error = NULL;
  GstMemory *memory = gst_ssio_cuda_memory_new (self->stream, size, &error);

  if (!memory)
    ssio_fail ("%s", error->message);
  return memory;
}

static void
begin (SsioCudaPeak *self)
{
  GError *error = NULL;

  if (!gst_ssio_cuda_context_push (self->context, &error))
    ssio_fail ("%s", error->message);
}

static void
end (SsioCudaPeak *self)
{
  gst_ssio_cuda_context_pop (self->context);
}

/* The ring has points, since what is copied may matter. */
static void
make_ring (SsioCudaPeak *self)
{
  GstAllocator *allocator = gst_ssio_pinned_allocator_new (self->context);
  const gsize n = self->points->size / self->batch_size;
  GError *error = NULL;
  guint i;

  for (i = 0; i < RING; i++) {
    self->slots[i] = alloc (self, self->batch_size);
    self->pinned[i] = gst_ssio_pinned_allocator_alloc (allocator,
        self->batch_size, &error);
    if (!self->pinned[i])
      ssio_fail ("%s", error->message);
    gst_memory_map (self->pinned[i], &self->maps[i], GST_MAP_WRITE);
    ssio_cuda_must (self->driver, cuMemcpyDtoHAsync, self->maps[i].data,
        get_pointer (self->points) + (i % n) * self->batch_size,
        self->batch_size, get_stream (self));
  }
  ssio_cuda_must (self->driver, cuStreamSynchronize, get_stream (self));
  gst_object_unref (allocator);
}

#ifdef HAVE_CUDA_KERNELS

static gboolean
load_fma (SsioCudaPeak *self, GError **error)
{
  return gst_ssio_cuda_call (self->driver, error, cuModuleLoadData,
             &self->module, ssio_peak_image)
         && gst_ssio_cuda_call (self->driver, error, cuModuleGetFunction,
             &self->fma, self->module, G_STRINGIFY (SSIO_FMA_KERNEL));
}

#else

static gboolean
load_fma (SsioCudaPeak *self, GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "there was no nvcc when this was built");
  return FALSE;
}

#endif

SsioCudaPeak *
ssio_cuda_peak_new (GstMemory *points, gsize batch_size)
{
  SsioCudaPeak *self = g_new0 (SsioCudaPeak, 1);
  GError *error = NULL;

  self->context = gst_object_ref (gst_ssio_cuda_memory_get_context (points));
  self->driver = gst_ssio_cuda_context_get_driver (self->context);
  self->points = gst_memory_ref (points);
  self->batch_size = MIN (batch_size, points->size);
  self->stream = gst_ssio_cuda_stream_new (self->context, &error);
  if (!self->stream)
    ssio_fail ("%s", error->message);
  self->copy = alloc (self, points->size);
  self->n_blocks = BLOCKS
                   * gst_ssio_cuda_context_get_attribute (self->context,
                       CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  self->results = alloc (self,
      (gsize) self->n_blocks * SSIO_FMA_THREADS * sizeof (gfloat));
  begin (self);
  make_ring (self);
  load_fma (self, &self->no_fma);
  end (self);
  return self;
}

void
ssio_cuda_peak_free (SsioCudaPeak *self)
{
  guint i;

  begin (self);
  if (self->module)
    self->driver->cuModuleUnload (self->module);
  end (self);
  for (i = 0; i < RING; i++) {
    gst_memory_unmap (self->pinned[i], &self->maps[i]);
    gst_memory_unref (self->pinned[i]);
    gst_memory_unref (self->slots[i]);
  }
  g_clear_error (&self->no_fma);
  gst_memory_unref (self->results);
  gst_memory_unref (self->copy);
  gst_memory_unref (self->points);
  gst_ssio_cuda_stream_unref (self->stream);
  gst_object_unref (self->context);
  g_free (self);
}

/* The seconds of what a function puts on the stream, once that was there
 * before. */
static gdouble
measure (SsioCudaPeak *self, void (*run) (SsioCudaPeak *self))
{
  gint64 start;

  begin (self);
  run (self);
  ssio_cuda_must (self->driver, cuStreamSynchronize, get_stream (self));
  start = g_get_monotonic_time ();
  run (self);
  ssio_cuda_must (self->driver, cuStreamSynchronize, get_stream (self));
  end (self);
  return (g_get_monotonic_time () - start) / 1e6;
}

static void
copy_to_device (SsioCudaPeak *self)
{
  const gsize size = self->points->size;
  guint slot = 0;
  gsize at;

  for (at = 0; at < size; at += self->batch_size) {
    ssio_cuda_must (self->driver, cuMemcpyHtoDAsync,
        get_pointer (self->slots[slot]), self->maps[slot].data,
        MIN (self->batch_size, size - at), get_stream (self));
    slot = (slot + 1) % RING;
  }
}

static void
copy_on_device (SsioCudaPeak *self)
{
  guint i;

  for (i = 0; i < COPIES; i++)
    ssio_cuda_must (self->driver, cuMemcpyDtoDAsync, get_pointer (self->copy),
        get_pointer (self->points), self->points->size, get_stream (self));
}

static void
run_fma (SsioCudaPeak *self)
{
  CUdeviceptr results = get_pointer (self->results);
  gfloat factor = 0.999f;
  gfloat addend = 0.001f;
  guint n_rounds = ROUNDS;
  void *parameters[] = { &results, &factor, &addend, &n_rounds };

  ssio_cuda_must (self->driver, cuLaunchKernel, self->fma, self->n_blocks, 1,
      1, SSIO_FMA_THREADS, 1, 1, 0, get_stream (self), parameters, NULL);
}

gdouble
ssio_cuda_peak_measure_bus (SsioCudaPeak *self)
{
  return measure (self, copy_to_device);
}

gdouble
ssio_cuda_peak_measure_bandwidth (SsioCudaPeak *self)
{
  return 2.0 * COPIES * self->points->size / measure (self, copy_on_device);
}

const gchar *
ssio_cuda_peak_has_no_fma (SsioCudaPeak *self)
{
  return self->no_fma ? self->no_fma->message : NULL;
}

gdouble
ssio_cuda_peak_measure_fma (SsioCudaPeak *self)
{
  const gdouble n_threads = (gdouble) self->n_blocks * SSIO_FMA_THREADS;

  return n_threads * ROUNDS * SSIO_FMA_STEPS * SSIO_FMA_CHAINS
         / measure (self, run_fma);
}
