/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <glib/gstdio.h>
#include <gst/ssio/json.h>
#include <math.h>
#include <string.h>

#include "safetensors.h"

#define LENGTH_BYTES 8
#define METADATA "__metadata__"

/* How inputs are normalised: these tensors, or a text of the metadata. */
#define MEAN "normalize.mean"
#define DEVIATION "normalize.std"
#define NORMALIZE "normalize"

typedef struct {
  const gchar *path;
  const guint8 *data; /* what follows the header */
  gsize data_size;
  JsonObject *header;
} Tensors;

/* Makes something of the tensors. */
typedef gboolean (*ReadFunc) (const Tensors *tensors, gpointer user_data,
    GError **error);

G_GNUC_PRINTF (3, 4)
static gboolean
fail (GError **error, const Tensors *tensors, const gchar *format, ...)
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

/* Text order with runs of digits compared as numbers: 2.weight < 10.weight */
static gint
compare_natural (gconstpointer a_pointer, gconstpointer b_pointer)
{
  const gchar *a = *(const gchar *const *) a_pointer;
  const gchar *b = *(const gchar *const *) b_pointer;

  while (*a && *b) {
    if (g_ascii_isdigit (*a) && g_ascii_isdigit (*b)) {
      gchar *a_end, *b_end;
      guint64 x = g_ascii_strtoull (a, &a_end, 10);
      guint64 y = g_ascii_strtoull (b, &b_end, 10);

      if (x != y)
        return x < y ? -1 : 1;
      a = a_end;
      b = b_end;
    } else if (*a != *b) {
      return *a < *b ? -1 : 1;
    } else {
      a++;
      b++;
    }
  }
  if (*a || *b)
    return *a ? 1 : -1;
  /* "0" and "00" */
  return strcmp (*(const gchar *const *) a_pointer,
      *(const gchar *const *) b_pointer);
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
check_shape (const Tensors *tensors, const gchar *name, const GArray *shape,
    const guint64 *expected, guint n_expected, const gchar *hint,
    GError **error)
{
  gchar *found_text, *expected_text;

  if (shape->len == n_expected
      && memcmp (shape->data, expected, n_expected * sizeof (*expected)) == 0)
    return TRUE;

  found_text = shape_to_string ((const guint64 *) shape->data, shape->len);
  expected_text = shape_to_string (expected, n_expected);
  fail (error, tensors, "tensor \"%s\": expected shape %s, found %s; %s", name,
      expected_text, found_text, hint);
  g_free (found_text);
  g_free (expected_text);
  return FALSE;
}

static gboolean
check_range (const Tensors *tensors, const gchar *name, const GArray *range,
    gsize expected, GError **error)
{
  guint64 begin = g_array_index (range, guint64, 0);
  guint64 end = g_array_index (range, guint64, 1);

  if (begin <= end && end <= tensors->data_size && end - begin == expected)
    return TRUE;
  return fail (error, tensors,
      "tensor \"%s\": expected %" G_GSIZE_FORMAT
      " bytes, found bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
      " of %" G_GSIZE_FORMAT "; the file is damaged",
      name, expected, begin, end, tensors->data_size);
}

/* Its bytes, or NULL with error set where it is not just as expected. */
static const guint8 *
find_tensor (const Tensors *tensors, const gchar *name, const gchar *type,
    const guint64 *expected, guint n_expected, const gchar *hint,
    GError **error)
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

    fail (error, tensors,
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
    fail (error, tensors,
        "tensor \"%s\": expected dtype, shape and data_offsets; the header is "
        "damaged",
        name);
  else if (strcmp (json_node_get_string (dtype), type) != 0)
    fail (error, tensors,
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

static gboolean
read_floats (const Tensors *tensors, const gchar *name, gfloat *values,
    const guint64 *expected, guint n_expected, const gchar *hint,
    GError **error)
{
  const guint8 *bytes
      = find_tensor (tensors, name, "F32", expected, n_expected, hint, error);
  gsize n = 1;
  guint i;

  for (i = 0; i < n_expected; i++)
    n *= expected[i];
  if (bytes)
    memcpy (values, bytes, n * sizeof (gfloat));
  return bytes != NULL;
}

/* Fails where the name is none that a model of linear layers has. */
static gboolean
check_name (const Tensors *tensors, const gchar *name, GError **error)
{
  gboolean ok = TRUE;

  if (g_str_has_suffix (name, ".bias")) {
    gchar *weight = g_strdup_printf ("%.*s.weight",
        (int) (strlen (name) - strlen (".bias")), name);

    if (!json_object_has_member (tensors->header, weight))
      ok = fail (error, tensors,
          "tensor \"%s\": expected with \"%s\", found none; save the whole "
          "model",
          weight, name);
    g_free (weight);
  } else if (!g_str_has_suffix (name, ".weight")
             && strcmp (name, METADATA) != 0 && strcmp (name, MEAN) != 0
             && strcmp (name, DEVIATION) != 0) {
    ok = fail (error, tensors,
        "tensor \"%s\": expected only *.weight and *.bias of linear layers",
        name);
  }
  return ok;
}

/* The names of the *.weight tensors in order. */
static GPtrArray *
list_weights (const Tensors *tensors, GError **error)
{
  GPtrArray *weights = g_ptr_array_new_with_free_func (g_free);
  GList *members = json_object_get_members (tensors->header);
  GList *item;

  for (item = members; item; item = item->next) {
    const gchar *name = item->data;

    if (!check_name (tensors, name, error)) {
      g_clear_pointer (&weights, g_ptr_array_unref);
      break;
    }
    if (g_str_has_suffix (name, ".weight"))
      g_ptr_array_add (weights, g_strdup (name));
  }
  g_list_free (members);
  if (weights)
    g_ptr_array_sort (weights, compare_natural);
  return weights;
}

static gboolean
read_layer (const Tensors *tensors, const gchar *weight_name,
    GstSsioLinearLayer *layer, GError **error)
{
  const guint64 shape[2] = { layer->n_out, layer->n_in };
  gchar *bias_name = g_strdup_printf ("%.*s.bias",
      (int) (strlen (weight_name) - strlen (".weight")), weight_name);
  gboolean ok;

  ok = read_floats (tensors, weight_name, layer->weight, shape, 2,
           "set layers to the model's widths and features to its inputs",
           error)
       && read_floats (tensors, bias_name, layer->bias, shape, 1,
           "weight and bias of a layer must fit", error);
  g_free (bias_name);
  return ok;
}

static gboolean
read_layers (const Tensors *tensors, gpointer user_data, GError **error)
{
  GstSsioModel *model = user_data;
  GPtrArray *weights = list_weights (tensors, error);
  gboolean ok = weights != NULL;
  guint i;

  if (weights && weights->len != model->n_layers)
    ok = fail (error, tensors,
        "expected %u layers, found %u tensors named *.weight; set layers to "
        "the model's widths",
        model->n_layers, weights->len);
  for (i = 0; ok && i < model->n_layers; i++)
    ok = read_layer (tensors, g_ptr_array_index (weights, i),
        &model->layers[i], error);
  g_clear_pointer (&weights, g_ptr_array_unref);
  return ok;
}

typedef struct {
  guint n_in;
  GstSsioNormalize *normalize;
  GstSsioNormalization **normalization;
} NormalizationPlace;

static gboolean
is_float64 (const Tensors *tensors, const gchar *name)
{
  JsonNode *node = json_object_get_member (tensors->header, name);
  JsonNode *dtype = NULL;

  if (node && JSON_NODE_HOLDS_OBJECT (node))
    dtype = json_object_get_member (json_node_get_object (node), "dtype");
  return dtype && JSON_NODE_HOLDS_VALUE (dtype)
         && g_strcmp0 (json_node_get_string (dtype), "F64") == 0;
}

/* Of a tensor in float64, or in float32. */
static gboolean
read_doubles (const Tensors *tensors, const gchar *name, guint n,
    gdouble *values, GError **error)
{
  const guint64 shape = n;
  const gboolean is_double = is_float64 (tensors, name);
  const guint8 *bytes = find_tensor (tensors, name, is_double ? "F64" : "F32",
      &shape, 1, "it must have a value for each of features", error);
  gfloat single;
  guint i;

  if (!bytes)
    return FALSE;
  for (i = 0; i < n; i++) {
    if (is_double) {
      memcpy (&values[i], bytes + i * sizeof (gdouble), sizeof (gdouble));
    } else {
      memcpy (&single, bytes + i * sizeof (gfloat), sizeof (gfloat));
      values[i] = single;
    }
    if (!isfinite (values[i]))
      return fail (error, tensors,
          "tensor \"%s\": expected finite numbers, found %g", name, values[i]);
  }
  return TRUE;
}

static gboolean
read_metadata (const Tensors *tensors, GstSsioNormalize *normalize,
    GError **error)
{
  JsonNode *node = json_object_get_member (tensors->header, METADATA);
  JsonNode *value = NULL;
  const gchar *text;

  *normalize = GST_SSIO_NORMALIZE_NONE;
  if (node && JSON_NODE_HOLDS_OBJECT (node))
    value = json_object_get_member (json_node_get_object (node), NORMALIZE);
  if (!value)
    return TRUE;
  text = JSON_NODE_HOLDS_VALUE (value)
                 && json_node_get_value_type (value) == G_TYPE_STRING
             ? json_node_get_string (value)
             : "";
  for (*normalize = GST_SSIO_NORMALIZE_NONE;
       *normalize <= GST_SSIO_NORMALIZE_CENTER_XY; (*normalize)++) {
    if (strcmp (text, gst_ssio_normalize_to_string (*normalize)) == 0)
      return TRUE;
  }
  return fail (error, tensors,
      "metadata \"" NORMALIZE "\": expected none, stats or center-xy, found "
      "\"%s\"",
      text);
}

static gboolean
read_normalization (const Tensors *tensors, gpointer user_data, GError **error)
{
  const NormalizationPlace *place = user_data;
  GstSsioNormalization *found;

  if (!read_metadata (tensors, place->normalize, error))
    return FALSE;
  if (!json_object_has_member (tensors->header, MEAN)
      && !json_object_has_member (tensors->header, DEVIATION)
      && *place->normalize != GST_SSIO_NORMALIZE_STATS)
    return TRUE;
  *place->normalize = GST_SSIO_NORMALIZE_STATS;
  found = gst_ssio_normalization_new (place->n_in);
  if (read_doubles (tensors, MEAN, place->n_in, found->mean, error)
      && read_doubles (tensors, DEVIATION, place->n_in, found->deviation,
          error)) {
    *place->normalization = found;
    return TRUE;
  }
  gst_ssio_normalization_free (found);
  return FALSE;
}

static gboolean
read_header (Tensors *tensors, const gchar *text, gsize length, ReadFunc func,
    gpointer user_data, GError **error)
{
  GError *cause = NULL;
  JsonParser *parser
      = gst_ssio_json_load (text, length, &tensors->header, &cause);
  gboolean ok;

  if (!parser) {
    fail (error, tensors, "its safetensors header %s", cause->message);
    g_error_free (cause);
    return FALSE;
  }
  ok = func (tensors, user_data, error);
  g_object_unref (parser);
  return ok;
}

static gboolean
parse (const gchar *path, const guint8 *bytes, gsize size, ReadFunc func,
    gpointer user_data, GError **error)
{
  Tensors tensors = { .path = path };
  guint64 length;

  if (size < LENGTH_BYTES)
    return fail (error, &tensors,
        "is no safetensors file: expected the %d bytes of a header's length, "
        "found a file of %" G_GSIZE_FORMAT " bytes",
        LENGTH_BYTES, size);
  length = GST_READ_UINT64_LE (bytes);
  if (length > size - LENGTH_BYTES)
    return fail (error, &tensors,
        "is no safetensors file: expected the length of a header inside the "
        "file, found %" G_GUINT64_FORMAT " in a file of %" G_GSIZE_FORMAT
        " bytes",
        length, size);
  tensors.data = bytes + LENGTH_BYTES + length;
  tensors.data_size = size - LENGTH_BYTES - length;
  return read_header (&tensors, (const gchar *) bytes + LENGTH_BYTES, length,
      func, user_data, error);
}

gboolean
gst_ssio_safetensors_parse (const gchar *path, const guint8 *bytes, gsize size,
    GstSsioModel *model, GError **error)
{
  return parse (path, bytes, size, read_layers, model, error);
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
gst_ssio_safetensors_check (const gchar *path, GError **error)
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

static gboolean
load (const gchar *path, ReadFunc func, gpointer user_data, GError **error)
{
  GError *file_error = NULL;
  gchar *bytes;
  gsize size;
  gboolean ok;

  if (!gst_ssio_safetensors_check (path, error))
    return FALSE;
  if (!g_file_get_contents (path, &bytes, &size, &file_error)) {
    g_set_error (error, GST_RESOURCE_ERROR, resource_error (file_error->code),
        "%s: cannot read the weights: %s; check the file's name and rights",
        path, file_error->message);
    g_error_free (file_error);
    return FALSE;
  }
  ok = parse (path, (const guint8 *) bytes, size, func, user_data, error);
  g_free (bytes);
  return ok;
}

gboolean
gst_ssio_safetensors_load (const gchar *path, GstSsioModel *model,
    GError **error)
{
  return load (path, read_layers, model, error);
}

gboolean
gst_ssio_safetensors_load_normalization (const gchar *path, guint n_in,
    GstSsioNormalize *normalize, GstSsioNormalization **normalization,
    GError **error)
{
  NormalizationPlace place = { n_in, normalize, normalization };

  *normalization = NULL;
  return load (path, read_normalization, &place, error);
}
