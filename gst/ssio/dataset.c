/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "dataset.h"
#include "filelist.h"
#include "filetable.h"
#include "gstssiofiles.h"
#include "mixer.h"
#include "pointfileio.h"
#include "predictionfile.h"

#define FINGERPRINT_DIGITS 32

/* So much is read ahead at least: a disk is fast only where it always has some
 * megabytes to read, and few batches may be small. */
#define MIN_BYTES_AHEAD ((guint64) 32 << 20)

struct _GstSsioDataset {
  GstSsioFileTable *files;
  GstSsioOrigin origin;
  GstSsioLayout *layout;
  guint point_size;
  guint first_file; /* of those in the range */
  guint64 skipped;  /* points of it before the range */
  GstSsioOrder *order;
  GstSsioMixer *mixer; /* NULL where points stay in their batches */
  gboolean is_shuffled;
  gboolean is_cached; /* files come through the page cache */
  guint64 n_ahead;    /* batches whose reading is announced before they come */
  guint64 n_announced; /* batches of the epoch whose reading was announced */
};

static GstSsioFileTable *
open_table (const GstSsioDatasetConfig *config, const GstSsioLayout *layout,
    GError **error)
{
  GstSsioPointFileOptions options = {
    .layout = layout,
    .element = config->element,
    .labels = config->labels,
    .io_mode = config->io_mode,
    .recover = config->recover,
  };
  GPtrArray *paths = gst_ssio_file_list_new (config->location, error);
  GstSsioFileTable *files;

  if (!paths)
    return NULL;
  if (config->predictions
      && !(options.predictions
           = gst_ssio_prediction_file_open (config->predictions, error))) {
    g_ptr_array_unref (paths);
    return NULL;
  }
  files = gst_ssio_file_table_new (paths, &options, error);
  g_clear_pointer (&options.predictions, gst_ssio_point_file_unref);
  return files;
}

static GstSsioFileTable *
open_files (const GstSsioDatasetConfig *config, GError **error)
{
  GstSsioLayout *layout = NULL;
  GstSsioFileTable *files;

  if (!config->location || !*config->location) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "no file to read: set the location property to a file of points, a "
        "pattern, a folder or @list.txt");
    return NULL;
  }
  if (config->layout
      && !(layout
           = gst_ssio_layout_new_from_string (config->layout, 0, error)))
    return NULL;
  files = open_table (config, layout, error);
  g_clear_pointer (&layout, gst_ssio_layout_unref);
  return files;
}

/* Moves all files' points, which have one layout, by one origin: that of the
 * first file, so that their coordinates compare. Sets the data set's layout. */
static gboolean
move_points (GstSsioDataset *self, GError **error)
{
  GstSsioPointFile *first = gst_ssio_file_table_open (self->files, 0, error);

  if (!first || !gst_ssio_origin_settle (&self->origin, first, error))
    return FALSE;
  self->layout = gst_ssio_origin_subtract (&self->origin,
      gst_ssio_file_table_get_layout (self->files), error);
  return self->layout != NULL;
}

/* What each file has of the points in the range. Sets where it begins. */
static GArray *
cut_range (GstSsioDataset *self, guint64 start, guint64 stop)
{
  GArray *n_points = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint n_files = gst_ssio_file_table_get_n_files (self->files);
  guint64 position = 0;
  guint i;

  for (i = 0; i < n_files; i++) {
    guint64 n = gst_ssio_file_table_get_n_points (self->files, i);
    guint64 from = CLAMP (start, position, position + n);
    guint64 to = CLAMP (stop, from, position + n);
    guint64 part = to - from;

    if (n_points->len == 0 && part > 0) {
      self->first_file = i;
      self->skipped = from - position;
    }
    if (n_points->len > 0 || part > 0)
      g_array_append_val (n_points, part);
    position += n;
  }
  return n_points;
}

static guint64
count_all_points (const GstSsioDataset *self)
{
  guint n_files = gst_ssio_file_table_get_n_files (self->files);
  guint64 n = 0;
  guint i;

  for (i = 0; i < n_files; i++)
    n += gst_ssio_file_table_get_n_points (self->files, i);
  return n;
}

static gboolean
check_batches (const GstSsioDataset *self, const GstSsioDatasetConfig *config,
    GError **error)
{
  const GstSsioOrderConfig *order = &config->order;
  guint64 batch_bytes = gst_ssio_dataset_get_batch_bytes (self);
  guint64 n_points = count_all_points (self);

  if (gst_ssio_order_get_n_batches (self->order) == 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: there is no batch for this stream (start-point=%" G_GUINT64_FORMAT
        ", stop-point=%" G_GUINT64_FORMAT
        ", drop-last=%s with batch-size=%" G_GUINT64_FORMAT
        ", shard %u of %u): expected at least one, found %" G_GUINT64_FORMAT
        " points in all; choose more points, or make batch-size or num-shards "
        "smaller",
        config->location, config->start_point,
        MIN (config->stop_point, n_points),
        order->drop_last ? "true" : "false", order->batch_size, order->shard,
        order->n_shards, n_points);
    return FALSE;
  }
  if (!gst_ssio_dataset_is_mapped (self) && batch_bytes > G_MAXUINT) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s: a batch of %" G_GUINT64_FORMAT
        " bytes: expected less than 4 GiB where points are copied; make "
        "batch-size smaller",
        config->location, batch_bytes);
    return FALSE;
  }
  return TRUE;
}

