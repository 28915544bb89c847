/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "filetable.h"
#include "pointfileio.h"
#include "predictionfile.h"

/* Each has a file descriptor and a mapping. A shuffled stream goes from one
 * file to another with each batch. */
#define MAX_OPEN 16

typedef struct {
  guint64 first_point; /* of all files', in their order */
  guint64 n_points;
  guint64 version;
} Entry;

/* A file that is open, and when it was used last. */
typedef struct {
  GstSsioPointFile *file; /* NULL for none */
  guint index;
  guint64 used;
  guint64 wanted; /* one past the last step that was opened ahead for */
} Open;

/* Whom files tell of damage, which batches can outlive: they share it with the
 * table. */
typedef struct {
  gatomicrefcount refcount;
  GMutex lock; /* of what follows */
  GstSsioDamageFunc func;
  gpointer user_data;
} Listener;

struct _GstSsioFileTable {
  GPtrArray *paths;
  Entry *entries;
  GstSsioPointFileOptions options; /* what they point to is owned */
  GstSsioLayout *layout;
  gboolean is_mapped;
  GstSsioDirectReader *reader; /* NULL where files are not read directly */
  gboolean drop_behind;
  gboolean is_scattered;
  Open open[MAX_OPEN];
  guint64 n_uses;
  Listener *listener;
};

static void
listener_unref (gpointer data)
{
  Listener *listener = data;

  if (!g_atomic_ref_count_dec (&listener->refcount))
    return;
  g_mutex_clear (&listener->lock);
  g_free (listener);
}

static void
tell_listener (GstSsioPointFile *file, gpointer data)
{
  Listener *listener = data;

  g_mutex_lock (&listener->lock);
  if (listener->func)
    listener->func (file, listener->user_data);
  g_mutex_unlock (&listener->lock);
}

static void
listen (const GstSsioFileTable *table, GstSsioPointFile *file)
{
  g_atomic_ref_count_inc (&table->listener->refcount);
  gst_ssio_point_file_set_damage_func (file, tell_listener, table->listener,
      listener_unref);
}

/* Before its first batch. */
static void
set_up (const GstSsioFileTable *table, GstSsioPointFile *file)
{
  listen (table, file);
  gst_ssio_point_file_set_drop_behind (file, table->drop_behind);
  gst_ssio_point_file_set_scattered (file, table->is_scattered);
  gst_ssio_point_file_set_reader (file, table->reader);
}

static const gchar *
get_path (const GstSsioFileTable *table, guint index)
{
  return g_ptr_array_index (table->paths, index);
}

static GstSsioPointFile *
open_file (const GstSsioFileTable *table, guint index, GError **error)
{
  GstSsioPointFileOptions options = table->options;

  options.first_prediction = table->entries[index].first_point;
  return gst_ssio_point_file_open_with (get_path (table, index), &options,
      error);
}

/* The first field that two layouts do not have in common, as the texts of it;
 * their sizes where it is only these. */
static void
find_difference (const GstSsioLayout *expected, const GstSsioLayout *found,
    gchar **expected_part, gchar **found_part)
{
  gchar *expected_text = gst_ssio_layout_to_string (expected);
  gchar *found_text = gst_ssio_layout_to_string (found);
  gchar **expected_fields = g_strsplit (expected_text, ",", -1);
  gchar **found_fields = g_strsplit (found_text, ",", -1);
  guint i = 0;

  while (expected_fields[i]
         && g_strcmp0 (expected_fields[i], found_fields[i]) == 0)
    i++;
  if (expected_fields[i] || found_fields[i]) {
    *expected_part = g_strdup (expected_fields[i] ? expected_fields[i]
                                                  : "no more fields");
    *found_part
        = g_strdup (found_fields[i] ? found_fields[i] : "no more fields");
  } else {
    *expected_part = g_strdup_printf ("points of %u bytes",
        gst_ssio_layout_get_point_size (expected));
    *found_part = g_strdup_printf ("points of %u bytes",
        gst_ssio_layout_get_point_size (found));
  }
  g_strfreev (found_fields);
  g_strfreev (expected_fields);
  g_free (found_text);
  g_free (expected_text);
}

static void
refuse_layout (const GstSsioFileTable *table, guint index,
    const GstSsioLayout *layout, GError **error)
{
  gchar *expected, *found;

  find_difference (table->layout, layout, &expected, &found);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "files have different layouts: expected %s as in %s, found %s in %s; "
      "read them one kind at a time, or convert them",
      expected, get_path (table, 0), found, get_path (table, index));
  g_free (found);
  g_free (expected);
}

