/* SPDX-License-Identifier: MIT */
/* Layouts that have the name of a data set. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The layout's text, or NULL where none has that name. */
const gchar *gst_ssio_preset_find (const gchar *name);

G_END_DECLS