/* From files and points of the range, which the order counts, to all. */
static void
count_from_start (const GstSsioDataset *self, GstSsioBatch *batch)
{
  if (batch->file == 0)
    batch->first_point += self->skipped;
  batch->file += self->first_file;
}

/* Whether it comes after the one before it, or first. */
static gboolean
is_in_row (const GstSsioDataset *self, const GstSsioBatch *batch, guint64 now)
{
  GstSsioBatch before;

  if (self->is_shuffled)
    return FALSE;
  if (batch->index == now)
    return TRUE;
  gst_ssio_order_get_batch (self->order, batch->index - 1, &before);
  return before.file == batch->file
         && before.first_point + before.n_points == batch->first_point;
}

/* FALSE where there is no room for its file. */
static gboolean
announce_batch (GstSsioDataset *self, guint64 now, guint64 index)
{
  GstSsioPointFile *file;
  GstSsioBatch batch;
  gboolean in_row;

  gst_ssio_order_get_batch (self->order, index, &batch);
  in_row = is_in_row (self, &batch, now);
  count_from_start (self, &batch);
  file = gst_ssio_file_table_open_ahead (self->files, batch.file, now, index);
  if (file)
    gst_ssio_point_file_announce (file, batch.first_point, batch.n_points,
        in_row);
  return file != NULL;
}

/* Announces the batch of that index and those that follow as far as there is
 * room for their files. */
static void
announce_batches (GstSsioDataset *self, guint64 index)
{
  guint64 end = MIN (index + self->n_ahead + 1,
      gst_ssio_order_get_n_batches (self->order));

  /* little memory may have lost again what was read ahead into it */
  if (self->is_shuffled && self->is_cached && self->n_announced > index)
    announce_batch (self, index, index);
  self->n_announced = MAX (self->n_announced, index);
  while (self->n_announced < end
         && announce_batch (self, index, self->n_announced))
    self->n_announced++;
}

/* For the mixer. */
static GstMemory *
load_batch (gpointer user_data, const GstSsioBatch *in_range, GError **error)
{
  GstSsioDataset *self = user_data;
  GstSsioBatch batch = *in_range;
  GstSsioPointFile *file;
  GstMemory *memory;
  GstMapInfo map;
  gboolean ok;

  count_from_start (self, &batch);
  announce_batches (self, batch.index);
  file = gst_ssio_file_table_open (self->files, batch.file, error);
  if (!file)
    return NULL;
  if (gst_ssio_point_file_get_mapped_points (file))
    return gst_ssio_point_file_wrap_points (file, batch.first_point,
        batch.n_points, error);
  memory = gst_allocator_alloc (NULL, batch.n_points * self->point_size, NULL);
  gst_memory_map (memory, &map, GST_MAP_WRITE);
  ok = gst_ssio_point_file_read_points (file, batch.first_point,
      batch.n_points, map.data, error);
  gst_memory_unmap (memory, &map);
  if (!ok)
    g_clear_pointer (&memory, gst_memory_unref);
  return memory;
}

/* Batches ahead. */
static guint64
get_n_ahead (const GstSsioDataset *self, guint prefetch)
{
  guint64 batch_bytes = gst_ssio_dataset_get_batch_bytes (self);

  if (prefetch == 0 || batch_bytes == 0)
    return prefetch;
  return MAX (prefetch, MIN_BYTES_AHEAD / batch_bytes);
}

static gboolean
make_order (GstSsioDataset *self, const GstSsioDatasetConfig *config,
    GError **error)
{
  GArray *n_points;

  self->point_size = gst_ssio_layout_get_point_size (self->layout);
  self->is_shuffled = config->order.shuffle;
  self->is_cached = config->io_mode != GST_SSIO_IO_MODE_DIRECT;
  gst_ssio_file_table_set_reading (self->files, config->prefetch,
      config->drop_behind, self->is_shuffled);
  n_points = cut_range (self, config->start_point, config->stop_point);
  self->order = gst_ssio_order_new (&config->order,
      (const guint64 *) n_points->data, n_points->len);
  g_array_unref (n_points);
  self->n_ahead = get_n_ahead (self, config->prefetch);
  if (config->mix_window > 0)
    self->mixer = gst_ssio_mixer_new (self->order, self->point_size,
        config->mix_window, config->order.seed, load_batch, self);
  return check_batches (self, config, error);
}

