/* SPDX-License-Identifier: MIT */
/* How elements answer which caps they take. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Takes over caps. Those of them that filter, or NULL, leaves, in its order. */
GstCaps *gst_ssio_filter_caps (GstCaps *caps, GstCaps *filter);

G_END_DECLS
