/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssiosrc
 * @title: ssiosrc
 * @short_description: streams files of points in batches
 *
 * Maps point-cloud files and pushes them in batches of whole points. Batches
 * are the mapped file itself, not a copy; their pages are made present in the
 * streaming thread, so that a #queue behind this element overlaps reading with
 * what follows, and leave the process with the last batch that needs them, so
 * that it stays small however large the file is.
 *
 * ## Formats
 * - LAS 1.0 to 1.4, point formats 0 to 10; LAZ and COPC, which are compressed,
 *   are refused
 * - NumPy's .npy, two-dimensional or structured
 * - PLY, text and binary of both byte orders; the points are the element that
 *   #GstSsioSrc:element names, and others are passed over
 * - PCD 0.5 to 0.7: `ascii`, `binary` and, in builds with liblzf,
 *   `binary_compressed`
 * - headerless records, whose fields #GstSsioSrc:layout names
 *
 * The format is chosen by a file's content, then by its extension. Text,
 * big-endian and compressed points cannot be mapped: they are converted into
 * buffers, as io-mode=read copies others.
 *
 * ## Many files
 * #GstSsioSrc:location is a file, a pattern, a folder, or `@list.txt` with a
 * file a line. All files must hold the same fields; few are open at a time.
 * Batches do not span files. Files come in the order of their names, where
 * tile2 is before tile10, or of the list's lines.
 *
 * shuffle=batches sends all batches of all files in another random order each
 * epoch, shuffle=points also mixes the points of #GstSsioSrc:shuffle-window
 * batches at a time, which copies them. Orders depend on #GstSsioSrc:seed and
 * the epoch alone.
 *
 * #GstSsioSrc:num-shards processes share an epoch's batches, and this one has
 * part #GstSsioSrc:shard-index of them; -1 for either takes both from
 * torchrun, srun or mpirun. shard-policy=even gives each process as many batches.
 *
 * ## Large coordinates
 * What becomes float32 for a model keeps 24 bits, fewer than coordinates of a
 * map have. So #GstSsioSrc:origin is subtracted from x, y and z, in double,
 * before: by default the integer part (the largest integer that is not above
 * it) of their minimum, which a LAS header says and otherwise the first points
 * of the first file do. Files share one origin, so that their points compare.
 * The records stay as they are, and so does the mapping: it is the layout in
 * the caps that says another `+origin` for these fields. Where something was
 * subtracted, the caps have the field `origin`, a #GstValueArray of three
 * doubles, for x, y and z: add it to put results back in place. Fields whose
 * numbers float32 holds as they are, plain f4 and integers of up to 16 bits,
 * are left alone.
 *
 * ## Labels
 * With #GstSsioSrc:labels, each scan has a file of labels beside it, as in
 * SemanticKITTI: an unsigned 32-bit integer a point, whose lower half is
 * joined to the point's record as `sem_class:u2` and whose upper half as
 * `ins_class:u2`. Such batches are copies. The property is a path with one
 * `%s` or `*` for the scan's name without folder and extension; a relative one
 * starts at the scan's folder.
 *
 * ## Files on disk
 * The kernel is told of the next #GstSsioSrc:prefetch batches where the order
 * jumps, and of 32 MiB at least, since a disk is slow where it has little to
 * read; what follows in a row it reads ahead by itself. For data sets far
 * larger than memory, io-mode=direct passes the page cache by, with
 * #GstSsioSrc:prefetch reads in flight where there is io_uring, and
 * #GstSsioSrc:drop-behind drops pages from it after use.
 *
 * ## Epochs
 * EOS ends the last of #GstSsioSrc:epochs epochs. Each one before ends with
 * the serialized event `ssio-epoch` and a new segment. After EOS a flushing
 * seek to 0 starts the next epoch; a segment seek ends with SEGMENT_DONE in
 * place of EOS. Position, duration and seeks are in points
 * (%GST_FORMAT_DEFAULT) or bytes of points (%GST_FORMAT_BYTES). A seek moves
 * within the current epoch; those that follow are whole again. A seek with a
 * stop, and a segment seek, end the stream there.
 *
 * ## Names of files
 * Before the first batch comes the sticky event `ssio-files`, which has the
 * name of each file and the number of its points, see
 * gst_event_parse_ssio_files().
 *
 * ## Going on
 * #GstSsioSrc:state says what the stream is made of and which batch is pushed
 * next. Set as #GstSsioSrc:resume-from of another ssiosrc with the same
 * settings and files, wherever they are, that one goes on with this very batch,
 * also in a shuffled epoch; gst_ssio_state_after_batch() makes the state after a
 * batch that was consumed. #GstSsioSrc:epochs counts from the first epoch then.
 * Where resume-from is unset, an element behind the source that has kept a state
 * is asked for it, as ssiolinear with a checkpoint has.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 ssiosrc location=tile.bin ! queue ! ssiocudaupload ! ssiolinear
 * ]| Runs a model over a tile of the default layout.
 * |[
 * gst-launch-1.0 ssiosrc location=scan.bin layout=x,y,z,intensity epochs=10 ! \
 *     queue ! progressreport format=default ! fakesink
 * ]| Reads a KITTI scan ten times and reports the position in points.
 * |[
 * gst-launch-1.0 ssiosrc location=flight.las ! queue ! \
 *     ssiolinear features=x,y,z,intensity,return_number
 * ]| Runs a model over some fields of a LAS file.
 * |[
 * gst-launch-1.0 ssiosrc location=scan.ply ! queue ! ssiolinear features=x,y,z
 * ]| Runs a model over the positions of a PLY file's vertices.
 * |[
 * gst-launch-1.0 ssiosrc location="tiles/scan*.pcd" shuffle=points seed=7 \
 *     batch-size=50000 epochs=3 ! queue ! ssiolinear features=x,y,z
 * ]| Runs a model over PCD files, in a new random order each epoch.
 * |[
 * gst-launch-1.0 ssiosrc location=@train.txt shuffle=batches num-shards=4 \
 *     shard-index=0 shard-policy=even ! queue ! fakesink
 * ]| Reads the first of four even parts of the files in a list.
 * gst-launch-1.0 ssiosrc location=sequences/00/velodyne layout=semantickitti \
 *     labels=../labels/%s.label shuffle=batches ! queue ! fakesink
 * ]| Reads the scans of a SemanticKITTI sequence with their labels.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/cuda/pinned.h>
