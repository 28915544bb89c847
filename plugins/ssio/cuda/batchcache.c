/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "batchcache.h"

typedef struct {
  guint64 first_point;
  guint64 n_points;
} Key;

/* What is kept of a file. */
typedef struct {
  guint64 version;
  guint64 bytes;
  GHashTable *batches; /* of Key to GstMemory */
} File;

struct _GstSsioBatchCache {
  guint64 max_bytes;
  guint64 bytes;
  GHashTable *files; /* of index to File */
};

static guint
hash_key (gconstpointer data)
{
  const Key *key = data;

  return g_int64_hash (&key->first_point) ^ g_int64_hash (&key->n_points);
}

static gboolean
is_equal_key (gconstpointer a, gconstpointer b)
{
  const Key *one = a;
  const Key *other = b;

  return one->first_point == other->first_point
         && one->n_points == other->n_points;
}

/* What an allocation takes of a device, whose driver has large ones in pages
 * of 2 MiB. */
static guint64
get_cost (gsize size)
{
  const gsize page = (gsize) 2 << 20;

  return size <= page / 2 ? size : (size + page - 1) / page * page;
}

static void
unref_memory (gpointer memory)
{
  gst_memory_unref (memory);
}

static File *
file_new (guint64 version)
{
  File *file = g_new0 (File, 1);

  file->version = version;
  file->batches
      = g_hash_table_new_full (hash_key, is_equal_key, g_free, unref_memory);
  return file;
}

static void
file_free (gpointer data)
{
  File *file = data;

  g_hash_table_unref (file->batches);
  g_free (file);
}

GstSsioBatchCache *
gst_ssio_batch_cache_new (guint64 max_bytes)
{
  GstSsioBatchCache *cache = g_new0 (GstSsioBatchCache, 1);

  cache->max_bytes = max_bytes;
  cache->files = g_hash_table_new_full (NULL, NULL, NULL, file_free);
  return cache;
}

void
gst_ssio_batch_cache_free (GstSsioBatchCache *cache)
{
  g_hash_table_unref (cache->files);
  g_free (cache);
}

/* What is kept of the batch's file, where that is the version of the batch. */
static File *
find_file (GstSsioBatchCache *cache, const GstSsioBatchMeta *batch)
{
  File *file
      = g_hash_table_lookup (cache->files, GUINT_TO_POINTER (batch->file));

  return file && file->version == batch->version ? file : NULL;
}

GstMemory *
gst_ssio_batch_cache_find (GstSsioBatchCache *cache,
    const GstSsioBatchMeta *batch, gsize size)
{
  const Key key = { batch->first_point, batch->n_points };
  File *file = find_file (cache, batch);
  GstMemory *memory = file ? g_hash_table_lookup (file->batches, &key) : NULL;

  return memory && memory->size == size ? memory : NULL;
}

static void
drop_other_version (GstSsioBatchCache *cache, const GstSsioBatchMeta *batch)
{
  gpointer index = GUINT_TO_POINTER (batch->file);
  File *file = g_hash_table_lookup (cache->files, index);

  if (file && file->version != batch->version) {
    cache->bytes -= file->bytes;
    g_hash_table_remove (cache->files, index);
  }
}

gboolean
gst_ssio_batch_cache_reserve (GstSsioBatchCache *cache,
    const GstSsioBatchMeta *batch, gsize size)
{
  if (batch->version == 0)
    return FALSE;
  drop_other_version (cache, batch);
  return size <= cache->max_bytes && get_cost (size) <= cache->max_bytes
         && cache->bytes <= cache->max_bytes - get_cost (size);
}

void
gst_ssio_batch_cache_add (GstSsioBatchCache *cache,
    const GstSsioBatchMeta *batch, GstMemory *memory)
{
  const Key key = { batch->first_point, batch->n_points };
  File *file = find_file (cache, batch);
  gint64 cost = get_cost (memory->size);
  GstMemory *old;

  if (!file) {
    file = file_new (batch->version);
    g_hash_table_insert (cache->files, GUINT_TO_POINTER (batch->file), file);
  }
  old = g_hash_table_lookup (file->batches, &key);
  if (old)
    cost -= get_cost (old->size);
  g_hash_table_replace (file->batches, g_memdup2 (&key, sizeof (key)),
      gst_memory_ref (memory));
  file->bytes += cost;
  cache->bytes += cost;
}

void
gst_ssio_batch_cache_clear (GstSsioBatchCache *cache)
{
  g_hash_table_remove_all (cache->files);
  cache->bytes = 0;
}

void
gst_ssio_batch_cache_close (GstSsioBatchCache *cache)
{
  cache->max_bytes = 0;
}
