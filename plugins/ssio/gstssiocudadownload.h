/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_SSIO_CUDA_DOWNLOAD (gst_ssio_cuda_download_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioCudaDownload, gst_ssio_cuda_download, GST,
    SSIO_CUDA_DOWNLOAD, GstBaseTransform)

G_END_DECLS
