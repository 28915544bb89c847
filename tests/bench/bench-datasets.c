/* SPDX-License-Identifier: MIT */
/* Measures data sets: formats against the .bin of the same points, orders,
 * files larger than memory, many files, shards, and how well orders mix.
 *
 * Prints a table, and writes the same as JSON where --json names a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/ssio.h>

#include "child.h"
#include "fail.h"
#include "mixing.h"
#include "pagecache.h"
#include "pipeline.h"
#include "pointfiles.h"
#include "report.h"
#include "series.h"
#include "tile.h"
#include "touch.h"

/* Epochs of a warm stream; the first does not count. */
#define WARM_EPOCHS 4
#define SMALL_BATCH 16384
#define SHARDS 4
#define SHARD_EPOCHS 4
#define SHARD_DELAY 0.5 /* seconds in which processes start */

/* Small files */
#define FILE_POINTS 100
#define MAX_FILES 100000

/* What the point file makes present at once, and fio's block. */
#define BLOCK ((gsize) 2 << 20)
#define LARGE_OVER_LIMIT 4

#define EMPTY_PIPELINE "fakesrc num-buffers=1 ! queue ! fakesink"

static gchar *tile_path;
static gchar *folder;
static gint rounds = 5;
static gint limit_mb = 256;
static gchar *cgroup;
static gboolean with_fio;
static gchar *json_path;
static gchar *child_source;
static gdouble child_start;
static gchar *child_pipeline;

static GOptionEntry entries[] = {
  { "tile", 0, 0, G_OPTION_ARG_FILENAME, &tile_path,
      "Headerless file of the default layout", "FILE" },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &folder,
      "An empty folder, on a disk, for files of some gigabytes", "DIR" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds,
      "Rounds; each measures everything once (5)", "N" },
  { "limit", 0, 0, G_OPTION_ARG_INT, &limit_mb,
      "A quarter of the large file's size, in MiB (256)", "N" },
  { "cgroup", 0, 0, G_OPTION_ARG_FILENAME, &cgroup,
      "Folder of a cgroup whose memory has that limit", "DIR" },
  { "fio", 0, 0, G_OPTION_ARG_NONE, &with_fio, "Measure with fio as well",
      NULL },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { "stream", 0, 0, G_OPTION_ARG_STRING, &child_source,
      "Stream this and print what was found, for the benchmark itself",
      "SOURCE" },
  { "at", 0, 0, G_OPTION_ARG_DOUBLE, &child_start,
      "When, in seconds of the monotonic clock", "TIME" },
  { "child", 0, 0, G_OPTION_ARG_FILENAME, &child_pipeline,
      "Run this pipeline and print its peak memory, for the benchmark itself",
      "PIPELINE" },
  { NULL },
};

typedef struct {
  SsioTile tile;
  gchar *large; /* a file */
  gchar *small; /* a folder */
  guint n_small;
  gboolean can_drop; /* files can be taken out of the page cache */
  gdouble empty_peak;
  SsioSeries *series;
} Bench;

G_GNUC_PRINTF (5, 6)
static void
add (Bench *bench, gdouble value, guint decimals, const gchar *text,
    const gchar *name, ...)
{
  va_list args;
  gchar *whole;

  va_start (args, name);
  whole = g_strdup_vprintf (name, args);
  va_end (args);
  ssio_series_add (bench->series, whole, value, decimals, text);
  g_free (whole);
}

G_GNUC_PRINTF (5, 6)
static void
add_aim (Bench *bench, gdouble value, SsioAim direction, gdouble aim,
    const gchar *name, ...)
{
  va_list args;
  gchar *whole;

  va_start (args, name);
  whole = g_strdup_vprintf (name, args);
  va_end (args);
  ssio_series_add_aim (bench->series, whole, value, direction, aim);
  g_free (whole);
}

