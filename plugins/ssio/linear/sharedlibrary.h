/* SPDX-License-Identifier: MIT */
/* Libraries that are opened at run time, where they are there. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const gchar *name;
  gpointer *place; /* of its address */
} GstSsioSymbol;

/* Lists end with a NULL; the rest is zeros. */
typedef struct {
  const gchar *variable;     /* of the environment: a file in place of names */
  const gchar *const *names; /* the best first */
  const GstSsioSymbol *symbols; /* all of them are needed */

  GMutex lock; /* of what follows */
  gboolean is_open;
} GstSsioSharedLibrary;

/* Opens it the first time, for ever: what started there may not survive else.
 * FALSE where there is none, or it lacks a symbol; *reason says so, to be freed
 * with g_free(). */
gboolean gst_ssio_shared_library_need (GstSsioSharedLibrary *library,
    gchar **reason);

G_END_DECLS