GstSsioDataset *
gst_ssio_dataset_open (const GstSsioDatasetConfig *config, GError **error)
{
  GstSsioDataset *self = g_new0 (GstSsioDataset, 1);

  if (!gst_ssio_origin_parse (config->origin, &self->origin, error)
      || !(self->files = open_files (config, error))
      || !move_points (self, error) || !make_order (self, config, error))
    g_clear_pointer (&self, gst_ssio_dataset_close);
  return self;
}

void
gst_ssio_dataset_close (GstSsioDataset *self)
{
  g_clear_pointer (&self->mixer, gst_ssio_mixer_free);
  g_clear_pointer (&self->order, gst_ssio_order_free);
  g_clear_pointer (&self->layout, gst_ssio_layout_unref);
  g_clear_pointer (&self->files, gst_ssio_file_table_free);
  g_free (self);
}

void
gst_ssio_dataset_set_damage_func (GstSsioDataset *self, GstSsioDamageFunc func,
    gpointer user_data)
{
  gst_ssio_file_table_set_damage_func (self->files, func, user_data);
}

guint
gst_ssio_dataset_get_n_files (const GstSsioDataset *self)
{
  return gst_ssio_file_table_get_n_files (self->files);
}

GstEvent *
gst_ssio_dataset_new_files_event (const GstSsioDataset *self)
{
  const guint n = gst_ssio_dataset_get_n_files (self);
  const gchar **locations = g_new (const gchar *, n);
  guint64 *points = g_new (guint64, n);
  GstEvent *event;
  guint i;

  for (i = 0; i < n; i++) {
    locations[i] = gst_ssio_file_table_get_path (self->files, i);
    points[i] = gst_ssio_file_table_get_n_points (self->files, i);
  }
  event = gst_event_new_ssio_files (locations, points, n);
  g_free (locations);
  g_free (points);
  return event;
}

GstSsioLayout *
gst_ssio_dataset_get_layout (const GstSsioDataset *self)
{
  return self->layout;
}

const GstSsioOrigin *
gst_ssio_dataset_get_origin (const GstSsioDataset *self)
{
  return gst_ssio_origin_is_any (&self->origin) ? &self->origin : NULL;
}

gboolean
gst_ssio_dataset_is_mapped (const GstSsioDataset *self)
{
  return !self->mixer && gst_ssio_file_table_is_mapped (self->files);
}

guint64
gst_ssio_dataset_get_batch_bytes (const GstSsioDataset *self)
{
  return gst_ssio_order_get_max_points (self->order) * self->point_size;
}

void
gst_ssio_dataset_set_epoch (GstSsioDataset *self, guint epoch)
{
  gst_ssio_order_set_epoch (self->order, epoch);
  if (self->mixer)
    gst_ssio_mixer_set_epoch (self->mixer, epoch);
}

guint64
gst_ssio_dataset_get_n_points (const GstSsioDataset *self)
{
  return gst_ssio_order_get_n_points (self->order);
}

gboolean
gst_ssio_dataset_get_batch (const GstSsioDataset *self, guint64 position,
    guint64 stop, GstSsioBatch *batch)
{
  guint64 end = MIN (stop, gst_ssio_dataset_get_n_points (self));
  guint64 skip;

  if (position >= end)
    return FALSE;
  gst_ssio_order_find_batch (self->order, position, batch);
  skip = position - batch->position;
  batch->position = position;
  batch->first_point += skip;
  batch->n_points = MIN (batch->n_points - skip, end - position);
  if (self->mixer) { /* its points come from many places */
    batch->file = G_MAXUINT;
    batch->first_point = G_MAXUINT64;
  } else {
    count_from_start (self, batch);
  }
  return TRUE;
}

GstBuffer *
gst_ssio_dataset_wrap_batch (GstSsioDataset *self, const GstSsioBatch *batch,
    gboolean present, GError **error)
{
  GstSsioPointFile *file;
  GstMemory *memory;
  GstBuffer *buffer;

  if (present)
    announce_batches (self, batch->index);
  file = gst_ssio_file_table_open (self->files, batch->file, error);
  if (!file)
    return NULL;
  memory = present ? gst_ssio_point_file_wrap_points (file, batch->first_point,
               batch->n_points, error)
                   : gst_ssio_point_file_wrap_absent_points (file,
                       batch->first_point, batch->n_points);
  if (!memory)
    return NULL;
  buffer = gst_buffer_new ();
  gst_buffer_append_memory (buffer, memory);
  return buffer;
}

