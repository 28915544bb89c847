/* SPDX-License-Identifier: MIT */
/* Files in the page cache, and out of it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes a file that is written to the disk out of the page cache. FALSE where
 * it stays there, as on tmpfs. */
gboolean ssio_page_cache_drop (const gchar *path);

/* Reads it into the page cache: it lies there as a reader leaves it, not as a
 * writer does. */
void ssio_page_cache_fill (const gchar *path);

G_END_DECLS
