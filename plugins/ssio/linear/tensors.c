/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <glib/gstdio.h>
#include <gst/ssio/json.h>
#include <string.h>

#include "tensors.h"

#define LENGTH_BYTES 8

struct _GstSsioTensors {
  gchar *path;
  gchar *bytes;       /* NULL where they are the caller's */
  const guint8 *data; /* what follows the header */
  gsize data_size;
  JsonParser *parser; /* owns the header */
  JsonObject *header;
};

gboolean
gst_ssio_tensors_fail (GError **error, const GstSsioTensors *tensors,
    const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, "%s: %s",
      tensors->path, text);
  g_free (text);
  return FALSE;
}

static gchar *
shape_to_string (const guint64 *shape, guint n)
{
  GString *text = g_string_new ("[");
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i ? ", " : "",
        shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* A JSON array of non-negative integers; NULL where it is something else. */
static GArray *
get_integers (JsonObject *tensor, const gchar *member)
{
  JsonNode *node = json_object_get_member (tensor, member);
  GArray *result;
  JsonArray *array;
  guint i;

  if (!node || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  result = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);
    gint64 value = -1;

    if (JSON_NODE_HOLDS_VALUE (element)
        && json_node_get_value_type (element) == G_TYPE_INT64)
      value = json_node_get_int (element);
    if (value < 0) {
      g_array_unref (result);
      return NULL;
    }
    g_array_append_val (result, value);
  }
  return result;
}

static gboolean
check_shape (const GstSsioTensors *tensors, const gchar *name,
    const GArray *shape, const guint64 *expected, guint n_expected,
    const gchar *hint, GError **error)
{
  gchar *found_text, *expected_text;

  if (shape->len == n_expected
      && memcmp (shape->data, expected, n_expected * sizeof (*expected)) == 0)
    return TRUE;

  found_text = shape_to_string ((const guint64 *) shape->data, shape->len);
  expected_text = shape_to_string (expected, n_expected);
  gst_ssio_tensors_fail (error, tensors,
      "tensor \"%s\": expected shape %s, found %s; %s", name, expected_text,
      found_text, hint);
  g_free (found_text);
  g_free (expected_text);
  return FALSE;
}

static gboolean
check_range (const GstSsioTensors *tensors, const gchar *name,
    const GArray *range, gsize expected, GError **error)
{
  guint64 begin = g_array_index (range, guint64, 0);
  guint64 end = g_array_index (range, guint64, 1);

  if (begin <= end && end <= tensors->data_size && end - begin == expected)
    return TRUE;
  return gst_ssio_tensors_fail (error, tensors,
      "tensor \"%s\": expected %" G_GSIZE_FORMAT
      " bytes, found bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
      " of %" G_GSIZE_FORMAT "; the file is damaged",
      name, expected, begin, end, tensors->data_size);
}

const guint8 *
gst_ssio_tensors_find (const GstSsioTensors *tensors, const gchar *name,
    const gchar *type, const guint64 *expected, guint n_expected,
    const gchar *hint, GError **error)
{
  JsonNode *node = json_object_get_member (tensors->header, name);
  const guint8 *found = NULL;
  JsonObject *tensor;
  JsonNode *dtype;
  GArray *shape, *range;
  gsize size = strcmp (type, "F64") == 0 ? sizeof (gdouble) : sizeof (gfloat);
  guint i;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node)) {
    gchar *text = shape_to_string (expected, n_expected);

    gst_ssio_tensors_fail (error, tensors,
        "tensor \"%s\": expected shape %s, found none; save the whole model",
        name, text);
    g_free (text);
    return NULL;
  }
  tensor = json_node_get_object (node);
  dtype = json_object_get_member (tensor, "dtype");
  shape = get_integers (tensor, "shape");
  range = get_integers (tensor, "data_offsets");
  for (i = 0; i < n_expected; i++)
    size *= expected[i];

  if (!dtype || !JSON_NODE_HOLDS_VALUE (dtype)
      || json_node_get_value_type (dtype) != G_TYPE_STRING || !shape || !range
      || range->len != 2)
    gst_ssio_tensors_fail (error, tensors,
        "tensor \"%s\": expected dtype, shape and data_offsets; the header is "
        "damaged",
        name);
  else if (strcmp (json_node_get_string (dtype), type) != 0)
    gst_ssio_tensors_fail (error, tensors,
        "tensor \"%s\": expected dtype %s, found %s; save it as %s", name,
        type, json_node_get_string (dtype),
        strcmp (type, "F64") == 0 ? "float64" : "float32");
  else if (check_shape (tensors, name, shape, expected, n_expected, hint,
               error)
           && check_range (tensors, name, range, size, error))
    found = tensors->data + g_array_index (range, guint64, 0);

  g_clear_pointer (&shape, g_array_unref);
  g_clear_pointer (&range, g_array_unref);
  return found;
}

gboolean
gst_ssio_tensors_read (const GstSsioTensors *tensors, const gchar *name,
    gfloat *values, const guint64 *shape, guint n_dimensions,
    const gchar *hint, GError **error)
{
  const guint8 *bytes = gst_ssio_tensors_find (tensors, name, "F32", shape,
      n_dimensions, hint, error);
  gsize n = 1;
  guint i;

  for (i = 0; i < n_dimensions; i++)
    n *= shape[i];
  if (bytes)
    memcpy (values, bytes, n * sizeof (gfloat));
  return bytes != NULL;
}

