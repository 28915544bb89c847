/* SPDX-License-Identifier: MIT */
/* Writes a safetensors file of float32:
 * https://huggingface.co/docs/safetensors/index#format */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstSsioTensorWriter GstSsioTensorWriter;

GstSsioTensorWriter *gst_ssio_tensor_writer_new (void);

void gst_ssio_tensor_writer_free (GstSsioTensorWriter *writer);

/* A text that goes with the tensors. */
void gst_ssio_tensor_writer_add_metadata (GstSsioTensorWriter *writer,
    const gchar *key, const gchar *text);

/* Copies the values of a tensor of that shape. */
void gst_ssio_tensor_writer_add (GstSsioTensorWriter *writer,
    const gchar *name, const gfloat *values, const guint64 *shape,
    guint n_dimensions);

/* Writes a file in the place of path: whatever happens meanwhile, path is
 * either what it was or the whole new file, on the disk as well. Nothing can
 * be added after it. */
gboolean gst_ssio_tensor_writer_write (GstSsioTensorWriter *writer,
    const gchar *path, GError **error);

G_END_DECLS
