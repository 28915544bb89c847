/* SPDX-License-Identifier: MIT */
/* Measures the main pipeline against what bounds it, in one run on one file:
 *
 *   a  ssiosrc ! queue ! ssiocudaupload ! ssiolinear, steady epochs
 *   b  the fused kernel alone over the mapped, present file
 *   c  populate, touch every cache line, drop, window by window
 *   d  a plain loop: read() a batch, compute, next
 *   e  the machine's fused multiply-adds and memory bandwidth
 *   f  the pipeline's peak resident memory, over an empty pipeline's
 *
 * Prints a table, and writes the same as JSON where --json names a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <gst/ssio/pages.h>
#include <gst/ssio/ssio.h>

#include "program.h"
#include "linear/evaluator.h"
#include "linear/forward.h"
#include "peak.h"
#include "pipeline.h"
#include "report.h"
#include "tile.h"

/* What the point file populates and drops at once. */
#define WINDOW ((gsize) 2 << 20)
#define SMALL_BATCH 4096

#define EMPTY_PIPELINE "fakesrc num-buffers=1 ! queue ! fakesink"

static gchar *tile;
static gint rounds = 5;
static gint n_threads;
static gchar *json_path;
static gchar *weights;
static gchar *child_pipeline;

static GOptionEntry entries[] = {
  { "tile", 0, 0, G_OPTION_ARG_FILENAME, &tile,
      "Headerless file of the default layout", "FILE" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds,
      "Rounds; each measures everything once or more (5)", "N" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads,
      "Threads that compute (0 = one for each core)", "N" },
  { "weights", 0, 0, G_OPTION_ARG_FILENAME, &weights,
      "A safetensors file for the model 6-64-3 (random weights)", "FILE" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { "child", 0, 0, G_OPTION_ARG_FILENAME, &child_pipeline,
      "Run this pipeline and print its peak memory, for the benchmark itself",
      "PIPELINE" },
  { NULL },
};

/* Runs a function and appends its seconds. */
static void
measure (void (*run) (const SsioTile *tile_data), const SsioTile *tile_data,
    GArray *seconds)
{
  gint64 start = g_get_monotonic_time ();
  gdouble elapsed;

  run (tile_data);
  elapsed = (g_get_monotonic_time () - start) / 1e6;
  g_array_append_val (seconds, elapsed);
}

static gchar *
describe_pipeline (const SsioTile *tile_data, guint batch_size)
{
  gchar *linear = g_strdup_printf ("threads=%d", n_threads);
  gchar *text
      = ssio_tile_describe_pipeline (tile_data, batch_size, "", linear);

  g_free (linear);
  return text;
}

static GArray *
measure_pipeline (const SsioTile *tile_data, guint batch_size, GArray *seconds)
{
  gchar *text = describe_pipeline (tile_data, batch_size);
  GArray *means = ssio_tile_measure_pipeline (tile_data, text, seconds);

  g_free (text);
  return means;
}

/* A thread's share of the tile. */
typedef struct {
  const SsioTile *tile;
  const GstSsioForward *forward;
  const guint8 *points;
  gsize n_points;
  gdouble rate; /* what it measured, if anything */
} Share;

/* Runs func in every thread on a Share, and returns the sum of their rates. */
static gdouble
run_shares (const SsioTile *tile_data, GThreadFunc func)
{
  GstSsioForward *forward = gst_ssio_forward_new (tile_data->model,
      tile_data->layout, ssio_tile_fields);
  gsize point_size = tile_data->point_size;
  Share *shares = g_new0 (Share, n_threads);
  GThread **threads = g_new0 (GThread *, n_threads);
  gdouble rate = 0;
  gint i;

  for (i = 0; i < n_threads; i++) {
    gsize first = tile_data->n_points * i / n_threads;

    shares[i].tile = tile_data;
    shares[i].forward = forward;
    shares[i].points = tile_data->points + first * point_size;
    shares[i].n_points = tile_data->n_points * (i + 1) / n_threads - first;
    threads[i] = g_thread_new ("share", func, &shares[i]);
  }
  for (i = 0; i < n_threads; i++) {
    g_thread_join (threads[i]);
    rate += shares[i].rate;
  }
  g_free (threads);
  g_free (shares);
  gst_ssio_forward_free (forward);
  return rate;
}

static gpointer
compute_share (gpointer user_data)
{
  Share *share = user_data;
  gpointer scratch = gst_ssio_forward_new_scratch (share->forward);
  gdouble sums[SSIO_TILE_OUTPUTS] = { 0 };

  gst_ssio_forward_run (share->forward, scratch, share->points,
      share->n_points, sums);
  gst_ssio_forward_free_scratch (scratch);
  return NULL;
}

static gpointer
measure_fma (gpointer user_data)
{
  Share *share = user_data;

  share->rate
      = ssio_peak_measure_fma (gst_ssio_forward_get_isa (share->forward));
  return NULL;
}

static gpointer
measure_bandwidth (gpointer user_data)
{
  Share *share = user_data;

  share->rate = ssio_peak_measure_bandwidth (share->points,
      share->n_points * share->tile->point_size);
  return NULL;
}

static void
run_kernel (const SsioTile *tile_data)
{
  run_shares (tile_data, compute_share);
}

static void
populate (const guint8 *start, gsize size)
{
  gint code = gst_ssio_pages_populate (start, size);

  if (code != 0)
    ssio_fail ("%s: cannot be read: %s", tile, g_strerror (code));
}

static void
run_populate_and_touch (const SsioTile *tile_data)
{
  volatile guint64 sum = 0;
  gsize at;

  for (at = 0; at < tile_data->size; at += WINDOW) {
    gsize size = MIN (WINDOW, tile_data->size - at);

    populate (tile_data->points + at, size);
    sum += ssio_peak_touch (tile_data->points + at, size);
    gst_ssio_pages_drop (tile_data->points + at, size);
  }
  (void) sum;
}

/* Fills data, but at the file's end. */
static gsize
read_batch (gint fd, guint8 *data, gsize size)
{
  gsize filled = 0;
  gssize got = 1;

  while (filled < size && got != 0) {
    got = read (fd, data + filled, size - filled);
    if (got < 0 && errno != EINTR)
      ssio_fail ("%s: cannot be read: %s", tile, g_strerror (errno));
    filled += MAX (got, 0);
  }
  return filled;
}

static void
run_plain_loop (const SsioTile *tile_data)
{
  gsize batch_bytes = (gsize) SSIO_TILE_BATCH * tile_data->point_size;
  GstSsioEvaluator *evaluator = gst_ssio_cpu_evaluator_new (tile_data->model,
      tile_data->layout, ssio_tile_fields, n_threads);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, batch_bytes, NULL);
  gint fd = open (tile, O_RDONLY | O_CLOEXEC);
  gdouble sums[SSIO_TILE_OUTPUTS] = { 0 };
  GError *error = NULL;
  GstMapInfo map;
  gsize got;

  if (fd < 0)
    ssio_fail ("%s: cannot be opened: %s", tile, g_strerror (errno));
  do {
    gst_buffer_set_size (buffer, batch_bytes);
    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    got = read_batch (fd, map.data, batch_bytes);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_set_size (buffer, got);
    if ((got > 0 && !gst_ssio_evaluator_push (evaluator, buffer, &error))
        || !gst_ssio_evaluator_collect (evaluator, sums, &error))
      ssio_fail ("%s: %s", tile, error->message);
  } while (got == batch_bytes);
  close (fd);
  gst_buffer_unref (buffer);
  gst_ssio_evaluator_free (evaluator);
}