#include <gst/ssio/directread.h>
#include <gst/ssio/ssio.h>

#include "elements.h"
#include "gstssiosrc.h"
#include "need.h"
#include "resume.h"
#include "seek.h"
#include "srcsettings.h"

GST_DEBUG_CATEGORY_STATIC (ssio_src_debug);
#define GST_CAT_DEFAULT ssio_src_debug

#define DEFAULT_EPOCHS 1

/* Those before are of the settings. */
enum {
  PROP_EPOCHS = GST_SSIO_SRC_N_SETTINGS + 1,
  PROP_RESUME_FROM,
  PROP_STATE,
  PROP_STATS,
};

typedef struct {
  guint64 epochs;
  guint64 batches;
  guint64 points;
  guint64 bytes;
  gint64 storage_us;
  gint64 downstream_us;
} Stats;

struct _GstSsioSrc {
  GstPushSrc parent;

  /* under the object lock */
  GstSsioSrcSettings settings;
  guint epochs;
  gchar *resume_from;
  GstStructure *description; /* of the stream, while it is open */
  guint64 n_batches;         /* of this epoch */
  guint next_epoch;          /* what its state says */
  guint64 next_batch;
  Stats stats;
  GstCaps *caps; /* while a file is open */
  GstSsioExtent extent;
  gboolean bytes_needed; /* by downstream, which may have them */

  /* of the streaming thread, and of seeks, which stop it first */
  GstSsioDataset *dataset; /* NULL while closed */
  gboolean reads;          /* batches into a pool, in place of mapping them */
  guint64 resume_position; /* of the first batch, until it comes */
  guint64 position;        /* of the next point in the epoch's order */
  guint64 stop;
  gboolean ends_at_stop; /* whatever epochs are left */
  guint epochs_left;     /* with the current one; 0 where endless */
  gboolean epoch_over;   /* EOS or SEGMENT_DONE has ended it */
  gboolean files_told;   /* downstream knows their names */
  GstSsioEpoch epoch;
  gint64 pushed_at; /* when the last batch was handed over, or 0 */
  gint has_failed;  /* atomic: an error was posted since the last seek */
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));

#define gst_ssio_src_parent_class parent_class
G_DEFINE_TYPE (GstSsioSrc, gst_ssio_src, GST_TYPE_PUSH_SRC)
GST_ELEMENT_REGISTER_DEFINE (ssiosrc, "ssiosrc", GST_RANK_NONE,
    GST_TYPE_SSIO_SRC)

static GstStructure *
make_stats (const Stats *stats)
{
  return gst_structure_new ("ssio-src-stats", "epochs", G_TYPE_UINT64,
      stats->epochs, "batches", G_TYPE_UINT64, stats->batches, "points",
      G_TYPE_UINT64, stats->points, "bytes", G_TYPE_UINT64, stats->bytes,
      "seconds-waiting-for-storage", G_TYPE_DOUBLE,
      stats->storage_us / (gdouble) G_USEC_PER_SEC,
      "seconds-waiting-for-downstream", G_TYPE_DOUBLE,
      stats->downstream_us / (gdouble) G_USEC_PER_SEC, NULL);
}

