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
 * - headerless records, whose fields #GstSsioSrc:layout names, or the sidecar
 *   that #GstSsioSink has written beside them
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
 * ## Predictions
 * #GstSsioSrc:predictions is a .npy array of one integer for each point of all
 * files, in their order, as #GstSsioLinear:predictions writes it with
 * `predictions-type=argmax` and NumPy saves `argmax(axis=1)`. It is joined to
 * the points' records as the field `prediction`, of the array's type, whatever
 * the order that batches come in, for what follows to show, compare or record;
 * #GstSsioLinear has it for an input too, unless #GstSsioLinear:features names
 * others. Such batches are copies; the array is read as they need it, and has to
 * stay as it is until the stream ends. As many numbers as all files have points
 * must be there, also where #GstSsioSrc:start-point, #GstSsioSrc:stop-point or
 * shards leave some out.
 *
 * ## Files on disk
 * The kernel is told of the next #GstSsioSrc:prefetch batches where the order
 * jumps, and of 32 MiB at least, since a disk is slow where it has little to
 * read; what follows in a row it reads ahead by itself. For data sets far
 * larger than memory, io-mode=direct passes the page cache by, with
 * #GstSsioSrc:prefetch reads in flight where there is io_uring, and
 * #GstSsioSrc:drop-behind drops pages from it after use.
 *
 * A recording that has not ended, as its name says by `.part`, is refused,
 * unless #GstSsioSrc:recover is set: then it is read up to its last whole
 * point, also where its header says that there are none yet, or more. The same
 * goes for other files that were cut, where their points are records of one
 * size.
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
 * ## Replay
 * With #GstSsioSrc:rate above 0, batches have timestamps and durations, and
 * segments are in time: a sink with `sync=true`, or #clocksync before one
 * without, has the stream go at that pace. This element does not wait by
 * itself. #GstSsioSrc:rate-unit says what the rate counts:
 *
 * - `batches` a second, each as long as another, however many points it has
 * - `points` a second
 * - `time`: seconds of the time that was recorded with the points, a second, so
 *   that 1 is as fast as it was. A batch has the time of its first point,
 *   counted from the stream's first one. Where times go back, as where each
 *   file starts from 0, the stream goes on where the batch before ended.
 *
 * Running time goes on from one epoch to the next. Seeks may also be in time
 * then, to the nearest point; of recorded times those are expected to rise.
 *
 * ## Files that are still written
 * With #GstSsioSrc:follow, headerless records are streamed while another process
 * appends them: #GstSsioSrc:location with `.part` after it where there is one,
 * as ssiosink makes it, whose sidecar has the layout; otherwise location itself
 * and #GstSsioSrc:layout. Only whole points come, in full batches where the
 * writer is fast; points that have waited for a tenth of a second come with
 * what there is. The stream ends where the writer renames the file, where a
 * sidecar says that it is complete, or after #GstSsioSrc:follow-timeout without
 * growth, which is all that tells the end of a file that is made by
 * `cat >>`; a `.part` that ends so gives a warning, as its writer may have been
 * stopped. A file that is truncated, deleted or replaced, or ends within a
 * point, is an error. There is one epoch, in order, without seeks.
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
 * is asked for it, as ssiolinear with a checkpoint has. With follow=true there
 * is no state, and an element that wants one is an error.
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
 * |[
 * gst-launch-1.0 -v ssiosrc location=scans batch-size=120000 rate=10 ! queue ! \
 *     ssiolinear sync=true
 * ]| Replays scans as a sensor takes them, ten a second.
 * |[
 * gst-launch-1.0 ssiosrc location=flight.las rate=60 rate-unit=time ! queue ! \
 *     clocksync ! fakesink
 * ]| Replays a minute of a flight in a second, by the points' GPS time.
 * |[
 * gst-launch-1.0 -v ssiosrc location=sweep.bin follow=true \
 *     follow-timeout=5000000000 ! queue ! ssiolinear features=x,y,z
 * ]| Runs a model over a recording while it is made, until it ends or nothing
 * comes for five seconds.
 * |[
 * gst-launch-1.0 ssiosrc location=sequences/00/velodyne layout=semantickitti \
 *     labels=../labels/%s.label shuffle=batches ! queue ! fakesink
 * ]| Reads the scans of a SemanticKITTI sequence with their labels.
 * |[
 * gst-launch-1.0 ssiosrc location=tile.bin predictions=out.npy ! queue ! \
 *     ssioscope color-by=prediction ! pngenc ! filesink location=tile.png
 * ]| Makes a picture of what a model takes a tile's points for.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/ssio.h>

