/* SPDX-License-Identifier: MIT */
/* Which caps can become which, and which of them is cheapest. */
#pragma once

#include "plan.h"
#include "settings.h"

G_BEGIN_DECLS

/* A field of fixed caps, or 0. */
guint gst_ssio_convert_caps_get_int (const GstCaps *caps, const gchar *field);

/* What caps of points can become, best first. */
GstCaps *gst_ssio_convert_caps_for_output (const GstSsioConvertWish *wish,
    const GstCaps *caps);

/* What can become caps. */
GstCaps *gst_ssio_convert_caps_for_input (const GstSsioConvertWish *wish,
    const GstCaps *caps);

/* Takes choice, which is not empty, and returns the part of it, fixed, that
 * points of the fixed caps in become with the least work: none at all, or else
 * the smallest points, or else the fewest casts. Where none can be, it is any
 * of them, and gst_ssio_convert_caps_plan() tells why. */
GstCaps *gst_ssio_convert_caps_choose (const GstSsioConvertWish *wish,
    const GstCaps *in, GstCaps *choice);

/* Takes caps, what in can become. GstBaseTransform would pass points through
 * wherever what follows pad takes them as they are: where they are to be
 * normalized, there is no choice left but the one that is right. */
GstCaps *gst_ssio_convert_caps_settle (const GstSsioConvertWish *wish,
    const GstCaps *in, GstCaps *caps, GstPad *pad);

/* Whether what follows pad takes any of possible, which points can become;
 * else error is set. */
gboolean gst_ssio_convert_caps_check_peer (GstCaps *possible, GstPad *pad,
    GError **error);

/* Takes caps, and returns those in system memory. */
GstCaps *gst_ssio_convert_caps_take_system (GstCaps *caps);

/* Has batches written into memory that is there already, downstream's or a
 * pool's: fresh pages cost more than what is written to them. query is an
 * ALLOCATION query that downstream has answered. */
void gst_ssio_convert_choose_pool (GstQuery *query);

/* The way from fixed caps to others, or NULL with error set. */
GstSsioConvertPlan *gst_ssio_convert_caps_plan (const GstSsioConvertWish *wish,
    const GstCaps *in, const GstCaps *out, GError **error);

G_END_DECLS
