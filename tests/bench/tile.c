/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <unistd.h>

#include "program.h"
#include "linear/safetensors.h"
#include "pipeline.h"
#include "tile.h"

const guint ssio_tile_fields[SSIO_TILE_INPUTS] = { 0, 1, 2, 3, 4, 5 };

static GstSsioModel *
make_model (const gchar *weights)
{
  const guint widths[] = { SSIO_TILE_HIDDEN, SSIO_TILE_OUTPUTS };
  GArray *array = g_array_new (FALSE, FALSE, sizeof (guint));
  GError *error = NULL;
  GstSsioModel *model;

  g_array_append_vals (array, widths, G_N_ELEMENTS (widths));
  model = gst_ssio_model_new (SSIO_TILE_INPUTS, array);
  if (!weights)
    gst_ssio_model_init_random (model, 0);
  else if (!gst_ssio_safetensors_load (weights, model, &error))
    ssio_fail ("%s", error->message);
  g_array_unref (array);
  return model;
}

void
ssio_tile_open (SsioTile *tile, const gchar *path, const gchar *weights)
{
  gsize page = sysconf (_SC_PAGESIZE);
  GError *error = NULL;

  tile->path = path;
  tile->weights = weights;
  tile->file
      = gst_ssio_point_file_open (path, NULL, GST_SSIO_IO_MODE_MMAP, &error);
  if (!tile->file)
    ssio_fail ("%s", error->message);
  tile->layout
      = gst_ssio_layout_ref (gst_ssio_point_file_get_layout (tile->file));
  tile->point_size = gst_ssio_layout_get_point_size (tile->layout);
  tile->n_points = gst_ssio_point_file_get_n_points (tile->file);
  tile->size = tile->n_points * tile->point_size;
  tile->points = gst_ssio_point_file_get_mapped_points (tile->file);
  if (gst_ssio_layout_get_n_fields (tile->layout) != SSIO_TILE_INPUTS
      || (guintptr) tile->points % page != 0)
    ssio_fail ("%s: expected headerless records of %d fields", path,
        SSIO_TILE_INPUTS);
  tile->model = make_model (weights);
}

void
ssio_tile_close (SsioTile *tile)
{
  gst_ssio_model_free (tile->model);
  gst_ssio_layout_unref (tile->layout);
  gst_ssio_point_file_unref (tile->file);
}

gchar *
ssio_tile_describe_pipeline (const SsioTile *tile, guint batch_size,
    const gchar *upload, const gchar *linear)
{
  GString *text = g_string_new (NULL);
  gchar *location = ssio_pipeline_quote (tile->path);

  g_string_printf (text,
      "ssiosrc location=%s epochs=%d batch-size=%u ! queue "
      "! ssiocudaupload %s ! ssiolinear layers=%d,%d %s",
      location, SSIO_TILE_EPOCHS + 1, batch_size, upload, SSIO_TILE_HIDDEN,
      SSIO_TILE_OUTPUTS, linear);
  if (tile->weights) {
    gchar *value = ssio_pipeline_quote (tile->weights);

    g_string_append_printf (text, " weights=%s", value);
    g_free (value);
  }
  g_free (location);
  return g_string_free (text, FALSE);
}

GArray *
ssio_tile_measure_pipeline (const SsioTile *tile, const gchar *text,
    GArray *seconds)
{
  GArray *means;
  SsioEpochs epochs;

  ssio_pipeline_run (text, &epochs);
  if (epochs.seconds->len != SSIO_TILE_EPOCHS + 1
      || epochs.points != tile->n_points)
    ssio_fail ("%s: expected %d epochs of %" G_GSIZE_FORMAT
               " points, found %u, the last of %" G_GUINT64_FORMAT,
        text, SSIO_TILE_EPOCHS + 1, tile->n_points, epochs.seconds->len,
        epochs.points);
  g_array_append_vals (seconds, &g_array_index (epochs.seconds, gdouble, 1),
      SSIO_TILE_EPOCHS);
  means = g_array_ref (epochs.means);
  ssio_epochs_clear (&epochs);
  return means;
}