static void
gst_ssio_src_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstSsioSrc *self = GST_SSIO_SRC (object);

  GST_OBJECT_LOCK (self);
  if (id == PROP_EPOCHS) {
    self->epochs = g_value_get_uint (value);
  } else if (id == PROP_RESUME_FROM) {
    g_free (self->resume_from);
    self->resume_from = g_value_dup_string (value);
  } else if (!gst_ssio_src_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static gchar *
make_state (const GstSsioSrc *self)
{
  if (!self->description)
    return NULL;
  return gst_ssio_resume_to_string (self->description, self->next_epoch,
      self->next_batch);
}

static void
gst_ssio_src_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioSrc *self = GST_SSIO_SRC (object);

  GST_OBJECT_LOCK (self);
  if (id == PROP_EPOCHS)
    g_value_set_uint (value, self->epochs);
  else if (id == PROP_RESUME_FROM)
    g_value_set_string (value, self->resume_from);
  else if (id == PROP_STATE)
    g_value_take_string (value, make_state (self));
  else if (id == PROP_STATS)
    g_value_take_boxed (value, make_stats (&self->stats));
  else if (!gst_ssio_src_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_src_finalize (GObject *object)
{
  GstSsioSrc *self = GST_SSIO_SRC (object);

  gst_ssio_src_settings_clear (&self->settings);
  g_free (self->resume_from);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

/* Posts the first error since the last seek, and swallows what it brings
 * about: a truncated file is seen at several places. */
static void
fail (GstSsioSrc *self, GError *error)
{
  if (g_atomic_int_compare_and_exchange (&self->has_failed, FALSE, TRUE))
    gst_ssio_element_take_error (self, error);
  else
    g_error_free (error);
}

static void
on_damage (GstSsioPointFile *file, gpointer user_data)
{
  GError *error = NULL;

  if (!gst_ssio_point_file_check (file, &error))
    fail (user_data, error);
}

static void
close_stream (GstSsioSrc *self)
{
  GST_OBJECT_LOCK (self);
  gst_clear_caps (&self->caps);
  g_clear_pointer (&self->description, gst_structure_free);
  self->extent = (GstSsioExtent){ 0 };
  GST_OBJECT_UNLOCK (self);
  if (self->dataset)
    gst_ssio_dataset_set_damage_func (self->dataset, NULL, NULL);
  g_clear_pointer (&self->dataset, gst_ssio_dataset_close);
}

/* Sets the data set, and what the stream is made of. */
static gboolean
open_dataset (GstSsioSrc *self, GError **error)
{
  GstStructure *description = NULL;
  GstSsioSrcSettings settings;

  GST_OBJECT_LOCK (self);
  gst_ssio_src_settings_copy (&self->settings, &settings);
  self->epochs_left = self->epochs;
  GST_OBJECT_UNLOCK (self);
  self->dataset = gst_ssio_src_settings_open (&settings, error);
  if (self->dataset)
    description = gst_ssio_resume_describe (&settings, self->dataset);
  gst_ssio_src_settings_clear (&settings);
  GST_OBJECT_LOCK (self);
  self->description = description;
  GST_OBJECT_UNLOCK (self);
  return self->dataset != NULL;
}

/* Shuffled anew, and with as many points as it has: short batches go to one
 * shard or another. */
static void
set_epoch (GstSsioSrc *self, guint epoch)
{
  self->epoch = (GstSsioEpoch){ .epoch = epoch };
  gst_ssio_dataset_set_epoch (self->dataset, epoch);
  GST_OBJECT_LOCK (self);
  self->extent.n_points = gst_ssio_dataset_get_n_points (self->dataset);
  self->n_batches = gst_ssio_dataset_get_n_batches (self->dataset);
  self->next_epoch = epoch;
  self->next_batch = 0;
  GST_OBJECT_UNLOCK (self);
}

/* What comes next, also for the state: a batch that was pushed in part comes
 * again. */
static void
set_position (GstSsioSrc *self, guint64 position)
{
  guint64 next_batch = gst_ssio_dataset_find_batch (self->dataset, position);

  self->position = position;
  GST_OBJECT_LOCK (self);
  self->next_batch = next_batch;
  GST_OBJECT_UNLOCK (self);
}

/* Goes to the batch that a state says, or to the next epoch where it says that
 * one is over. */
static void
go_to (GstSsioSrc *self, guint epoch, guint64 batch)
{
  set_epoch (self, epoch);
  if (batch >= gst_ssio_dataset_get_n_batches (self->dataset)) {
    set_epoch (self, epoch + 1);
    batch = 0;
  }
  /* a seek after EOS begins another round of so many epochs */
  if (self->epochs_left > 0)
    self->epochs_left -= self->epoch.epoch % self->epochs_left;
  self->resume_position = gst_ssio_dataset_get_position (self->dataset, batch);
  set_position (self, self->resume_position);
}

/* Where a consumer that has kept a state wants to go on, or NULL. */
static gchar *
ask_for_state (GstSsioSrc *self)
{
  GstQuery *query = gst_query_new_ssio_state ();
  gchar *text = NULL;

  if (gst_pad_peer_query (GST_BASE_SRC_PAD (self), query))
    gst_query_parse_ssio_state (query, &text, NULL, NULL);
  gst_query_unref (query);
  return text;
}

/* Goes on from a text of a state, of this stream's property or of a consumer's
 * checkpoint, which knows of no rounds of epochs. */
static gboolean
go_on (GstSsioSrc *self, const gchar *text, gboolean is_checkpoint,
    GError **error)
{
  guint n_epochs = self->epochs_left;
  guint64 batch;
  guint epoch;

  if (!gst_ssio_resume_parse (text, self->description, &epoch, &batch,
          error)) {
    if (is_checkpoint)
      g_prefix_error (error, "the checkpoint of an element behind: ");
    return FALSE;
  }
  go_to (self, epoch, batch);
  if (!is_checkpoint || n_epochs == 0 || self->epoch.epoch < n_epochs)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "epochs=%u: expected more than the %u that are over, as the checkpoint "
      "of an element behind says; raise epochs to go on",
      n_epochs, self->epoch.epoch);
  return FALSE;
}

/* Where another stream of the same points stood, if that is asked for. */
static gboolean
resume (GstSsioSrc *self, GError **error)
{
  gboolean is_checkpoint = FALSE;
  gboolean ok = TRUE;
  gchar *text;

  GST_OBJECT_LOCK (self);
  text = g_strdup (self->resume_from);
  GST_OBJECT_UNLOCK (self);
  self->resume_position = 0;
  set_epoch (self, 0);
  if (!text) {
    text = ask_for_state (self);
    is_checkpoint = TRUE;
  }
  if (text && *text)
    ok = go_on (self, text, is_checkpoint, error);
  g_free (text);
  return ok;
}

static GstCaps *
make_caps (const GstSsioDataset *dataset, guint batch_size)
{
  GstCaps *caps
      = gst_ssio_layout_to_caps (gst_ssio_dataset_get_layout (dataset),
          batch_size);
  const GstSsioOrigin *origin = gst_ssio_dataset_get_origin (dataset);

  if (origin)
    gst_ssio_origin_add_to_caps (origin, caps);
  return caps;
}

static gboolean
open_stream (GstSsioSrc *self)
{
  GstSsioLayout *layout;
  GError *error = NULL;

  self->has_failed = FALSE;
  self->epoch_over = FALSE;
  self->files_told = FALSE;
  if (!open_dataset (self, &error) || !resume (self, &error)) {
    fail (self, error);
    close_stream (self);
    return FALSE;
  }
  layout = gst_ssio_dataset_get_layout (self->dataset);
  GST_OBJECT_LOCK (self);
  self->extent.point_size = gst_ssio_layout_get_point_size (layout);
  self->caps = make_caps (self->dataset, self->settings.batch_size);
  self->stats = (Stats){ 0 };
  self->bytes_needed = TRUE;
  GST_OBJECT_UNLOCK (self);

  gst_ssio_dataset_set_damage_func (self->dataset, on_damage, self);
  GST_INFO_OBJECT (self, "%u files, %" G_GUINT64_FORMAT " points an epoch, %s",
      gst_ssio_dataset_get_n_files (self->dataset),
      gst_ssio_dataset_get_n_points (self->dataset),
      gst_ssio_dataset_is_mapped (self->dataset) ? "mapped" : "copied");
  return TRUE;
}

/* The file is opened here and not in start(), since GstBaseSrc posts an error
 * of its own when start() fails, after the one that says why. */
static GstStateChangeReturn
gst_ssio_src_change_state (GstElement *element, GstStateChange transition)
{
  GstSsioSrc *self = GST_SSIO_SRC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_stream (self))
    return GST_STATE_CHANGE_FAILURE;

  result
      = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    close_stream (self);
  return result;
}

static GstCaps *
gst_ssio_src_get_caps (GstBaseSrc *src, GstCaps *filter)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);
  GstCaps *caps, *filtered;

  GST_OBJECT_LOCK (self);
  caps = self->caps ? gst_caps_ref (self->caps) : NULL;
  GST_OBJECT_UNLOCK (self);

  if (!caps)
    caps = gst_pad_get_pad_template_caps (GST_BASE_SRC_PAD (src));
  if (!filter)
    return caps;
  filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return filtered;
}