/* Takes what is to be known of a file that is open. */
static gboolean
note_file (GstSsioFileTable *table, guint index, GstSsioPointFile *file,
    GError **error)
{
  GstSsioLayout *layout = gst_ssio_point_file_get_layout (file);
  Entry *entry = &table->entries[index];

  entry->n_points = gst_ssio_point_file_get_n_points (file);
  entry->version = gst_ssio_point_file_get_version (file);
  if (!gst_ssio_point_file_get_mapped_points (file))
    table->is_mapped = FALSE;
  if (!table->layout)
    table->layout = gst_ssio_layout_ref (layout);
  if (gst_ssio_layout_is_equal (table->layout, layout))
    return TRUE;

  refuse_layout (table, index, layout, error);
  return FALSE;
}

static gboolean
look_at_files (GstSsioFileTable *table, GError **error)
{
  gboolean ok = TRUE;
  guint64 n_points = 0;
  guint i;

  for (i = 0; ok && i < table->paths->len; i++) {
    GstSsioPointFile *file;

    table->entries[i].first_point = n_points;
    file = open_file (table, i, error);
    ok = file && note_file (table, i, file, error);
    n_points += table->entries[i].n_points;
    /* the first one will be wanted */
    if (ok && i == 0) {
      table->open[0].file = gst_ssio_point_file_ref (file);
      set_up (table, file);
    }
    g_clear_pointer (&file, gst_ssio_point_file_unref);
  }
  return ok
         && (!table->options.predictions
             || gst_ssio_prediction_file_check (table->options.predictions,
                 n_points, error));
}

GstSsioFileTable *
gst_ssio_file_table_new (GPtrArray *paths,
    const GstSsioPointFileOptions *options, GError **error)
{
  GstSsioFileTable *table = g_new0 (GstSsioFileTable, 1);

  table->paths = paths;
  table->entries = g_new0 (Entry, paths->len);
  table->options = *options;
  if (options->layout)
    gst_ssio_layout_ref ((GstSsioLayout *) options->layout);
  table->options.element = g_strdup (options->element);
  table->options.labels = g_strdup (options->labels);
  if (options->predictions)
    gst_ssio_point_file_ref (options->predictions);
  table->is_mapped = TRUE;
  table->listener = g_new0 (Listener, 1);
  g_atomic_ref_count_init (&table->listener->refcount);
  g_mutex_init (&table->listener->lock);
  if (!look_at_files (table, error))
    g_clear_pointer (&table, gst_ssio_file_table_free);
  return table;
}

static void
close_file (Open *open)
{
  if (!open->file)
    return;
  gst_ssio_point_file_release_cursor (open->file);
  gst_ssio_point_file_park (open->file);
  g_clear_pointer (&open->file, gst_ssio_point_file_unref);
}

void
gst_ssio_file_table_free (GstSsioFileTable *table)
{
  guint i;

  gst_ssio_file_table_set_damage_func (table, NULL, NULL);
  for (i = 0; i < MAX_OPEN; i++)
    close_file (&table->open[i]);
  g_clear_pointer (&table->reader, gst_ssio_direct_reader_free);
  listener_unref (table->listener);
  g_clear_pointer (&table->layout, gst_ssio_layout_unref);
  if (table->options.layout)
    gst_ssio_layout_unref ((GstSsioLayout *) table->options.layout);
  g_ptr_array_unref (table->paths);
  g_clear_pointer (&table->options.predictions, gst_ssio_point_file_unref);
  g_free ((gchar *) table->options.labels);
  g_free ((gchar *) table->options.element);
  g_free (table->entries);
  g_free (table);
}

void
gst_ssio_file_table_set_damage_func (GstSsioFileTable *table,
    GstSsioDamageFunc func, gpointer user_data)
{
  g_mutex_lock (&table->listener->lock);
  table->listener->func = func;
  table->listener->user_data = user_data;
  g_mutex_unlock (&table->listener->lock);
}

void
gst_ssio_file_table_set_reading (GstSsioFileTable *table, guint n_reads,
    gboolean drop_behind, gboolean is_scattered)
{
  if (table->options.io_mode == GST_SSIO_IO_MODE_DIRECT)
    table->reader = gst_ssio_direct_reader_new (n_reads);
  table->drop_behind = drop_behind;
  table->is_scattered = is_scattered;
  set_up (table, table->open[0].file);
}

guint
gst_ssio_file_table_get_n_files (const GstSsioFileTable *table)
{
  return table->paths->len;
}

const gchar *
gst_ssio_file_table_get_path (const GstSsioFileTable *table, guint index)
{
  return get_path (table, index);
}

guint64
gst_ssio_file_table_get_n_points (const GstSsioFileTable *table, guint index)
{
  return table->entries[index].n_points;
}

