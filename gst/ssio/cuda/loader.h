/* SPDX-License-Identifier: MIT */
/* The NVIDIA driver, opened at run time: nothing here needs it to be there. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/* Looks for device number device_id. Where there is none, sets error to
 * GST_RESOURCE_ERROR_NOT_FOUND, or GST_RESOURCE_ERROR_FAILED where the driver
 * answers with an error, with the reason as its text. */
GST_SSIO_API
gboolean gst_ssio_cuda_find_device (guint device_id, GError **error);

G_END_DECLS
