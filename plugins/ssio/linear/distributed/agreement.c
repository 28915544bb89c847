/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "agreement.h"

/* Enough of a checksum that it is not the same by chance. */
#define SHOWN_CHECKSUM 16

static void
add_values (GChecksum *checksum, gconstpointer values, gsize n, gsize size)
{
  g_checksum_update (checksum, values, n * size);
}

/* Takes checksum. */
static void
append_checksum (GString *text, const gchar *what, GChecksum *checksum)
{
  g_string_append_printf (text, "%s %.*s", what, SHOWN_CHECKSUM,
      g_checksum_get_string (checksum));
  g_checksum_free (checksum);
}

static void
append_weights (GString *text, const GstSsioModel *model)
{
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint i;

  g_string_append_printf (text, "layers %u", model->layers[0].n_in);
  for (i = 0; i < model->n_layers; i++) {
    const GstSsioLinearLayer *layer = &model->layers[i];

    g_string_append_printf (text, ",%u", layer->n_out);
    add_values (checksum, layer->weight, (gsize) layer->n_in * layer->n_out,
        sizeof (gfloat));
    add_values (checksum, layer->bias, layer->n_out, sizeof (gfloat));
  }
  append_checksum (text, " of weights", checksum);
}

static void
append_normalization (GString *text, const GstSsioTask *task)
{
  const GstSsioNormalization *normalization = task->normalization;
  GChecksum *checksum;

  g_string_append_printf (text, ", normalize %s",
      gst_ssio_normalize_to_string (task->normalize));
  if (!normalization)
    return;
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  add_values (checksum, normalization->mean, normalization->n,
      sizeof (gdouble));
  add_values (checksum, normalization->deviation, normalization->n,
      sizeof (gdouble));
  append_checksum (text, "", checksum);
}

static void
append_class_map (GString *text, const GstSsioClassMap *map)
{
  GChecksum *checksum;
  const gint *classes;
  gint first;
  guint n;

  if (!map) {
    g_string_append (text, ", no class-map");
    return;
  }
  classes = gst_ssio_class_map_get_table (map, &first, &n);
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  add_values (checksum, &first, 1, sizeof (first));
  add_values (checksum, classes, n, sizeof (*classes));
  append_checksum (text, ", class-map", checksum);
}

static void
append_features (GString *text, const GstSsioTask *task)
{
  guint i;

  g_string_append (text, ", features ");
  for (i = 0; i < task->model->layers[0].n_in; i++)
    g_string_append_printf (text, "%s%s", i ? "," : "",
        gst_ssio_layout_get_field (task->layout, task->fields[i])->name);
}

/* Names come last, since a long text is cut. */
gboolean
gst_ssio_agree_on_task (GstSsioCollective *collective, const GstSsioTask *task,
    GError **error)
{
  GString *text = g_string_new (NULL);
  gboolean ok;

  g_string_append_printf (text, "train=%s, %s %s, ignore-label %d",
      task->train ? "true" : "false", task->label ? "label" : "no",
      task->label ? task->label : "label", task->ignore_label);
  append_class_map (text, task->class_map);
  g_string_append (text, ", ");
  append_weights (text, task->model);
  append_normalization (text, task);
  append_features (text, task);
  ok = gst_ssio_collective_agree (collective, "distributed", text->str, error);
  g_string_free (text, TRUE);
  return ok;
}

gboolean
gst_ssio_agree_on_weights (GstSsioCollective *collective,
    const GstSsioModel *model, GError **error)
{
  GString *text = g_string_new (NULL);
  gboolean ok;

  append_weights (text, model);
  ok = gst_ssio_collective_agree (collective, "distributed, after an epoch",
      text->str, error);
  g_string_free (text, TRUE);
  return ok;
}

gboolean
gst_ssio_agree_on_largest (GstSsioCollective *collective, guint64 *number,
    GError **error)
{
  const guint n = gst_ssio_collective_get_n_ranks (collective);
  guint64 *numbers = gst_ssio_collective_gather (collective, number, 1, error);
  guint r;

  for (r = 0; numbers && r < n; r++)
    *number = MAX (*number, numbers[r]);
  g_free (numbers);
  return numbers != NULL;
}

/* Of the points that a stream has, 0 where they are not known. */
static guint64
compute_number (const gchar *stream)
{
  GstStructure *state
      = stream ? gst_structure_from_string (stream, NULL) : NULL;
  guint8 digest[32];
  gsize size = sizeof (digest);
  GChecksum *checksum;
  guint64 number;
  gchar *text;

  if (!state)
    return 0;
  /* where it stands does not count */
  gst_structure_remove_fields (state, "epoch", "batch", NULL);
  text = gst_structure_to_string (state);
  gst_structure_free (state);
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_get_digest (checksum, digest, &size);
  g_checksum_free (checksum);
  g_free (text);
  memcpy (&number, digest, sizeof (number));
  return number;
}

gboolean
gst_ssio_find_same_streams (GstSsioCollective *collective, const gchar *stream,
    guint *rank, guint *other, GError **error)
{
  const guint n = gst_ssio_collective_get_n_ranks (collective);
  const guint64 number = compute_number (stream);
  guint64 *numbers
      = gst_ssio_collective_gather (collective, &number, 1, error);
  guint a, b;

  *rank = *other = 0;
  for (a = 0; numbers && a < n; a++) {
    for (b = a + 1; b < n && *rank == *other; b++) {
      if (numbers[a] != 0 && numbers[a] == numbers[b]) {
        *rank = a;
        *other = b;
      }
    }
  }
  g_free (numbers);
  return numbers != NULL;
}
