/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_SSIO_SINK (gst_ssio_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioSink, gst_ssio_sink, GST, SSIO_SINK, GstBaseSink)

G_END_DECLS
