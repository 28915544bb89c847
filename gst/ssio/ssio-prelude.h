/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/gst.h>

/* Set while the library itself is built: everything else stays hidden. */
#ifdef BUILDING_GST_SSIO
#define GST_SSIO_API GST_API_EXPORT
#else
#define GST_SSIO_API GST_API_IMPORT
#endif
