/* SPDX-License-Identifier: MIT */
/* What a device and the bus to it can do at best. */
#pragma once

#include <gst/ssio/cuda/gstssiocudamemory.h>

G_BEGIN_DECLS

typedef struct _SsioCudaPeak SsioCudaPeak;

/* points are in the device's memory. Ends the benchmark where the device
 * fails, as all that follow do. */
SsioCudaPeak *ssio_cuda_peak_new (GstMemory *points, gsize batch_size);

void ssio_cuda_peak_free (SsioCudaPeak *self);

/* The seconds that as many bytes as the points' take from page-locked memory
 * to the device, a batch at a time on one stream. */
gdouble ssio_cuda_peak_measure_bus (SsioCudaPeak *self);

/* Bytes a second that copies in the device's memory read and write. */
gdouble ssio_cuda_peak_measure_bandwidth (SsioCudaPeak *self);

/* Why ssio_cuda_peak_measure_fma() cannot be called, or NULL. */
const gchar *ssio_cuda_peak_has_no_fma (SsioCudaPeak *self);

/* Single-precision fused multiply-adds a second. */
gdouble ssio_cuda_peak_measure_fma (SsioCudaPeak *self);

G_END_DECLS
