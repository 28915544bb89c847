/* SPDX-License-Identifier: MIT */
/* A file in memory: which of its bytes are present, and whether they still are
 * what they were when it was mapped. */
#pragma once

#include "diskfile.h"
#include "pages.h"
#include "windows.h"

G_BEGIN_DECLS

typedef struct {
  guint8 *bytes; /* NULL while it is not mapped */

  /* private */
  GstSsioDiskFile *disk;
  GstSsioWindows *windows;
  GstSsioGuard *guard;
} GstSsioFileMap;

/* Maps disk, which is open and must outlive it. FALSE with error set; self is
 * zeroed before, and to be cleared in any case. */
gboolean gst_ssio_file_map_open (GstSsioFileMap *self, GstSsioDiskFile *disk,
    GError **error);

void gst_ssio_file_map_clear (GstSsioFileMap *self);

/* As gst_ssio_windows_set_scattered(). */
void gst_ssio_file_map_set_scattered (GstSsioFileMap *self,
    gboolean is_scattered);

/* Whether bytes leave the page cache after use. */
void gst_ssio_file_map_set_drop_behind (GstSsioFileMap *self,
    gboolean drop_behind);

/* Makes bytes present, waiting for the disk, and keeps them so until
 * gst_ssio_file_map_release(). From one thread at a time. FALSE with error set
 * where the file no longer holds them. */
gboolean gst_ssio_file_map_hold (GstSsioFileMap *self, gsize offset,
    gsize size, GError **error);

/* From any thread: the same for bytes that are held already, or where those
 * that are not present may stay so. */
void gst_ssio_file_map_hold_again (GstSsioFileMap *self, gsize offset,
    gsize size);

/* From any thread. FALSE where damage was found. */
gboolean gst_ssio_file_map_release (GstSsioFileMap *self, gsize offset,
    gsize size);

/* Gives up what is kept for the next call of gst_ssio_file_map_hold(). */
void gst_ssio_file_map_release_cursor (GstSsioFileMap *self);

/* Whether it was truncated or modified, so that bytes may have been other ones
 * than those that were mapped. */
gboolean gst_ssio_file_map_is_damaged (const GstSsioFileMap *self);

/* As gst_ssio_point_file_check(). */
gboolean gst_ssio_file_map_check (const GstSsioFileMap *self, GError **error);

G_END_DECLS
