/* SPDX-License-Identifier: MIT */
/* Weights from a safetensors file:
 * https://huggingface.co/docs/safetensors/index#format */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/* Whether there is a regular file, before anything is known of the model. */
gboolean gst_ssio_safetensors_check (const gchar *path, GError **error);

/* Fills model from the file's *.weight and *.bias tensors, in the order of a
 * PyTorch nn.Sequential: by name, numbers in it as numbers. */
gboolean gst_ssio_safetensors_load (const gchar *path, GstSsioModel *model,
    GError **error);

/* The same from the file's bytes; path is for messages. */
gboolean gst_ssio_safetensors_parse (const gchar *path, const guint8 *bytes,
    gsize size, GstSsioModel *model, GError **error);

G_END_DECLS
