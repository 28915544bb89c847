/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/**
 * GstSsioIoMode:
 * @GST_SSIO_IO_MODE_AUTO: mmap where the file can be mapped, else read
 * @GST_SSIO_IO_MODE_MMAP: batches are the mapped file itself, without a copy
 * @GST_SSIO_IO_MODE_READ: batches are copies, for files that others change
 * @GST_SSIO_IO_MODE_DIRECT: batches are copies that pass the page cache by,
 *   for data sets larger than memory
 *
 * How the points of a file come into memory.
 *
 * Since: 0.1
 */
typedef enum {
  GST_SSIO_IO_MODE_AUTO,
  GST_SSIO_IO_MODE_MMAP,
  GST_SSIO_IO_MODE_READ,
  GST_SSIO_IO_MODE_DIRECT,
} GstSsioIoMode;

#define GST_TYPE_SSIO_IO_MODE (gst_ssio_io_mode_get_type ())

GST_SSIO_API
GType gst_ssio_io_mode_get_type (void);

G_END_DECLS
