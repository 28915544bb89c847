/* SPDX-License-Identifier: MIT */
/* Where one revolution ends and the next begins. */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/* Zeroed but for cut before the first firing. */
typedef struct {
  gdouble cut;    /* the azimuth where revolutions begin */
  gboolean turns; /* there was a firing */
  gdouble turned; /* since the cut, by the last firing */
  guint64 time;   /* of the last firing, nanoseconds */
} GstSsioVelodyneRevolution;

typedef enum {
  GST_SSIO_VELODYNE_GOES_ON,
  GST_SSIO_VELODYNE_BEGINS,    /* with this firing, at the cut */
  GST_SSIO_VELODYNE_INTERRUPTS /* so late that nobody knows how often the cut
                                * was passed */
} GstSsioVelodyneTurn;

/* Says of a firing at azimuth and time, where speed is the angle that the
 * sensor turns by in a nanosecond, what it means. The first one goes on. */
GstSsioVelodyneTurn
gst_ssio_velodyne_revolution_add (GstSsioVelodyneRevolution *revolution,
    gdouble azimuth, guint64 time, gdouble speed);

G_END_DECLS
