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
 * Prints a table, and one line of JSON where --json names a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gst/ssio/pages.h>
#include <gst/ssio/ssio.h>
#include <json-glib/json-glib.h>

#include "linear/evaluator.h"
#include "linear/forward.h"
#include "peak.h"

#define WINDOW ((gsize) 2 << 20)
#define LARGE_BATCH 250000
#define SMALL_BATCH 4096
#define EPOCHS_A_ROUND 3

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
  { "child", 0, 0, G_OPTION_ARG_STRING, &child_pipeline,
      "Run this pipeline and print its peak memory, for the benchmark itself",
      "PIPELINE" },
  { NULL },
};

typedef struct {
  guint8 *points;
  gsize size;
  gsize n_points;
  GstSsioLayout *layout;
  GstSsioModel *model;
} Tile;

static const guint fields[] = { 0, 1, 2, 3, 4, 5 };

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a;
  gdouble y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (GArray *values)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, gdouble, values->len / 2);
}

/* Runs a function and appends its seconds. */
static void
measure (void (*run) (Tile *tile_data), Tile *tile_data, GArray *seconds)
{
  gint64 start = g_get_monotonic_time ();
  gdouble elapsed;

  run (tile_data);
  elapsed = (g_get_monotonic_time () - start) / 1e6;
  g_array_append_val (seconds, elapsed);
}

static gchar *
main_pipeline (guint batch_size)
{
  gchar *weights_text
      = weights ? g_strdup_printf ("weights=%s", weights) : g_strdup ("");
  gchar *text = g_strdup_printf ("ssiosrc location=%s epochs=%d batch-size=%u "
                                 "! queue ! ssiocudaupload ! ssiolinear "
                                 "threads=%d %s",
      tile, EPOCHS_A_ROUND + 1, batch_size, n_threads, weights_text);

  g_free (weights_text);
  return text;
}

/* Runs a pipeline to its end; seconds gets those of each epoch, means the
 * outputs' of the last. Both may be NULL. */
static void
run_pipeline (const gchar *text, GArray *seconds, GArray *means)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  gboolean running = TRUE;
  GstBus *bus;

  if (!pipeline)
    g_error ("%s: %s", text, error->message);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (running) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      gst_message_parse_error (message, &error, NULL);
      g_error ("%s: %s", text, error->message);
    } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
      running = FALSE;
    } else if (gst_message_has_name (message, GST_SSIO_EPOCH_NAME) && seconds) {
      const GstStructure *structure = gst_message_get_structure (message);
      const GValue *outputs
          = gst_structure_get_value (structure, "output-mean");
      gdouble value;
      guint i;

      gst_structure_get_double (structure, "seconds", &value);
      g_array_append_val (seconds, value);
      g_array_set_size (means, 0);
      for (i = 0; i < gst_value_array_get_size (outputs); i++) {
        value = g_value_get_double (gst_value_array_get_value (outputs, i));
        g_array_append_val (means, value);
      }
    }
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

/* Appends the seconds of each epoch but the first, which warms up. */
static void
measure_pipeline (guint batch_size, GArray *seconds, GArray *means)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (gdouble));
  gchar *text = main_pipeline (batch_size);

  run_pipeline (text, all, means);
  g_array_append_vals (seconds, &g_array_index (all, gdouble, 1),
      all->len - 1);
  g_array_unref (all);
  g_free (text);
}

typedef struct {
  Tile *tile;
  GstSsioForward *forward;
  gsize first;
  gsize n_points;
  gdouble fma;
} Share;

static gpointer
compute_share (gpointer user_data)
{
  Share *share = user_data;
  gpointer scratch = gst_ssio_forward_new_scratch (share->forward);
  gdouble sums[3] = { 0 };

  gst_ssio_forward_run (share->forward, scratch,
      share->tile->points
          + share->first
                * gst_ssio_layout_get_point_size (share->tile->layout),
      share->n_points, sums);
  gst_ssio_forward_free_scratch (scratch);
  return NULL;
}

/* One share of the file a thread. */
static void
run_shares (Tile *tile_data, GThreadFunc func, gdouble *fma)
{
  GstSsioForward *forward
      = gst_ssio_forward_new (tile_data->model, tile_data->layout, fields);
  Share *shares = g_new0 (Share, n_threads);
  GThread **threads = g_new0 (GThread *, n_threads);
  gint i;

  for (i = 0; i < n_threads; i++) {
    shares[i].tile = tile_data;
    shares[i].forward = forward;
    shares[i].first = tile_data->n_points * i / n_threads;
    shares[i].n_points
        = tile_data->n_points * (i + 1) / n_threads - shares[i].first;
    threads[i] = g_thread_new ("share", func, &shares[i]);
  }
  for (i = 0; i < n_threads; i++) {
    g_thread_join (threads[i]);
    if (fma)
      *fma += shares[i].fma;
  }
  g_free (threads);
  g_free (shares);
  gst_ssio_forward_free (forward);
}