guint64
gst_ssio_file_table_get_version (const GstSsioFileTable *table, guint index)
{
  return table->entries[index].version;
}

GstSsioLayout *
gst_ssio_file_table_get_layout (const GstSsioFileTable *table)
{
  return table->layout;
}

gboolean
gst_ssio_file_table_is_mapped (const GstSsioFileTable *table)
{
  return table->is_mapped;
}

/* A place for one more: a free one, or that of what was used the longest time
 * ago. */
static Open *
find_room (GstSsioFileTable *table)
{
  Open *oldest = &table->open[0];
  guint i;

  for (i = 0; i < MAX_OPEN; i++) {
    if (!table->open[i].file)
      return &table->open[i];
    if (table->open[i].used < oldest->used)
      oldest = &table->open[i];
  }
  return oldest;
}

/* What has to go must still be what it was. */
static gboolean
make_room (Open *open, GError **error)
{
  if (open->file && !gst_ssio_point_file_check (open->file, error))
    return FALSE;
  close_file (open);
  return TRUE;
}

static void
refuse_change (const gchar *path, GError **error)
{
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "%s: was modified or replaced since the stream began: expected it to "
      "stay as it was; start again",
      path);
}

/* Of a file that is read and not mapped, others may change the points. */
static gboolean
is_as_it_was (const GstSsioFileTable *table, guint index,
    const GstSsioPointFile *file, GError **error)
{
  const Entry *entry = &table->entries[index];

  if (gst_ssio_point_file_get_mapped_points (file)
          ? gst_ssio_point_file_get_version (file) == entry->version
          : gst_ssio_point_file_get_n_points (file) == entry->n_points
                && gst_ssio_layout_is_equal (
                    gst_ssio_point_file_get_layout (file), table->layout))
    return TRUE;
  refuse_change (get_path (table, index), error);
  return FALSE;
}

static Open *
find_open (GstSsioFileTable *table, guint index)
{
  guint i;

  for (i = 0; i < MAX_OPEN; i++) {
    if (table->open[i].file && table->open[i].index == index)
      return &table->open[i];
  }
  return NULL;
}

static Open *
open_at (GstSsioFileTable *table, guint index, GError **error)
{
  Open *open = find_open (table, index);

  if (!open) {
    open = find_room (table);
    if (!make_room (open, error))
      return NULL;
    open->file = open_file (table, index, error);
    if (!open->file)
      return NULL;
    if (!is_as_it_was (table, index, open->file, error)) {
      g_clear_pointer (&open->file, gst_ssio_point_file_unref);
      return NULL;
    }
    set_up (table, open->file);
    open->index = index;
    open->wanted = 0;
  }
  open->used = ++table->n_uses;
  return open;
}

GstSsioPointFile *
gst_ssio_file_table_open (GstSsioFileTable *table, guint index, GError **error)
{
  Open *open = open_at (table, index, error);

  return open ? open->file : NULL;
}

GstSsioPointFile *
gst_ssio_file_table_open_ahead (GstSsioFileTable *table, guint index,
    guint64 now, guint64 then)
{
  const Open *room = find_room (table);
  Open *open;

  if (!find_open (table, index) && room->file && room->wanted > now)
    return NULL;
  open = open_at (table, index, NULL);
  if (!open)
    return NULL;
  open->wanted = then + 1;
  return open->file;
}

/* Classes of two models, or bytes of another type, would not show. */
static gboolean
check_predictions (GstSsioPointFile *predictions, GError **error)
{
  const gchar *path = gst_ssio_point_file_get_path (predictions);
  GstSsioPointFile *now = gst_ssio_prediction_file_open (path, error);
  gboolean are_same;

  if (!now)
    return FALSE;
  are_same = gst_ssio_point_file_get_version (now)
             == gst_ssio_point_file_get_version (predictions);
  gst_ssio_point_file_unref (now);
  if (!are_same)
    refuse_change (path, error);
  return are_same;
}

gboolean
gst_ssio_file_table_check (GstSsioFileTable *table, GError **error)
{
  guint i;

  for (i = 0; i < MAX_OPEN; i++) {
    if (table->open[i].file
        && !gst_ssio_point_file_check (table->open[i].file, error))
      return FALSE;
  }
  return !table->options.predictions
         || check_predictions (table->options.predictions, error);
}

void
gst_ssio_file_table_release_cursors (GstSsioFileTable *table)
{
  guint i;

  for (i = 0; i < MAX_OPEN; i++) {
    table->open[i].wanted = 0;
    if (table->open[i].file)
      gst_ssio_point_file_release_cursor (table->open[i].file);
  }
}
