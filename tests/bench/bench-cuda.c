/* SPDX-License-Identifier: MIT */
/* Measures the main pipeline with a CUDA device against what bounds it, in one
 * run on one file:
 *
 *   a  ssiosrc ! queue ! ssiocudaupload ! ssiolinear, steady epochs, for each
 *      way of staging
 *   b  copies from page-locked memory alone: the bus
 *   c  the kernel alone over points in the device's memory, and the device's
 *      multiply-adds and memory bandwidth
 *   f  epochs after the first with cache=device
 *
 * bench-cuda-python.py adds d and e. Prints a table, and writes the same as
 * JSON where --json names a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <stdlib.h>

#include <gst/ssio/cuda/context-private.h>

#include "cudacall.h"
#include "cudapeak.h"
#include "cudatile.h"
#include "linear/kernels.h"
#include "report.h"

/* What meson and others take for skipped. */
#define SKIPPED 77
#define TOLERANCE 1e-5

static gchar *tile_path;
static gint rounds = 5;
static gint device_id;
static gchar *json_path;
static gchar *weights;
static gboolean only_check;

static GOptionEntry entries[] = {
  { "tile", 0, 0, G_OPTION_ARG_FILENAME, &tile_path,
      "Headerless file of the default layout", "FILE" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds,
      "Rounds; each measures everything once or more (5)", "N" },
  { "device", 0, 0, G_OPTION_ARG_INT, &device_id, "The CUDA device (0)", "N" },
  { "weights", 0, 0, G_OPTION_ARG_FILENAME, &weights,
      "A safetensors file for the model 6-64-3 (random weights)", "FILE" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { "check", 0, 0, G_OPTION_ARG_NONE, &only_check,
      "Only say which device there is; exit with 77 where there is none",
      NULL },
  { NULL },
};

enum {
  A_AUTO,
  A_PINNED,
  A_REGISTER,
  A_PAGEABLE,
  B,
  C,
  C_BATCHES,
  BANDWIDTH,
  FMA,
  F,
  N_FIGURES
};
#define N_STAGINGS (A_PAGEABLE + 1)

static const gchar *const stagings[N_STAGINGS]
    = { "auto", "pinned", "register", "pageable" };

typedef struct {
  SsioTile tile;
  GstSsioCudaContext *context;
  SsioCudaTile *resident;
  SsioCudaPeak *peak;
  GArray *figures[N_FIGURES];
  GArray *means; /* of the outputs, as first found */
} Bench;

static void
append (GArray *samples, gdouble value)
{
  g_array_append_val (samples, value);
}

/* Everything must find the same. */
static void
check_means (Bench *bench, const gchar *name, GArray *means)
{
  guint i;

  if (!bench->means)
    bench->means = g_array_copy (means);
  for (i = 0; i < SSIO_TILE_OUTPUTS; i++) {
    gdouble expected = g_array_index (bench->means, gdouble, i);
    gdouble found = g_array_index (means, gdouble, i);

    if (!(fabs (found - expected)
            <= TOLERANCE * MAX (fabs (found), fabs (expected))))
      ssio_fail ("%s: the mean of output %u is %.9g, and was %.9g in what was "
                 "measured first: these differ by more than %g",
          name, i, found, expected, TOLERANCE);
  }
}

static void
measure_pipeline (Bench *bench, const gchar *settings, GArray *seconds)
{
  gchar *upload = g_strdup_printf ("device-id=%d require-device=true %s",
      device_id, settings);
  gchar *text = ssio_tile_describe_pipeline (&bench->tile, SSIO_TILE_BATCH,
      upload, "");
  GArray *means = ssio_tile_measure_pipeline (&bench->tile, text, seconds);

  check_means (bench, settings, means);
  g_array_unref (means);
  g_free (text);
  g_free (upload);
}

static void
measure_kernel (Bench *bench, gboolean in_batches, GArray *seconds)
{
  GArray *means = g_array_new (FALSE, FALSE, sizeof (gdouble));

  append (seconds,
      ssio_cuda_tile_measure (bench->resident, in_batches, means));
  check_means (bench, "the kernel alone", means);
  g_array_unref (means);
}

/* Everything in turn, so that a machine that is slow for a while is slow for
 * all of it. */
static void
run_round (Bench *bench)
{
  gint i;

  for (i = 0; i < N_STAGINGS; i++) {
    gchar *settings = g_strdup_printf ("staging=%s", stagings[i]);

    measure_pipeline (bench, settings, bench->figures[i]);
    g_free (settings);
  }
  measure_pipeline (bench, "cache=device", bench->figures[F]);
  for (i = 0; i < SSIO_TILE_EPOCHS; i++) {
    append (bench->figures[B], ssio_cuda_peak_measure_bus (bench->peak));
    measure_kernel (bench, FALSE, bench->figures[C]);
    measure_kernel (bench, TRUE, bench->figures[C_BATCHES]);
    append (bench->figures[BANDWIDTH],
        ssio_cuda_peak_measure_bandwidth (bench->peak) / 1e9);
    if (!ssio_cuda_peak_has_no_fma (bench->peak))
      append (bench->figures[FMA],
          ssio_cuda_peak_measure_fma (bench->peak) / 1e9);
  }
}

/* NVIDIA's driver on Linux; what stands in for it has no version. */
static gchar *
describe_driver (void)
{
  const gchar *library = g_getenv ("GST_SSIO_CUDA_LIBRARY");
  gchar *version = NULL;

  if (library && *library)
    return g_strdup_printf (
        "%s: figures of a stand-in for a driver mean nothing", library);
  if (!g_file_get_contents ("/sys/module/nvidia/version", &version, NULL,
          NULL))
    return g_strdup ("of unknown version");
  return g_strchomp (version);
}

static void
report_setting (SsioReport *report, Bench *bench)
{
  const GstSsioCudaDriver *driver
      = gst_ssio_cuda_context_get_driver (bench->context);
  gchar *driver_text = describe_driver ();
  gchar *kernel = ssio_cuda_tile_describe (bench->resident);
  gchar name[256] = "";

  ssio_cuda_must (driver, cuDeviceGetName, name, sizeof (name),
      gst_ssio_cuda_context_get_device (bench->context));
  ssio_report_add_machine (report);
  ssio_report_add_text (report, "device", name);
  ssio_report_add_text (report, "driver", driver_text);
  ssio_report_add_text (report, "kernel_of_c", kernel);
  ssio_report_add_value (report, "points", bench->tile.n_points, 0,
      "in the tile");
  ssio_report_add_value (report, "rounds", rounds, 0,
      "figures are medians (least to most)");
  g_print ("\n");
  g_free (kernel);
  g_free (driver_text);
}

/* How much of what bounds it the kernel reaches: multiply-adds or reading. */
static void
report_share (SsioReport *report, Bench *bench, const gdouble *medians)
{
  const gdouble n = bench->tile.n_points;
  const gchar *no_fma = ssio_cuda_peak_has_no_fma (bench->peak);
  gdouble reading = bench->tile.size / (medians[BANDWIDTH] * 1e9);
  gdouble computing;

  ssio_report_add_value (report, "c_reading_s", reading, 5,
      "the points at that bandwidth");
  if (no_fma) {
    ssio_report_add_text (report, "c_share_of_bound", "not measured");
    return;
  }
  computing = n * SSIO_TILE_FMAS_A_POINT / (medians[FMA] * 1e9);
  ssio_report_add_value (report, "c_computing_s", computing, 5,
      "576 multiply-adds a point at that peak");
  ssio_report_add_aim (report, "c_share_of_bound",
      MAX (computing, reading) / medians[C], SSIO_AIM_AT_LEAST, 0.60);
}

static void
report_figures (SsioReport *report, Bench *bench)
{
  static const struct {
    const gchar *name;
    guint decimals;
    const gchar *text;
  } rows[N_FIGURES] = {
    [A_AUTO] = { "a_auto_s", 4, "an epoch, staging=auto" },
    [A_PINNED] = { "a_pinned_s", 4, "an epoch, staging=pinned" },
    [A_REGISTER] = { "a_register_s", 4, "an epoch, staging=register" },
    [A_PAGEABLE] = { "a_pageable_s", 4, "an epoch, staging=pageable" },
    [B] = { "b_copies_s", 4, "page-locked copies alone" },
    [C] = { "c_kernel_s", 5, "the kernel alone, one launch" },
    [C_BATCHES] = { "c_kernel_batches_s", 5, "the same, a launch a batch" },
    [BANDWIDTH] = { "c_bandwidth_gb_per_s", 1, "device copies, both ways" },
    [FMA] = { "c_peak_gfma_per_s", 1, "multiply-adds" },
    [F] = { "f_cached_s", 4, "a later epoch, cache=device" },
  };
  gdouble medians[N_FIGURES] = { 0 };
  gint best = 0;
  gint i;

  for (i = 0; i < N_FIGURES; i++) {
    if (bench->figures[i]->len == 0)
      continue;
    medians[i] = ssio_report_add_samples (report, rows[i].name,
        bench->figures[i], rows[i].decimals, rows[i].text);
    if (i < N_STAGINGS && medians[i] < medians[best])
      best = i;
  }
  if (ssio_cuda_peak_has_no_fma (bench->peak)) {
    gchar *text = g_strconcat ("not measured: ",
        ssio_cuda_peak_has_no_fma (bench->peak), NULL);

    ssio_report_add_text (report, rows[FMA].name, text);
    g_free (text);
  }
  g_print ("\n");
  ssio_report_add_value (report, "a_best_s", medians[best], 4, stagings[best]);
  ssio_report_add_value (report, "b_gb_per_s",
      bench->tile.size / medians[B] / 1e9, 1, "the bus");
  ssio_report_add_aim (report, "b_over_a", medians[B] / medians[best],
      SSIO_AIM_AT_LEAST, 0.90);
  report_share (report, bench, medians);
  ssio_report_add_aim (report, "a_over_f", medians[best] / medians[F],
      SSIO_AIM_AT_LEAST, 5);
}

/* Without a word, the pipeline would compute on the CPU where the model's
 * element had no way to do so on the device. */
static void
check_device_computes (Bench *bench)
{
  gchar *upload = g_strdup_printf ("device-id=%d require-device=true "
                                   "! pointcloud/x-raw(memory:CUDAMemory)",
      device_id);
  gchar *text = ssio_tile_describe_pipeline (&bench->tile, SSIO_TILE_BATCH,
      upload, "");
  GArray *seconds = g_array_new (FALSE, FALSE, sizeof (gdouble));

  g_array_unref (ssio_tile_measure_pipeline (&bench->tile, text, seconds));
  g_array_unref (seconds);
  g_free (text);
  g_free (upload);
}

static void
open_bench (Bench *bench)
{
  gint i;

  ssio_tile_open (&bench->tile, tile_path, weights);
  bench->resident = ssio_cuda_tile_new (bench->context, &bench->tile);
  bench->peak
      = ssio_cuda_peak_new (ssio_cuda_tile_get_memory (bench->resident),
          (gsize) SSIO_TILE_BATCH * bench->tile.point_size);
  for (i = 0; i < N_FIGURES; i++)
    bench->figures[i] = g_array_new (FALSE, FALSE, sizeof (gdouble));
}

static void
close_bench (Bench *bench)
{
  gint i;

  for (i = 0; i < N_FIGURES; i++)
    g_array_unref (bench->figures[i]);
  g_array_unref (bench->means);
  ssio_cuda_peak_free (bench->peak);
  ssio_cuda_tile_free (bench->resident);
  ssio_tile_close (&bench->tile);
}

static void
run_benchmark (GstSsioCudaContext *context)
{
  SsioReport *report = ssio_report_new ();
  Bench bench = { .context = context };
  gint i;

  open_bench (&bench);
  check_device_computes (&bench);
  for (i = 0; i < rounds; i++)
    run_round (&bench);
  report_setting (report, &bench);
  report_figures (report, &bench);
  ssio_report_add_list (report, "output_mean", bench.means);
  ssio_report_end (report, json_path);
  close_bench (&bench);
}

static void
skip (const gchar *reason)
{
  g_print ("Skipped: %s\n", reason);
  exit (SKIPPED);
}

static GstSsioCudaContext *
open_device (void)
{
  GstSsioCudaContext *context;
  GError *error = NULL;

  context = gst_ssio_cuda_context_new (device_id, &error);
  if (!context)
    skip (error->message);
  if (!gst_ssio_kernels_are_built ())
    skip ("this build has no CUDA kernels: there was no nvcc");
  return context;
}

static void
parse_arguments (int *argc, char ***argv)
{
  ssio_program_parse (argc, argv, entries,
      "- measure the stream to a CUDA device");
  if ((!tile_path && !only_check) || rounds < 1 || device_id < 0)
    ssio_fail ("--tile FILE is needed, at least one round, and no negative "
               "device");
}

int
main (int argc, char **argv)
{
  GstSsioCudaContext *context;

  parse_arguments (&argc, &argv);
  context = open_device ();
  if (!only_check)
    run_benchmark (context);
  gst_object_unref (context);
  return 0;
}
