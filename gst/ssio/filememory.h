/* SPDX-License-Identifier: MIT */
/* A GstMemory that is a part of a mapped file. A part of it that is shared
 * keeps its own bytes of the file and not those of the whole: who is done with
 * most of a batch can let go of most of it. */
#pragma once

#include "gstssiopointfile.h"

G_BEGIN_DECLS

/* Takes over a hold on size bytes from offset of file, which are at data. */
GstMemory *gst_ssio_file_memory_new (GstSsioPointFile *file, gpointer data,
    gsize offset, gsize size);

/* By the point file: holds bytes that somebody holds already once more. */
void gst_ssio_point_file_hold_again (GstSsioPointFile *file, gsize offset,
    gsize size);

/* By the point file: lets go of a hold, and looks for damage. */
void gst_ssio_point_file_release (GstSsioPointFile *file, gsize offset,
    gsize size);

G_END_DECLS
