/* SPDX-License-Identifier: MIT */
/* Caps of batches in system memory and in a CUDA device's. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

gboolean gst_ssio_caps_are_cuda (const GstCaps *caps);

/* A copy of caps for the other kind of memory. */
GstCaps *gst_ssio_caps_to_cuda (const GstCaps *caps);
GstCaps *gst_ssio_caps_to_system (const GstCaps *caps);

G_END_DECLS
