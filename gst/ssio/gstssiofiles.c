/* SPDX-License-Identifier: MIT */

/**
 * SECTION:gstssiofiles
 * @title: GstSsioFiles
 * @short_description: the event that names a stream's files
 *
 * A batch's #GstSsioBatchMeta says which file of the data set it comes from by
 * an index. This sticky downstream event, which comes before the first batch,
 * has the name of each file and the number of its points: with them an element
 * finds a point's place among all points of the data set in the order of the
 * files, whatever order they stream in.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstssiofiles.h"

/**
 * gst_event_new_ssio_files:
 * @locations: (array length=n_files): the files' names
 * @points: (array length=n_files): the points of each file
 * @n_files: the number of files
 *
 * Returns: (transfer full): the sticky event, whose structure has the fields
 *   locations (#GstValueArray of strings) and points (#GstValueArray of
 *   uint64)
 *
 * Since: 0.1
 */
GstEvent *
gst_event_new_ssio_files (const gchar *const *locations, const guint64 *points,
    guint n_files)
{
  GstStructure *structure = gst_structure_new_empty (GST_SSIO_FILES_NAME);
  GValue names = G_VALUE_INIT;
  GValue counts = G_VALUE_INIT;
  guint i;

  g_return_val_if_fail (n_files == 0 || (locations && points), NULL);

  gst_value_array_init (&names, n_files);
  gst_value_array_init (&counts, n_files);
  for (i = 0; i < n_files; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_STRING);
    g_value_set_string (&value, locations[i]);
    gst_value_array_append_and_take_value (&names, &value);
    g_value_init (&value, G_TYPE_UINT64);
    g_value_set_uint64 (&value, points[i]);
    gst_value_array_append_and_take_value (&counts, &value);
  }
  gst_structure_take_value (structure, "locations", &names);
  gst_structure_take_value (structure, "points", &counts);
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, structure);
}

static gboolean
holds_array_of (const GValue *array, guint n, GType type)
{
  guint i;

  if (!array || !GST_VALUE_HOLDS_ARRAY (array)
      || gst_value_array_get_size (array) != n)
    return FALSE;
  for (i = 0; i < n; i++) {
    const GValue *value = gst_value_array_get_value (array, i);

    if (!G_VALUE_HOLDS (value, type)
        || (type == G_TYPE_STRING && !g_value_get_string (value)))
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_event_parse_ssio_files:
 * @event: an event
 * @n_files: (out): the number of files
 * @locations: (out) (transfer full) (array zero-terminated=1): their names
 * @points: (out) (transfer full) (array length=n_files): the points of each
 *
 * Returns: whether @event names a stream's files; the others are set only then
 *
 * Since: 0.1
 */
gboolean
gst_event_parse_ssio_files (GstEvent *event, guint *n_files,
    gchar ***locations, guint64 **points)
{
  const GstStructure *structure;
  const GValue *names, *counts;
  guint n, i;

  g_return_val_if_fail (GST_IS_EVENT (event), FALSE);
  g_return_val_if_fail (n_files && locations && points, FALSE);

  if (GST_EVENT_TYPE (event) != GST_EVENT_CUSTOM_DOWNSTREAM_STICKY
      || !gst_event_has_name (event, GST_SSIO_FILES_NAME))
    return FALSE;
  structure = gst_event_get_structure (event);
  names = gst_structure_get_value (structure, "locations");
  counts = gst_structure_get_value (structure, "points");
  if (!names || !GST_VALUE_HOLDS_ARRAY (names))
    return FALSE;
  n = gst_value_array_get_size (names);
  if (!holds_array_of (names, n, G_TYPE_STRING)
      || !holds_array_of (counts, n, G_TYPE_UINT64))
    return FALSE;

  *n_files = n;
  *locations = g_new0 (gchar *, n + 1);
  *points = g_new (guint64, n + 1);
  for (i = 0; i < n; i++) {
    (*locations)[i]
        = g_value_dup_string (gst_value_array_get_value (names, i));
    (*points)[i] = g_value_get_uint64 (gst_value_array_get_value (counts, i));
  }
  return TRUE;
}
