/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "order.h"
#include "permutation.h"

/* A batch of this shard that is not full, and what is missing of it and those
 * before it. Most batches are full, so that these few tell where each one
 * starts. */
typedef struct {
  guint64 index;
  guint64 missing;
} ShortBatch;

struct _GstSsioOrder {
  GstSsioOrderConfig config;
  guint n_files;
  guint64 *n_points;    /* of each file */
  guint64 *first_batch; /* of each file, and one past the last */
  guint64 n_all;        /* batches of all shards */
  guint64 n_batches;    /* of this one */
  GstSsioPermutation permutation;
  GArray *shorts; /* of ShortBatch, by index */
};

static guint64
count_batches (const GstSsioOrderConfig *config, guint64 n_points)
{
  return n_points / config->batch_size
         + (!config->drop_last && n_points % config->batch_size != 0);
}

/* Batches of one shard: place k of the whole order is its number k / n_shards
 * where k % n_shards is its own. */
static guint64
count_own (const GstSsioOrderConfig *config, guint64 n_all)
{
  guint64 whole = n_all / config->n_shards;
  guint64 rest = n_all % config->n_shards;

  if (config->even)
    return whole + (rest != 0 && !config->drop_last);
  return whole + (config->shard < rest);
}

GstSsioOrder *
gst_ssio_order_new (const GstSsioOrderConfig *config, const guint64 *n_points,
    guint n_files)
{
  GstSsioOrder *order = g_new0 (GstSsioOrder, 1);
  guint i;

  order->config = *config;
  order->n_files = n_files;
  order->n_points = g_memdup2 (n_points, n_files * sizeof (guint64));
  order->first_batch = g_new (guint64, n_files + 1);
  for (i = 0; i < n_files; i++) {
    order->first_batch[i] = order->n_all;
    order->n_all += count_batches (config, n_points[i]);
  }
  order->first_batch[n_files] = order->n_all;
  order->n_batches = order->n_all > 0 ? count_own (config, order->n_all) : 0;
  order->shorts = g_array_new (FALSE, FALSE, sizeof (ShortBatch));
  gst_ssio_order_set_epoch (order, 0);
  return order;
}

void
gst_ssio_order_free (GstSsioOrder *order)
{
  g_array_unref (order->shorts);
  g_free (order->first_batch);
  g_free (order->n_points);
  g_free (order);
}

/* Adds a batch that is not full, if place is this shard's. */
static void
add_short (GstSsioOrder *order, guint64 place, guint64 missing)
{
  const GstSsioOrderConfig *config = &order->config;
  ShortBatch batch = { place / config->n_shards, missing };

  if (place % config->n_shards == config->shard
      && batch.index < order->n_batches)
    g_array_append_val (order->shorts, batch);
}

static gint
compare_shorts (gconstpointer a, gconstpointer b)
{
  const ShortBatch *one = a;
  const ShortBatch *other = b;

  return one->index < other->index ? -1 : one->index > other->index;
}

static void
find_shorts (GstSsioOrder *order)
{
  const guint64 size = order->config.batch_size;
  guint64 missing = 0;
  guint i;

  g_array_set_size (order->shorts, 0);
  for (i = 0; !order->config.drop_last && i < order->n_files; i++) {
    guint64 batch = order->first_batch[i + 1] - 1;
    guint64 place;

    if (order->n_points[i] % size == 0)
      continue;
    place = order->config.shuffle
                ? gst_ssio_permutation_find (&order->permutation, batch)
                : batch;
    missing = size - order->n_points[i] % size;
    /* again wherever the order begins anew to make shards even */
    for (; place < order->n_batches * order->config.n_shards;
         place += order->n_all)
      add_short (order, place, missing);
  }
  g_array_sort (order->shorts, compare_shorts);
  for (i = 0, missing = 0; i < order->shorts->len; i++)
    missing = g_array_index (order->shorts, ShortBatch, i).missing += missing;
}

void
gst_ssio_order_set_epoch (GstSsioOrder *order, guint epoch)
{
  if (order->n_all == 0)
    return;
  gst_ssio_permutation_init (&order->permutation, order->n_all,
      order->config.seed, epoch);
  find_shorts (order);
}

guint64
gst_ssio_order_get_n_batches (const GstSsioOrder *order)
{
  return order->n_batches;
}

/* Where the batch of that index starts; one past the last is the end. */
static guint64
get_position (const GstSsioOrder *order, guint64 index)
{
  const ShortBatch *shorts = (const ShortBatch *) order->shorts->data;
  guint low = 0;
  guint high = order->shorts->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (shorts[middle].index < index)
      low = middle + 1;
    else
      high = middle;
  }
  return index * order->config.batch_size
         - (low > 0 ? shorts[low - 1].missing : 0);
}

guint64
gst_ssio_order_get_n_points (const GstSsioOrder *order)
{
  return get_position (order, order->n_batches);
}

guint64
gst_ssio_order_get_max_points (const GstSsioOrder *order)
{
  guint64 most = 0;
  guint i;

  for (i = 0; i < order->n_files; i++)
    most = MAX (most, order->n_points[i]);
  return MIN (most, order->config.batch_size);
}

static guint
find_file (const GstSsioOrder *order, guint64 batch)
{
  guint low = 0;
  guint high = order->n_files;

  /* the last file that starts no later: others may be empty */
  while (low + 1 < high) {
    guint middle = low + (high - low) / 2;

    if (order->first_batch[middle] <= batch)
      low = middle;
    else
      high = middle;
  }
  return low;
}

void
gst_ssio_order_get_batch (const GstSsioOrder *order, guint64 index,
    GstSsioBatch *batch)
{
  const GstSsioOrderConfig *config = &order->config;
  guint64 number = (index * config->n_shards + config->shard) % order->n_all;

  if (config->shuffle)
    number = gst_ssio_permutation_get (&order->permutation, number);
  batch->index = index;
  batch->position = get_position (order, index);
  batch->file = find_file (order, number);
  batch->first_point
      = (number - order->first_batch[batch->file]) * config->batch_size;
  batch->n_points = MIN (order->n_points[batch->file] - batch->first_point,
      config->batch_size);
}

void
gst_ssio_order_find_batch (const GstSsioOrder *order, guint64 position,
    GstSsioBatch *batch)
{
  guint64 low = position / order->config.batch_size;
  guint64 high = order->n_batches;

  while (low + 1 < high) {
    guint64 middle = low + (high - low) / 2;

    if (get_position (order, middle) <= position)
      low = middle;
    else
      high = middle;
  }
  gst_ssio_order_get_batch (order, low, batch);
}