/* Whether downstream has page-locked buffers to fill. A device copies from
 * them as they are, where mapped batches would have to be copied first. */
static gboolean
is_pinned_pool (GstBufferPool *pool)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstAllocator *allocator = NULL;
  gboolean is_pinned;

  is_pinned = gst_buffer_pool_config_get_allocator (config, &allocator, NULL)
              && gst_ssio_is_pinned_allocator (allocator);
  gst_structure_free (config);
  return is_pinned;
}

/* Whether batches are read into a pool, which may be NULL. */
static gboolean
decide_to_read (GstSsioSrc *self, guint64 batch_bytes, GstBufferPool *pool)
{
  gboolean is_auto;

  GST_OBJECT_LOCK (self);
  is_auto = self->settings.io_mode == GST_SSIO_IO_MODE_AUTO;
  GST_OBJECT_UNLOCK (self);
  return !gst_ssio_dataset_is_mapped (self->dataset)
         || (is_auto && pool && batch_bytes <= G_MAXUINT
             && is_pinned_pool (pool));
}

/* Has buffers that are aligned as files are, with room to begin where a batch
 * does in its block. */
static void
align_buffers (GstQuery *query)
{
  GstAllocator *allocator = NULL;
  GstAllocationParams params;

  gst_allocation_params_init (&params);
  if (gst_query_get_n_allocation_params (query) > 0) {
    gst_query_parse_nth_allocation_param (query, 0, &allocator, &params);
    gst_query_remove_nth_allocation_param (query, 0);
  }
  params.align |= GST_SSIO_DIRECT_ALIGN;
  params.padding += GST_SSIO_DIRECT_ALIGN + 1;
  gst_query_add_allocation_param (query, allocator, &params);
  gst_clear_object (&allocator);
}

