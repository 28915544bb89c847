/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "ranks.h"
#include "srcsettings.h"

#define DEFAULT_BATCH_SIZE 250000
#define DEFAULT_SHUFFLE_WINDOW 16
#define MAX_SHUFFLE_WINDOW 4096
#define DEFAULT_ORIGIN "auto"
#define DEFAULT_PREFETCH 2
#define MAX_PREFETCH 64

enum {
  PROP_0,
  PROP_LOCATION,
  PROP_LAYOUT,
  PROP_ELEMENT,
  PROP_LABELS,
  PROP_ORIGIN,
  PROP_BATCH_SIZE,
  PROP_DROP_LAST,
  PROP_IO_MODE,
  PROP_PREFETCH,
  PROP_DROP_BEHIND,
  PROP_SHUFFLE,
  PROP_SHUFFLE_WINDOW,
  PROP_SEED,
  PROP_NUM_SHARDS,
  PROP_SHARD_INDEX,
  PROP_SHARD_POLICY,
  PROP_START_POINT,
  PROP_STOP_POINT,
  N_PROPS
};

G_STATIC_ASSERT (N_PROPS == GST_SSIO_SRC_N_SETTINGS + 1);

static GType
gst_ssio_shuffle_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_SHUFFLE_NONE, "In the order of the files", "none" },
    { GST_SSIO_SHUFFLE_BATCHES,
        "All batches of all files in a random order, another one in each "
        "epoch, without a copy",
        "batches" },
    { GST_SSIO_SHUFFLE_POINTS,
        "The same, and points mixed within shuffle-window batches; this "
        "copies points one by one",
        "points" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioShuffle", values));
  return type;
}

static GType
gst_ssio_shard_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_SHARD_POLICY_EXACT, "Each batch goes to one shard", "exact" },
    { GST_SSIO_SHARD_POLICY_EVEN,
        "Each shard has as many batches: some come twice, or with drop-last "
        "are left out",
        "even" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioShardPolicy", values));
  return type;
}

void
gst_ssio_src_settings_init (GstSsioSrcSettings *settings)
{
  *settings = (GstSsioSrcSettings){
    .batch_size = DEFAULT_BATCH_SIZE,
    .shuffle_window = DEFAULT_SHUFFLE_WINDOW,
    .num_shards = 1,
    .prefetch = DEFAULT_PREFETCH,
    .stop_point = G_MAXUINT64,
  };
}

void
gst_ssio_src_settings_clear (GstSsioSrcSettings *settings)
{
  g_clear_pointer (&settings->location, g_free);
  g_clear_pointer (&settings->layout, g_free);
  g_clear_pointer (&settings->element, g_free);
  g_clear_pointer (&settings->labels, g_free);
  g_clear_pointer (&settings->origin, g_free);
}

void
gst_ssio_src_settings_copy (const GstSsioSrcSettings *settings,
    GstSsioSrcSettings *copy)
{
  *copy = *settings;
  copy->location = g_strdup (settings->location);
  copy->layout = g_strdup (settings->layout);
  copy->element = g_strdup (settings->element);
  copy->labels = g_strdup (settings->labels);
  copy->origin = g_strdup (settings->origin);
}

static void
take_string (gchar **place, const GValue *value)
{
  g_free (*place);
  *place = g_value_dup_string (value);
}