enum {
  A,
  A_SMALL,
  B,
  C,
  D,
  FMA,
  BANDWIDTH,
  BANDWIDTH_ONE,
  RESIDENT,
  EMPTY,
  N_FIGURES
};

static void
append (GArray *samples, gdouble value)
{
  g_array_append_val (samples, value);
}

/* Everything in turn, so that a machine that is slow for a while is slow for
 * all of it. Returns the means of the outputs. */
static GArray *
run_round (const SsioTile *tile_data, GArray **figures)
{
  gchar *pipeline = describe_pipeline (tile_data, SSIO_TILE_BATCH);
  GArray *means;
  gint i;

  means = measure_pipeline (tile_data, SSIO_TILE_BATCH, figures[A]);
  g_array_unref (measure_pipeline (tile_data, SMALL_BATCH, figures[A_SMALL]));

  populate (tile_data->points, tile_data->size);
  for (i = 0; i < SSIO_TILE_EPOCHS; i++)
    measure (run_kernel, tile_data, figures[B]);
  append (figures[FMA], run_shares (tile_data, measure_fma) / 1e9);
  append (figures[BANDWIDTH], run_shares (tile_data, measure_bandwidth) / 1e9);
  append (figures[BANDWIDTH_ONE],
      ssio_peak_measure_bandwidth (tile_data->points, tile_data->size) / 1e9);

  /* this one drops the pages that the last three needed */
  measure (run_populate_and_touch, tile_data, figures[C]);
  measure (run_plain_loop, tile_data, figures[D]);
  append (figures[RESIDENT], ssio_pipeline_measure_resident (pipeline) / 1e6);
  append (figures[EMPTY],
      ssio_pipeline_measure_resident (EMPTY_PIPELINE) / 1e6);
  g_free (pipeline);
  return means;
}

