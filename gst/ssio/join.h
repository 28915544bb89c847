/* SPDX-License-Identifier: MIT */
/* Points whose fields are in two files. */
#pragma once

#include "formats/formats.h"
#include "gstssiopointfile.h"

G_BEGIN_DECLS

/* Has info, which is of a file of points, be that of the joined records: after
 * the fields of each point come those of its record in beside, which is
 * record first of it for the first point. beside must have one for each, and
 * is read as they are, from one thread at a time. FALSE leaves info as it
 * is. */
gboolean gst_ssio_join (GstSsioFormatInfo *info, GstSsioPointFile *beside,
    guint64 first, GError **error);

G_END_DECLS
