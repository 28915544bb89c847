/* SPDX-License-Identifier: MIT */
/* What an epoch comes to on all ranks. */
#pragma once

#include <gst/ssio/gstssioepoch.h>

#include "../score.h"
#include "collective.h"

G_BEGIN_DECLS

/* Has the counts of epoch, and the confusion of tally, be those of all ranks.
 */
gboolean gst_ssio_epoch_add_up (GstSsioCollective *collective,
    GstSsioEpoch *epoch, GstSsioTally *tally, GError **error);

G_END_DECLS
