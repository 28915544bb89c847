/* SPDX-License-Identifier: MIT */
/* What the plugin's elements have in common. */
#pragma once

#include <gst/ssio/ssio.h>

G_BEGIN_DECLS

GST_ELEMENT_REGISTER_DECLARE (ssiosrc);
GST_ELEMENT_REGISTER_DECLARE (ssiocudaupload);
GST_ELEMENT_REGISTER_DECLARE (ssiocudadownload);
GST_ELEMENT_REGISTER_DECLARE (ssiolinear);
GST_ELEMENT_REGISTER_DECLARE (ssioscope);
GST_ELEMENT_REGISTER_DECLARE (ssiovelodynedec);

#define GST_SSIO_CAPS_FIELDS \
  ", point-size = (int) [ 1, max ], batch-size = (int) [ 1, max ]"

/* Batches in system memory. */
#define GST_SSIO_SYSTEM_CAPS GST_SSIO_CAPS_NAME GST_SSIO_CAPS_FIELDS

/* Batches in a CUDA device's memory. */
#define GST_SSIO_CUDA_CAPS \
  GST_SSIO_CAPS_NAME \
  "(" GST_SSIO_CAPS_FEATURE_CUDA_MEMORY ")" GST_SSIO_CAPS_FIELDS

/* Posts error, whose domain and code are those of an element's message, and
 * frees it: the library's errors are made to be shown to users as they are. */
#define gst_ssio_element_take_error(element, error) \
  G_STMT_START \
  { \
    GError *error_ = (error); \
    gst_element_message_full (GST_ELEMENT (element), GST_MESSAGE_ERROR, \
        error_->domain, error_->code, g_strdup (error_->message), NULL, \
        __FILE__, GST_FUNCTION, __LINE__); \
    g_error_free (error_); \
  } \
  G_STMT_END

G_END_DECLS