#include "allocation.h"
#include "elements.h"
#include "filtercaps.h"
#include "gstssiosrc.h"
#include "need.h"
#include "seek.h"
#include "srcquery.h"
#include "srcsettings.h"
#include "stream.h"

GST_DEBUG_CATEGORY_STATIC (ssio_src_debug);
#define GST_CAT_DEFAULT ssio_src_debug

/* Those before are of the settings. */
enum {
  PROP_STATE = GST_SSIO_SRC_N_SETTINGS + 1,
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
  Stats stats;
  GstCaps *caps;         /* while a file is open */
  gboolean bytes_needed; /* by downstream, which may have them */

  /* of the streaming thread, and of seeks, which stop it first; the stream
   * says what of it is anybody's */
  GstSsioStream *stream;
  gboolean files_told; /* downstream knows their names */
  gboolean reads;      /* batches into a pool, in place of mapping them */
  gint64 pushed_at;    /* when the last batch was handed over, or 0 */
  gint has_failed;     /* atomic: an error was posted since the last seek */
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
  if (!gst_ssio_src_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_src_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioSrc *self = GST_SSIO_SRC (object);

  GST_OBJECT_LOCK (self);
  if (id == PROP_STATE)
    g_value_take_string (value, gst_ssio_stream_get_state (self->stream));
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

  gst_ssio_stream_free (self->stream);
  gst_ssio_src_settings_clear (&self->settings);
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
  GST_OBJECT_UNLOCK (self);
  gst_ssio_stream_close (self->stream);
}

/* Where a consumer that has kept a state wants to go on, or NULL. */
static gchar *
ask_for_state (GstSsioSrc *self)
{
  GstQuery *query = gst_query_new_ssio_state ();
  gchar *state = NULL;

  if (gst_pad_peer_query (GST_BASE_SRC_PAD (self), query))
    gst_query_parse_ssio_state (query, &state, NULL, NULL);
  gst_query_unref (query);
  return state;
}

/* With the properties as they are now. */
static gboolean
open_files (GstSsioSrc *self, GError **error)
{
  GstSsioSrcSettings settings;
  gchar *checkpoint;
  gboolean done;

  GST_OBJECT_LOCK (self);
  gst_ssio_src_settings_copy (&self->settings, &settings);
  GST_OBJECT_UNLOCK (self);
  checkpoint = settings.resume_from ? NULL : ask_for_state (self);
  done = gst_ssio_stream_open (self->stream, &settings, checkpoint, error);
  g_free (checkpoint);
  gst_ssio_src_settings_clear (&settings);
  return done;
}

static gboolean
open_stream (GstSsioSrc *self)
{
  GError *error = NULL;
  gchar *description;

  self->has_failed = FALSE;
  self->files_told = FALSE;
  if (!open_files (self, &error)) {
    fail (self, error);
    close_stream (self);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->caps
      = gst_ssio_stream_make_caps (self->stream, self->settings.batch_size);
  self->stats = (Stats){ 0 };
  self->bytes_needed = TRUE;
  GST_OBJECT_UNLOCK (self);

  gst_ssio_stream_set_damage_func (self->stream, on_damage, self);
  gst_base_src_set_format (GST_BASE_SRC (self),
      gst_ssio_stream_is_timed (self->stream) ? GST_FORMAT_TIME
                                              : GST_FORMAT_DEFAULT);
  description = gst_ssio_stream_describe (self->stream);
  GST_INFO_OBJECT (self, "%s", description);
  g_free (description);
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
  GstCaps *caps;

  GST_OBJECT_LOCK (self);
  caps = self->caps ? gst_caps_ref (self->caps) : NULL;
  GST_OBJECT_UNLOCK (self);

  if (!caps)
    caps = gst_pad_get_pad_template_caps (GST_BASE_SRC_PAD (src));
  return gst_ssio_filter_caps (caps, filter);
}

/* Mapped batches need no pool; read ones take downstream's or a plain one. */
static gboolean
gst_ssio_src_decide_allocation (GstBaseSrc *src, GstQuery *query)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);
  GstSsioIoMode io_mode;

