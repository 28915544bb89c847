/* SPDX-License-Identifier: MIT */
/* Jobs that are started with mpirun. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FALSE where there is no MPI, after it was said that this test is skipped. */
gboolean mpi_check_can_run (const gchar *test);

/* The program mpirank, and launchrank. */
const gchar *mpi_check_get_rank (void);
const gchar *mpi_check_get_launcher (void);

/* Runs a command as so many ranks, at most for a minute, and returns whether
 * all exited with 0. Free *output, of all of them, with g_free(). */
gboolean mpi_check_run (guint n_ranks, gchar **output, const gchar *command,
    ...) G_GNUC_NULL_TERMINATED;

/* How often part is in output. */
guint mpi_check_count (const gchar *output, const gchar *part);

G_END_DECLS
