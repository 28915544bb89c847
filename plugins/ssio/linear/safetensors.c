/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "safetensors.h"
#include "tensors.h"

/* How inputs are normalised: these tensors, or a text of the metadata. */
#define MEAN "normalize.mean"
#define DEVIATION "normalize.std"
#define NORMALIZE "normalize"

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

/* Fails where the name is none that a model of linear layers has. */
static gboolean
check_name (const GstSsioTensors *tensors, const gchar *name, GError **error)
{
  gboolean ok = TRUE;

  if (g_str_has_suffix (name, ".bias")) {
    gchar *weight = g_strdup_printf ("%.*s.weight",
        (int) (strlen (name) - strlen (".bias")), name);

    if (!gst_ssio_tensors_have (tensors, weight))
      ok = gst_ssio_tensors_fail (error, tensors,
          "tensor \"%s\": expected with \"%s\", found none; save the whole "
          "model",
          weight, name);
    g_free (weight);
  } else if (!g_str_has_suffix (name, ".weight")
             && strcmp (name, GST_SSIO_TENSORS_METADATA) != 0
             && strcmp (name, MEAN) != 0 && strcmp (name, DEVIATION) != 0) {
    ok = gst_ssio_tensors_fail (error, tensors,
        "tensor \"%s\": expected only *.weight and *.bias of linear layers",
        name);
  }
  return ok;
}

/* The names of the *.weight tensors in order. */
static GPtrArray *
list_weights (const GstSsioTensors *tensors, GError **error)
{
  GPtrArray *weights = g_ptr_array_new_with_free_func (g_free);
  GList *members = gst_ssio_tensors_get_names (tensors);
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

/* "0.weight" to "0.bias" */
static gchar *
name_bias (const gchar *weight_name)
{
  return g_strdup_printf ("%.*s.bias",
      (int) (strlen (weight_name) - strlen (".weight")), weight_name);
}

static gboolean
read_layer (const GstSsioTensors *tensors, const gchar *weight_name,
    GstSsioLinearLayer *layer, GError **error)
{
  const guint64 shape[2] = { layer->n_out, layer->n_in };
  gchar *bias_name = name_bias (weight_name);
  gboolean ok;

  ok = gst_ssio_tensors_read (tensors, weight_name, layer->weight, shape, 2,
           "set layers to the model's widths and features to its inputs",
           error)
       && gst_ssio_tensors_read (tensors, bias_name, layer->bias, shape, 1,
           "weight and bias of a layer must fit", error);
  g_free (bias_name);
  return ok;
}

static gboolean
read_layers (const GstSsioTensors *tensors, GstSsioModel *model,
    GError **error)
{
  GPtrArray *weights = list_weights (tensors, error);
  gboolean ok = weights != NULL;
  guint i;

  if (weights && weights->len != model->n_layers)
    ok = gst_ssio_tensors_fail (error, tensors,
        "expected %u layers, found %u tensors named *.weight; set layers to "
        "the model's widths",
        model->n_layers, weights->len);
  for (i = 0; ok && i < model->n_layers; i++)
    ok = read_layer (tensors, g_ptr_array_index (weights, i),
        &model->layers[i], error);
  g_clear_pointer (&weights, g_ptr_array_unref);
  return ok;
}

/* Numbers in a text, separated by commas. */
static gboolean
parse_doubles (const gchar *text, guint n, gdouble *values)
{
  gchar **numbers = g_strsplit (text, ",", -1);
  const gboolean ok = g_strv_length (numbers) == n;
  guint i;

  for (i = 0; ok && i < n; i++)
    values[i] = g_ascii_strtod (numbers[i], NULL);
  g_strfreev (numbers);
  return ok;
}

/* A tensor in float64, or in float32. */
static gboolean
read_tensor (const GstSsioTensors *tensors, const gchar *name, guint n,
    gdouble *values, GError **error)
{
  const guint64 shape = n;
  const gboolean is_double = gst_ssio_tensors_are (tensors, name, "F64");
  const guint8 *bytes
      = gst_ssio_tensors_find (tensors, name, is_double ? "F64" : "F32",
          &shape, 1, "it must have a value for each of features", error);
  gfloat single;
  guint i;

  for (i = 0; bytes && i < n; i++) {
    if (is_double) {
      memcpy (&values[i], bytes + i * sizeof (gdouble), sizeof (gdouble));
    } else {
      memcpy (&single, bytes + i * sizeof (gfloat), sizeof (gfloat));
      values[i] = single;
    }
  }
  return bytes != NULL;
}

/* A tensor, or a text in its place. */
static gboolean
read_doubles (const GstSsioTensors *tensors, const gchar *name, guint n,
    gdouble *values, GError **error)
{
  const gchar *text = gst_ssio_tensors_get_metadata (tensors, name);
  guint i;

  if (gst_ssio_tensors_have (tensors, name) || !text) {
    if (!read_tensor (tensors, name, n, values, error))
      return FALSE;
  } else if (!parse_doubles (text, n, values)) {
    return gst_ssio_tensors_fail (error, tensors,
        "metadata \"%s\": expected %u numbers, one for each of features, "
        "found \"%s\"",
        name, n, text);
  }
  for (i = 0; i < n; i++) {
    if (!isfinite (values[i]))
      return gst_ssio_tensors_fail (error, tensors,
          "tensor \"%s\": expected finite numbers, found %g", name, values[i]);
  }
  return TRUE;
}

static gboolean
read_mode (const GstSsioTensors *tensors, GstSsioNormalize *normalize,
    GError **error)
{
  const gchar *text = gst_ssio_tensors_get_metadata (tensors, NORMALIZE);

  *normalize = GST_SSIO_NORMALIZE_NONE;
  if (!text)
    return TRUE;
  for (; *normalize <= GST_SSIO_NORMALIZE_CENTER_XY; (*normalize)++) {
    if (strcmp (text, gst_ssio_normalize_to_string (*normalize)) == 0)
      return TRUE;
  }
  return gst_ssio_tensors_fail (error, tensors,
      "metadata \"" NORMALIZE "\": expected none, stats or center-xy, found "
      "\"%s\"",
      text);
}

static gboolean
read_normalization (const GstSsioTensors *tensors, guint n_in,
    GstSsioNormalize *normalize, GstSsioNormalization **normalization,
    GError **error)
{
  GstSsioNormalization *found;

  if (!read_mode (tensors, normalize, error))
    return FALSE;
  if (!gst_ssio_tensors_have (tensors, MEAN)
      && !gst_ssio_tensors_have (tensors, DEVIATION)
      && *normalize != GST_SSIO_NORMALIZE_STATS)
    return TRUE;
  *normalize = GST_SSIO_NORMALIZE_STATS;
  found = gst_ssio_normalization_new (n_in);
  if (read_doubles (tensors, MEAN, n_in, found->mean, error)
      && read_doubles (tensors, DEVIATION, n_in, found->deviation, error)) {
    *normalization = found;
    return TRUE;
  }
  gst_ssio_normalization_free (found);
  return FALSE;
}

gboolean
gst_ssio_safetensors_load_normalization (const gchar *path, guint n_in,
    GstSsioNormalize *normalize, GstSsioNormalization **normalization,
    GError **error)
{
  GstSsioTensors *tensors = gst_ssio_tensors_load (path, error);
  gboolean ok;

  *normalization = NULL;
  if (!tensors)
    return FALSE;
  ok = read_normalization (tensors, n_in, normalize, normalization, error);
  gst_ssio_tensors_free (tensors);
  return ok;
}

static void
add_doubles (GstSsioTensorWriter *writer, const gchar *name,
    const gdouble *values, guint n)
{
  GString *text = g_string_new (NULL);
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i ? "," : "",
        g_ascii_dtostr (number, sizeof (number), values[i]));
  gst_ssio_tensor_writer_add_metadata (writer, name, text->str);
  g_string_free (text, TRUE);
}

