/* SPDX-License-Identifier: MIT */
/* Numbers in the text of properties. */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/* Reads finite numbers with commas between, as in "1,-2.5,3e4", at most n_most.
 * Returns how many there are, 0 where the text is anything else. */
GST_SSIO_API
guint gst_ssio_numbers_parse (const gchar *text, gdouble *numbers,
    guint n_most);

G_END_DECLS
