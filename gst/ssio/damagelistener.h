/* SPDX-License-Identifier: MIT */
/* Who is to know that a point file was damaged under its batches, and whether
 * somebody does. */
#pragma once

#include "gstssiopointfile.h"

G_BEGIN_DECLS

typedef struct {
  GMutex lock;
  GstSsioDamageFunc func; /* NULL for nobody, and once it was called */
  gpointer data;
  GDestroyNotify destroy;
  gboolean was_told;
} GstSsioDamageListener;

void gst_ssio_damage_listener_init (GstSsioDamageListener *self);
void gst_ssio_damage_listener_clear (GstSsioDamageListener *self);

/* As gst_ssio_point_file_set_damage_func(). */
void gst_ssio_damage_listener_set (GstSsioDamageListener *self,
    GstSsioDamageFunc func, gpointer data, GDestroyNotify destroy);

/* As gst_ssio_point_file_tell_damage(). */
gboolean gst_ssio_damage_listener_tell (GstSsioDamageListener *self,
    GstSsioPointFile *file);

G_END_DECLS
