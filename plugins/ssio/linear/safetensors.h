/* SPDX-License-Identifier: MIT */
/* Weights in a safetensors file. */
#pragma once

#include "model.h"
#include "normalization.h"
#include "tensors.h"
#include "tensorwriter.h"

G_BEGIN_DECLS

/* Whether there is a regular file, before anything is known of the model. */
gboolean gst_ssio_safetensors_check (const gchar *path, GError **error);

/* Fills model from the file's *.weight and *.bias tensors, in the order of a
 * PyTorch nn.Sequential: by name, numbers in it as numbers. */
gboolean gst_ssio_safetensors_load (const gchar *path, GstSsioModel *model,
    GError **error);

/* How the inputs of the file's model are normalised: *normalize is STATS where
 * it has tensors normalize.mean and normalize.std (F64 or F32, one value for
 * each of the n_in inputs), or texts of these names in its metadata, numbers
 * separated by commas, which *normalization gets, or what the text "normalize" of
 * its metadata says, or NONE. */
gboolean gst_ssio_safetensors_load_normalization (const gchar *path,
    guint n_in, GstSsioNormalize *normalize,
    GstSsioNormalization **normalization, GError **error);

/* The same from the file's bytes; path is for messages. */
gboolean gst_ssio_safetensors_parse (const gchar *path, const guint8 *bytes,
    gsize size, GstSsioModel *model, GError **error);

/* Adds a model's tensors, named as those of a PyTorch nn.Sequential with a ReLU
 * between each two layers, "0.weight", "0.bias", "2.weight"..., after prefix. */
void gst_ssio_safetensors_add (GstSsioTensorWriter *writer,
    const gchar *prefix, const GstSsioModel *model);

/* Adds how the model's inputs are normalised, as texts: an nn.Sequential has no
 * place for such tensors. normalization is NULL unless normalize is STATS. */
void gst_ssio_safetensors_add_normalization (GstSsioTensorWriter *writer,
    GstSsioNormalize normalize, const GstSsioNormalization *normalization);

/* Fills model from the tensors of these names. */
gboolean gst_ssio_safetensors_read (const GstSsioTensors *tensors,
    const gchar *prefix, GstSsioModel *model, GError **error);

G_END_DECLS
