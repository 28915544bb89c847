/* SPDX-License-Identifier: MIT */
/* What the program of every benchmark does. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes entries, and GStreamer's own, from the arguments, and initializes
 * GStreamer. summary follows the program's name in what --help prints. */
void ssio_program_parse (int *argc, char ***argv, const GOptionEntry *entries,
    const gchar *summary);

/* Says why the benchmark cannot go on, and ends it. */
void ssio_fail (const gchar *format, ...) G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;

G_END_DECLS