static gboolean
read_header (GstSsioTensors *tensors, const gchar *text, gsize length,
    GError **error)
{
  GError *cause = NULL;

  tensors->parser
      = gst_ssio_json_load (text, length, &tensors->header, &cause);
  if (tensors->parser)
    return TRUE;
  gst_ssio_tensors_fail (error, tensors, "its safetensors header %s",
      cause->message);
  g_error_free (cause);
  return FALSE;
}

static gboolean
read_bytes (GstSsioTensors *tensors, const guint8 *bytes, gsize size,
    GError **error)
{
  guint64 length;

  if (size < LENGTH_BYTES)
    return gst_ssio_tensors_fail (error, tensors,
        "is no safetensors file: expected the %d bytes of a header's length, "
        "found a file of %" G_GSIZE_FORMAT " bytes",
        LENGTH_BYTES, size);
  length = GST_READ_UINT64_LE (bytes);
  if (length > size - LENGTH_BYTES)
    return gst_ssio_tensors_fail (error, tensors,
        "is no safetensors file: expected the length of a header inside the "
        "file, found %" G_GUINT64_FORMAT " in a file of %" G_GSIZE_FORMAT
        " bytes",
        length, size);
  tensors->data = bytes + LENGTH_BYTES + length;
  tensors->data_size = size - LENGTH_BYTES - length;
  return read_header (tensors, (const gchar *) bytes + LENGTH_BYTES, length,
      error);
}

GstSsioTensors *
gst_ssio_tensors_parse (const gchar *path, const guint8 *bytes, gsize size,
    GError **error)
{
  GstSsioTensors *tensors = g_new0 (GstSsioTensors, 1);

  tensors->path = g_strdup (path);
  if (!read_bytes (tensors, bytes, size, error))
    g_clear_pointer (&tensors, gst_ssio_tensors_free);
  return tensors;
}

static GstResourceError
resource_error (gint file_error)
{
  switch (file_error) {
  case G_FILE_ERROR_NOENT:
  case G_FILE_ERROR_NOTDIR:
    return GST_RESOURCE_ERROR_NOT_FOUND;
  case G_FILE_ERROR_ACCES:
  case G_FILE_ERROR_PERM:
    return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
  default:
    return GST_RESOURCE_ERROR_OPEN_READ;
  }
}

/* A FIFO could let its reader wait, and a device give bytes, without an end. */
gboolean
gst_ssio_tensors_check (const gchar *path, GError **error)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0) {
    gint code = errno;

    g_set_error (error, GST_RESOURCE_ERROR,
        resource_error (g_file_error_from_errno (code)),
        "%s: cannot read the weights: %s; check the file's name and rights",
        path, g_strerror (code));
    return FALSE;
  }
  if (!S_ISREG (status.st_mode)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "%s: cannot read the weights: expected a regular file, found %s; "
        "name a safetensors file",
        path,
        S_ISDIR (status.st_mode)    ? "a directory"
        : S_ISFIFO (status.st_mode) ? "a FIFO"
                                    : "a device or socket");
    return FALSE;
  }
  return TRUE;
}

GstSsioTensors *
gst_ssio_tensors_load (const gchar *path, GError **error)
{
  GError *file_error = NULL;
  GstSsioTensors *tensors;
  gchar *bytes;
  gsize size;

  if (!gst_ssio_tensors_check (path, error))
    return NULL;
  if (!g_file_get_contents (path, &bytes, &size, &file_error)) {
    g_set_error (error, GST_RESOURCE_ERROR, resource_error (file_error->code),
        "%s: cannot read the weights: %s; check the file's name and rights",
        path, file_error->message);
    g_error_free (file_error);
    return NULL;
  }
  tensors = gst_ssio_tensors_parse (path, (const guint8 *) bytes, size, error);
  if (tensors)
    tensors->bytes = bytes;
  else
    g_free (bytes);
  return tensors;
}

void
gst_ssio_tensors_free (GstSsioTensors *tensors)
{
  g_clear_object (&tensors->parser);
  g_free (tensors->bytes);
  g_free (tensors->path);
  g_free (tensors);
}

GList *
gst_ssio_tensors_get_names (const GstSsioTensors *tensors)
{
  return json_object_get_members (tensors->header);
}

gboolean
gst_ssio_tensors_have (const GstSsioTensors *tensors, const gchar *name)
{
  return json_object_has_member (tensors->header, name);
}

gboolean
gst_ssio_tensors_are (const GstSsioTensors *tensors, const gchar *name,
    const gchar *type)
{
  JsonNode *node = json_object_get_member (tensors->header, name);
  JsonNode *dtype = NULL;

  if (node && JSON_NODE_HOLDS_OBJECT (node))
    dtype = json_object_get_member (json_node_get_object (node), "dtype");
  return dtype && JSON_NODE_HOLDS_VALUE (dtype)
         && g_strcmp0 (json_node_get_string (dtype), type) == 0;
}

const gchar *
gst_ssio_tensors_get_metadata (const GstSsioTensors *tensors, const gchar *key)
{
  JsonNode *node
      = json_object_get_member (tensors->header, GST_SSIO_TENSORS_METADATA);

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  node = json_object_get_member (json_node_get_object (node), key);
  if (!node)
    return NULL;
  if (!JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return "";
  return json_node_get_string (node);
}
