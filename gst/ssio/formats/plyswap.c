/* SPDX-License-Identifier: MIT */
/* Records from PLY's big-endian binary. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "blocks.h"
#include "ply.h"

typedef struct {
  GstSsioDecoder parent;
  GstSsioLayout *layout;
  guint64 data_offset;
} SwappingDecoder;

/* Values lie at any address. */
#define SWAP_VALUE(bits, value) \
  G_STMT_START \
  { \
    guint##bits number; \
\
    memcpy (&number, value, sizeof (number)); \
    number = GUINT##bits##_SWAP_LE_BE (number); \
    memcpy (value, &number, sizeof (number)); \
  } \
  G_STMT_END

static void
swap_field (const GstSsioField *field, guint point_size, guint64 n_points,
    guint8 *points)
{
  guint size = gst_ssio_type_get_size (field->type);
  guint8 *value = points + field->offset;
  guint64 i;

  for (i = 0; i < n_points; i++, value += point_size) {
    if (size == 2)
      SWAP_VALUE (16, value);
    else if (size == 4)
      SWAP_VALUE (32, value);
    else if (size == 8)
      SWAP_VALUE (64, value);
  }
}

static gboolean
decode_swapping (GstSsioDecoder *parent, const gchar *path,
    GstSsioReadFunc read, gpointer read_data, guint64 first_point,
    guint64 n_points, guint8 *points, GError **error)
{
  SwappingDecoder *decoder = (SwappingDecoder *) parent;
  guint point_size = gst_ssio_layout_get_point_size (decoder->layout);
  guint64 offset = decoder->data_offset + first_point * point_size;
  guint i;

  if (!read (read_data, offset, points, n_points * point_size)) {
    gst_ssio_blocks_set_error (path, offset, n_points * point_size, error);
    return FALSE;
  }
  for (i = 0; i < gst_ssio_layout_get_n_fields (decoder->layout); i++)
    swap_field (gst_ssio_layout_get_field (decoder->layout, i), point_size,
        n_points, points);
  return TRUE;
}

static void
free_swapping (GstSsioDecoder *parent)
{
  SwappingDecoder *decoder = (SwappingDecoder *) parent;

  gst_ssio_layout_unref (decoder->layout);
  g_free (decoder);
}

GstSsioDecoder *
gst_ssio_ply_new_swapping_decoder (const GstSsioFormatInfo *info)
{
  SwappingDecoder *decoder = g_new0 (SwappingDecoder, 1);

  decoder->parent.decode = decode_swapping;
  decoder->parent.free = free_swapping;
  decoder->layout = gst_ssio_layout_ref (info->layout);
  decoder->data_offset = info->data_offset;
  return &decoder->parent;
}
