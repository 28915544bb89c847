/* SPDX-License-Identifier: MIT */
/* The mapped file that an element's batches come from. Where it was damaged
 * under them, its source has posted an error, and no epoch must end. */
#pragma once

#include <gst/ssio/gstssiopointfile.h>

G_BEGIN_DECLS

/* Sets *file, which is NULL at first and to be unreferenced at the end, to
 * where buffer was mapped from; NULL where that is no file. */
void gst_ssio_source_file_note (GstSsioPointFile **file, GstBuffer *buffer);

G_END_DECLS