static gboolean
is_direct (GstSsioSrc *self)
{
  GstSsioIoMode io_mode;

  GST_OBJECT_LOCK (self);
  io_mode = self->settings.io_mode;
  GST_OBJECT_UNLOCK (self);
  return io_mode == GST_SSIO_IO_MODE_DIRECT;
}

/* Mapped batches need no pool; read ones take downstream's or a plain one. */
static gboolean
gst_ssio_src_decide_allocation (GstBaseSrc *src, GstQuery *query)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);
  guint64 batch_bytes = gst_ssio_dataset_get_batch_bytes (self->dataset);
  GstBufferPool *pool = NULL;
  guint min = 0;
  guint max = 0;

  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, NULL, &min, &max);
  self->reads = decide_to_read (self, batch_bytes, pool);
  GST_INFO_OBJECT (self, "batches are %s",
      self->reads ? "read" : "the mapped file");
  while (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_remove_nth_allocation_pool (query, 0);
  if (self->reads)
    gst_query_add_allocation_pool (query, pool, batch_bytes, min, max);
  if (self->reads && is_direct (self))
    align_buffers (query);
  gst_clear_object (&pool);
  return GST_BASE_SRC_CLASS (parent_class)->decide_allocation (src, query);
}

static gboolean
gst_ssio_src_is_seekable (GstBaseSrc *src)
{
  return TRUE;
}

/* EOS ends an epoch also where an application has sent it: the sink has told
 * of it then. */
static void
note_forced_eos (GstSsioSrc *self)
{
  if (GST_PAD_IS_EOS (GST_BASE_SRC_PAD (self)))
    self->epoch_over = TRUE;
}

/* GstBaseSrc flushes before it looks at a seek, so that one which then fails
 * has lost points, and takes bytes from the end for bytes from the start. Here
 * a seek is refused before anything is lost, by NULL, or made into one that
 * GstBaseSrc does right. */
static GstEvent *
take_seek (GstSsioSrc *self, GstEvent *event)
{
  GstBaseSrc *src = GST_BASE_SRC (self);
  GstSsioExtent extent;
  GstSegment segment;
  GstEvent *seek;

  GST_OBJECT_LOCK (self);
  extent = self->extent;
  gst_segment_copy_into (&src->segment, &segment);
  GST_OBJECT_UNLOCK (self);
  seek = gst_ssio_seek_in_points (GST_OBJECT (self), event, &extent, &segment);
  if (seek)
    note_forced_eos (self);
  return seek;
}

