/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_SSIO_SRC (gst_ssio_src_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioSrc, gst_ssio_src, GST, SSIO_SRC, GstPushSrc)

G_END_DECLS