static void
report_figures (SsioReport *report, const SsioTile *tile_data,
    GArray **figures)
{
  static const struct {
    const gchar *name;
    guint decimals;
    const gchar *text;
  } rows[N_FIGURES] = {
    [A] = { "a_pipeline_s", 4, "an epoch, 250,000 points a batch" },
    [A_SMALL] = { "a_small_batches_s", 4, "an epoch, 4,096 points a batch" },
    [B] = { "b_kernel_s", 4, "the fused kernel alone" },
    [C] = { "c_populate_touch_s", 4, "populate, touch, drop; one thread" },
    [D] = { "d_plain_loop_s", 4, "read() a batch, compute, next" },
    [FMA] = { "e_peak_gfma_per_s", 1, "multiply-adds, all threads" },
    [BANDWIDTH] = { "e_bandwidth_gb_per_s", 1, "memory, all threads" },
    [BANDWIDTH_ONE] = { "e_bandwidth_one_gb_per_s", 1, "memory, one thread" },
    [RESIDENT] = { "f_resident_mb", 1, "the pipeline's peak" },
    [EMPTY] = { "f_empty_mb", 1, "an empty pipeline's peak" },
  };
  gdouble m[N_FIGURES];
  gint i;

  for (i = 0; i < N_FIGURES; i++)
    m[i] = ssio_report_add_samples (report, rows[i].name, figures[i],
        rows[i].decimals, rows[i].text);
  g_print ("\n");
  ssio_report_add_aim (report, "a_over_max_b_c", m[A] / MAX (m[B], m[C]),
      SSIO_AIM_AT_MOST, 1.12);
  ssio_report_add_aim (report, "small_over_large", m[A_SMALL] / m[A],
      SSIO_AIM_AT_MOST, 1.20);
  ssio_report_add_aim (report, "b_share_of_peak",
      tile_data->n_points * (gdouble) SSIO_TILE_FMAS_A_POINT / m[B]
          / (m[FMA] * 1e9),
      SSIO_AIM_AT_LEAST, 0.60);
  ssio_report_add_aim (report, "f_over_empty_mb", m[RESIDENT] - m[EMPTY],
      SSIO_AIM_AT_MOST, 32);
  ssio_report_add_value (report, "d_over_a", m[D] / m[A], 3,
      "what overlap and no copy give");
}

static void
report_setting (SsioReport *report, const SsioTile *tile_data)
{
  GstSsioForward *forward = gst_ssio_forward_new (tile_data->model,
      tile_data->layout, ssio_tile_fields);

  ssio_report_add_machine (report);
  ssio_report_add_text (report, "isa", gst_ssio_forward_get_isa (forward));
  ssio_report_add_value (report, "threads", n_threads, 0, "that compute");
  ssio_report_add_value (report, "points", tile_data->n_points, 0,
      "in the tile");
  ssio_report_add_value (report, "rounds", rounds, 0,
      "figures are medians (least to most)");
  g_print ("\n");
  gst_ssio_forward_free (forward);
}

static void
run_benchmark (void)
{
  SsioReport *report = ssio_report_new ();
  GArray *figures[N_FIGURES];
  GArray *means = NULL;
  SsioTile tile_data;
  gint i;

  ssio_tile_open (&tile_data, tile, weights);
  for (i = 0; i < N_FIGURES; i++)
    figures[i] = g_array_new (FALSE, FALSE, sizeof (gdouble));
  for (i = 0; i < rounds; i++) {
    g_clear_pointer (&means, g_array_unref);
    means = run_round (&tile_data, figures);
  }
  report_setting (report, &tile_data);
  report_figures (report, &tile_data, figures);
  ssio_report_add_list (report, "output_mean", means);
  ssio_report_end (report, json_path);
  for (i = 0; i < N_FIGURES; i++)
    g_array_unref (figures[i]);
  g_array_unref (means);
  ssio_tile_close (&tile_data);
}

int
main (int argc, char **argv)
{
  ssio_program_parse (&argc, &argv, entries, "- measure the stream");

  if (child_pipeline) {
    ssio_pipeline_print_resident (child_pipeline);
    return 0;
  }
  if (!tile || rounds < 1 || n_threads < 0)
    ssio_fail (
        "--tile FILE is needed, at least one round, and no negative threads");
  if (n_threads == 0)
    n_threads = g_get_num_processors ();
  run_benchmark ();
  return 0;
}