static gchar *
describe_source (const gchar *path, guint batch_size, guint epochs,
    const gchar *properties)
{
  gchar *location = ssio_pipeline_quote (path);
  gchar *text
      = g_strdup_printf ("ssiosrc location=%s batch-size=%u epochs=%u %s",
          location, batch_size, epochs, properties);

  g_free (location);
  return text;
}

/* Seconds of an epoch that is not the first. Sets bytes and points of one. */
static gdouble
measure_warm (const gchar *path, guint batch_size, const gchar *properties,
    gdouble *bytes, gdouble *points)
{
  gchar *source = describe_source (path, batch_size, WARM_EPOCHS, properties);
  SsioTouch touch;
  gdouble seconds;

  ssio_touch_run (source, NULL, NULL, &touch);
  if (touch.seconds->len != WARM_EPOCHS)
    ssio_fail ("%s: expected %d epochs", source, WARM_EPOCHS);
  *bytes = (gdouble) touch.bytes / WARM_EPOCHS;
  *points = (gdouble) touch.points / WARM_EPOCHS;
  g_array_remove_index (touch.seconds, 0);
  seconds = ssio_report_get_median (touch.seconds);
  ssio_touch_clear (&touch);
  g_free (source);
  return seconds;
}

/* Each format after the .bin, so that both had the same machine. */
static void
measure_formats (Bench *bench)
{
  const SsioPointFormat *format;

  for (format = ssio_point_formats; format->name; format++) {
    gchar *bin = g_build_filename (folder, ssio_point_formats[0].file, NULL);
    gchar *path = g_build_filename (folder, format->file, NULL);
    gdouble bytes, points, seconds, bin_cost, cost;

    seconds = measure_warm (bin, SSIO_TILE_BATCH, "", &bytes, &points);
    bin_cost = seconds / bytes;
    seconds = measure_warm (path, SSIO_TILE_BATCH, "", &bytes, &points);
    cost = seconds / bytes;
    if (points != ssio_points_count (format, &bench->tile))
      ssio_fail ("%s: expected the tile's points, found %.0f", path, points);
    add (bench, points / seconds / 1e6, 1, "million points/s",
        "%s_mpoints_per_s", format->name);
    add (bench, 1 / cost / 1e9, 2, "of batches", "%s_gb_per_s", format->name);
    if (format == ssio_point_formats)
      ;
    else if (format->raw)
      add_aim (bench, cost / bin_cost, SSIO_AIM_AT_MOST, 1.05, "%s_over_bin",
          format->name);
    else
      add (bench, cost / bin_cost, 1, "cost of a byte, of .bin's",
          "%s_over_bin", format->name);
    g_free (path);
    g_free (bin);
  }
}

static gdouble
measure_cold (Bench *bench, guint batch_size, const gchar *properties)
{
  gchar *options = g_strconcat (properties, " ! queue", NULL);
  gchar *source = describe_source (bench->large, batch_size, 1, options);
  SsioTouch touch;
  gdouble seconds;

  ssio_page_cache_drop (bench->large);
  ssio_touch_run (source, NULL, NULL, &touch);
  seconds = touch.end - touch.start;
  ssio_touch_clear (&touch);
  g_free (source);
  g_free (options);
  return seconds;
}

static void
measure_orders (Bench *bench, guint batch_size)
{
  const gchar *shuffled = "shuffle=batches seed=1";
  gdouble bytes, points, in_order, mixed;

  in_order = measure_warm (bench->large, batch_size, "", &bytes, &points);
  mixed = measure_warm (bench->large, batch_size, shuffled, &bytes, &points);
  add (bench, in_order, 4, "an epoch in order", "warm_%u_s", batch_size);
  add (bench, mixed, 4, "shuffle=batches", "warm_%u_shuffled_s", batch_size);
  add_aim (bench, mixed / in_order, SSIO_AIM_AT_MOST, 1.05, "warm_%u_ratio",
      batch_size);
  if (!bench->can_drop)
    return;
  in_order = measure_cold (bench, batch_size, "");
  mixed = measure_cold (bench, batch_size, shuffled);
  add (bench, in_order, 3, "from disk, in order", "cold_%u_s", batch_size);
  add (bench, mixed, 3, "shuffle=batches", "cold_%u_shuffled_s", batch_size);
  add_aim (bench, mixed / in_order, SSIO_AIM_AT_MOST, 1.20, "cold_%u_ratio",
      batch_size);
}

