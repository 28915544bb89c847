/* SPDX-License-Identifier: MIT */
/* Ranks that are threads of this process. */
#pragma once

#include "linear/distributed/collective.h"

G_BEGIN_DECLS

/* What a rank does with its collective, which it has to leave. The error, if
 * any, is what the rank came to. */
typedef void (*ThreadRank) (GstSsioCollective *collective, gpointer data,
    GError **error);

/* In the next run, interrupts a rank right after it has come to its nth turn,
 * counted from 1; texts that follow a turn count as one. */
void thread_ranks_interrupt (guint rank, guint nth);

/* Runs n_ranks of them until all have returned and left; errors, which may be
 * NULL, has room for one of each. */
void thread_ranks_run (guint n_ranks, ThreadRank rank, gpointer data,
    GError **errors);

G_END_DECLS
