/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_SSIO_LINEAR (gst_ssio_linear_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioLinear, gst_ssio_linear, GST, SSIO_LINEAR,
    GstBaseSink)

G_END_DECLS
