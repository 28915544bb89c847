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
 *
 * Elements ask each other with the query `ssio-state`. Upstream, ssiosrc says
 * where it stands. Downstream, before its first batch, a consumer that has kept
 * such a text says where to go on.
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

/**
 * gst_query_new_ssio_state:
 *
 * Upstream it asks ssiosrc where it stands; downstream, before the first batch,
 * whether a consumer wants it to go on from a state.
 *
 * Returns: (transfer full): the query
 *
 * Since: 0.1
 */
GstQuery *
gst_query_new_ssio_state (void)
{
  return gst_query_new_custom (GST_QUERY_CUSTOM,
      gst_structure_new_empty (GST_SSIO_STATE_NAME));
}

/**
 * gst_query_is_ssio_state:
 * @query: a query
 *
 * Returns: whether it is one of gst_query_new_ssio_state()
 *
 * Since: 0.1
 */
gboolean
gst_query_is_ssio_state (GstQuery *query)
{
  g_return_val_if_fail (GST_IS_QUERY (query), FALSE);

  return GST_QUERY_TYPE (query) == GST_QUERY_CUSTOM
         && gst_structure_has_name (gst_query_get_structure (query),
             GST_SSIO_STATE_NAME);
}

/**
 * gst_query_set_ssio_state:
 * @query: one of gst_query_new_ssio_state()
 * @state: (nullable): the answer
 * @epochs: of the stream, from its first one on; 0 for an endless one, or
 *   where the answer comes from downstream
 * @batches: of an epoch, or 0 where the answer comes from downstream
 *
 * Since: 0.1
 */
void
gst_query_set_ssio_state (GstQuery *query, const gchar *state, guint epochs,
    guint64 batches)
{
  g_return_if_fail (gst_query_is_ssio_state (query));

  gst_structure_set (gst_query_writable_structure (query), "state",
      G_TYPE_STRING, state, "epochs", G_TYPE_UINT, epochs, "batches",
      G_TYPE_UINT64, batches, NULL);
}

/**
 * gst_query_parse_ssio_state:
 * @query: one of gst_query_new_ssio_state() that was answered
 * @state: (out) (optional) (transfer full) (nullable): the answer
 * @epochs: (out) (optional): of the stream, 0 for an endless one
 * @batches: (out) (optional): of an epoch
 *
 * Since: 0.1
 */
void
gst_query_parse_ssio_state (GstQuery *query, gchar **state, guint *epochs,
    guint64 *batches)
{
  const GstStructure *structure;

  g_return_if_fail (gst_query_is_ssio_state (query));

  structure = gst_query_get_structure (query);
  if (state)
    *state = g_strdup (gst_structure_get_string (structure, "state"));
  if (epochs && !gst_structure_get_uint (structure, "epochs", epochs))
    *epochs = 0;
  if (batches && !gst_structure_get_uint64 (structure, "batches", batches))
    *batches = 0;
}
