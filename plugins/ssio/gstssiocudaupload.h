/* SPDX-License-Identifier: MIT */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_SSIO_CUDA_UPLOAD (gst_ssio_cuda_upload_get_type ())
G_DECLARE_FINAL_TYPE (GstSsioCudaUpload, gst_ssio_cuda_upload, GST,
    SSIO_CUDA_UPLOAD, GstBaseTransform)

G_END_DECLS
