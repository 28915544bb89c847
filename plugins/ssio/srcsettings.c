/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "srcsettings.h"

#define DEFAULT_BATCH_SIZE 250000
#define DEFAULT_SHUFFLE_WINDOW 16
#define MAX_SHUFFLE_WINDOW 4096
#define DEFAULT_ORIGIN "auto"
#define DEFAULT_PREFETCH 2
#define DEFAULT_EPOCHS 1
#define MAX_PREFETCH 64
#define MAX_RATE 1e12
#define DEFAULT_FOLLOW_TIMEOUT (10 * GST_SECOND)

enum {
  PROP_0,
  PROP_LOCATION,
  PROP_LAYOUT,
  PROP_ELEMENT,
  PROP_LABELS,
  PROP_PREDICTIONS,
  PROP_ORIGIN,
  PROP_BATCH_SIZE,
  PROP_DROP_LAST,
  PROP_IO_MODE,
  PROP_PREFETCH,
  PROP_DROP_BEHIND,
  PROP_RECOVER,
  PROP_SHUFFLE,
  PROP_SHUFFLE_WINDOW,
  PROP_SEED,
  PROP_NUM_SHARDS,
  PROP_SHARD_INDEX,
  PROP_SHARD_POLICY,
  PROP_START_POINT,
  PROP_STOP_POINT,
  PROP_RATE,
  PROP_RATE_UNIT,
  PROP_TIME_FIELD,
  PROP_FOLLOW,
  PROP_FOLLOW_TIMEOUT,
  PROP_EPOCHS,
  PROP_RESUME_FROM,
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

static GType
gst_ssio_rate_unit_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_SSIO_RATE_UNIT_BATCHES, "Batches a second", "batches" },
    { GST_SSIO_RATE_UNIT_POINTS, "Points a second", "points" },
    { GST_SSIO_RATE_UNIT_TIME,
        "Seconds of the time that the points' time-field has recorded, a "
        "second: 1 is as fast as it was",
        "time" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstSsioRateUnit", values));
  return type;
}

void
gst_ssio_src_settings_init (GstSsioSrcSettings *settings)
{
  *settings = (GstSsioSrcSettings){
    .batch_size = DEFAULT_BATCH_SIZE,
    .shuffle_window = DEFAULT_SHUFFLE_WINDOW,
    .num_shards = 1,
    .epochs = DEFAULT_EPOCHS,
    .prefetch = DEFAULT_PREFETCH,
    .stop_point = G_MAXUINT64,
    .follow_timeout = DEFAULT_FOLLOW_TIMEOUT,
  };
}

