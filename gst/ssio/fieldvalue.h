/* SPDX-License-Identifier: MIT */
/* One field of one point as a number. gather.h is for many. */
#pragma once

#include "gstssiolayout.h"

G_BEGIN_DECLS

GST_SSIO_API
gdouble gst_ssio_field_get_value (const GstSsioField *field,
    const guint8 *point);

G_END_DECLS
