/* SPDX-License-Identifier: MIT */
/* An event upstream that says whether the bytes of batches are needed: an
 * element that has kept all batches of an epoch does not. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

GstEvent *gst_ssio_event_new_need (gboolean are_needed);

/* FALSE for other events. */
gboolean gst_ssio_event_parse_need (GstEvent *event, gboolean *are_needed);

G_END_DECLS
