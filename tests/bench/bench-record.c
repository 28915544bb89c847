/* SPDX-License-Identifier: MIT */
/* Measures recording against what others need to write the same bytes, in one
 * run on one file: filesink and cat. All end with the bytes on the disk: what
 * ssiosink does itself is done for the others with fsync().
 *
 * Prints a table, and writes the same as JSON where --json names a file. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syncfs() */
#endif

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "program.h"
#include "pipeline.h"
#include "series.h"
#include "tile.h"

#define LARGE_BATCH "250000"
#define SMALL_BATCH "4096"

/* Coordinates that LAS holds, whatever their bits are worth. */
#define SCALED " layout=x:i4*0.001,y:i4*0.001,z:i4*0.001,a:f4,b:f4,c:f4"

static gchar *tile_path;
static gchar *disk;
static gchar *memory;
static gint rounds = 5;
static gchar *json_path;

static GOptionEntry entries[] = {
  { "tile", 0, 0, G_OPTION_ARG_FILENAME, &tile_path,
      "Headerless file of the default layout", "FILE" },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &disk, "Where to write: on a disk",
      "FOLDER" },
  { "memory", 0, 0, G_OPTION_ARG_FILENAME, &memory,
      "The same in memory, on tmpfs (none)", "FOLDER" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds,
      "Rounds; each measures everything once (5)", "N" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { NULL },
};

/* Where one round writes, and what its figures are called. */
typedef struct {
  const SsioTile *tile;
  const gchar *folder;
  const gchar *place;
  SsioSeries *series;
} Place;

static void
sync_file (const gchar *path)
{
  gint fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fsync (fd) != 0)
    ssio_fail ("%s: cannot be synced: %s", path, g_strerror (errno));
  close (fd);
}

static void
run_pipeline (const Place *place, const gchar *batch, const gchar *sink,
    const gchar *path)
{
  gchar *source = ssio_pipeline_quote (place->tile->path);
  gchar *target = ssio_pipeline_quote (path);
  gchar *text
      = g_strdup_printf ("ssiosrc location=%s batch-size=%s ! %s location=%s",
          source, batch, sink, target);
  GstElement *pipeline = ssio_pipeline_new (text);

  ssio_pipeline_play (pipeline, NULL);
  gst_object_unref (pipeline);
  g_free (text);
  g_free (target);
  g_free (source);
}

static void
run_cat (const Place *place, const gchar *path)
{
  const gchar *argv[] = { "cat", place->tile->path, NULL };
  GSubprocessLauncher *launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  GError *error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_stdout_file_path (launcher, path);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  if (!process || !g_subprocess_wait_check (process, NULL, &error))
    ssio_fail ("cat: %s", error->message);
  g_object_unref (process);
  g_object_unref (launcher);
}

typedef struct {
  const gchar *name;
  const gchar *sink;  /* NULL for cat */
  const gchar *batch; /* points, and other properties of ssiosrc */
  const gchar *suffix;
  const gchar *text;
} Way;

static const Way ways[] = {
  { "bin", "ssiosink", LARGE_BATCH, ".bin", "GB/s: ssiosink, .bin" },
  { "filesink", "filesink", LARGE_BATCH, ".raw", "GB/s: filesink" },
  { "bin_small", "ssiosink", SMALL_BATCH, ".bin",
      "GB/s: ssiosink, .bin, 4,096 points a batch" },
  { "filesink_small", "filesink", SMALL_BATCH, ".raw",
      "GB/s: filesink, 4,096 points a batch" },
  { "cat", NULL, NULL, ".raw", "GB/s: cat" },
  { "npy", "ssiosink", LARGE_BATCH, ".npy", "GB/s: ssiosink, .npy" },
  { "ply", "ssiosink", LARGE_BATCH, ".ply", "GB/s: ssiosink, .ply" },
  { "las", "ssiosink", LARGE_BATCH SCALED, ".las",
      "GB/s of what comes: ssiosink, .las, which converts each point" },
};

