/* SPDX-License-Identifier: MIT */
/* Libraries that are opened at run time, where they are there. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const gchar *name;
  gpointer *place; /* of its address */
} GstSsioSymbol;

/* Opens the library that the environment variable names, or else the first of
 * names that is there, and finds all symbols of it; both lists end with a NULL.
 * It stays open: what started there may not survive else. FALSE where there is
 * none, or it lacks a symbol; *reason says so, to be freed with g_free(). */
gboolean gst_ssio_shared_library_open (const gchar *variable,
    const gchar *const *names, const GstSsioSymbol *symbols, gchar **reason);

G_END_DECLS
