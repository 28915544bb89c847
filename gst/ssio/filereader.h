/* SPDX-License-Identifier: MIT */
/* Copies bytes out of a file that is open: through the page cache, which they
 * may leave again, or past it. From one thread at a time. */
#pragma once

#include "directread.h"
#include "diskfile.h"
#include "pagecache.h"

G_BEGIN_DECLS

typedef struct {
  gboolean drop_behind; /* bytes leave the page cache after use */

  /* private */
  const GstSsioDiskFile *disk;
  GstSsioDirectFile *direct; /* NULL where the page cache is read through */
  GstSsioDirectReader *reader;
  gboolean owns_reader;
  GstSsioByteRange used;
} GstSsioFileReader;

/* Of disk, which must outlive it, through the page cache. */
void gst_ssio_file_reader_init (GstSsioFileReader *self,
    const GstSsioDiskFile *disk);

/* From here on, past the page cache; disk must be open. */
gboolean gst_ssio_file_reader_open_direct (GstSsioFileReader *self,
    GError **error);

/* What has reads past the page cache in flight, in place of one of its own;
 * before the first of them. It is not used any more once self is closed. */
void gst_ssio_file_reader_share (GstSsioFileReader *self,
    GstSsioDirectReader *reader);

/* As gst_ssio_point_file_announce() has it, in bytes. */
void gst_ssio_file_reader_announce (GstSsioFileReader *self, guint64 offset,
    guint64 size, gboolean in_row);

/* A GstSsioReadFunc. */
gboolean gst_ssio_file_reader_read (gpointer self, guint64 offset,
    guint8 *bytes, gsize size);

/* Lets go of what was announced, and of what was used. */
void gst_ssio_file_reader_release (GstSsioFileReader *self);

void gst_ssio_file_reader_close (GstSsioFileReader *self);

G_END_DECLS