static void
run_kernel (Tile *tile_data)
{
  run_shares (tile_data, compute_share, NULL);
}

static gpointer
measure_share_of_peak (gpointer user_data)
{
  Share *share = user_data;

  share->fma = ssio_peak_measure_fma (gst_ssio_forward_get_isa (share->forward));
  return NULL;
}

static void
run_populate_and_touch (Tile *tile_data)
{
  volatile guint64 sum = 0;
  gsize at;

  for (at = 0; at < tile_data->size; at += WINDOW) {
    gsize size = MIN (WINDOW, tile_data->size - at);

    g_assert_cmpint (gst_ssio_pages_populate (tile_data->points + at, size), ==,
        0);
    sum += ssio_peak_touch (tile_data->points + at, size);
    gst_ssio_pages_drop (tile_data->points + at, size);
  }
}

static void
run_plain_loop (Tile *tile_data)
{
  gsize batch_bytes
      = (gsize) LARGE_BATCH * gst_ssio_layout_get_point_size (tile_data->layout);
  GstSsioEvaluator *evaluator = gst_ssio_evaluator_new (tile_data->model,
      tile_data->layout, fields, n_threads);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, batch_bytes, NULL);
  gint fd = open (tile, O_RDONLY | O_CLOEXEC);
  gdouble sums[3] = { 0 };
  GstMapInfo map;
  gssize got;

  do {
    gst_buffer_set_size (buffer, batch_bytes);
    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    got = read (fd, map.data, batch_bytes);
    gst_buffer_unmap (buffer, &map);
    if (got > 0) {
      gst_buffer_set_size (buffer, got);
      gst_ssio_evaluator_push (evaluator, buffer);
      gst_ssio_evaluator_collect (evaluator, sums);
    }
  } while (got > 0);
  close (fd);
  gst_buffer_unref (buffer);
  gst_ssio_evaluator_free (evaluator);
}

/* Bytes, from Linux's account of this process. */
static gdouble
get_peak_resident (void)
{
  gchar *status, *line;
  gdouble kilobytes = 0;

  g_assert_true (
      g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  if (line)
    kilobytes = g_ascii_strtod (line + strlen ("VmHWM:"), NULL);
  g_free (status);
  return kilobytes * 1024;
}

static gdouble
measure_resident (const gchar *program, const gchar *pipeline)
{
  const gchar *argv[] = { program, "--child", pipeline, NULL };
  GError *error = NULL;
  gchar *output = NULL;
  gdouble bytes;

  if (!g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
          NULL, &output, NULL, NULL, &error))
    g_error ("%s: %s", program, error->message);
  bytes = g_ascii_strtod (output, NULL);
  g_free (output);
  return bytes;
}

static void
open_tile (Tile *tile_data)
{
  const guint widths[] = { 64, 3 };
  GArray *array = g_array_new (FALSE, FALSE, sizeof (guint));
  GError *error = NULL;
  GstSsioPointFile *file
      = gst_ssio_point_file_open (tile, NULL, GST_SSIO_IO_MODE_MMAP, &error);

  if (!file)
    g_error ("%s", error->message);
  g_array_append_vals (array, widths, G_N_ELEMENTS (widths));
  tile_data->layout
      = gst_ssio_layout_ref (gst_ssio_point_file_get_layout (file));
  tile_data->n_points = gst_ssio_point_file_get_n_points (file);
  tile_data->size = tile_data->n_points
                    * gst_ssio_layout_get_point_size (tile_data->layout);
  /* kept open: this mapping is the one that is measured */
  tile_data->points = (guint8 *) gst_ssio_point_file_get_mapped_points (file);
  tile_data->model = gst_ssio_model_new (6, array);
  gst_ssio_model_init_random (tile_data->model, 0);
  g_array_unref (array);
}

static void
report (JsonBuilder *json, const gchar *name, gdouble value, const gchar *format,
    const gchar *text)
{
  gchar *value_text;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  value_text = g_strdup_printf (format, value);
#pragma GCC diagnostic pop
  g_print ("%-26s %14s  %s\n", name, value_text, text);
  json_builder_set_member_name (json, name);
  json_builder_add_double_value (json, value);
  g_free (value_text);
}

static void
write_json (JsonBuilder *json, const GArray *means)
{
  JsonGenerator *generator = json_generator_new ();
  GError *error = NULL;
  JsonNode *root;
  guint i;

  json_builder_set_member_name (json, "output_mean");
  json_builder_begin_array (json);
  for (i = 0; i < means->len; i++)
    json_builder_add_double_value (json,
        g_array_index (means, gdouble, i));
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  if (json_path && !json_generator_to_file (generator, json_path, &error))
    g_error ("%s: %s", json_path, error->message);
  json_node_unref (root);
  g_object_unref (generator);
  g_object_unref (json);
}

