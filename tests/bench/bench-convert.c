/* SPDX-License-Identifier: MIT */
/* Measures conversions of layouts against memcpy() of the same points.
 *
 * Prints a table, and writes the same as JSON where --json names a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <time.h>

#include "convert/plan.h"
#include "program.h"
#include "pipeline.h"
#include "series.h"
#include "tile.h"

/* Passes over all points in one measurement; the best counts. */
#define REPEATS 20
#define EPOCHS 5

#define AIM 0.7

#define F4 "x:f4,y:f4,z:f4,intensity:f4,sem_class:f4,ins_class:f4"
#define F8 "x:f8,y:f8,z:f8,intensity:f8,sem_class:f8,ins_class:f8"
#define LAS_XYZ "x:i4*0.01,y:i4*0.01,z:i4*0.01,intensity:u2,"
#define LAS \
  LAS_XYZ "return_number:u1@14&7,number_of_returns:u1@14&56>>3," \
          "classification:u1@15&31,scan_angle_rank:i1@16,gps_time:f8@20"
#define PIPELINE_LAYOUT "x:f8,y:f8,z:f8,intensity:f4"

typedef struct {
  const gchar *name;
  const gchar *from;
  guint from_size; /* 0 without a gap */
  const gchar *to;
  const gchar *text;
} Conversion;

static const Conversion conversions[] = {
  { "choose", F4, 0, "x:f4,y:f4,z:f4", "6 f4 to 3 of them" },
  { "order", F4, 0, "z:f4,ins_class:f4,x:f4,sem_class:f4,intensity:f4,y:f4",
      "6 f4 in another order" },
  { "widen", F4, 0, F8, "6 f4 to f8" },
  { "narrow", F8, 0, F4, "6 f8 to f4" },
  { "scale", F4, 0,
      "x:i4*0.001,y:i4*0.001,z:i4*0.001,intensity:u2,sem_class:u1,ins_class:"
      "u2",
      "6 f4 to scaled i4, u2 and u1" },
  { "las_xyzi", LAS_XYZ "rest:u4@14", 20, "x:f4,y:f4,z:f4,intensity:f4",
      "LAS format 0 to 4 f4" },
  { "las", LAS, 34,
      "x:f4,y:f4,z:f4,intensity:f4,return_number:f4,number_of_returns:f4,"
      "classification:f4,scan_angle_rank:f4,gps_time:f8",
      "LAS format 3 to 8 f4 and an f8" },
  { "las_split", LAS, 34,
      LAS_XYZ "return_number:u1@14,number_of_returns:u1,classification:u1,"
              "gps_time:f8",
      "LAS format 3, bit fields split, scaled as before" },
};

static gchar *tile_path;
static gint n_points = 4000000;
static gint rounds = 5;
static gchar *json_path;

