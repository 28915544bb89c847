/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/ssio.h>

#include "child.h"
#include "datameasure.h"
#include "program.h"
#include "pagecache.h"
#include "pipeline.h"
#include "pointfiles.h"
#include "touch.h"

/* Epochs of a warm stream; the first does not count. */
#define WARM_EPOCHS 8
#define RAW_PAIRS 5
#define SMALL_BATCH 16384
#define SHUFFLED "shuffle=batches seed=1"
#define SHARDS 4
#define SHARD_EPOCHS 4
#define SHARD_DELAY 0.5 /* seconds in which processes start */

/* What the point file makes present at once, and fio's block. */
#define BLOCK ((gsize) 2 << 20)

/* A stream may hold so much more than an empty pipeline: a quarter of the
 * limit that the cgroup has. */
#define RESIDENT_MB 64

G_GNUC_PRINTF (5, 6)
static void
add (SsioData *data, gdouble value, guint decimals, const gchar *text,
    const gchar *name, ...)
{
  va_list args;
  gchar *whole;

  va_start (args, name);
  whole = g_strdup_vprintf (name, args);
  va_end (args);
  ssio_series_add (data->series, whole, value, decimals, text);
  g_free (whole);
}

G_GNUC_PRINTF (5, 6)
static void
add_aim (SsioData *data, gdouble value, SsioAim direction, gdouble aim,
    const gchar *name, ...)
{
  va_list args;
  gchar *whole;

  va_start (args, name);
  whole = g_strdup_vprintf (name, args);
  va_end (args);
  ssio_series_add_aim (data->series, whole, value, direction, aim);
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

/* What a process held more than one with an empty pipeline. */
static void
add_peak (SsioData *data, const SsioChild *child, const gchar *prefix,
    const gchar *name)
{
  add_aim (data, (child->peak - data->empty_peak) / 1e6, SSIO_AIM_AT_MOST,
      RESIDENT_MB, "%s%s_over_empty_mb", prefix, name);
}

/* Seconds of the best epoch that is not the first: what else runs on the
 * machine only adds to it. Sets points of one, and bytes. */
static gdouble
measure_warm (const gchar *path, guint batch_size, const gchar *properties,
    gdouble *bytes, gdouble *points)
{
  gchar *source = describe_source (path, batch_size, WARM_EPOCHS, properties);
  SsioTouch touch;
  gdouble seconds = G_MAXDOUBLE;
  guint i;

  ssio_touch_run (source, NULL, NULL, &touch);
  if (touch.seconds->len != WARM_EPOCHS)
    ssio_fail ("%s: expected %d epochs", source, WARM_EPOCHS);
  *bytes = (gdouble) touch.bytes / WARM_EPOCHS;
  *points = (gdouble) touch.points / WARM_EPOCHS;
  for (i = 1; i < WARM_EPOCHS; i++)
    seconds = MIN (seconds, g_array_index (touch.seconds, gdouble, i));
  ssio_touch_clear (&touch);
  g_free (source);
  return seconds;
}

/* Right after the .bin, so that both have the same machine. */
static void
measure_format (SsioData *data, const SsioPointFormat *format,
    const gchar *bin, const gchar *path)
{
  gdouble bytes, points, seconds, bin_cost, cost;

  seconds = measure_warm (bin, SSIO_TILE_BATCH, "", &bytes, &points);
  bin_cost = seconds / bytes;
  seconds = measure_warm (path, SSIO_TILE_BATCH, "", &bytes, &points);
  cost = seconds / bytes;
  if (points != ssio_points_count (format, &data->tile))
    ssio_fail ("%s: expected the tile's points, found %.0f", path, points);
  add (data, points / seconds / 1e6, 1, "million points/s", "%s_mpoints_per_s",
      format->name);
  add (data, 1 / cost / 1e9, 2, "of batches", "%s_gb_per_s", format->name);
  if (!format->raw)
    add (data, cost / bin_cost, 1, "cost of a byte, of .bin's", "%s_over_bin",
        format->name);
  else if (!g_str_equal (path, bin))
    add_aim (data, cost / bin_cost, SSIO_AIM_AT_MOST, 1.05, "%s_over_bin",
        format->name);
}

/* Files are read anew in each round: how the page cache holds a file, in
 * larger or smaller pieces, stays as it is for long and counts. */
static void
measure_formats (SsioData *data)
{
  const SsioPointFormat *format;
  gchar *bin
      = g_build_filename (data->folder, ssio_point_formats[0].file, NULL);

  for (format = ssio_point_formats; format->name; format++) {
    gchar *path = g_build_filename (data->folder, format->file, NULL);
    gchar *source = describe_source (path, SSIO_TILE_BATCH, 1, "");
    SsioChild child;
    guint i;

    ssio_page_cache_fill (bin);
    ssio_page_cache_fill (path);
    for (i = 0; i < (format->raw ? RAW_PAIRS : 1); i++)
      measure_format (data, format, bin, path);
    ssio_child_run (source, NULL, &child);
    add_peak (data, &child, "", format->name);
    g_free (source);
    g_free (path);
  }
  g_free (bin);
}

static gdouble
measure_cold (SsioData *data, guint batch_size, const gchar *properties)
{
  gchar *options = g_strconcat (properties, " ! queue", NULL);
  gchar *source = describe_source (data->large, batch_size, 1, options);
  SsioTouch touch;
  gdouble seconds;

  ssio_page_cache_drop (data->large);
  ssio_touch_run (source, NULL, NULL, &touch);
  seconds = touch.end - touch.start;
  ssio_touch_clear (&touch);
  g_free (source);
  g_free (options);
  return seconds;
}

/* The one that comes first changes from round to round. */
static void
measure_orders (SsioData *data, guint batch_size, guint round)
{
  gdouble seconds[2], bytes, points;
  guint i;

  ssio_page_cache_fill (data->large);
  for (i = 0; i < 2; i++) {
    guint which = (i + round) % 2;

    seconds[which] = measure_warm (data->large, batch_size,
        which ? SHUFFLED : "", &bytes, &points);
  }
  add (data, seconds[0], 4, "an epoch in order", "warm_%u_s", batch_size);
  add (data, seconds[1], 4, "shuffle=batches", "warm_%u_shuffled_s",
      batch_size);
  add_aim (data, seconds[1] / seconds[0], SSIO_AIM_AT_MOST, 1.05,
      "warm_%u_ratio", batch_size);
  if (!data->can_drop)
    return;
  for (i = 0; i < 2; i++) {
    guint which = (i + round) % 2;

    seconds[which] = measure_cold (data, batch_size, which ? SHUFFLED : "");
  }
  add (data, seconds[0], 3, "from disk, in order", "cold_%u_s", batch_size);
  add (data, seconds[1], 3, "shuffle=batches", "cold_%u_shuffled_s",
      batch_size);
  add_aim (data, seconds[1] / seconds[0], SSIO_AIM_AT_MOST, 1.20,
      "cold_%u_ratio", batch_size);
}

/* A way to read the large file from its start to its end. */
typedef struct {
  gchar *name;
  const gchar *fio; /* fio's arguments, or NULL for an io-mode of that name */
} Way;

static void
clear_way (gpointer data)
{
  g_free (((Way *) data)->name);
}

static GArray *
list_ways (const SsioData *data)
{
  static const Way fio[] = {
    { "buffered", "--ioengine=psync" },
    { "direct", "--ioengine=psync --direct=1" },
    { "direct_4", "--ioengine=libaio --iodepth=4 --direct=1" },
  };
  GEnumClass *modes = g_type_class_ref (GST_TYPE_SSIO_IO_MODE);
  GArray *ways = g_array_new (FALSE, FALSE, sizeof (Way));
  guint i;

  g_array_set_clear_func (ways, clear_way);
  for (i = 0; i < modes->n_values || i < G_N_ELEMENTS (fio); i++) {
    if (i < modes->n_values) {
      Way way = { g_strdup (modes->values[i].value_nick), NULL };

      g_array_append_val (ways, way);
    }
    if (data->with_fio && i < G_N_ELEMENTS (fio)) {
      Way way = { g_strdup (fio[i].name), fio[i].fio };

      g_array_append_val (ways, way);
    }
  }
  g_type_class_unref (modes);
  return ways;
}

static void
run_cold_child (SsioData *data, guint batch_size, const gchar *properties,
    SsioChild *child)
{
  gchar *options = g_strconcat (properties, " ! queue", NULL);
  gchar *source = describe_source (data->large, batch_size, 1, options);

  ssio_page_cache_drop (data->large);
  ssio_child_run (source, data->cgroup, child);
  g_free (source);
  g_free (options);
}

/* Bytes a second. */
static gdouble
measure_way (SsioData *data, const Way *way)
{
  SsioChild child;
  gchar *properties;

  if (way->fio) {
    ssio_page_cache_drop (data->large);
    return ssio_child_run_fio (data->large, BLOCK, way->fio, data->cgroup);
  }
  properties = g_strconcat ("io-mode=", way->name, NULL);
  run_cold_child (data, SSIO_TILE_BATCH, properties, &child);
  add_peak (data, &child, "io_", way->name);
  g_free (properties);
  return child.bytes / (child.end - child.start);
}

/* Each way has another place in each round: what a disk gives depends on what
 * was read before. */
static void
measure_ways (SsioData *data, guint round)
{
  GArray *ways = list_ways (data);
  gdouble *rates = g_new (gdouble, ways->len);
  gdouble best = 0;
  guint i;

  for (i = 0; i < ways->len; i++) {
    guint at = (i + round) % ways->len;
    const Way *way = &g_array_index (ways, Way, at);

    rates[at] = measure_way (data, way);
    add (data, rates[at] / 1e9, 2, "from disk", "%s_%s_gb_per_s",
        way->fio ? "fio" : "io", way->name);
    if (way->fio)
      best = MAX (best, rates[at]);
  }
  for (i = 0; best > 0 && i < ways->len; i++) {
    const Way *way = &g_array_index (ways, Way, i);

    if (!way->fio)
      add_aim (data, rates[i] / best, SSIO_AIM_AT_LEAST, 0.95, "io_%s_of_fio",
          way->name);
  }
  g_free (rates);
  g_array_unref (ways);
}

/* An epoch of the large file in the cgroup, in order and shuffled. */
static void
measure_limited (SsioData *data, guint batch_size)
{
  gchar *name = g_strdup_printf ("%u", batch_size);
  SsioChild child;
  gdouble in_order, shuffled;

  run_cold_child (data, batch_size, "", &child);
  in_order = child.end - child.start;
  run_cold_child (data, batch_size, SHUFFLED, &child);
  shuffled = child.end - child.start;
  add (data, in_order, 3, "in order, limited memory", "limited_%u_s",
      batch_size);
  add (data, shuffled, 3, "shuffle=batches", "limited_%u_shuffled_s",
      batch_size);
  add (data, child.disk_bytes / child.bytes, 2,
      "bytes that it read from the disk, of the file's", "limited_%u_reads",
      batch_size);
  add_aim (data, shuffled / in_order, SSIO_AIM_AT_MOST, 1.20,
      "limited_%u_ratio", batch_size);
  add_peak (data, &child, "limited_", name);
  g_free (name);
}

static void
measure_start (SsioData *data)
{
  gchar *source = describe_source (data->small, SSIO_TILE_BATCH, 1, "");
  SsioChild child;

  ssio_child_run (source, NULL, &child);
  if (child.points != (gdouble) data->n_small * SSIO_DATA_FILE_POINTS)
    ssio_fail ("%s: expected %u files of %d points", data->small,
        data->n_small, SSIO_DATA_FILE_POINTS);
  add (data, child.first, 3, "to the first batch of many files",
      "start_first_s");
  add (data, child.end - child.start, 3, "to their end", "start_end_s");
  add (data, child.n_files, 0, "most file descriptors", "start_descriptors");
  add_aim (data, child.first, SSIO_AIM_AT_MOST, 3, "start_s");
  add_peak (data, &child, "start", "");
  g_free (source);
}

/* Points a second of so many processes that share the large file's batches. */
static gdouble
measure_shards (SsioData *data, guint n)
{
  GSubprocess *processes[SHARDS];
  gdouble at = g_get_monotonic_time () / 1e6 + SHARD_DELAY;
  gdouble points = 0, end = 0;
  guint i;

  for (i = 0; i < n; i++) {
    gchar *properties
        = g_strdup_printf ("num-shards=%u shard-index=%u ! queue", n, i);
    gchar *source = describe_source (data->large, SSIO_TILE_BATCH,
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

void
ssio_data_measure (SsioData *data, guint round)
{
  gdouble one, four;

  measure_formats (data);
  ssio_page_cache_fill (data->large);
  one = measure_shards (data, 1);
  four = measure_shards (data, SHARDS);
  add (data, one / 1e6, 1, "million points/s, one process",
      "shards_1_mpoints_per_s");
  add (data, four / 1e6, 1, "together", "shards_4_mpoints_per_s");
  add (data, four / one, 3, "four shards against one", "shards_ratio");
  measure_orders (data, SSIO_TILE_BATCH, round);
  measure_orders (data, SMALL_BATCH, round);
  if (data->can_drop)
    measure_ways (data, round);
  if (data->can_drop && data->cgroup) {
    measure_limited (data, SSIO_TILE_BATCH);
    if (round == 0) /* may read the file many times over */
      measure_limited (data, SMALL_BATCH);
  }
  measure_start (data);
}