/* Whether the event was one that says what downstream needs. */
static gboolean
take_need (GstSsioSrc *self, GstEvent *event)
{
  gboolean are_needed;

  if (!gst_ssio_event_parse_need (event, &are_needed))
    return FALSE;
  GST_INFO_OBJECT (self, "downstream needs %s",
      are_needed ? "points" : "no points, as it has them");
  GST_OBJECT_LOCK (self);
  self->bytes_needed = are_needed;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* A seek from downstream, or what it needs. */
static gboolean
gst_ssio_src_event (GstBaseSrc *src, GstEvent *event)
{
  GstEvent *seek;
  gboolean done;

  if (take_need (GST_SSIO_SRC (src), event))
    return TRUE;
  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return GST_BASE_SRC_CLASS (parent_class)->event (src, event);
  seek = take_seek (GST_SSIO_SRC (src), event);
  if (!seek)
    return FALSE;
  done = GST_BASE_SRC_CLASS (parent_class)->event (src, seek);
  gst_event_unref (seek);
  return done;
}

/* A seek that an application sends to this element. */
static gboolean
gst_ssio_src_send_event (GstElement *element, GstEvent *event)
{
  GstEvent *seek;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return GST_ELEMENT_CLASS (parent_class)->send_event (element, event);
  seek = take_seek (GST_SSIO_SRC (element), event);
  gst_event_unref (event);
  if (!seek)
    return FALSE;
  return GST_ELEMENT_CLASS (parent_class)->send_event (element, seek);
}

/* A seek in bytes that came before there was a file. */
static gboolean
gst_ssio_src_prepare_seek_segment (GstBaseSrc *src, GstEvent *event,
    GstSegment *segment)
{
  GstEvent *seek = take_seek (GST_SSIO_SRC (src), event);
  gboolean done = seek && gst_ssio_seek_apply (seek, segment);

  gst_clear_event (&seek);
  return done;
}

/* Before a seek that came in READY, which may count from the end. */
static gboolean
gst_ssio_src_start (GstBaseSrc *src)
{
  GST_OBJECT_LOCK (src);
  src->segment.duration = GST_SSIO_SRC (src)->extent.n_points;
  GST_OBJECT_UNLOCK (src);
  return TRUE;
}

/* Called with the streaming thread stopped, once before it first starts. */
static gboolean
gst_ssio_src_do_seek (GstBaseSrc *src, GstSegment *segment)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);
  guint64 n_points;

  if (self->epoch_over)
    set_epoch (self, self->epoch.epoch + 1);
  n_points = gst_ssio_dataset_get_n_points (self->dataset);
  if (segment->position == 0 && self->resume_position > 0)
    segment->start = segment->position = self->resume_position;
  self->resume_position = 0;
  segment->duration = n_points;
  segment->start = MIN (segment->start, n_points);
  segment->time = segment->start;
  segment->position = CLAMP (segment->position, segment->start, n_points);

  set_position (self, segment->position);
  self->stop = segment->stop;
  self->ends_at_stop = self->stop != G_MAXUINT64
                       || (segment->flags & GST_SEGMENT_FLAG_SEGMENT);
  self->pushed_at = 0;
  g_atomic_int_set (&self->has_failed, FALSE);
  gst_ssio_dataset_release_cursor (self->dataset);
  if (self->epoch_over) {
    self->epoch_over = FALSE;
    GST_OBJECT_LOCK (self);
    self->epochs_left = self->epochs;
    GST_OBJECT_UNLOCK (self);
  } else if (segment->flags & GST_SEGMENT_FLAG_RESET) {
    /* what was pushed of this epoch is thrown away downstream */
    self->epoch = (GstSsioEpoch){ .epoch = self->epoch.epoch };
  }
  GST_DEBUG_OBJECT (self, "epoch %u from %" GST_SEGMENT_FORMAT,
      self->epoch.epoch, segment);
  return TRUE;
}

static gboolean
convert (GstSsioSrc *self, GstFormat from, gint64 value, GstFormat to,
    gint64 *result)
{
  GstSsioExtent extent;

  GST_OBJECT_LOCK (self);
  extent = self->extent;
  GST_OBJECT_UNLOCK (self);
  return gst_ssio_extent_convert (&extent, from, value, to, result);
}

static gboolean
answer_convert (GstSsioSrc *self, GstQuery *query)
{
  GstFormat from, to;
  gint64 value, result;

  gst_query_parse_convert (query, &from, &value, &to, NULL);
  if (!convert (self, from, value, to, &result))
    return FALSE;
  gst_query_set_convert (query, from, value, to, result);
  return TRUE;
}

static gboolean
answer_seeking (GstSsioSrc *self, GstQuery *query)
{
  GstFormat format;
  gint64 end;

  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  GST_OBJECT_LOCK (self);
  end = self->extent.n_points;
  GST_OBJECT_UNLOCK (self);

  if (end > 0 && convert (self, GST_FORMAT_DEFAULT, end, format, &end))
    gst_query_set_seeking (query, format, TRUE, 0, end);
  else
    gst_query_set_seeking (query, format, FALSE, 0, -1);
  return TRUE;
}

static gboolean
answer_state (GstSsioSrc *self, GstQuery *query)
{
  gchar *state;

  GST_OBJECT_LOCK (self);
  state = make_state (self);
  gst_query_set_ssio_state (query, state, self->epochs, self->n_batches);
  GST_OBJECT_UNLOCK (self);
  g_free (state);
  return TRUE;
}

static gboolean
gst_ssio_src_query (GstBaseSrc *src, GstQuery *query)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);

  if (gst_query_is_ssio_state (query))
    return answer_state (self, query);
  switch (GST_QUERY_TYPE (query)) {
  case GST_QUERY_CONVERT:
    return answer_convert (self, query);
  case GST_QUERY_SEEKING:
    return answer_seeking (self, query);
  default:
    return GST_BASE_SRC_CLASS (parent_class)->query (src, query);
  }
}