enum { A, A_SMALL, B, C, D, FMA, BANDWIDTH, N_FIGURES };

/* Everything in turn, so that a machine that is slow for a while is slow for
 * all of it. */
static void
run_round (Tile *tile_data, GArray **figures, GArray *means)
{
  gdouble fma = 0, bandwidth;
  gint i;

  measure_pipeline (LARGE_BATCH, figures[A], means);
  gst_ssio_pages_populate (tile_data->points, tile_data->size);
  for (i = 0; i < EPOCHS_A_ROUND; i++)
    measure (run_kernel, tile_data, figures[B]);
  run_shares (tile_data, measure_share_of_peak, &fma);
  g_array_append_val (figures[FMA], fma);
  bandwidth
      = ssio_peak_measure_bandwidth (tile_data->points, tile_data->size);
  g_array_append_val (figures[BANDWIDTH], bandwidth);
  measure_pipeline (SMALL_BATCH, figures[A_SMALL], means);
  measure (run_populate_and_touch, tile_data, figures[C]);
  measure (run_plain_loop, tile_data, figures[D]);
}

static void
run_benchmark (const gchar *program)
{
  JsonBuilder *json = json_builder_new ();
  GArray *means = g_array_new (FALSE, FALSE, sizeof (gdouble));
  GArray *figures[N_FIGURES];
  gchar *pipeline = main_pipeline (LARGE_BATCH);
  gdouble a, a_small, b, c, d, fma, bandwidth, resident, empty;
  Tile tile_data;
  gint i;

  json_builder_begin_object (json);
  open_tile (&tile_data);
  for (i = 0; i < N_FIGURES; i++)
    figures[i] = g_array_new (FALSE, FALSE, sizeof (gdouble));
  resident = measure_resident (program, pipeline);
  empty = measure_resident (program, "fakesrc num-buffers=1 ! queue ! fakesink");
  for (i = 0; i < rounds; i++)
    run_round (&tile_data, figures, means);
  a = median (figures[A]);
  a_small = median (figures[A_SMALL]);
  b = median (figures[B]);
  c = median (figures[C]);
  d = median (figures[D]);
  fma = median (figures[FMA]);
  bandwidth = median (figures[BANDWIDTH]);

  report (json, "points", tile_data.n_points, "%.0f", "in the tile");
  report (json, "threads", n_threads, "%.0f", "that compute");
  report (json, "a_pipeline_s", a, "%.4f", "an epoch, 250,000 points a batch");
  report (json, "a_small_batches_s", a_small, "%.4f",
      "an epoch, 4,096 points a batch");
  report (json, "b_kernel_s", b, "%.4f", "the fused kernel alone");
  report (json, "c_populate_touch_s", c, "%.4f",
      "populate, touch, drop, one thread");
  report (json, "d_plain_loop_s", d, "%.4f", "read() a batch, compute, next");
  report (json, "e_peak_fma_per_s", fma, "%.3e", "all threads");
  report (json, "e_bandwidth_bytes_per_s", bandwidth, "%.3e", "one thread");
  report (json, "f_resident_bytes", resident, "%.0f", "the pipeline's peak");
  report (json, "f_empty_bytes", empty, "%.0f", "an empty pipeline's peak");
  g_print ("\n");
  report (json, "a_over_max_b_c", a / MAX (b, c), "%.3f", "aim <= 1.12");
  report (json, "small_over_large", a_small / a, "%.3f", "aim <= 1.20");
  report (json, "b_share_of_peak",
      tile_data.n_points * (6.0 * 64 + 64 * 3) / b / fma, "%.3f",
      "aim >= 0.60");
  report (json, "f_over_empty_mb", (resident - empty) / (1 << 20), "%.1f",
      "aim <= 32 MiB");
  report (json, "d_over_a", d / a, "%.3f", "what overlap and zero copy give");
  write_json (json, means);
  for (i = 0; i < N_FIGURES; i++)
    g_array_unref (figures[i]);
  gst_ssio_model_free (tile_data.model);
  gst_ssio_layout_unref (tile_data.layout);
  g_array_unref (means);
  g_free (pipeline);
}

int
main (int argc, char **argv)
{
  GOptionContext *context = g_option_context_new ("- measure the stream");
  GError *error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  g_option_context_free (context);

  if (child_pipeline) {
    run_pipeline (child_pipeline, NULL, NULL);
    g_print ("%.0f\n", get_peak_resident ());
    return 0;
  }
  if (!tile || rounds < 1)
    g_error ("--tile FILE is needed, and at least one round");
  if (n_threads == 0)
    n_threads = g_get_num_processors ();
  run_benchmark (argv[0]);
  return 0;
}
