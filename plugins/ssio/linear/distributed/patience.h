/* SPDX-License-Identifier: MIT */
/* A wait that cannot be ended from here: who looks on is told of it where it
 * takes long. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstSsioPatience GstSsioPatience;

/* Prints text, a line, with g_printerr() after so many seconds. */
GstSsioPatience *gst_ssio_patience_new (guint seconds, const gchar *text);

/* The wait is over: prints no more. */
void gst_ssio_patience_free (GstSsioPatience *patience);

G_END_DECLS
