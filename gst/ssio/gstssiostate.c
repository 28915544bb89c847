/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssiostate
 * @title: Stream states
 * @short_description: where a stream of points stands, to go on from there
 *
 * The property `state` of ssiosrc is a text that says what a stream is made of,
 * and which batch comes next. Set as `resume-from`, a stream goes on with that
 * batch. It is a #GstStructure's text with the fields `epoch` (uint) and
 * `batch` (uint64), and others that must agree with the stream that goes on.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstssiostate.h"

/**
 * gst_ssio_state_after_batch:
 * @state: what the property `state` of ssiosrc said, at any time of the stream
 * @batch: the meta of a batch of that stream
 *
 * For consumers that are behind the source: where the stream stands once
 * @batch was consumed.
 *
 * Returns: (transfer full) (nullable): the text, or %NULL where @state is none
 *
 * Since: 0.1
 */
gchar *
gst_ssio_state_after_batch (const gchar *state, const GstSsioBatchMeta *batch)
{
  GstStructure *structure;
  gchar *text;

  g_return_val_if_fail (state != NULL && batch != NULL, NULL);

  structure = gst_structure_from_string (state, NULL);
  if (!structure)
    return NULL;
  gst_structure_set (structure, "epoch", G_TYPE_UINT, batch->epoch, "batch",
      G_TYPE_UINT64, batch->batch + 1, NULL);
  text = gst_structure_to_string (structure);
  gst_structure_free (structure);
  return text;
}
