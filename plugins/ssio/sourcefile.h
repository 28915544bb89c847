/* SPDX-License-Identifier: MIT */
/* The mapped file that an element's batches come from. Where it was damaged
 * under them, no epoch must end. */
#pragma once

#include <gst/ssio/gstssiopointfile.h>

G_BEGIN_DECLS

/* Sets *file, which is NULL at first and to be unreferenced at the end, to
 * where buffer was mapped from; NULL where that is no file. */
void gst_ssio_source_file_note (GstSsioPointFile **file, GstBuffer *buffer);

/* Whether the file, or NULL, still is what its batches were made of. If not,
 * its source posts an error, or error is set where there is none that does. */
gboolean gst_ssio_source_file_is_intact (GstSsioPointFile *file,
    GError **error);

G_END_DECLS
