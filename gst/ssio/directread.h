/* SPDX-License-Identifier: MIT */
/* Reading past the page cache: whole blocks with O_DIRECT, some of them in
 * flight ahead of those that are asked for. From one thread at a time. */
#pragma once

#include <gst/ssio/directfile.h>

G_BEGIN_DECLS

/* Buffers of this alignment, as GstAllocationParams has it, and with as many
 * bytes to spare, can be filled without a copy. */
#define GST_SSIO_DIRECT_ALIGN 4095

/* What reads files, any number of them. */
typedef struct _GstSsioDirectReader GstSsioDirectReader;

/* With at most n_reads in flight, which are of at most a MiB; 0 for none but
 * what is waited for. */
GST_SSIO_API
GstSsioDirectReader *gst_ssio_direct_reader_new (guint n_reads);

GST_SSIO_API
void gst_ssio_direct_reader_free (GstSsioDirectReader *reader);

/* Bytes that will be asked for next, after those announced before. */
GST_SSIO_API
void gst_ssio_direct_reader_announce (GstSsioDirectReader *reader,
    GstSsioDirectFile *file, guint64 offset, gsize size);

/* Waits for bytes. FALSE leaves errno, 0 where the file ends before them. */
GST_SSIO_API
gboolean gst_ssio_direct_reader_read (GstSsioDirectReader *reader,
    GstSsioDirectFile *file, guint64 offset, gsize size, guint8 *bytes);

/* Lets go of what was announced of a file, or of all for NULL. */
GST_SSIO_API
void gst_ssio_direct_reader_forget (GstSsioDirectReader *reader,
    const GstSsioDirectFile *file);

G_END_DECLS
