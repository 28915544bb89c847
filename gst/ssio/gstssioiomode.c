/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssioiomode
 * @title: GstSsioIoMode
 * @short_description: how the points of a file come into memory
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstssioiomode.h"

/**
 * gst_ssio_io_mode_get_type: (skip)
 *
 * Returns: the enumeration's type
 *
 * Since: 0.1
 */
GType
gst_ssio_io_mode_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_IO_MODE_AUTO, "mmap where the file can be mapped, else read",
        "auto" },
    { GST_SSIO_IO_MODE_MMAP, "Push the mapped file itself, without a copy",
        "mmap" },
    { GST_SSIO_IO_MODE_READ,
        "Copy through a buffer pool, for files that "
        "others are changing",
        "read" },
    { GST_SSIO_IO_MODE_DIRECT,
        "Copy past the page cache (O_DIRECT), for data sets larger than "
        "memory",
        "direct" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioIoMode", values));
  return type;
}
