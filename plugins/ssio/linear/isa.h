/* SPDX-License-Identifier: MIT */
/* The instruction sets that kernels are compiled for. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether this machine runs the kernels of that name. */
gboolean gst_ssio_isa_can_run (const gchar *name);

G_END_DECLS
