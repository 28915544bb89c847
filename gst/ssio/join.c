/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <string.h>

#include "join.h"

/* What is joined at a time, so that it stays in the cache. */
#define PART_POINTS 8192
#define PART_BYTES (1 << 18)

typedef struct {
  GstSsioDecoder decoder;
  GstSsioDecoder *points; /* NULL where they are records in the file */
  guint64 data_offset;    /* of those */
  guint point_size;       /* bytes of a point without what is joined */
  GstSsioPointFile *beside;
  guint64 first;     /* record of beside of the first point */
  guint record_size; /* of beside */
  guint part;        /* points that are joined at a time */
  guint8 *records;   /* of a part */
} Join;

/* Puts the records between n_points points that lie side by side, from the
 * last one on, since it is the first to move. */
static inline void
spread_records (const Join *self, guint8 *points, gsize n_points,
    gsize record_size)
{
  gsize size = self->point_size;
  gsize i;

  for (i = n_points; i-- > 0;) {
    guint8 *to = points + i * (size + record_size);

    memmove (to, points + i * size, size);
    memcpy (to + size, self->records + i * record_size, record_size);
  }
}

/* A record is an integer most often, which takes no call to copy. */
static void
spread (const Join *self, guint8 *points, gsize n_points)
{
  switch (self->record_size) {
  case 1:
    spread_records (self, points, n_points, 1);
    break;
  case 2:
    spread_records (self, points, n_points, 2);
    break;
  case 4:
    spread_records (self, points, n_points, 4);
    break;
  case 8:
    spread_records (self, points, n_points, 8);
    break;
  default:
    spread_records (self, points, n_points, self->record_size);
  }
}

static gboolean
read_points (Join *self, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, guint64 first_point, guint64 n_points, guint8 *points,
    GError **error)
{
  if (self->points)
    return self->points->decode (self->points, path, read, read_data,
        first_point, n_points, points, error);
  if (read (read_data, self->data_offset + first_point * self->point_size,
          points, n_points * self->point_size))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "%s: cannot read %" G_GUINT64_FORMAT " points from point "
      "%" G_GUINT64_FORMAT " on: %s; check the file and the disk it is on",
      path, n_points, first_point,
      errno ? g_strerror (errno) : "it was truncated meanwhile");
  return FALSE;
}

static gboolean
decode (GstSsioDecoder *decoder, const gchar *path, GstSsioReadFunc read,
    gpointer read_data, guint64 first_point, guint64 n_points, guint8 *points,
    GError **error)
{
  Join *self = (Join *) decoder;

  while (n_points > 0) {
    guint64 n = MIN (n_points, self->part);

    if (!read_points (self, path, read, read_data, first_point, n, points,
            error)
        || !gst_ssio_point_file_read_points (self->beside,
            self->first + first_point, n, self->records, error))
      return FALSE;
    spread (self, points, n);
    points += n * (self->point_size + self->record_size);
    first_point += n;
    n_points -= n;
  }
  return TRUE;
}

static void
free_join (GstSsioDecoder *decoder)
{
  Join *self = (Join *) decoder;

  if (self->points)
    self->points->free (self->points);
  gst_ssio_point_file_unref (self->beside);
  g_free (self->records);
  g_free (self);
}

static void
append_fields (GArray *fields, const GstSsioLayout *layout, guint offset)
{
  guint i;

  for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++) {
    GstSsioField field = *gst_ssio_layout_get_field (layout, i);

    field.offset += offset;
    g_array_append_val (fields, field);
  }
}

static GstSsioLayout *
join_layouts (const GstSsioLayout *points, const GstSsioLayout *beside,
    GError **error)
{
  guint size = gst_ssio_layout_get_point_size (points);
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (GstSsioField));
  GstSsioLayout *layout;

  append_fields (fields, points, 0);
  append_fields (fields, beside, size);
  layout = gst_ssio_layout_new ((GstSsioField *) fields->data, fields->len,
      size + gst_ssio_layout_get_point_size (beside), error);
  g_array_unref (fields);
  return layout;
}

gboolean
gst_ssio_join (GstSsioFormatInfo *info, GstSsioPointFile *beside,
    guint64 first, GError **error)
{
  GstSsioLayout *records = gst_ssio_point_file_get_layout (beside);
  GstSsioLayout *layout = join_layouts (info->layout, records, error);
  Join *self;

  if (!layout)
    return FALSE;
  self = g_new0 (Join, 1);
  self->decoder = (GstSsioDecoder){ decode, free_join };
  self->points = info->decoder;
  self->data_offset = info->data_offset;
  self->point_size = gst_ssio_layout_get_point_size (info->layout);
  self->beside = gst_ssio_point_file_ref (beside);
  self->first = first;
  self->record_size = gst_ssio_layout_get_point_size (records);
  self->part = CLAMP (PART_BYTES / self->record_size, 1, PART_POINTS);
  self->records = g_malloc_n (self->part, self->record_size);
  gst_ssio_layout_unref (info->layout);
  info->layout = layout;
  info->decoder = &self->decoder;
  return TRUE;
}
