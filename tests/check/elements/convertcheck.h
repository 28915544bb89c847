/* SPDX-License-Identifier: MIT */
/* ssioconvert in a harness. */
#pragma once

#include "ssiocheck.h"

G_BEGIN_DECLS

/* Points of two floats and an integer. */
#define CONVERT_LAYOUT "x:f4,y:f4,i:u2"
#define CONVERT_CAPS \
  "pointcloud/x-raw, layout=(string)\"" CONVERT_LAYOUT "\", " \
  "point-size=(int)10, batch-size=(int)1000"

/* With a bus for its messages; caps of both sides may be NULL. */
GstHarness *convert_new (const gchar *properties, const gchar *in,
    const gchar *out);

void convert_teardown (GstHarness *harness);

/* n points of CONVERT_LAYOUT: point p is (p, -p, 2 * p). */
GstBuffer *convert_new_points (guint n);

/* Expects that layout of what comes out. */
void convert_check_caps (GstHarness *harness, const gchar *layout,
    guint point_size);

G_END_DECLS
