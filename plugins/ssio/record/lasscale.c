/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/fieldvalue.h>
#include <math.h>

#include "lasscale.h"
#include "transcoder.h"

/* Millimetres are what most have, and hold float32 centimetres as well. The
 * powers of two are for what was computed in binary. */
static const gdouble scales[] = { 1e-3, 1e-2, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8,
  1e-9, 0x1p-10, 0x1p-16, 0x1p-20, 0x1p-24, 0x1p-28, 0x1p-31 };

/* Offsets are round numbers, as people would have chosen them. */
#define ROUND_OFFSET 1000.0

typedef struct {
  gdouble min;
  gdouble max;
} Extent;

static gdouble
read_value (const GstSsioField *field, const guint8 *points, gsize i,
    guint point_size)
{
  return gst_ssio_field_read_value (field, points + i * point_size);
}

static gboolean
find_extent (const GstSsioField *from, const guint8 *points, gsize n_points,
    guint point_size, Extent *extent, GError **error)
{
  gsize i;

  *extent = (Extent){ INFINITY, -INFINITY };
  for (i = 0; i < n_points; i++) {
    gdouble value = read_value (from, points, i, point_size);

    if (!isfinite (value)) {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "%s of point %" G_GSIZE_FORMAT
          " is %g: expected a finite number in LAS; record as .bin, .npy or "
          ".ply, or leave such points out before",
          from->name, i, value);
      return FALSE;
    }
    extent->min = MIN (extent->min, value);
    extent->max = MAX (extent->max, value);
  }
  return TRUE;
}

/* Half the range is left for points that come later. */
static gboolean
fits (const Extent *extent, gdouble scale, gdouble origin)
{
  return (extent->max - origin) / scale < 0x1p30
         && (extent->min - origin) / scale > -0x1p30;
}

static gboolean
choose_origin (const Extent *extent, gdouble scale, gdouble *origin)
{
  *origin = 0;
  if (fits (extent, scale, *origin))
    return TRUE;
  *origin = rint ((extent->min / 2 + extent->max / 2) / ROUND_OFFSET)
            * ROUND_OFFSET;
  return fits (extent, scale, *origin);
}

/* Returns how many points from the first on come back as they are. */
static gsize
count_held (const GstSsioField *from, const guint8 *points, gsize n_points,
    guint point_size, const GstSsioField *to)
{
  gboolean is_float32
      = from->type == GST_SSIO_TYPE_F4 && gst_ssio_field_is_plain (from);
  gint64 stored;
  gsize i;

  for (i = 0; i < n_points; i++) {
    if (!gst_ssio_field_holds_value (to,
            read_value (from, points, i, point_size), is_float32, &stored))
      break;
  }
  return i;
}

/* Of decimal scales, the first that all values fit: others would be cut off by
 * who rounds to it. NULL where there is none. Free with g_free(). */
static gchar *
advise (const Extent *extent, const gchar *name)
{
  gdouble scale, origin;

  for (scale = 1000; scale >= 1e-6; scale /= 10) {
    if (choose_origin (extent, 1 / scale, &origin))
      return g_strdup_printf (", or round them before: ssioconvert lossy=true "
                              "fields=...,%s:i4*%.15g%+.15g",
          name, 1 / scale, origin);
  }
  return NULL;
}

gboolean
gst_ssio_las_scale_choose (const GstSsioField *from, const guint8 *points,
    gsize n_points, guint point_size, GstSsioField *to, GError **error)
{
  gsize most = 0;
  Extent extent;
  gchar *advice;
  guint i;

  if (!find_extent (from, points, n_points, point_size, &extent, error))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (scales); i++) {
    gsize n;

    to->scale = scales[i];
    if (!choose_origin (&extent, to->scale, &to->origin))
      continue;
    n = count_held (from, points, n_points, point_size, to);
    if (n == n_points)
      return TRUE;
    most = MAX (most, n);
  }
  advice = advise (&extent, from->name);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s of point %" G_GSIZE_FORMAT
      " would lose digits: found %.17g in values from %.9g to %.9g, expected "
      "such that 32-bit integers hold with one scale; record as .bin, .npy or "
      ".ply%s",
      from->name, most, read_value (from, points, most, point_size),
      extent.min, extent.max, advice ? advice : "");
  g_free (advice);
  return FALSE;
}