enum {
  BIN,
  FILESINK,
  BIN_SMALL,
  FILESINK_SMALL,
  CAT,
};

/* What the disk has to do for that is not part of what comes next. */
static void
remove_output (const Place *place, const gchar *path)
{
  gchar *sidecar = g_strconcat (path, ".json", NULL);
  gint folder;

  g_remove (path);
  g_remove (sidecar);
  folder = open (place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0 || syncfs (folder) != 0)
    ssio_fail ("%s: cannot be synced: %s", place->folder, g_strerror (errno));
  close (folder);
  g_free (sidecar);
}

/* The seconds until the bytes are there. */
static gdouble
measure (const Place *place, const Way *way)
{
  gchar *path = g_strdup_printf ("%s/record%s", place->folder, way->suffix);
  gdouble seconds;
  gint64 start;

  remove_output (place, path);
  start = g_get_monotonic_time ();
  if (way->sink)
    run_pipeline (place, way->batch, way->sink, path);
  else
    run_cat (place, path);
  if (!way->sink || g_str_equal (way->sink, "filesink"))
    sync_file (path);
  seconds = (g_get_monotonic_time () - start) / 1e6;
  remove_output (place, path);
  return seconds;
}

static void
add_aim (const Place *place, const gchar *name, gdouble value)
{
  gchar *full = g_strdup_printf ("%s_%s", place->place, name);

  ssio_series_add_aim (place->series, full, value, SSIO_AIM_AT_LEAST, 0.95);
  g_free (full);
}

/* In another order each round, as a disk gives more or less after what was
 * written before. */
static void
run_round (const Place *place, GRand *random)
{
  gdouble seconds[G_N_ELEMENTS (ways)] = { 0 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ways); i++) {
    guint way;

    do
      way = g_rand_int_range (random, 0, G_N_ELEMENTS (ways));
    while (seconds[way] > 0);
    seconds[way] = measure (place, &ways[way]);
  }
  for (i = 0; i < G_N_ELEMENTS (ways); i++) {
    gchar *name = g_strdup_printf ("%s_%s", place->place, ways[i].name);

    ssio_series_add (place->series, name, place->tile->size / seconds[i] / 1e9,
        2, ways[i].text);
    g_free (name);
  }
  add_aim (place, "of_filesink", seconds[FILESINK] / seconds[BIN]);
  add_aim (place, "small_of_filesink",
      seconds[FILESINK_SMALL] / seconds[BIN_SMALL]);
  add_aim (place, "of_cat", seconds[CAT] / seconds[BIN]);
}

static void
run_rounds (const SsioTile *tile, SsioSeries *series)
{
  const Place places[] = {
    { tile, memory, "memory", series },
    { tile, disk, "disk", series },
  };
  GRand *random = g_rand_new_with_seed (0);
  gint round;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (places); i++) {
    if (!places[i].folder)
      continue;
    measure (&places[i], &ways[BIN]); /* warms up */
    for (round = 0; round < rounds; round++)
      run_round (&places[i], random);
  }
  g_rand_free (random);
}

static void
parse_options (int *argc, char ***argv)
{
  ssio_program_parse (argc, argv, entries, "- measure recording");
  if (!tile_path || !disk || rounds < 1)
    ssio_fail ("--tile, --folder, and at least one round are needed");
}

int
main (int argc, char **argv)
{
  SsioReport *report;
  SsioSeries *series;
  SsioTile tile;

  parse_options (&argc, &argv);
  ssio_tile_open (&tile, tile_path, NULL);
  report = ssio_report_new ();
  ssio_report_add_machine (report);
  ssio_report_add_value (report, "points", tile.n_points, 0, "in the tile");
  series = ssio_series_new ();
  run_rounds (&tile, series);
  ssio_series_report (series, report);
  ssio_report_end (report, json_path);
  ssio_series_free (series);
  ssio_tile_close (&tile);
  return 0;
}