/* The best of fio's ways to read the large file, or 0. */
static gdouble
measure_fio (Bench *bench)
{
  static const struct {
    const gchar *name;
    const gchar *arguments;
  } ways[] = {
    { "buffered", "--ioengine=psync" },
    { "direct", "--ioengine=psync --direct=1" },
    { "direct_4", "--ioengine=libaio --iodepth=4 --direct=1" },
  };
  gdouble best = 0;
  guint i;

  for (i = 0; with_fio && i < G_N_ELEMENTS (ways); i++) {
    gdouble rate;

    ssio_page_cache_drop (bench->large);
    rate = ssio_child_run_fio (bench->large, BLOCK, ways[i].arguments, cgroup);
    add (bench, rate / 1e9, 2, "from disk, with fio", "fio_%s_gb_per_s",
        ways[i].name);
    best = MAX (best, rate);
  }
  return best;
}

static void
measure_io_modes (Bench *bench)
{
  GEnumClass *modes = g_type_class_ref (GST_TYPE_SSIO_IO_MODE);
  gdouble best;
  guint i;

  if (!bench->can_drop)
    return;
  best = measure_fio (bench);
  for (i = 0; i < modes->n_values; i++) {
    const gchar *name = modes->values[i].value_nick;
    gchar *properties = g_strdup_printf ("io-mode=%s ! queue", name);
    gchar *source
        = describe_source (bench->large, SSIO_TILE_BATCH, 1, properties);
    SsioChild child;
    gdouble rate;

    ssio_page_cache_drop (bench->large);
    ssio_child_run (source, cgroup, &child);
    rate = child.bytes / (child.end - child.start);
    add (bench, rate / 1e9, 2, "from disk", "io_%s_gb_per_s", name);
    add_aim (bench, (child.peak - bench->empty_peak) / 1e6, SSIO_AIM_AT_MOST,
        32, "io_%s_over_empty_mb", name);
    if (best > 0)
      add_aim (bench, rate / best, SSIO_AIM_AT_LEAST, 0.95, "io_%s_of_fio",
          name);
    g_free (source);
    g_free (properties);
  }
  g_type_class_unref (modes);
}

static void
measure_start (Bench *bench)
{
  gchar *source = describe_source (bench->small, SSIO_TILE_BATCH, 1, "");
  SsioChild child;

  ssio_child_run (source, NULL, &child);
  if (child.points != (gdouble) bench->n_small * FILE_POINTS)
    ssio_fail ("%s: expected %u files of %d points", bench->small,
        bench->n_small, FILE_POINTS);
  add (bench, child.first, 3, "to the first batch of many files",
      "start_first_s");
  add (bench, child.end - child.start, 3, "to their end", "start_end_s");
  add (bench, child.n_files, 0, "most file descriptors", "start_descriptors");
  add_aim (bench, child.first, SSIO_AIM_AT_MOST, 3, "start_s");
  add_aim (bench, (child.peak - bench->empty_peak) / 1e6, SSIO_AIM_AT_MOST, 64,
      "start_over_empty_mb");
  g_free (source);
}

/* Points a second of so many processes that share the large file's batches. */
static gdouble
measure_shards (Bench *bench, guint n)
{
  GSubprocess *processes[SHARDS];
  gdouble at = g_get_monotonic_time () / 1e6 + SHARD_DELAY;
  gdouble points = 0, end = 0;
  guint i;

  for (i = 0; i < n; i++) {
    gchar *properties
        = g_strdup_printf ("num-shards=%u shard-index=%u ! queue", n, i);
    gchar *source = describe_source (bench->large, SSIO_TILE_BATCH,
        SHARD_EPOCHS, properties);

    processes[i] = ssio_child_start (source, at, NULL);
    g_free (source);
    g_free (properties);
  }
  for (i = 0; i < n; i++) {
    SsioChild child;

    ssio_child_finish (processes[i], &child);
    points += child.points;
    end = MAX (end, child.end);
  }
  return points / (end - at);
}

