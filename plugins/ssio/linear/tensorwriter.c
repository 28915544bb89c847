/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <json-glib/json-glib.h>
#include <string.h>

#include "tensors.h"
#include "tensorwriter.h"

/* What the header's end is a multiple of, so that tensors are aligned. */
#define ALIGNMENT 8

struct _GstSsioTensorWriter {
  JsonObject *header;
  JsonObject *metadata;
  GByteArray *data;
};

GstSsioTensorWriter *
gst_ssio_tensor_writer_new (void)
{
  GstSsioTensorWriter *writer = g_new0 (GstSsioTensorWriter, 1);

  writer->header = json_object_new ();
  writer->metadata = json_object_new ();
  writer->data = g_byte_array_new ();
  json_object_set_object_member (writer->header, GST_SSIO_TENSORS_METADATA,
      writer->metadata);
  return writer;
}

void
gst_ssio_tensor_writer_free (GstSsioTensorWriter *writer)
{
  json_object_unref (writer->header);
  g_byte_array_unref (writer->data);
  g_free (writer);
}

void
gst_ssio_tensor_writer_add_metadata (GstSsioTensorWriter *writer,
    const gchar *key, const gchar *text)
{
  json_object_set_string_member (writer->metadata, key, text);
}

void
gst_ssio_tensor_writer_add (GstSsioTensorWriter *writer, const gchar *name,
    const gfloat *values, const guint64 *shape, guint n_dimensions)
{
  JsonObject *tensor = json_object_new ();
  JsonArray *dimensions = json_array_new ();
  JsonArray *range = json_array_new ();
  gsize size = sizeof (gfloat);
  guint i;

  for (i = 0; i < n_dimensions; i++) {
    json_array_add_int_element (dimensions, shape[i]);
    size *= shape[i];
  }
  json_array_add_int_element (range, writer->data->len);
  g_byte_array_append (writer->data, (const guint8 *) values, size);
  json_array_add_int_element (range, writer->data->len);
  json_object_set_string_member (tensor, "dtype", "F32");
  json_object_set_array_member (tensor, "shape", dimensions);
  json_object_set_array_member (tensor, "data_offsets", range);
  json_object_set_object_member (writer->header, name, tensor);
}

/* The header's length, the header and what fills it up. */
static GByteArray *
print_header (const GstSsioTensorWriter *writer)
{
  static const guint8 blank = ' ';
  GByteArray *bytes = g_byte_array_new ();
  JsonNode *root = json_node_new (JSON_NODE_OBJECT);
  guint64 length = 0;
  gchar *text;

  json_node_set_object (root, writer->header);
  text = json_to_string (root, FALSE);
  g_byte_array_append (bytes, (const guint8 *) &length, sizeof (length));
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
  while (bytes->len % ALIGNMENT != 0)
    g_byte_array_append (bytes, &blank, 1);
  length = bytes->len - sizeof (length);
  GST_WRITE_UINT64_LE (bytes->data, length);
  g_free (text);
  json_node_unref (root);
  return bytes;
}

gboolean
gst_ssio_tensor_writer_write (GstSsioTensorWriter *writer, const gchar *path,
    GError **error)
{
  GByteArray *bytes = print_header (writer);
  GError *file_error = NULL;
  gboolean ok;

  g_byte_array_append (bytes, writer->data->data, writer->data->len);
  ok = g_file_set_contents_full (path, (const gchar *) bytes->data, bytes->len,
      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
      &file_error);
  if (!ok) {
    g_set_error (error, GST_RESOURCE_ERROR,
        file_error->code == G_FILE_ERROR_NOSPC
            ? GST_RESOURCE_ERROR_NO_SPACE_LEFT
            : GST_RESOURCE_ERROR_WRITE,
        "%s: cannot be written: %s; what was there before still is", path,
        file_error->message);
    g_error_free (file_error);
  }
  g_byte_array_unref (bytes);
  return ok;
}