static void
set_segment_position (GstSsioSrc *self, guint64 position)
{
  GST_OBJECT_LOCK (self);
  GST_BASE_SRC (self)->segment.position = position;
  GST_OBJECT_UNLOCK (self);
}

/* The next epoch is whole, also where a seek had left out a part of this
 * one; running time goes on. */
static void
start_next_epoch (GstSsioSrc *self)
{
  GstBaseSrc *src = GST_BASE_SRC (self);
  GstSegment segment;

  GST_OBJECT_LOCK (self);
  gst_segment_copy_into (&src->segment, &segment);
  GST_OBJECT_UNLOCK (self);

  segment.base
      = gst_segment_to_running_time (&segment, segment.format, self->position);
  set_epoch (self, self->epoch.epoch + 1);
  segment.start = segment.time = segment.position = 0;
  segment.stop = -1;
  segment.duration = gst_ssio_dataset_get_n_points (self->dataset);
  segment.flags &= ~GST_SEGMENT_FLAG_RESET;
  gst_base_src_new_segment (src, &segment);

  self->position = 0;
  self->stop = G_MAXUINT64;
  if (self->epochs_left > 0)
    self->epochs_left--;
}

/* OK where another epoch follows. */
static GstFlowReturn
end_epoch (GstSsioSrc *self)
{
  GError *error = NULL;

  gst_ssio_dataset_release_cursor (self->dataset);
  if (!gst_ssio_dataset_check (self->dataset, &error))
    fail (self, error);
  if (g_atomic_int_get (&self->has_failed))
    return GST_FLOW_FLUSHING;
  set_segment_position (self, self->position);
  if (self->epochs_left == 1 || self->ends_at_stop) {
    self->epoch_over = TRUE;
  } else if (!gst_pad_push_event (GST_BASE_SRC_PAD (self),
                 gst_event_new_ssio_epoch (&self->epoch))
             && GST_PAD_IS_FLUSHING (GST_BASE_SRC_PAD (self))) {
    return GST_FLOW_FLUSHING;
  }
  GST_OBJECT_LOCK (self);
  self->stats.epochs++;
  GST_OBJECT_UNLOCK (self);

  if (self->epoch_over)
    return GST_FLOW_EOS;
  start_next_epoch (self);
  return GST_FLOW_OK;
}

static GstFlowReturn
wrap_batch (GstSsioSrc *self, const GstSsioBatch *batch, gboolean present,
    GstBuffer **buffer)
{
  GError *error = NULL;

  *buffer
      = gst_ssio_dataset_wrap_batch (self->dataset, batch, present, &error);
  if (*buffer)
    return GST_FLOW_OK;
  fail (self, error);
  return GST_FLOW_FLUSHING;
}

static GstFlowReturn
read_batch (GstSsioSrc *self, const GstSsioBatch *batch, GstBuffer **buffer)
{
  GstBufferPool *pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  GstFlowReturn flow = gst_buffer_pool_acquire_buffer (pool, buffer, NULL);
  GError *error = NULL;

  gst_object_unref (pool);
  if (flow == GST_FLOW_ERROR) {
    g_set_error (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "no memory for a buffer of %" G_GUINT64_FORMAT
        " bytes from the pool; make batch-size smaller, or use io-mode=mmap",
        gst_ssio_dataset_get_batch_bytes (self->dataset));
    fail (self, error);
    return GST_FLOW_FLUSHING;
  }
  if (flow != GST_FLOW_OK)
    return flow;
  if (gst_ssio_dataset_read_batch (self->dataset, batch, *buffer, &error))
    return GST_FLOW_OK;
  gst_clear_buffer (buffer);
  fail (self, error);
  return GST_FLOW_FLUSHING;
}

/* Where downstream has the bytes already, it does not need them. */
static GstFlowReturn
make_batch (GstSsioSrc *self, const GstSsioBatch *batch, GstBuffer **buffer)
{
  gboolean are_needed;

  GST_OBJECT_LOCK (self);
  are_needed = self->bytes_needed;
  GST_OBJECT_UNLOCK (self);
  if (gst_ssio_dataset_is_mapped (self->dataset) && !are_needed)
    return wrap_batch (self, batch, FALSE, buffer);
  return self->reads ? read_batch (self, batch, buffer)
                     : wrap_batch (self, batch, TRUE, buffer);
}

/* What follows a batch that was made: it says where it comes from, and
 * counts. */
