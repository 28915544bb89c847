/* SPDX-License-Identifier: MIT */
/* Measures how many pictures of 130,000 points ssioscope makes in a second, on
 * one core, and how many points of a large file go into one picture. Prints a
 * table, and writes the same as JSON where --json names a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/ssio.h>

#include "program.h"
#include "pipeline.h"
#include "series.h"

/* What a spinning LiDAR of 128 beams sees in a turn, ten times a second. */
#define SWEEP_POINTS 130000
#define SWEEPS_A_SECOND 10

static gchar *tile;
static gint rounds = 5;
static gchar *json_path;

static GOptionEntry entries[] = {
  { "tile", 0, 0, G_OPTION_ARG_FILENAME, &tile,
      "Headerless file of the default layout", "FILE" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Rounds (5)", "N" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { NULL },
};

static const struct {
  const gchar *name;
  const gchar *properties;
} sweeps[] = {
  { "top_frames_per_s", "" },
  { "perspective_frames_per_s", "view=perspective" },
  { "plain_frames_per_s", "shading=false point-size=1" },
}, epochs[] = {
  { "epoch_points_per_s", "" },
  { "epoch_range_points_per_s", "range=0,500,0,500" },
};

static guint64
count_points (void)
{
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string (GST_SSIO_DEFAULT_LAYOUT, 0, NULL);
  GError *error = NULL;
  GstSsioPointFile *file
      = gst_ssio_point_file_open (tile, layout, GST_SSIO_IO_MODE_MMAP, &error);
  guint64 n;

  if (!file)
    ssio_fail ("%s", error->message);
  n = gst_ssio_point_file_get_n_points (file);
  gst_ssio_point_file_unref (file);
  gst_ssio_layout_unref (layout);
  return n;
}

/* Seconds that a pipeline takes, in one thread. */
static gdouble
run (const gchar *accumulate, const gchar *properties)
{
  gchar *location = ssio_pipeline_quote (tile);
  gchar *text = g_strdup_printf (
      "ssiosrc location=%s batch-size=%d ! ssioscope accumulate=%s %s ! "
      "video/x-raw,format=RGBA,width=800,height=600 ! fakesink",
      location, SWEEP_POINTS, accumulate, properties);
  GstElement *pipeline = ssio_pipeline_new (text);
  gint64 start = g_get_monotonic_time ();
  gdouble seconds;

  ssio_pipeline_play (pipeline, NULL);
  seconds = (g_get_monotonic_time () - start) / 1e6;
  gst_object_unref (pipeline);
  g_free (text);
  g_free (location);
  return seconds;
}

static void
measure (SsioSeries *series, guint64 n_points)
{
  guint64 n_frames = (n_points + SWEEP_POINTS - 1) / SWEEP_POINTS;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sweeps); i++)
    ssio_series_add_aim (series, sweeps[i].name,
        n_frames / run ("none", sweeps[i].properties), SSIO_AIM_AT_LEAST,
        SWEEPS_A_SECOND);
  for (i = 0; i < G_N_ELEMENTS (epochs); i++)
    ssio_series_add (series, epochs[i].name,
        n_points / run ("epoch", epochs[i].properties) / 1e6, 1,
        "million points/s into one picture");
}

int
main (int argc, char **argv)
{
  SsioSeries *series;
  SsioReport *report;
  guint64 n_points;
  gint i;

  ssio_program_parse (&argc, &argv, entries, "- measure pictures");
  if (!tile || rounds < 1)
    ssio_fail ("expected --tile FILE, and one round or more");

  n_points = count_points ();
  series = ssio_series_new ();
  report = ssio_report_new ();
  ssio_report_add_machine (report);
  run ("none", "");
  for (i = 0; i < rounds; i++)
    measure (series, n_points);
  ssio_series_report (series, report);
  ssio_report_end (report, json_path);
  ssio_series_free (series);
  return 0;
}
