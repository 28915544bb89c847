/* SPDX-License-Identifier: MIT */
/* Which process of several this is. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* From the variables that torchrun (RANK, WORLD_SIZE), Slurm (SLURM_PROCID,
 * SLURM_NTASKS) or Open MPI (OMPI_COMM_WORLD_RANK, _SIZE) set. FALSE with error
 * set where there are none, or no such numbers. */
gboolean gst_ssio_ranks_find (guint *rank, guint *n_ranks, GError **error);

G_END_DECLS
