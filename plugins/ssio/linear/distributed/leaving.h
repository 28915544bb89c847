/* SPDX-License-Identifier: MIT */
/* Ranks that are on their way out, which nobody waits for but the end of the
 * process. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Calls say_farewell in a thread of its own. */
void gst_ssio_leaving_begin (void (*say_farewell) (gpointer data),
    gpointer data);

/* Counts those that have not begun to leave. */
void gst_ssio_leaving_count_open (gint n);

/* Waits for the threads. FALSE where some are not done after so many seconds,
 * or ranks have not begun to leave. */
gboolean gst_ssio_leaving_wait (guint seconds);

G_END_DECLS
