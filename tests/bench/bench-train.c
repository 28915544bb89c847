/* SPDX-License-Identifier: MIT */
/* Measures training against the forward pass of the same model over the same
 * file, in one run:
 *
 *   forward   ssiosrc ! queue ! ssiolinear, steady epochs
 *   train     the same with train=true: loss, gradients and a step of AdamW
 *             for each batch
 *
 * With --device batches go through ssiocudaupload, and all is computed on that
 * CUDA device. The model has 5 inputs, 64 hidden units and 8 outputs; inputs are normalised
 * by what the first epoch measures. Prints a table, and writes the same as JSON
 * where --json names a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/ssio.h>

#include "program.h"
#include "pipeline.h"
#include "report.h"

#define MODEL "features=x,y,z,intensity,ins_class layers=64,8"
#define CLASSES "label=sem_class class-map=1:0,2:1,3:2,4:3,5:4,6:5,7:6,8:7"
#define LARGE_BATCH 250000
#define SMALL_BATCH 4096

/* Trained in a pipeline, after one that measures. */
#define N_EPOCHS 3

static gchar *tile;
static gint rounds = 3;
static gint n_threads;
static gint device_id = -1;
static gchar *json_path;
static gchar *weights;

static GOptionEntry entries[] = {
  { "tile", 0, 0, G_OPTION_ARG_FILENAME, &tile, "A tile of ssio-make-tile",
      "FILE" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds,
      "Rounds; each measures everything (3)", "N" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads,
      "Threads that compute (0 = one for each core)", "N" },
  { "device", 0, 0, G_OPTION_ARG_INT, &device_id,
      "The CUDA device that computes (-1 = the CPU)", "N" },
  { "weights", 0, 0, G_OPTION_ARG_FILENAME, &weights,
      "A safetensors file for the model 5-64-8 (random weights)", "FILE" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { NULL },
};

enum { FORWARD, TRAIN, FORWARD_SMALL, TRAIN_SMALL, N_FIGURES };

/* What stands before the queue. */
static gchar *
describe_upload (void)
{
  return device_id < 0
             ? g_strdup ("")
             : g_strdup_printf ("! ssiocudaupload require-device=true "
                                "device-id=%d ! "
                                "pointcloud/x-raw(memory:CUDAMemory)",
                 device_id);
}

/* Appends the seconds of each epoch but the first. Returns the losses. */
static GArray *
measure (guint batch_size, const gchar *properties, GArray *seconds)
{
  gchar *location = ssio_pipeline_quote (tile);
  gchar *from = weights ? ssio_pipeline_quote (weights) : NULL;
  gchar *upload = describe_upload ();
  gchar *text = g_strdup_printf (
      "ssiosrc location=%s epochs=%d batch-size=%u ! queue %s ! "
      "ssiolinear " MODEL " normalize=stats threads=%d %s %s%s",
      location, N_EPOCHS + 1, batch_size, upload, n_threads, properties,
      from ? "weights=" : "", from ? from : "");
  SsioEpochs epochs;
  GArray *losses;

  ssio_pipeline_run (text, &epochs);
  if (epochs.seconds->len != N_EPOCHS + 1)
    ssio_fail ("%s: expected %d epochs, found %u", text, N_EPOCHS + 1,
        epochs.seconds->len);
  g_array_append_vals (seconds, &g_array_index (epochs.seconds, gdouble, 1),
      N_EPOCHS);
  losses = g_array_ref (epochs.losses);
  ssio_epochs_clear (&epochs);
  g_free (text);
  g_free (upload);
  g_free (from);
  g_free (location);
  return losses;
}

static GArray *
run_round (GArray **figures)
{
  GArray *losses
      = measure (LARGE_BATCH, CLASSES " train=true", figures[TRAIN]);

  g_array_unref (measure (LARGE_BATCH, "", figures[FORWARD]));
  g_array_unref (measure (SMALL_BATCH, CLASSES " train=true",
      figures[TRAIN_SMALL]));
  g_array_unref (measure (SMALL_BATCH, "", figures[FORWARD_SMALL]));
  return losses;
}

static void
report_figures (SsioReport *report, GArray **figures, guint64 n_points)
{
  static const struct {
    const gchar *name;
    const gchar *text;
  } rows[N_FIGURES] = {
    [FORWARD] = { "forward_s", "an epoch, 250,000 points a batch" },
    [TRAIN] = { "train_s", "the same, trained" },
    [FORWARD_SMALL] = { "forward_small_s", "an epoch, 4,096 points a batch" },
    [TRAIN_SMALL] = { "train_small_s", "the same, trained" },
  };
  gdouble m[N_FIGURES];
  gint i;

  for (i = 0; i < N_FIGURES; i++)
    m[i] = ssio_report_add_samples (report, rows[i].name, figures[i], 4,
        rows[i].text);
  ssio_report_add_value (report, "train_mpoints_per_s",
      n_points / m[TRAIN] / 1e6, 1, "250,000 points a batch");
  g_print ("\n");
  ssio_report_add_aim (report, "forward_over_train", m[FORWARD] / m[TRAIN],
      SSIO_AIM_AT_LEAST, 0.30);
  ssio_report_add_value (report, "forward_over_train_small",
      m[FORWARD_SMALL] / m[TRAIN_SMALL], 3, "4,096 points a batch");
}

static guint64
count_points (void)
{
  GError *error = NULL;
  GstSsioPointFile *file
      = gst_ssio_point_file_open (tile, NULL, GST_SSIO_IO_MODE_MMAP, &error);
  guint64 n_points;

  if (!file)
    ssio_fail ("%s", error->message);
  n_points = gst_ssio_point_file_get_n_points (file);
  gst_ssio_point_file_unref (file);
  return n_points;
}

static void
run_benchmark (void)
{
  SsioReport *report = ssio_report_new ();
  guint64 n_points = count_points ();
  GArray *figures[N_FIGURES];
  GArray *losses = NULL;
  gint i;

  for (i = 0; i < N_FIGURES; i++)
    figures[i] = g_array_new (FALSE, FALSE, sizeof (gdouble));
  for (i = 0; i < rounds; i++) {
    g_clear_pointer (&losses, g_array_unref);
    losses = run_round (figures);
  }
  ssio_report_add_machine (report);
  if (device_id < 0)
    ssio_report_add_value (report, "threads", n_threads, 0, "that compute");
  else
    ssio_report_add_value (report, "device", device_id, 0,
        "CUDA's, that computes");
  ssio_report_add_value (report, "points", n_points, 0, "in the tile");
  ssio_report_add_value (report, "rounds", rounds, 0,
      "figures are medians (least to most)");
  g_print ("\n");
  report_figures (report, figures, n_points);
  ssio_report_add_list (report, "losses", losses);
  ssio_report_end (report, json_path);
  for (i = 0; i < N_FIGURES; i++)
    g_array_unref (figures[i]);
  g_array_unref (losses);
}

int
main (int argc, char **argv)
{
  ssio_program_parse (&argc, &argv, entries, "- measure training");
  if (!tile || rounds < 1 || n_threads < 0)
    ssio_fail (
        "--tile FILE is needed, at least one round, and no negative threads");
  if (n_threads == 0)
    n_threads = g_get_num_processors ();
  run_benchmark ();
  return 0;
}