static void
run_round (Bench *bench)
{
  gdouble one, four;

  measure_formats (bench);
  ssio_page_cache_fill (bench->large);
  one = measure_shards (bench, 1);
  four = measure_shards (bench, SHARDS);
  add (bench, one / 1e6, 1, "million points/s, one process",
      "shards_1_mpoints_per_s");
  add (bench, four / 1e6, 1, "together", "shards_4_mpoints_per_s");
  add (bench, four / one, 3, "four shards against one", "shards_ratio");
  measure_orders (bench, SSIO_TILE_BATCH);
  ssio_page_cache_fill (bench->large);
  measure_orders (bench, SMALL_BATCH);
  measure_io_modes (bench);
  measure_start (bench);
}

static void
prepare (Bench *bench)
{
  const SsioPointFormat *format;

  ssio_tile_open (&bench->tile, tile_path, NULL);
  bench->series = ssio_series_new ();
  for (format = ssio_point_formats; format->name; format++) {
    gchar *path = g_build_filename (folder, format->file, NULL);

    ssio_points_write (format, &bench->tile, folder);
    ssio_page_cache_fill (path);
    g_free (path);
  }
  bench->large = g_build_filename (folder, "large.bin", NULL);
  ssio_points_write_large (&bench->tile, bench->large,
      ((guint64) limit_mb << 20) * LARGE_OVER_LIMIT);
  bench->can_drop = ssio_page_cache_drop (bench->large);
  bench->small = g_build_filename (folder, "small", NULL);
  bench->n_small = MIN (bench->tile.n_points / FILE_POINTS + 1, MAX_FILES);
  ssio_points_write_many (&bench->tile, bench->small, bench->n_small,
      FILE_POINTS);
  bench->empty_peak = ssio_pipeline_measure_resident (EMPTY_PIPELINE);
}

static void
run_benchmark (void)
{
  SsioReport *report = ssio_report_new ();
  GError *error = NULL;
  Bench bench;
  gint i;

  prepare (&bench);
  for (i = 0; i < rounds; i++)
    run_round (&bench);

  ssio_report_add_machine (report);
  ssio_report_add_value (report, "points", bench.tile.n_points, 0,
      "in the tile");
  ssio_report_add_value (report, "large_mb", limit_mb * LARGE_OVER_LIMIT, 0,
      cgroup ? "the large file; four times its cgroup's memory"
             : "the large file; without a cgroup");
  ssio_report_add_value (report, "small_files", bench.n_small, 0,
      "of 100 points each");
  ssio_report_add_value (report, "rounds", rounds, 0,
      "figures are medians (least to most)");
  if (!bench.can_drop)
    g_print ("Nothing from disk: files stay in memory here\n");
  g_print ("\n");
  ssio_series_report (bench.series, report);
  g_print ("\n");
  ssio_mixing_report (report, &bench.tile, folder);
  if (json_path && !ssio_report_write (report, json_path, &error))
    ssio_fail ("%s", error->message);
  ssio_tile_close (&bench.tile);
  ssio_series_free (bench.series);
  ssio_report_free (report);
  g_free (bench.small);
  g_free (bench.large);
}

int
main (int argc, char **argv)
{
  GOptionContext *context = g_option_context_new ("- measure data sets");
  GError *error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error))
    ssio_fail ("%s", error->message);
  g_option_context_free (context);

  if (child_source)
    ssio_child_stream (child_source, child_start);
  else if (child_pipeline)
    ssio_pipeline_print_resident (child_pipeline);
  else if (!tile_path || !folder || rounds < 1 || limit_mb < 1)
    ssio_fail ("--tile FILE and --folder DIR are needed, at least one round, "
               "and a limit");
  else
    run_benchmark ();
  return 0;
}