static gboolean
copy_points (GstSsioDataset *self, const GstSsioBatch *batch, guint8 *points,
    GError **error)
{
  GstSsioPointFile *file;

  if (self->mixer)
    return gst_ssio_mixer_copy (self->mixer, batch->index, batch->position,
        batch->n_points, points, error);
  announce_batches (self, batch->index);
  file = gst_ssio_file_table_open (self->files, batch->file, error);
  return file
         && gst_ssio_point_file_read_points (file, batch->first_point,
             batch->n_points, points, error);
}

/* Where there is room, a batch begins in its buffer as it does in its block of
 * the file, so that the blocks can be read where they belong. */
static void
align_batch (GstSsioDataset *self, const GstSsioBatch *batch,
    GstBuffer *buffer, gsize size)
{
  GstSsioPointFile *file
      = gst_ssio_file_table_open (self->files, batch->file, NULL);
  gsize skew, offset, room;

  if (!file)
    return;
  skew = (gst_ssio_point_file_get_data_offset (file)
             + batch->first_point * self->point_size)
         & GST_SSIO_DIRECT_ALIGN;
  gst_buffer_get_sizes (buffer, &offset, &room);
  if (skew + size <= room)
    gst_buffer_resize (buffer, (gssize) skew - (gssize) offset, size);
}

gboolean
gst_ssio_dataset_map_batch (GstBuffer *buffer, gsize size, GstMapInfo *map,
    GError **error)
{
  gsize room = gst_buffer_get_size (buffer);

  if (room >= size && gst_buffer_map (buffer, map, GST_MAP_WRITE))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "cannot use the pool that downstream offers: expected writable "
      "buffers of %" G_GSIZE_FORMAT " bytes, found %" G_GSIZE_FORMAT
      "; use io-mode=mmap",
      size, room);
  return FALSE;
}

gboolean
gst_ssio_dataset_read_batch (GstSsioDataset *self, const GstSsioBatch *batch,
    GstBuffer *buffer, GError **error)
{
  gsize size = batch->n_points * self->point_size;
  GstMapInfo map;
  gboolean ok;

  if (!self->is_cached && !self->mixer && gst_buffer_get_size (buffer) >= size)
    align_batch (self, batch, buffer, size);
  if (!gst_ssio_dataset_map_batch (buffer, size, &map, error))
    return FALSE;
  ok = copy_points (self, batch, map.data, error);
  gst_buffer_unmap (buffer, &map);
  if (ok)
    gst_buffer_set_size (buffer, size);
  return ok;
}

guint64
gst_ssio_dataset_get_version (const GstSsioDataset *self,
    const GstSsioBatch *batch)
{
  if (!gst_ssio_dataset_is_mapped (self))
    return 0;
  return gst_ssio_file_table_get_version (self->files, batch->file);
}

gchar *
gst_ssio_dataset_get_fingerprint (const GstSsioDataset *self)
{
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gchar *text = gst_ssio_layout_to_string (gst_ssio_dataset_get_layout (self));
  guint i;

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_free (text);
  for (i = 0; i < gst_ssio_dataset_get_n_files (self); i++) {
    gchar *name
        = g_path_get_basename (gst_ssio_file_table_get_path (self->files, i));

    text = g_strdup_printf ("\n%s %" G_GUINT64_FORMAT, name,
        gst_ssio_file_table_get_n_points (self->files, i));
    g_checksum_update (checksum, (const guchar *) text, -1);
    g_free (text);
    g_free (name);
  }
  text = g_strndup (g_checksum_get_string (checksum), FINGERPRINT_DIGITS);
  g_checksum_free (checksum);
  return text;
}

guint64
gst_ssio_dataset_get_n_batches (const GstSsioDataset *self)
{
  return gst_ssio_order_get_n_batches (self->order);
}

guint64
gst_ssio_dataset_find_batch (const GstSsioDataset *self, guint64 position)
{
  GstSsioBatch batch;

  if (position >= gst_ssio_dataset_get_n_points (self))
    return gst_ssio_dataset_get_n_batches (self);
  gst_ssio_order_find_batch (self->order, position, &batch);
  return batch.index;
}

guint64
gst_ssio_dataset_get_position (const GstSsioDataset *self, guint64 batch)
{
  GstSsioBatch whole;

  if (batch >= gst_ssio_dataset_get_n_batches (self))
    return gst_ssio_dataset_get_n_points (self);
  gst_ssio_order_get_batch (self->order, batch, &whole);
  return whole.position;
}

void
gst_ssio_dataset_release_cursor (GstSsioDataset *self)
{
  if (self->mixer)
    gst_ssio_mixer_release (self->mixer);
  self->n_announced = 0;
  gst_ssio_file_table_release_cursors (self->files);
}

gboolean
gst_ssio_dataset_check (GstSsioDataset *self, GError **error)
{
  return gst_ssio_file_table_check (self->files, error);
}
