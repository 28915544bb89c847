/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_SSIO_SCOPE (gst_ssio_scope_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioScope, gst_ssio_scope, GST, SSIO_SCOPE,
    GstBaseTransform)

G_END_DECLS
