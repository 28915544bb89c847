/* SPDX-License-Identifier: MIT */
/* ssioscope's properties that say what a picture shows. */
#pragma once

#include <gst/gst.h>

#include "renderer.h"

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_ACCUMULATE_AUTO,
  GST_SSIO_ACCUMULATE_NONE,
  GST_SSIO_ACCUMULATE_EPOCH,
  GST_SSIO_ACCUMULATE_RUNNING,
} GstSsioAccumulate;

typedef struct {
  GstSsioAccumulate accumulate;
  GstSsioCamera camera;
  gchar *range;
  gchar *color_by;
  gchar *color_range;
  GstSsioPalette palette;
  guint point_size;
  gboolean shading;
} GstSsioScopeSettings;

/* Property IDs are 1 to this; an element's own ones follow. */
#define GST_SSIO_SCOPE_N_SETTINGS 11

void gst_ssio_scope_settings_init (GstSsioScopeSettings *settings);
void gst_ssio_scope_settings_clear (GstSsioScopeSettings *settings);

void gst_ssio_scope_settings_install (GObjectClass *class);

/* FALSE where there is no such property. */
gboolean gst_ssio_scope_settings_set (GstSsioScopeSettings *settings, guint id,
    const GValue *value);
gboolean gst_ssio_scope_settings_get (const GstSsioScopeSettings *settings,
    guint id, GValue *value);

/* What they come to. FALSE with error set where they cannot be read. */
gboolean gst_ssio_scope_settings_resolve (const GstSsioScopeSettings *settings,
    GstSsioRenderSettings *resolved, GError **error);

G_END_DECLS
