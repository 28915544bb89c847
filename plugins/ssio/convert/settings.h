/* SPDX-License-Identifier: MIT */
/* ssioconvert's properties, and what they come to. */
#pragma once

#include <gst/ssio/gstssiolayout.h>

G_BEGIN_DECLS

/* Zeroed at first. */
typedef struct {
  gchar *fields;    /* NULL for what follows to choose */
  gchar *normalize; /* NULL for nothing */
  gboolean lossy;
} GstSsioConvertSettings;

void gst_ssio_convert_settings_clear (GstSsioConvertSettings *settings);

void gst_ssio_convert_settings_install (GObjectClass *class);

/* FALSE where there is no such property. */
gboolean gst_ssio_convert_settings_set (GstSsioConvertSettings *settings,
    guint id, const GValue *value);
gboolean gst_ssio_convert_settings_get (const GstSsioConvertSettings *settings,
    guint id, GValue *value);

/* What the user wants; all 0 where that is left to what follows. */
typedef struct {
  gchar *fields;            /* as gst_ssio_convert_make_target() reads it */
  GstSsioLayout *normalize; /* as gst_ssio_convert_plan_new() takes it */
  gboolean allow_lossy;
} GstSsioConvertWish;

/* To be cleared; error is set where settings->normalize is not as
 * gst_ssio_convert_parse_normalize() reads it. */
GstSsioConvertWish
gst_ssio_convert_wish_read (const GstSsioConvertSettings *settings,
    GError **error);

/* To be cleared. */
GstSsioConvertWish gst_ssio_convert_wish_copy (const GstSsioConvertWish *wish);

void gst_ssio_convert_wish_clear (GstSsioConvertWish *wish);

G_END_DECLS