void
gst_ssio_safetensors_add_normalization (GstSsioTensorWriter *writer,
    GstSsioNormalize normalize, const GstSsioNormalization *normalization)
{
  gst_ssio_tensor_writer_add_metadata (writer, NORMALIZE,
      gst_ssio_normalize_to_string (normalize));
  if (!normalization)
    return;
  add_doubles (writer, MEAN, normalization->mean, normalization->n);
  add_doubles (writer, DEVIATION, normalization->deviation, normalization->n);
}

/* Layer i of an nn.Sequential is its module 2 * i. */
static gchar *
name_weight (const gchar *prefix, guint layer)
{
  return g_strdup_printf ("%s%u.weight", prefix, 2 * layer);
}

void
gst_ssio_safetensors_add (GstSsioTensorWriter *writer, const gchar *prefix,
    const GstSsioModel *model)
{
  guint i;

  for (i = 0; i < model->n_layers; i++) {
    const GstSsioLinearLayer *layer = &model->layers[i];
    const guint64 shape[2] = { layer->n_out, layer->n_in };
    gchar *weight = name_weight (prefix, i);
    gchar *bias = name_bias (weight);

    gst_ssio_tensor_writer_add (writer, weight, layer->weight, shape, 2);
    gst_ssio_tensor_writer_add (writer, bias, layer->bias, shape, 1);
    g_free (weight);
    g_free (bias);
  }
}

gboolean
gst_ssio_safetensors_read (const GstSsioTensors *tensors, const gchar *prefix,
    GstSsioModel *model, GError **error)
{
  gboolean ok = TRUE;
  guint i;

  for (i = 0; ok && i < model->n_layers; i++) {
    gchar *weight = name_weight (prefix, i);

    ok = read_layer (tensors, weight, &model->layers[i], error);
    g_free (weight);
  }
  return ok;
}

gboolean
gst_ssio_safetensors_parse (const gchar *path, const guint8 *bytes, gsize size,
    GstSsioModel *model, GError **error)
{
  GstSsioTensors *tensors = gst_ssio_tensors_parse (path, bytes, size, error);
  gboolean ok = tensors && read_layers (tensors, model, error);

  g_clear_pointer (&tensors, gst_ssio_tensors_free);
  return ok;
}

gboolean
gst_ssio_safetensors_check (const gchar *path, GError **error)
{
  return gst_ssio_tensors_check (path, error);
}

gboolean
gst_ssio_safetensors_load (const gchar *path, GstSsioModel *model,
    GError **error)
{
  GstSsioTensors *tensors = gst_ssio_tensors_load (path, error);
  gboolean ok = tensors && read_layers (tensors, model, error);

  g_clear_pointer (&tensors, gst_ssio_tensors_free);
  return ok;
}
