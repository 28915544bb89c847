/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_SSIO_CONVERT (gst_ssio_convert_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioConvert, gst_ssio_convert, GST, SSIO_CONVERT,
    GstBaseTransform)

G_END_DECLS
