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
#include "datameasure.h"
#include "program.h"
#include "mixing.h"
#include "pagecache.h"
#include "pipeline.h"
#include "pointfiles.h"
#include "report.h"

#define MAX_FILES 100000
#define POINTS_A_FILE 40 /* of the tile; small files share points */

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

static void
prepare (SsioData *data)
{
  const SsioPointFormat *format;

  ssio_tile_open (&data->tile, tile_path, NULL);
  data->series = ssio_series_new ();
  for (format = ssio_point_formats; format->name; format++) {
    gchar *path = g_build_filename (folder, format->file, NULL);

    ssio_points_write (format, &data->tile, folder);
    ssio_page_cache_fill (path);
    g_free (path);
  }
  data->large = g_build_filename (folder, "large.bin", NULL);
  ssio_points_write_large (&data->tile, data->large,
      ((guint64) limit_mb << 20) * LARGE_OVER_LIMIT);
  data->can_drop = ssio_page_cache_drop (data->large);
  data->small = g_build_filename (folder, "small", NULL);
  data->n_small = CLAMP (data->tile.n_points / POINTS_A_FILE, 1, MAX_FILES);
  ssio_points_write_many (&data->tile, data->small, data->n_small,
      SSIO_DATA_FILE_POINTS);
  data->empty_peak = ssio_pipeline_measure_resident (EMPTY_PIPELINE);
}

static void
run_benchmark (void)
{
  SsioReport *report = ssio_report_new ();
  SsioData data = {
    .folder = folder,
    .cgroup = cgroup,
    .with_fio = with_fio,
  };
  gint i;

  prepare (&data);
  for (i = 0; i < rounds; i++)
    ssio_data_measure (&data, i);

  ssio_report_add_machine (report);
  ssio_report_add_value (report, "points", data.tile.n_points, 0,
      "in the tile");
  ssio_report_add_value (report, "large_mb", limit_mb * LARGE_OVER_LIMIT, 0,
      cgroup ? "the large file; four times its cgroup's memory"
             : "the large file; without a cgroup");
  ssio_report_add_value (report, "small_files", data.n_small, 0,
      "of 100 points each");
  ssio_report_add_value (report, "rounds", rounds, 0,
      "figures are medians (least to most)");
  if (!data.can_drop)
    g_print ("Nothing from disk: files stay in memory here\n");
  g_print ("\n");
  ssio_series_report (data.series, report);
  g_print ("\n");
  ssio_mixing_report (report, &data.tile, folder);
  ssio_report_end (report, json_path);
  ssio_tile_close (&data.tile);
  ssio_series_free (data.series);
  g_free (data.small);
  g_free (data.large);
}

int
main (int argc, char **argv)
{
  ssio_program_parse (&argc, &argv, entries, "- measure data sets");

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
