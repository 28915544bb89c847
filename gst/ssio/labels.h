/* SPDX-License-Identifier: MIT */
/* Labels in a file beside each scan, as SemanticKITTI has them: four bytes a
 * point, the class in the lower two and the instance in the upper. They are
 * joined to the points' records, as fields sem_class and ins_class. */
#pragma once

#include "formats/formats.h"

G_BEGIN_DECLS

/* Where pattern says that the labels of the scan are, or NULL with error
 * set. */
GST_SSIO_API
gchar *gst_ssio_labels_get_path (const gchar *pattern, const gchar *scan,
    GError **error);

/* Has info, which is of the scan, be that of the joined records. FALSE leaves
 * it as it is. */
gboolean gst_ssio_labels_join (const gchar *pattern, const gchar *scan,
    GstSsioFormatInfo *info, GError **error);

G_END_DECLS