void
gst_ssio_src_settings_clear (GstSsioSrcSettings *settings)
{
  g_clear_pointer (&settings->location, g_free);
  g_clear_pointer (&settings->layout, g_free);
  g_clear_pointer (&settings->element, g_free);
  g_clear_pointer (&settings->labels, g_free);
  g_clear_pointer (&settings->predictions, g_free);
  g_clear_pointer (&settings->origin, g_free);
  g_clear_pointer (&settings->time_field, g_free);
  g_clear_pointer (&settings->resume_from, g_free);
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
  copy->predictions = g_strdup (settings->predictions);
  copy->origin = g_strdup (settings->origin);
  copy->time_field = g_strdup (settings->time_field);
  copy->resume_from = g_strdup (settings->resume_from);
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
  case PROP_PREDICTIONS:
    take_string (&settings->predictions, value);
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
  case PROP_RECOVER:
    settings->recover = g_value_get_boolean (value);
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
  case PROP_RATE:
    settings->rate = g_value_get_double (value);
    return TRUE;
  case PROP_RATE_UNIT:
    settings->rate_unit = g_value_get_enum (value);
    return TRUE;
  case PROP_TIME_FIELD:
    take_string (&settings->time_field, value);
    return TRUE;
  case PROP_FOLLOW:
    settings->follow = g_value_get_boolean (value);
    return TRUE;
  case PROP_FOLLOW_TIMEOUT:
    settings->follow_timeout = g_value_get_uint64 (value);
    return TRUE;
  case PROP_EPOCHS:
    settings->epochs = g_value_get_uint (value);
    return TRUE;
  case PROP_RESUME_FROM:
    take_string (&settings->resume_from, value);
    if (settings->resume_from && !*settings->resume_from)
      g_clear_pointer (&settings->resume_from, g_free);
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
  case PROP_PREDICTIONS:
    g_value_set_string (value, settings->predictions);
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
  case PROP_RECOVER:
    g_value_set_boolean (value, settings->recover);
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
  case PROP_RATE:
    g_value_set_double (value, settings->rate);
    return TRUE;
  case PROP_RATE_UNIT:
    g_value_set_enum (value, settings->rate_unit);
    return TRUE;
  case PROP_TIME_FIELD:
    g_value_set_string (value, settings->time_field);
    return TRUE;
  case PROP_FOLLOW:
    g_value_set_boolean (value, settings->follow);
    return TRUE;
  case PROP_FOLLOW_TIMEOUT:
    g_value_set_uint64 (value, settings->follow_timeout);
    return TRUE;
  case PROP_EPOCHS:
    g_value_set_uint (value, settings->epochs);
    return TRUE;
  case PROP_RESUME_FROM:
    g_value_set_string (value, settings->resume_from);
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
  g_object_class_install_property (class, PROP_RECOVER,
      g_param_spec_boolean ("recover", "Recover",
          "Read files that were not written to their end (.part, or cut) up "
          "to the last whole point; text, big-endian and compressed points "
          "are not",
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

static void
install_time_properties (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_RATE,
      g_param_spec_double ("rate", "Rate",
          "Timestamps for replay by a sink with sync=true: how many rate-units "
          "a second (0 = no timestamps)",
          0, MAX_RATE, 0, flags));
  g_object_class_install_property (class, PROP_RATE_UNIT,
      g_param_spec_enum ("rate-unit", "Rate unit", "What rate counts",
          gst_ssio_rate_unit_get_type (), GST_SSIO_RATE_UNIT_BATCHES, flags));
  g_object_class_install_property (class, PROP_TIME_FIELD,
      g_param_spec_string ("time-field", "Time field",
          "The field with points' recorded time in seconds, for "
          "rate-unit=time; other units are scaled by layout, as in t:u4*1e-9 "
          "(unset = gps_time, time, timestamp, t, time_stamp or offset_time)",
          NULL, flags));
}

static void
install_epoch_properties (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_EPOCHS,
      g_param_spec_uint ("epochs", "Epochs",
          "How many times to stream all points before EOS (0 = endlessly)", 0,
          G_MAXUINT, DEFAULT_EPOCHS, flags));
  g_object_class_install_property (class, PROP_RESUME_FROM,
      g_param_spec_string ("resume-from", "Resume from",
          "What the property state of a stream of the same points has said: "
          "go on with the batch that came next there",
          NULL, flags));
}

static void
install_follow_properties (GObjectClass *class, GParamFlags flags)
{
  g_object_class_install_property (class, PROP_FOLLOW,
      g_param_spec_boolean ("follow", "Follow",
          "Read a headerless file that another process is still writing, up to "
          "where that renames it: location with .part after it, where there is "
          "one, or location itself",
          FALSE, flags));
  g_object_class_install_property (class, PROP_FOLLOW_TIMEOUT,
      g_param_spec_uint64 ("follow-timeout", "Follow timeout",
          "Nanoseconds without growth after which a file that is followed has "
          "ended (0 = wait for ever)",
          0, G_MAXUINT64, DEFAULT_FOLLOW_TIMEOUT, flags));
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
          "none is given. Files with a header need none, nor do those with a "
          "sidecar (tile.bin.json), which is not read where this is set",
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
  g_object_class_install_property (class, PROP_PREDICTIONS,
      g_param_spec_string ("predictions", "Predictions",
          "A .npy file with the class, an integer, of each point of all files, "
          "in their order, as ssiolinear predictions=... writes it: it becomes "
          "the field prediction (unset = no predictions)",
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
  install_time_properties (class, flags);
  install_epoch_properties (class, flags);
  install_follow_properties (class, flags);
}
