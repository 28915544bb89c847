/* SPDX-License-Identifier: MIT */
/* What an epoch comes to on all ranks. */
#pragma once

#include "../report.h"
#include "collective.h"

G_BEGIN_DECLS

/* Has the counts of report, and the confusion of tally, be those of all ranks.
 * tally is NULL without labels. */
gboolean gst_ssio_add_up_counts (GstSsioCollective *collective,
    GstSsioReport *report, GstSsioTally *tally, GError **error);

/* The same of what training has from all ranks at each step: the rest of
 * tally, which may be NULL, and the sums of the n outputs. */
gboolean gst_ssio_add_up_outcome (GstSsioCollective *collective,
    GstSsioTally *tally, gdouble *sums, guint n, GError **error);

G_END_DECLS
