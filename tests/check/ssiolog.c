/* SPDX-License-Identifier: MIT */

#include "ssiolog.h"

struct _SsioLog {
  GstPad *pad;
  gulong probe;
  guint n_fields;
  GMutex lock; /* of what follows */
  GCond written;
  GArray *entries;
};

static gboolean
values_are_right (GstBuffer *buffer, guint64 first_point, guint n_fields)
{
  gsize first = first_point * n_fields;
  gboolean right;
  GstMapInfo map;
  gsize i, n;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  n = map.size / sizeof (gfloat);
  right = n > 0;
  for (i = 0; right && i < n; i++)
    right = ((gfloat *) map.data)[i] == ssio_check_tile_value (first + i);
  gst_buffer_unmap (buffer, &map);
  return right;
}

static void
write_batch (SsioLog *log, GstBuffer *buffer, SsioLogEntry *entry)
{
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);
  guint n_metas = gst_buffer_get_n_meta (buffer, GST_SSIO_BATCH_META_API_TYPE);
  guint64 n_points;

  entry->kind = SSIO_LOG_BATCH;
  entry->start = GST_BUFFER_OFFSET (buffer);
  entry->end = GST_BUFFER_OFFSET_END (buffer);
  n_points = entry->end - entry->start;
  if (n_metas == 1)
    entry->meta = *meta;
  entry->intact
      = n_metas == 1 && meta->n_points == n_points && meta->file == 0
        && meta->first_point == entry->start
        && gst_buffer_get_size (buffer) == n_points * log->n_fields * 4
        && !GST_BUFFER_PTS_IS_VALID (buffer)
        && values_are_right (buffer, meta->first_point, log->n_fields);
}

static gboolean
write_event (GstEvent *event, SsioLogEntry *entry)
{
  const GstSegment *segment;

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_SEGMENT:
    gst_event_parse_segment (event, &segment);
    entry->kind = SSIO_LOG_SEGMENT;
    entry->start = segment->start;
    entry->end = segment->stop;
    entry->base = segment->base;
    return segment->format == GST_FORMAT_DEFAULT;
  case GST_EVENT_EOS:
    entry->kind = SSIO_LOG_EOS;
    return TRUE;
  case GST_EVENT_SEGMENT_DONE:
    entry->kind = SSIO_LOG_SEGMENT_DONE;
    return TRUE;
  case GST_EVENT_FLUSH_STOP:
    entry->kind = SSIO_LOG_FLUSH;
    return TRUE;
  default:
    entry->kind = SSIO_LOG_EPOCH;
    return gst_event_parse_ssio_epoch (event, &entry->epoch);
  }
}

static GstPadProbeReturn
write_entry (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  SsioLog *log = user_data;
  SsioLogEntry entry = { 0 };
  gboolean wanted = TRUE;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    write_batch (log, GST_PAD_PROBE_INFO_BUFFER (info), &entry);
  else
    wanted = write_event (GST_PAD_PROBE_INFO_EVENT (info), &entry);
  if (wanted) {
    g_mutex_lock (&log->lock);
    g_array_append_val (log->entries, entry);
    g_cond_signal (&log->written);
    g_mutex_unlock (&log->lock);
  }
  return GST_PAD_PROBE_OK;
}

SsioLog *
ssio_log_new (GstElement *pipeline, const gchar *element_name,
    const gchar *pad_name, guint n_fields)
{
  SsioLog *log = g_new0 (SsioLog, 1);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), element_name);

  g_mutex_init (&log->lock);
  g_cond_init (&log->written);
  log->n_fields = n_fields;
  log->entries = g_array_new (FALSE, FALSE, sizeof (SsioLogEntry));
  log->pad = gst_element_get_static_pad (element, pad_name);
  log->probe = gst_pad_add_probe (log->pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM
          | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      write_entry, log, NULL);
  gst_object_unref (element);
  return log;
}

void
ssio_log_free (SsioLog *log)
{
  gst_pad_remove_probe (log->pad, log->probe);
  gst_object_unref (log->pad);
  g_array_unref (log->entries);
  g_cond_clear (&log->written);
  g_mutex_clear (&log->lock);
  g_free (log);
}

static gboolean
has_kind (const GArray *entries, SsioLogKind kind)
{
  guint i;

  for (i = 0; i < entries->len; i++) {
    if (g_array_index (entries, SsioLogEntry, i).kind == kind)
      return TRUE;
  }
  return FALSE;
}

void
ssio_log_wait (SsioLog *log, SsioLogKind kind)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  gboolean found;

  g_mutex_lock (&log->lock);
  while (!(found = has_kind (log->entries, kind))
         && g_cond_wait_until (&log->written, &log->lock, end))
    ;
  g_mutex_unlock (&log->lock);
  fail_unless (found, "waited in vain for kind %d", kind);
}

GArray *
ssio_log_take (SsioLog *log)
{
  GArray *entries;

  g_mutex_lock (&log->lock);
  entries = log->entries;
  log->entries = g_array_new (FALSE, FALSE, sizeof (SsioLogEntry));
  g_mutex_unlock (&log->lock);
  return entries;
}

const SsioLogEntry *
ssio_log_expect (const GArray *entries, guint *at, SsioLogKind kind)
{
  const SsioLogEntry *entry;

  fail_unless (*at < entries->len, "expected kind %d, found the end", kind);
  entry = &g_array_index (entries, SsioLogEntry, (*at)++);
  fail_unless (entry->kind == kind,
      "entry %u: expected kind %d, found %d (%" G_GUINT64_FORMAT
      " to %" G_GUINT64_FORMAT ")",
      *at - 1, kind, entry->kind, entry->start, entry->end);
  return entry;
}

void
ssio_log_expect_points (const GArray *entries, guint *at, guint64 start,
    guint64 stop, guint batch_size)
{
  while (start < stop) {
    const SsioLogEntry *entry = ssio_log_expect (entries, at, SSIO_LOG_BATCH);
    guint64 grid_end = (start / batch_size + 1) * batch_size;

    fail_unless (entry->intact,
        "the batch from point %" G_GUINT64_FORMAT " is not what it should be",
        entry->start);
    fail_unless_equals_uint64 (entry->start, start);
    fail_unless_equals_uint64 (entry->end, MIN (grid_end, stop));
    fail_unless_equals_uint64 (entry->meta.batch, start / batch_size);
    start = entry->end;
  }
}

void
ssio_log_finish (GArray *entries, guint at, SsioLogKind kind)
{
  ssio_log_expect (entries, &at, kind);
  fail_unless (at == entries->len, "expected the end, found kind %d",
      at < entries->len ? (gint) g_array_index (entries, SsioLogEntry, at).kind
                        : -1);
  g_array_unref (entries);
}