  GST_OBJECT_LOCK (self);
  io_mode = self->settings.io_mode;
  GST_OBJECT_UNLOCK (self);
  self->reads = gst_ssio_allocation_decide (query, self->stream, io_mode);
  GST_INFO_OBJECT (self, "batches are %s",
      self->reads ? "read" : "the mapped file");
  return GST_BASE_SRC_CLASS (parent_class)->decide_allocation (src, query);
}

/* What is open, or would be: properties may be set while it is, for later. */
static gboolean
is_following (GstSsioSrc *self)
{
  GstSsioExtent extent;
  gboolean follow;

  gst_ssio_stream_get_extent (self->stream, &extent);
  if (extent.point_size > 0)
    return extent.n_points == G_MAXUINT64;
  GST_OBJECT_LOCK (self);
  follow = self->settings.follow;
  GST_OBJECT_UNLOCK (self);
  return follow;
}

static gboolean
is_timed (GstSsioSrc *self)
{
  GstSsioExtent extent;
  gboolean timed;

  gst_ssio_stream_get_extent (self->stream, &extent);
  GST_OBJECT_LOCK (self);
  timed = extent.point_size > 0
              ? GST_BASE_SRC (self)->segment.format == GST_FORMAT_TIME
              : self->settings.rate > 0;
  GST_OBJECT_UNLOCK (self);
  return timed;
}

static gboolean
gst_ssio_src_is_seekable (GstBaseSrc *src)
{
  return !is_following (GST_SSIO_SRC (src));
}

/* Where the streaming thread waits for a file to grow. */
static gboolean
gst_ssio_src_unlock (GstBaseSrc *src)
{
  gst_ssio_stream_set_flushing (GST_SSIO_SRC (src)->stream, TRUE);
  return TRUE;
}

static gboolean
gst_ssio_src_unlock_stop (GstBaseSrc *src)
{
  gst_ssio_stream_set_flushing (GST_SSIO_SRC (src)->stream, FALSE);
  return TRUE;
}

/* EOS ends an epoch also where an application has sent it: the sink has told
 * of it then. */
static void
note_forced_eos (GstSsioSrc *self)
{
  if (GST_PAD_IS_EOS (GST_BASE_SRC_PAD (self)))
    gst_ssio_stream_set_over (self->stream);
}

/* What a seek in that format moves in. */
static void
get_seek_extent (GstSsioSrc *self, GstFormat format, GstSsioExtent *extent)
{
  const GstSegment *segment = &GST_BASE_SRC (self)->segment;

  gst_ssio_stream_get_extent (self->stream, extent);
  if (format != GST_FORMAT_TIME)
    return;
  GST_OBJECT_LOCK (self);
  extent->n_points = segment->duration;
  extent->position = segment->position;
  extent->start = segment->start;
  extent->stop = segment->stop;
  GST_OBJECT_UNLOCK (self);
}

/* GstBaseSrc flushes before it looks at a seek, so that one which then fails
 * has lost points, and takes bytes from the end for bytes from the start. Here
 * a seek is refused before anything is lost, by NULL, or made into one that
 * GstBaseSrc does right. */
static GstEvent *
take_seek (GstSsioSrc *self, GstEvent *event)
{
  GstSsioExtent extent;
  GstFormat format;
  GstEvent *seek;

  if (is_following (self)) {
    GST_WARNING_OBJECT (self,
        "refusing %" GST_PTR_FORMAT ": a file that is followed has no end yet",
        event);
    return NULL;
  }
  gst_event_parse_seek (event, NULL, &format, NULL, NULL, NULL, NULL, NULL);
  get_seek_extent (self, format, &extent);
  seek = gst_ssio_seek_in_points (GST_OBJECT (self), event, &extent,
      is_timed (self));
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

/* A seek in points where segments are in time, which do_seek() makes of it, or
 * one in bytes that came before there was a file. */
static gboolean
gst_ssio_src_prepare_seek_segment (GstBaseSrc *src, GstEvent *event,
    GstSegment *segment)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);
  GstEvent *seek = take_seek (self, event);
  GstSsioExtent extent;
  gboolean done;

  gst_ssio_stream_get_extent (self->stream, &extent);
  done = seek && gst_ssio_seek_apply (seek, &extent, segment);

  gst_clear_event (&seek);
  return done;
}