gboolean
gst_ssio_src_settings_set (GstSsioSrcSettings *settings, guint id,
    const GValue *value)
{
  switch (id) {
  case PROP_LOCATION:
    take_string (&settings->location, value);
    return TRUE;
  case PROP_LAYOUT:
    take_string (&settings->layout, value);
    return TRUE;
  case PROP_ELEMENT:
    take_string (&settings->element, value);
    return TRUE;
  case PROP_LABELS:
    take_string (&settings->labels, value);
    return TRUE;
  case PROP_ORIGIN:
    take_string (&settings->origin, value);
    return TRUE;
  case PROP_BATCH_SIZE:
    settings->batch_size = g_value_get_uint (value);
    return TRUE;
  case PROP_DROP_LAST:
    settings->drop_last = g_value_get_boolean (value);
    return TRUE;
  case PROP_IO_MODE:
    settings->io_mode = g_value_get_enum (value);
    return TRUE;
  case PROP_PREFETCH:
    settings->prefetch = g_value_get_uint (value);
    return TRUE;
  case PROP_DROP_BEHIND:
    settings->drop_behind = g_value_get_boolean (value);
    return TRUE;
  case PROP_SHUFFLE:
    settings->shuffle = g_value_get_enum (value);
    return TRUE;
  case PROP_SHUFFLE_WINDOW:
    settings->shuffle_window = g_value_get_uint (value);
    return TRUE;
  case PROP_SEED:
    settings->seed = g_value_get_uint64 (value);
    return TRUE;
  case PROP_NUM_SHARDS:
    settings->num_shards = g_value_get_int (value);
    return TRUE;
  case PROP_SHARD_INDEX:
    settings->shard_index = g_value_get_int (value);
    return TRUE;
  case PROP_SHARD_POLICY:
    settings->shard_policy = g_value_get_enum (value);
    return TRUE;
  case PROP_START_POINT:
    settings->start_point = g_value_get_uint64 (value);
    return TRUE;
  case PROP_STOP_POINT:
    settings->stop_point = g_value_get_uint64 (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
gst_ssio_src_settings_get (const GstSsioSrcSettings *settings, guint id,
    GValue *value)
{
  switch (id) {
  case PROP_LOCATION:
    g_value_set_string (value, settings->location);
    return TRUE;
  case PROP_LAYOUT:
    g_value_set_string (value,
        settings->layout ? settings->layout : GST_SSIO_DEFAULT_LAYOUT);
    return TRUE;
  case PROP_ELEMENT:
    g_value_set_string (value, settings->element);
    return TRUE;
  case PROP_LABELS:
    g_value_set_string (value, settings->labels);
    return TRUE;
  case PROP_ORIGIN:
    g_value_set_string (value,
        settings->origin ? settings->origin : DEFAULT_ORIGIN);
    return TRUE;
  case PROP_BATCH_SIZE:
    g_value_set_uint (value, settings->batch_size);
    return TRUE;
  case PROP_DROP_LAST:
    g_value_set_boolean (value, settings->drop_last);
    return TRUE;
  case PROP_IO_MODE:
    g_value_set_enum (value, settings->io_mode);
    return TRUE;
  case PROP_PREFETCH:
    g_value_set_uint (value, settings->prefetch);
    return TRUE;
  case PROP_DROP_BEHIND:
    g_value_set_boolean (value, settings->drop_behind);
    return TRUE;
  case PROP_SHUFFLE:
    g_value_set_enum (value, settings->shuffle);
    return TRUE;
  case PROP_SHUFFLE_WINDOW:
    g_value_set_uint (value, settings->shuffle_window);
    return TRUE;
  case PROP_SEED:
    g_value_set_uint64 (value, settings->seed);
    return TRUE;
  case PROP_NUM_SHARDS:
    g_value_set_int (value, settings->num_shards);
    return TRUE;
  case PROP_SHARD_INDEX:
    g_value_set_int (value, settings->shard_index);
    return TRUE;
  case PROP_SHARD_POLICY:
    g_value_set_enum (value, settings->shard_policy);
    return TRUE;
  case PROP_START_POINT:
    g_value_set_uint64 (value, settings->start_point);
    return TRUE;
  case PROP_STOP_POINT:
    g_value_set_uint64 (value, settings->stop_point);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
install_reading_properties (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_IO_MODE,
      g_param_spec_enum ("io-mode", "I/O mode",
          "How points come from files into memory", GST_TYPE_SSIO_IO_MODE,
          GST_SSIO_IO_MODE_AUTO, flags));
  g_object_class_install_property (class, PROP_PREFETCH,
      g_param_spec_uint ("prefetch", "Prefetch",
          "Batches that the disk reads ahead, in the epoch's order, and 32 MiB "
          "at least; with io-mode=direct, reads of up to 1 MiB in flight "
          "(0 = none ahead)",
          0, MAX_PREFETCH, DEFAULT_PREFETCH, flags));
  g_object_class_install_property (class, PROP_DROP_BEHIND,
      g_param_spec_boolean ("drop-behind", "Drop behind",
          "Drop pages from the page cache after use, for data sets larger "
          "than memory that are read once",
          FALSE, flags));
}

static void
install_order_properties (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_SHUFFLE,
      g_param_spec_enum ("shuffle", "Shuffle",
          "Order of points in an epoch; it depends on seed and epoch alone",
          gst_ssio_shuffle_get_type (), GST_SSIO_SHUFFLE_NONE, flags));
  g_object_class_install_property (class, PROP_SHUFFLE_WINDOW,
      g_param_spec_uint ("shuffle-window", "Shuffle window",
          "Batches whose points shuffle=points mixes at a time", 1,
          MAX_SHUFFLE_WINDOW, DEFAULT_SHUFFLE_WINDOW, flags));
  g_object_class_install_property (class, PROP_SEED,
      g_param_spec_uint64 ("seed", "Seed",
          "Seed of the order; the same seed gives the same order everywhere",
          0, G_MAXUINT64, 0, flags));
  g_object_class_install_property (class, PROP_NUM_SHARDS,
      g_param_spec_int ("num-shards", "Number of shards",
          "Processes that share an epoch's batches (-1 = this and shard-index "
          "from torchrun, srun or mpirun)",
          -1, G_MAXINT, 1, flags));
  g_object_class_install_property (class, PROP_SHARD_INDEX,
      g_param_spec_int ("shard-index", "Shard index",
          "Which of them this is, from 0 (-1 = this and num-shards from "
          "torchrun, srun or mpirun)",
          -1, G_MAXINT, 0, flags));
  g_object_class_install_property (class, PROP_SHARD_POLICY,
      g_param_spec_enum ("shard-policy", "Shard policy",
          "What happens where batches do not come out even",
          gst_ssio_shard_policy_get_type (), GST_SSIO_SHARD_POLICY_EXACT,
          flags));
  g_object_class_install_property (class, PROP_START_POINT,
      g_param_spec_uint64 ("start-point", "Start point",
          "First point to stream of all files' points, from 0", 0, G_MAXUINT64,
          0, flags));
  g_object_class_install_property (class, PROP_STOP_POINT,
      g_param_spec_uint64 ("stop-point", "Stop point",
          "One past the last point to stream of all files' points (default: "
          "all)",
          0, G_MAXUINT64, G_MAXUINT64, flags));
}

void
gst_ssio_src_settings_install (GObjectClass *class)
{
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (class, PROP_LOCATION,
      g_param_spec_string ("location", "Location",
          "The files to read: one, a pattern (tiles/*.ply), a folder, or "
          "@list.txt with one a line",
          NULL, flags));
  g_object_class_install_property (class, PROP_LAYOUT,
      g_param_spec_string ("layout", "Layout",
          "Fields of a headerless file's points, name:type separated by "
          "commas; types are NumPy's f4 f8 i1 i2 i4 i8 u1 u2 u4 u8, f4 where "
          "none is given. Files with a header need none",
          GST_SSIO_DEFAULT_LAYOUT, flags));
  g_object_class_install_property (class, PROP_ELEMENT,
      g_param_spec_string ("element", "Element",
          "The element of PLY files that has the points (unset = vertex, or "
          "the first with x, y and z)",
          NULL, flags));
  g_object_class_install_property (class, PROP_LABELS,
      g_param_spec_string ("labels", "Labels",
          "Where each scan's labels are, from its folder: a path with one %s "
          "or * for the scan's name without extension "
          "(../labels/%s.label). Labels are u4, a point each: the lower 16 "
          "bits become sem_class, the upper ins_class (unset = no labels)",
          NULL, flags));
  g_object_class_install_property (class, PROP_ORIGIN,
      g_param_spec_string ("origin", "Origin",
          "What is subtracted from x, y and z before they become float32, and "
          "is then in the caps: auto (the integer part of the first file's "
          "minimum), none, or three numbers x,y,z. Plain f4 fields are left "
          "as they are",
          DEFAULT_ORIGIN, flags));
  g_object_class_install_property (class, PROP_BATCH_SIZE,
      g_param_spec_uint ("batch-size", "Batch size",
          "Most points in a buffer; the last one of a file may hold fewer", 1,
          G_MAXINT, DEFAULT_BATCH_SIZE, flags));
  g_object_class_install_property (class, PROP_DROP_LAST,
      g_param_spec_boolean ("drop-last", "Drop last",
          "Leave out a file's last batch where it is not full", FALSE, flags));
  install_reading_properties (class, flags);
  install_order_properties (class, flags);
}

gboolean
gst_ssio_src_settings_find_shard (const GstSsioSrcSettings *settings,
    guint *shard, guint *n_shards, GError **error)
{
  *shard = (guint) settings->shard_index;
  *n_shards = (guint) settings->num_shards;
  /* one from the launcher and one from the user would not fit each other */
  if ((settings->shard_index < 0 || settings->num_shards < 0)
      && !gst_ssio_ranks_find (shard, n_shards, error))
    return FALSE;
  if (*shard < *n_shards)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "shard-index=%u of num-shards=%u: expected an index below the number; "
      "shards count from 0",
      *shard, *n_shards);
  return FALSE;
}

GstSsioDataset *
gst_ssio_src_settings_open (const GstSsioSrcSettings *settings, GError **error)
{
  GstSsioDatasetConfig config = {
    .location = settings->location,
    .layout = settings->layout,
    .element = settings->element,
    .labels = settings->labels,
    .origin = settings->origin,
    .io_mode = settings->io_mode,
    .order = {
      .batch_size = settings->batch_size,
      .drop_last = settings->drop_last,
      .shuffle = settings->shuffle != GST_SSIO_SHUFFLE_NONE,
      .seed = settings->seed,
      .even = settings->shard_policy == GST_SSIO_SHARD_POLICY_EVEN,
    },
    .mix_window = settings->shuffle == GST_SSIO_SHUFFLE_POINTS
                      ? settings->shuffle_window
                      : 0,
    .start_point = settings->start_point,
    .stop_point = settings->stop_point,
    .prefetch = settings->prefetch,
    .drop_behind = settings->drop_behind,
  };

  if (!gst_ssio_src_settings_find_shard (settings, &config.order.shard,
          &config.order.n_shards, error))
    return NULL;
  return gst_ssio_dataset_open (&config, error);
}