static GOptionEntry entries[] = {
  { "tile", 0, 0, G_OPTION_ARG_FILENAME, &tile_path,
      "Headerless file of the default layout, of as many points", "FILE" },
  { "points", 0, 0, G_OPTION_ARG_INT, &n_points, "Points (4000000)", "N" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds,
      "Rounds; each measures everything once (5)", "N" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { NULL },
};

static GstSsioConvertPlan *
make_plan (const Conversion *conversion)
{
  GError *error = NULL;
  GstSsioLayout *from = gst_ssio_layout_new_from_string (conversion->from,
      conversion->from_size, &error);
  GstSsioLayout *to
      = gst_ssio_layout_new_from_string (conversion->to, 0, &error);
  GstSsioConvertPlan *plan = NULL;

  if (from && to)
    plan = gst_ssio_convert_plan_new (from, to, NULL, TRUE, &error);
  if (!plan)
    ssio_fail ("%s", error->message);
  gst_ssio_layout_unref (from);
  gst_ssio_layout_unref (to);
  return plan;
}

/* Numbers of moderate size, whatever they are read as. */
static guint8 *
make_points (gsize size)
{
  guint32 *words = g_malloc (size + sizeof (guint32));
  gfloat value;
  gsize i;

  for (i = 0; i < size / sizeof (guint32) + 1; i++) {
    value = i % 10007 * 0.125f;
    memcpy (&words[i], &value, sizeof (value));
  }
  return (guint8 *) words;
}

/* Of the processor's time for this thread: others on the machine take less
 * part in it than in time. */
static gdouble
get_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

/* All points, a batch after the other into the same memory, as from a pool;
 * without a plan as they are. Returns seconds. */
static gdouble
pass (const GstSsioConvertPlan *plan, guint point_size, const guint8 *in,
    guint8 *out)
{
  const gdouble start = get_seconds ();
  gsize first;

  for (first = 0; first < (gsize) n_points; first += SSIO_TILE_BATCH) {
    const gsize n = MIN (SSIO_TILE_BATCH, n_points - first);
    const guint8 *from = in + first * point_size;

    if (plan)
      gst_ssio_convert_plan_run (plan, from, n, out);
    else
      memcpy (out, from, n * point_size);
  }
  return MAX (get_seconds () - start, 1e-9);
}

static void
add_figures (SsioSeries *series, const gchar *what, const gchar *text,
    gdouble converted, gdouble copied)
{
  gchar *speed = g_strconcat (what, "_gb_per_s", NULL);
  gchar *copy_speed = g_strconcat (what, "_memcpy_gb_per_s", NULL);
  gchar *ratio = g_strconcat (what, "_of_memcpy", NULL);

  ssio_series_add (series, speed, converted / 1e9, 2, text);
  ssio_series_add (series, copy_speed, copied / 1e9, 2,
      "memcpy() of the same points");
  ssio_series_add_aim (series, ratio, converted / copied, SSIO_AIM_AT_LEAST,
      AIM);
  g_free (speed);
  g_free (copy_speed);
  g_free (ratio);
}

/* Bytes a second are those that are read and those that are written. */
static void
measure_conversion (SsioSeries *series, const Conversion *conversion)
{
  GstSsioConvertPlan *plan = make_plan (conversion);
  const guint from_size = plan->from_size;
  const guint bytes = from_size + plan->to_size;
  guint8 *in = make_points ((gsize) n_points * from_size);
  guint8 *out
      = g_malloc0 ((gsize) SSIO_TILE_BATCH * MAX (from_size, plan->to_size));
  gdouble converted = G_MAXDOUBLE;
  gdouble copied = G_MAXDOUBLE;
  guint i;

  for (i = 0; i < REPEATS; i++) {
    copied = MIN (copied, pass (NULL, from_size, in, out));
    converted = MIN (converted, pass (plan, from_size, in, out));
  }
  add_figures (series, conversion->name, conversion->text,
      bytes * (gdouble) n_points / converted,
      2.0 * from_size * n_points / copied);
  g_free (in);
  g_free (out);
  gst_ssio_convert_plan_free (plan);
}

static gdouble
time_pipeline (const SsioTile *tile, const gchar *convert)
{
  gchar *location = ssio_pipeline_quote (tile->path);
  gchar *text = g_strdup_printf (
      "ssiosrc location=%s layout=%s epochs=%d ! queue ! %s fakesink",
      location, GST_SSIO_DEFAULT_LAYOUT, EPOCHS, convert);
  GstElement *pipeline = ssio_pipeline_new (text);
  gint64 start = g_get_monotonic_time ();
  gdouble seconds;

  ssio_pipeline_play (pipeline, NULL);
  seconds = (g_get_monotonic_time () - start) / 1e6;
  gst_object_unref (pipeline);
  g_free (text);
  g_free (location);
  return seconds / EPOCHS;
}

/* The element on a mapped file, and memcpy() of that file. */
static void
measure_element (SsioSeries *series, const SsioTile *tile)
{
  const gdouble bytes = 24 + 28;
  guint8 *out = g_malloc0 ((gsize) SSIO_TILE_BATCH * tile->point_size);
  gdouble copied = G_MAXDOUBLE;
  gdouble converted = G_MAXDOUBLE;
  guint i;

  for (i = 0; i < REPEATS; i++) {
    copied = MIN (copied, pass (NULL, tile->point_size, tile->points, out));
    converted = MIN (converted,
        time_pipeline (tile,
            "ssioconvert ! "
            "pointcloud/x-raw,layout=(string)\"" PIPELINE_LAYOUT "\" ! "));
  }
  add_figures (series, "element",
      "ssiosrc ! queue ! ssioconvert: 3 f4 to f8, 1 f4",
      bytes * n_points / converted,
      2.0 * tile->point_size * n_points / copied);
  g_free (out);
}

static void
run_benchmark (void)
{
  SsioReport *report = ssio_report_new ();
  SsioSeries *series = ssio_series_new ();
  SsioTile tile;
  gint i;
  guint j;

  ssio_tile_open (&tile, tile_path, NULL);
  if (tile.n_points != (gsize) n_points)
    ssio_fail ("%s: %" G_GSIZE_FORMAT " points, expected %d", tile_path,
        tile.n_points, n_points);
  for (i = 0; i < rounds; i++) {
    for (j = 0; j < G_N_ELEMENTS (conversions); j++)
      measure_conversion (series, &conversions[j]);
    measure_element (series, &tile);
  }
  ssio_report_add_machine (report);
  ssio_report_add_value (report, "points", n_points, 0, "");
  ssio_report_add_value (report, "rounds", rounds, 0,
      "figures are medians (least to most)");
  g_print ("\n");
  ssio_series_report (series, report);
  ssio_report_end (report, json_path);
  ssio_tile_close (&tile);
  ssio_series_free (series);
}

int
main (int argc, char **argv)
{
  ssio_program_parse (&argc, &argv, entries, "- measure conversions");
  if (!tile_path || n_points < 1 || rounds < 1)
    ssio_fail ("--tile FILE is needed, at least one point and one round");
  run_benchmark ();
  return 0;
}
