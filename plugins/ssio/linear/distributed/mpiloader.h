/* SPDX-License-Identifier: MIT */
/* MPI, which is opened when it is first asked for: the plugin works without
 * it. What is linked with MPI's library is a module beside the plugin; the
 * environment variable GST_SSIO_MPI_MODULE names another one. */
#pragma once

#include "transport.h"

G_BEGIN_DECLS

/* Initializes MPI the first time. NULL with error set where there is none. */
const GstSsioTransport *gst_ssio_mpi_get (guint *rank, guint *n_ranks,
    GError **error);

G_END_DECLS
