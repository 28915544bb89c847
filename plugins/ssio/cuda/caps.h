/* SPDX-License-Identifier: MIT */
/* Caps of batches in system memory and in a CUDA device's, and what they
 * promise. */
#pragma once

#include <gst/ssio/cuda/gstssiocudacontext.h>

G_BEGIN_DECLS

gboolean gst_ssio_caps_are_cuda (const GstCaps *caps);

/* A copy of caps for the other kind of memory. */
GstCaps *gst_ssio_caps_to_cuda (const GstCaps *caps);
GstCaps *gst_ssio_caps_to_system (const GstCaps *caps);

/* The context of what sends such batches to pad; NULL where it does not say. */
GstSsioCudaContext *gst_ssio_find_cuda_context (GstPad *pad);

/* Whether memory is in a CUDA device, as caps have said; else sets error. */
gboolean gst_ssio_check_cuda_memory (GstMemory *memory, GError **error);

G_END_DECLS
