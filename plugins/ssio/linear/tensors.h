/* SPDX-License-Identifier: MIT */
/* A safetensors file's tensors, and the texts that go with them:
 * https://huggingface.co/docs/safetensors/index#format */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Among the tensors' names, the one of the texts. */
#define GST_SSIO_TENSORS_METADATA "__metadata__"

typedef struct _GstSsioTensors GstSsioTensors;

/* Whether there is a regular file. */
gboolean gst_ssio_tensors_check (const gchar *path, GError **error);

GstSsioTensors *gst_ssio_tensors_load (const gchar *path, GError **error);

/* From a file's bytes, which must outlive what is returned; path is for
 * messages. */
GstSsioTensors *gst_ssio_tensors_parse (const gchar *path, const guint8 *bytes,
    gsize size, GError **error);

void gst_ssio_tensors_free (GstSsioTensors *tensors);

/* In the file's order, GST_SSIO_TENSORS_METADATA among them. Free with
 * g_list_free(). */
GList *gst_ssio_tensors_get_names (const GstSsioTensors *tensors);

gboolean gst_ssio_tensors_have (const GstSsioTensors *tensors,
    const gchar *name);

/* Whether there is such a tensor of that type, "F32" or "F64". */
gboolean gst_ssio_tensors_are (const GstSsioTensors *tensors,
    const gchar *name, const gchar *type);

/* The bytes of a tensor, which must be of that type and
 * shape; hint says what to do where it is of another. NULL with error set. */
const guint8 *gst_ssio_tensors_find (const GstSsioTensors *tensors,
    const gchar *name, const gchar *type, const guint64 *shape,
    guint n_dimensions, const gchar *hint, GError **error);

/* Copies the values of a tensor of float32. */
gboolean gst_ssio_tensors_read (const GstSsioTensors *tensors,
    const gchar *name, gfloat *values, const guint64 *shape,
    guint n_dimensions, const gchar *hint, GError **error);

/* NULL where there is no such text, and "" where it is something else. */
const gchar *gst_ssio_tensors_get_metadata (const GstSsioTensors *tensors,
    const gchar *key);

/* Sets an error that names the file, and returns FALSE. */
gboolean gst_ssio_tensors_fail (GError **error, const GstSsioTensors *tensors,
    const gchar *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
