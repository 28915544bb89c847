/* SPDX-License-Identifier: MIT */
/* What is subtracted from coordinates before they become float32, whose 24
 * bits are few for numbers as large as those of a map. It is a change of the
 * layout alone: the records stay as they are. */
#pragma once

#include "gstssiopointfile.h"

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_ORIGIN_AUTO, /* the integer part of the data's minimum */
  GST_SSIO_ORIGIN_NONE,
  GST_SSIO_ORIGIN_GIVEN,
} GstSsioOriginMode;

typedef struct {
  GstSsioOriginMode mode;
  gdouble values[3]; /* of x, y and z */
} GstSsioOrigin;

/* From "auto", which NULL is too, "none" or "x,y,z". */
gboolean gst_ssio_origin_parse (const gchar *text, GstSsioOrigin *origin,
    GError **error);

/* Finds values by the file's header, or else its first points, for auto. They
 * become 0 where there is no such field, or float32 holds all that it has. */
gboolean gst_ssio_origin_settle (GstSsioOrigin *origin, GstSsioPointFile *file,
    GError **error);

/* Whether anything is subtracted, after that. */
GST_SSIO_API
gboolean gst_ssio_origin_is_any (const GstSsioOrigin *origin);

/* A new layout; NULL with error set where its numbers are out of range. */
GST_SSIO_API
GstSsioLayout *gst_ssio_origin_subtract (const GstSsioOrigin *origin,
    const GstSsioLayout *layout, GError **error);

/* As the field "origin". */
GST_SSIO_API
void gst_ssio_origin_add_to_caps (const GstSsioOrigin *origin, GstCaps *caps);

G_END_DECLS