/* Before a seek that came in READY, which may count from the end. */
static gboolean
gst_ssio_src_start (GstBaseSrc *src)
{
  gint64 duration = gst_ssio_stream_get_duration (GST_SSIO_SRC (src)->stream);

  GST_OBJECT_LOCK (src);
  src->segment.duration = duration;
  GST_OBJECT_UNLOCK (src);
  return TRUE;
}

/* Running time is not known where a seek is in points and segments are not. */
static void
set_base (GstBaseSrc *src, GstSegment *segment)
{
  if (segment->format != src->segment.format
      && !(segment->flags & GST_SEGMENT_FLAG_RESET))
    segment->base = gst_segment_to_running_time (&src->segment,
        src->segment.format, src->segment.position);
}

/* Called with the streaming thread stopped, once before it first starts. */
static gboolean
gst_ssio_src_do_seek (GstBaseSrc *src, GstSegment *segment)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);
  GError *error = NULL;

  set_base (src, segment);
  if (!gst_ssio_stream_seek (self->stream, segment, &error)) {
    fail (self, error);
    return FALSE;
  }
  self->pushed_at = 0;
  g_atomic_int_set (&self->has_failed, FALSE);
  GST_DEBUG_OBJECT (self, "epoch %u from %" GST_SEGMENT_FORMAT,
      gst_ssio_stream_get_epoch (self->stream)->epoch, segment);
  return TRUE;
}

static gboolean
gst_ssio_src_query (GstBaseSrc *src, GstQuery *query)
{
  GstSsioSrc *self = GST_SSIO_SRC (src);
  GstSsioExtent extent;
  GstSegment segment;

  if (gst_query_is_ssio_state (query))
    return gst_ssio_stream_answer_state (self->stream, query);
  gst_ssio_stream_get_extent (self->stream, &extent);
  GST_OBJECT_LOCK (self);
  gst_segment_copy_into (&src->segment, &segment);
  GST_OBJECT_UNLOCK (self);
  return gst_ssio_src_answer_query (&extent, &segment, query)
         || GST_BASE_SRC_CLASS (parent_class)->query (src, query);
}

static void
set_segment_position (GstSsioSrc *self, guint64 position)
{
  GST_OBJECT_LOCK (self);
  GST_BASE_SRC (self)->segment.position = position;
  GST_OBJECT_UNLOCK (self);
}

/* Which may be of another length, where this is a shard. */
static void
start_next_epoch (GstSsioSrc *self)
{
  GstBaseSrc *src = GST_BASE_SRC (self);
  GstSegment segment;
  guint64 duration;

  GST_OBJECT_LOCK (self);
  gst_segment_copy_into (&src->segment, &segment);
  GST_OBJECT_UNLOCK (self);
  duration = segment.duration;
  gst_ssio_stream_start_next_epoch (self->stream, &segment);
  gst_base_src_new_segment (src, &segment);
  if (segment.duration != duration)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_duration_changed (GST_OBJECT (self)));
}

static void
warn_of_early_end (GstSsioSrc *self)
{
  gchar *text = gst_ssio_stream_get_warning (self->stream);

  if (text)
    GST_ELEMENT_WARNING (self, RESOURCE, READ, ("%s", text), (NULL));
  g_free (text);
}

