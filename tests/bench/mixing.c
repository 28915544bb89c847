/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <math.h>

#include <gst/ssio/permutation.h>

#include "program.h"
#include "mixing.h"
#include "pipeline.h"
#include "touch.h"

#define BATCH 4096
#define MAX_CLASSES 32
#define CLASS_FIELD 4

/* A point of the file: where in it it is, and what it is. */
typedef struct {
  guint32 place;
  guint32 kind;
} Point;

/* What is found of an order. */
typedef struct {
  const gdouble *shares; /* of each class, in the file */
  gboolean has_last;
  guint32 last; /* the place of the point before */
  gdouble distances;
  guint64 n_distances;
  gdouble deviations; /* squares, summed over classes and batches */
  guint64 n_batches;
} Order;

static guint
get_class (const SsioTile *tile, gsize point)
{
  const gfloat *values
      = (const gfloat *) (tile->points + point * tile->point_size);

  return CLAMP (values[CLASS_FIELD], 0, MAX_CLASSES - 1);
}

/* Sorted by class. Sets shares. */
static void
write_points (const SsioTile *tile, const gchar *path, gdouble *shares)
{
  guint64 counts[MAX_CLASSES] = { 0 };
  Point *points = g_new (Point, tile->n_points);
  GError *error = NULL;
  guint64 i, place = 0;
  guint kind;

  for (i = 0; i < tile->n_points; i++)
    counts[get_class (tile, i)]++;
  for (kind = 0; kind < MAX_CLASSES; kind++) {
    shares[kind] = (gdouble) counts[kind] / tile->n_points;
    for (i = 0; i < counts[kind]; i++, place++)
      points[place] = (Point){ place, kind };
  }
  if (!g_file_set_contents (path, (const gchar *) points,
          tile->n_points * sizeof *points, &error))
    ssio_fail ("%s", error->message);
  g_free (points);
}

static void
add_batch (const guint8 *data, gsize size, gpointer user_data)
{
  const Point *points = (const Point *) data;
  gsize n = size / sizeof *points;
  guint counts[MAX_CLASSES] = { 0 };
  Order *order = user_data;
  guint kind;
  gsize i;

  for (i = 0; i < n; i++) {
    if (order->has_last) {
      order->distances += fabs ((gdouble) points[i].place - order->last);
      order->n_distances++;
    }
    order->last = points[i].place;
    order->has_last = TRUE;
    counts[points[i].kind]++;
  }
  if (n < BATCH) /* its shares would scatter more */
    return;
  for (kind = 0; kind < MAX_CLASSES; kind++) {
    gdouble deviation = (gdouble) counts[kind] / n - order->shares[kind];

    order->deviations += deviation * deviation;
  }
  order->n_batches++;
}

static void
report_order (SsioReport *report, const gchar *name, const Order *order,
    guint64 n_points)
{
  gchar *distance_name = g_strconcat ("mix_", name, "_distance", NULL);
  gchar *classes_name = g_strconcat ("mix_", name, "_classes", NULL);
  gdouble variance = 0;
  guint kind;

  /* batches drawn without putting back */
  for (kind = 0; kind < MAX_CLASSES; kind++)
    variance += order->shares[kind] * (1 - order->shares[kind]) / BATCH
                * (n_points - BATCH) / (n_points - 1);
  ssio_report_add_value (report, distance_name,
      order->distances / order->n_distances / (n_points / 3.0), 5,
      "between points that follow each other; 1: random");
  ssio_report_add_value (report, classes_name,
      sqrt (order->deviations / order->n_batches / variance), 2,
      "deviation of classes' shares in batches; 1: random");
  g_free (classes_name);
  g_free (distance_name);
}

/* What the others are compared with. */
static void
report_permutation (SsioReport *report, const gchar *path,
    const gdouble *shares)
{
  Order order = { .shares = shares };
  GstSsioPermutation permutation;
  Point batch[BATCH], *points;
  GError *error = NULL;
  gchar *bytes;
  gsize size, n, i;

  if (!g_file_get_contents (path, &bytes, &size, &error))
    ssio_fail ("%s", error->message);
  points = (Point *) bytes;
  n = size / sizeof *points;
  gst_ssio_permutation_init (&permutation, n, 1, 0);
  for (i = 0; i < n; i++) {
    batch[i % BATCH] = points[gst_ssio_permutation_get (&permutation, i)];
    if (i % BATCH == BATCH - 1 || i == n - 1)
      add_batch ((const guint8 *) batch, (i % BATCH + 1) * sizeof *batch,
          &order);
  }
  report_order (report, "random", &order, n);
  g_free (bytes);
}

void
ssio_mixing_report (SsioReport *report, const SsioTile *tile,
    const gchar *folder)
{
  static const struct {
    const gchar *name;
    const gchar *properties;
  } orders[] = {
    { "none", "" },
    { "batches", "shuffle=batches" },
    { "points_1", "shuffle=points shuffle-window=1" },
    { "points_16", "shuffle=points shuffle-window=16" },
    { "points_256", "shuffle=points shuffle-window=256" },
  };
  gchar *path = g_build_filename (folder, "classes.bin", NULL);
  gchar *location = ssio_pipeline_quote (path);
  gdouble shares[MAX_CLASSES];
  guint i;

  if (tile->n_points < 2 * BATCH || tile->n_points > G_MAXUINT32)
    return;
  write_points (tile, path, shares);
  for (i = 0; i < G_N_ELEMENTS (orders); i++) {
    Order order = { .shares = shares };
    gchar *source = g_strdup_printf (
        "ssiosrc location=%s layout=\"place:u4,kind:u4\" batch-size=%d "
        "seed=1 %s",
        location, BATCH, orders[i].properties);
    SsioTouch touch;

    ssio_touch_run (source, add_batch, &order, &touch);
    ssio_touch_clear (&touch);
    report_order (report, orders[i].name, &order, tile->n_points);
    g_free (source);
  }
  report_permutation (report, path, shares);
  g_free (location);
  g_free (path);
}