static void
account_batch (GstSsioSrc *self, const GstSsioBatch *batch, GstBuffer *buffer,
    gint64 storage_us, gint64 downstream_us)
{
  guint64 bytes = batch->n_points * self->extent.point_size;
  GstSsioBatchMeta *meta;

  GST_BUFFER_OFFSET (buffer) = batch->position;
  GST_BUFFER_OFFSET_END (buffer) = batch->position + batch->n_points;
  meta = gst_buffer_add_ssio_batch_meta (buffer, self->epoch.epoch,
      batch->index, batch->file, batch->first_point, batch->n_points);
  meta->version = gst_ssio_dataset_get_version (self->dataset, batch);

  set_position (self, batch->position + batch->n_points);
  self->epoch.batches++;
  self->epoch.points += batch->n_points;
  self->epoch.bytes += bytes;

  GST_OBJECT_LOCK (self);
  self->stats.batches++;
  self->stats.points += batch->n_points;
  self->stats.bytes += bytes;
  self->stats.storage_us += storage_us;
  self->stats.downstream_us += downstream_us;
  GST_OBJECT_UNLOCK (self);
}

static void
tell_files (GstSsioSrc *self)
{
  GstPad *pad = GST_BASE_SRC_PAD (self);

  self->files_told = gst_pad_push_event (pad,
                         gst_ssio_dataset_new_files_event (self->dataset))
                     || !GST_PAD_IS_FLUSHING (pad);
}

/* Errors are posted here and FLUSHING returned for them: at ERROR, GstBaseSrc
 * would post a second message and push an EOS, which sinks would take for the
 * end of a complete epoch. */
static GstFlowReturn
gst_ssio_src_create (GstPushSrc *src, GstBuffer **buffer)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);
  gint64 start = g_get_monotonic_time ();
  gint64 downstream_us = self->pushed_at ? start - self->pushed_at : 0;
  GstFlowReturn flow = GST_FLOW_OK;
  GstSsioBatch batch;

  if (g_atomic_int_get (&self->has_failed)) /* maybe in another thread */
    return GST_FLOW_FLUSHING;
  if (self->epoch_over) /* somebody flushed, but did not seek */
    return GST_FLOW_EOS;
  if (!self->files_told)
    tell_files (self);
  while (flow == GST_FLOW_OK
         && !gst_ssio_dataset_get_batch (self->dataset, self->position,
             self->stop, &batch))
    flow = end_epoch (self);
  if (flow == GST_FLOW_OK)
    flow = make_batch (self, &batch, buffer);
  if (flow != GST_FLOW_OK)
    return flow;

  self->pushed_at = g_get_monotonic_time ();
  account_batch (self, &batch, *buffer, self->pushed_at - start,
      downstream_us);
  return GST_FLOW_OK;
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  gst_ssio_src_settings_install (class);
  g_object_class_install_property (class, PROP_EPOCHS,
      g_param_spec_uint ("epochs", "Epochs",
          "How many times to stream all points before EOS (0 = endlessly)", 0,
          G_MAXUINT, DEFAULT_EPOCHS, flags));
  g_object_class_install_property (class, PROP_RESUME_FROM,
      g_param_spec_string ("resume-from", "Resume from",
          "What the property state of a stream of the same points has said: "
          "go on with the batch that came next there",
          NULL, flags));
  g_object_class_install_property (class, PROP_STATE,
      g_param_spec_string ("state", "State",
          "Where the stream stands, for resume-from: what it is made of, and "
          "which batch is pushed next",
          NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Since the stream was opened: epochs completed; batches, points and "
          "bytes pushed; seconds spent waiting for storage and for downstream",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_ssio_src_class_init (GstSsioSrcClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (ssio_src_debug, "ssiosrc", 0, "point file source");

  object_class->set_property = gst_ssio_src_set_property;
  object_class->get_property = gst_ssio_src_get_property;
  object_class->finalize = gst_ssio_src_finalize;
  install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Point cloud source",
      "Source/File", "Streams a file of points in batches, mapped in place",
      "The Spatial-StreamIO developers");
  element_class->change_state = gst_ssio_src_change_state;
  element_class->send_event = gst_ssio_src_send_event;

  src_class->get_caps = gst_ssio_src_get_caps;
  src_class->decide_allocation = gst_ssio_src_decide_allocation;
  src_class->is_seekable = gst_ssio_src_is_seekable;
  src_class->start = gst_ssio_src_start;
  src_class->event = gst_ssio_src_event;
  src_class->prepare_seek_segment = gst_ssio_src_prepare_seek_segment;
  src_class->do_seek = gst_ssio_src_do_seek;
  src_class->query = gst_ssio_src_query;
  GST_PUSH_SRC_CLASS (class)->create = gst_ssio_src_create;
}

static void
gst_ssio_src_init (GstSsioSrc *self)
{
  GstBaseSrc *src = GST_BASE_SRC (self);

  gst_ssio_src_settings_init (&self->settings);
  self->epochs = DEFAULT_EPOCHS;
  gst_base_src_set_format (src, GST_FORMAT_DEFAULT);
  /* the end of a segment may be the start of the next epoch */
  gst_base_src_set_automatic_eos (src, FALSE);
}