/* OK where another epoch follows. */
static GstFlowReturn
end_epoch (GstSsioSrc *self)
{
  GstPad *pad = GST_BASE_SRC_PAD (self);
  GError *error = NULL;

  if (!gst_ssio_stream_check (self->stream, &error))
    fail (self, error);
  if (g_atomic_int_get (&self->has_failed))
    return GST_FLOW_FLUSHING;
  warn_of_early_end (self);
  set_segment_position (self, gst_ssio_stream_get_position (self->stream));
  if (gst_ssio_stream_is_last_epoch (self->stream)) {
    gst_ssio_stream_set_over (self->stream);
  } else if (
      !gst_pad_push_event (pad,
          gst_event_new_ssio_epoch (gst_ssio_stream_get_epoch (self->stream)))
      && GST_PAD_IS_FLUSHING (pad)) {
    return GST_FLOW_FLUSHING;
  }
  GST_OBJECT_LOCK (self);
  self->stats.epochs++;
  GST_OBJECT_UNLOCK (self);

  if (gst_ssio_stream_is_over (self->stream))
    return GST_FLOW_EOS;
  start_next_epoch (self);
  return GST_FLOW_OK;
}

/* Where downstream has the bytes already, it does not need them. */
static GstFlowReturn
make_batch (GstSsioSrc *self, const GstSsioBatch *batch, GstBuffer **buffer,
    GError **error)
{
  GstBufferPool *pool = NULL;
  gboolean are_needed;
  GstFlowReturn flow;

  GST_OBJECT_LOCK (self);
  are_needed = self->bytes_needed;
  GST_OBJECT_UNLOCK (self);
  are_needed |= gst_ssio_stream_reads_times (self->stream);
  if (self->reads)
    pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  flow = gst_ssio_allocation_make_batch (self->stream, batch, pool, are_needed,
      buffer, error);
  gst_clear_object (&pool);
  return flow;
}

/* What follows a batch that was made: it says where it comes from, and
 * counts. */
static void
account_batch (GstSsioSrc *self, const GstSsioBatch *batch, GstBuffer *buffer,
    gint64 storage_us, gint64 downstream_us)
{
  gst_ssio_stream_pass (self->stream, batch, buffer);
  GST_OBJECT_LOCK (self);
  self->stats.batches++;
  self->stats.points += batch->n_points;
  self->stats.bytes += gst_buffer_get_size (buffer);
  self->stats.storage_us += storage_us;
  self->stats.downstream_us += downstream_us;
  GST_OBJECT_UNLOCK (self);
}

/* The next batch, maybe of the next epoch. */
static GstFlowReturn
find_batch (GstSsioSrc *self, GstSsioBatch *batch, GError **error)
{
  GstFlowReturn flow;

  do
    flow = gst_ssio_stream_get_batch (self->stream, batch, error);
  while (flow == GST_FLOW_EOS && (flow = end_epoch (self)) == GST_FLOW_OK);
  return flow;
}

static void
tell_files (GstSsioSrc *self)
{
  GstPad *pad = GST_BASE_SRC_PAD (self);
  GstEvent *event = gst_ssio_stream_new_files_event (self->stream);

  self->files_told = !event || gst_pad_push_event (pad, event)
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
  GError *error = NULL;
  GstFlowReturn flow;
  GstSsioBatch batch;

  if (g_atomic_int_get (&self->has_failed)) /* maybe in another thread */
    return GST_FLOW_FLUSHING;
  if (gst_ssio_stream_is_over (
          self->stream)) /* somebody flushed, but did not seek */
    return GST_FLOW_EOS;
  if (!self->files_told)
    tell_files (self);
  flow = find_batch (self, &batch, &error);
  if (flow == GST_FLOW_OK)
    flow = make_batch (self, &batch, buffer, &error);
  if (flow == GST_FLOW_ERROR) {
    fail (self, error);
    return GST_FLOW_FLUSHING;
  }
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
  gst_ssio_src_settings_install (class);
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
  src_class->unlock = gst_ssio_src_unlock;
  src_class->unlock_stop = gst_ssio_src_unlock_stop;
  GST_PUSH_SRC_CLASS (class)->create = gst_ssio_src_create;
}

static void
gst_ssio_src_init (GstSsioSrc *self)
{
  GstBaseSrc *src = GST_BASE_SRC (self);

  gst_ssio_src_settings_init (&self->settings);
  self->stream = gst_ssio_stream_new ();
  gst_base_src_set_format (src, GST_FORMAT_DEFAULT);
  /* the end of a segment may be the start of the next epoch */
  gst_base_src_set_automatic_eos (src, FALSE);
}
