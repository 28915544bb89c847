/* SPDX-License-Identifier: MIT */

/**
 * SECTION:element-ssiolinear
 * @title: ssiolinear
 * @short_description: runs a stack of linear layers over points
 *
 * A small neural network: linear layers, y = x·Wᵀ + b as in PyTorch's
 * nn.Linear, with ReLU between them. #GstSsioLinear:features names the fields
 * of a point that are its inputs, #GstSsioLinear:layers the widths that
 * follow. Weights come from a safetensors file in the order of a PyTorch
 * nn.Sequential, or are drawn as PyTorch draws them.
 *
 * At the end of each epoch (EOS, SEGMENT_DONE or the event `ssio-epoch`) it
 * posts the element message `ssio-epoch` with the fields
 *
 * * `epoch` (uint): the epoch, from 0
 * * `batches`, `points`, `bytes` (uint64): what was computed of it
 * * `seconds` (double): from the epoch's segment, or the end of the epoch
 *   before, to its end, without the time in PAUSED
 * * `points-per-second` (double)
 * * `dropped` (uint64): batches that came and were not computed, see below
 * * `missed-batches`, `missed-points` (uint64): what did not come, as far as it
 *   is known
 * * `output-mean` (GstValueArray of double): the mean of each output, added
 *   up in float64; NaN for an epoch without points
 *
 * and sets #GstSsioLinear:last-message to the same in one line.
 *
 * ## Evaluation
 * #GstSsioLinear:label names the field with each point's class, which is then
 * no input: an integer, a bit field or a float that holds integers. Outputs
 * are the classes' logits. The message of an epoch then has as well
 *
 * * `scored-points`, `ignored-points` (uint64)
 * * `loss` (double): the mean cross-entropy, as PyTorch's nn.CrossEntropyLoss
 * * `accuracy` (double): the share of points whose largest output, of several
 *   equal ones the first, is that of their class
 * * `iou` (#GstValueArray of double): of each class, the points that are of it
 *   and found to be, divided by those that are either; NaN for a class that no
 *   point is of or was taken for, and for the one that is ignored
 * * `miou` (double): the mean of `iou` without those that are NaN
 * * `confusion` (#GstValueArray of #GstValueArray of uint64): points by their
 *   class, then by the one found
 *
 * They are added up in float64, or counted, and have the same bits with any
 * number of threads; they are NaN where no point was scored.
 *
 * #GstSsioLinear:class-map turns raw labels into classes; it must have all that
 * occur. semantic-kitti.yaml can be given as it is. What is
 * #GstSsioLinear:ignore-label after that counts nowhere; any other label that
 * is no class is an error that names file and point.
 *
 * ## Normalisation
 * #GstSsioLinear:normalize says what is done to inputs before the model sees
 * them. With `stats` each one is taken less its mean and divided by its
 * deviation (NumPy's std(); by 1 where that is 0), as they are in the tensors
 * `normalize.mean` and `normalize.std` of the weights or of
 * #GstSsioLinear:normalize-file. Where there are none the first epoch only
 * measures them: its message has `normalize-mean` and `normalize-std`
 * (#GstValueArray of double) in place of what is computed, and those that
 * follow use them, so that one epoch more is to be streamed. With `center-xy`
 * the inputs x and y are taken less their mean over each batch. Means are of
 * values as they come, less #GstSsioSrc:origin: data sets that share them need
 * the same origin. Weights that say how their inputs were normalised, by those
 * tensors or by `normalize` in the metadata, are used so by default, and with
 * nothing else: a #GstSsioLinear:normalize-file of other values is an error.
 *
 * ## Predictions
 * #GstSsioLinear:predictions is a .npy file of a row for each point of the
 * data set, in the order of the files (the event `ssio-files` names them) and
 * of the points in each, whatever order batches stream in:
 * #GstSsioLinear:predictions-type has what is in it. Rows of points that did
 * not come, as those of other shards, are 255 (u1), 65535 (u2) or NaN (f4).
 * Each epoch writes the file anew; it has its name when the epoch is complete,
 * before its message. Batches of shuffle=points have no place in it and are an
 * error. #GstSsioSrc:predictions joins what `argmax` has written to the points
 * again, to show or record.
 *
 * ## Training
 * With #GstSsioLinear:train the model learns each point's label: softmax
 * cross-entropy as PyTorch's nn.CrossEntropyLoss has it, with
 * #GstSsioLinear:class-weights, and after each batch, or after
 * #GstSsioLinear:steps-per-update of them, a step of #GstSsioLinear:optimizer
 * by PyTorch's formulas, in float32. The number of threads does not show in
 * the weights. The message of an epoch is that of an evaluation, of the
 * weights as they were when each batch came, with `loss` the mean over batches
 * of the weighted loss; in place of `output-mean` it has
 *
 * * `step` (uint64): steps of the optimizer so far
 * * `learning-rate` (double): of the next one
 *
 * Between epochs the element message `ssio-training` tells of a batch, at most
 * one each #GstSsioLinear:report-interval: `epoch` (uint), `batch`, `step`,
 * `points` (uint64), `loss`, `accuracy` and `learning-rate` (double).
 *
 * At the end of each epoch #GstSsioLinear:save-weights and
 * #GstSsioLinear:checkpoint are written in one go: after a crash they are what
 * they were, or the new ones. The first is for #GstSsioLinear:weights and for
 * load_state_dict() of the nn.Sequential of nn.Linear and nn.ReLU; how inputs
 * are normalised is in its metadata. The second has the optimizer's state and
 * where the stream of ssiosrc stands as well: where it is there, training goes
 * on from it, and ssiosrc with it, bit for bit as if nothing had been. The same
 * command line begins a training and continues it. It is also written after
 * each #GstSsioLinear:checkpoint-interval batches. A stream that has no state,
 * as one of another source or of #GstSsioSrc:follow, begins anew each time,
 * with the weights as the checkpoint has them.
 *
 * A feature that is no finite number is an error that names the point, also
 * of one that is ignored, since PyTorch's gradients would be NaN; and so is a
 * loss, gradient or weight that is none. Files stay as they were written last.
 * Without train a NaN passes through the model, as in PyTorch.
 *
 * ## Several processes
 * With #GstSsioLinear:distributed all processes that mpirun starts, the ranks,
 * share the work by MPI, each with the shard that its ssiosrc has
 * (`num-shards=-1 shard-index=-1`). All post the same messages, of the points
 * of all, with `ranks` (uint): how many there are; `seconds` and
 * `points-per-second` are by the clock of each. Rank 0 alone sets
 * #GstSsioLinear:last-message. Before the first batch ranks compare what they
 * are to do: weights, features, label, class-map and normalisation that differ
 * are an error; that two of them stream the same points is a warning. With
 * normalize=stats the points of all ranks are measured. A rank to which no
 * points come takes part all the same; ssiosrc refuses a shard that has none.
 *
 * An evaluation lets each rank compute by itself. At the end of each epoch they
 * wait for each other and add up counts, losses, confusion and outputs, so that
 * what is reported is that of the whole data set, whatever part of it each has
 * had. (Of ssiosrc, `shard-policy=even`, which is for training, may repeat
 * batches, and those count twice.) The name of #GstSsioLinear:predictions then
 * has `%d`, in place of which comes the rank: each rank's file has the rows of
 * its own points, and `functools.reduce(numpy.fmin, map(numpy.load, names))`
 * those of all.
 *
 * A training makes each step of a batch of each rank, whose gradients
 * MPI_Iallreduce adds up in float64, each batch by what its points weigh. N
 * ranks come to what one comes to with batches N times as large, but for
 * rounding, and every run of N ranks to the same bits. A rank whose shard has
 * fewer batches than others takes part in their last steps without one. Where
 * each rank trains on a CUDA device of its own and there is NCCL
 * (libnccl.so.2), which is opened then, that adds up gradients from device to
 * device; `GST_DEBUG=ssioranks:4` tells. `mpirun sh -c
 * 'CUDA_VISIBLE_DEVICES=$OMPI_COMM_WORLD_LOCAL_RANK exec gst-launch-1.0 …'`
 * gives each rank of a machine one.
 *
 * In a training normalize=center-xy is of each rank's own batch. Rank 0 alone
 * writes files; all read #GstSsioLinear:checkpoint, so it has to be where all
 * see it. Ranks compare all other settings before the first step as well, and
 * weights after each epoch.
 *
 * Where a rank has an error, or its pipeline stops before the others', all
 * have an error that names it and says what it said: in a training at their
 * next batch, in an evaluation at the end of their epoch, or, where that does
 * not come within a minute, MPI ends them. Where a rank's process dies, mpirun
 * ends the others and says which. Ranks wait for each other before the first
 * batch, and then at each batch or at each epoch's end, but not for ever: a
 * pipeline can be set to NULL at any time. MPI is initialized when it is first
 * needed, from READY to PAUSED, for MPI_THREAD_MULTIPLE, and finalized at the
 * exit, unless the application does both. It waits for all processes of mpirun,
 * which a line on stderr tells after ten seconds. For several pipelines, all
 * ranks start theirs in the same order.
 *
 * Open MPI binds each of one or two processes to a core, and more of them to a
 * socket: `--bind-to none` lets threads have all cores, of which
 * #GstSsioLinear:threads then is each rank's share.
 *
 * ## Devices
 * Batches in system memory are computed on all cores; those that
 * #GstSsioCudaUpload has brought to a CUDA device are computed there, in
 * float32 arithmetic as on the CPU, so that the means agree to 1e-5. A model
 * whose weights do not fit in a multiprocessor's shared memory is computed by
 * cuBLASLt, which must be installed then; with labels or predictions, or in
 * training, its batches come back from the device and are computed on the CPU,
 * which a warning says. So are those that normalize=stats measures. With
 * normalize=center-xy batches stay in system memory, which #GstSsioCudaUpload
 * warns of. Training on a device has its gradients there and its steps on the
 * CPU; it leaves the same bits every time on the same kind of device, and
 * others than the CPU.
 *
 * ## Live streams
 * With `sync=true` a batch is computed when its time has come. One that is late
 * by more than #GstBaseSink:max-lateness is dropped, counted in `dropped`, and,
 * with #GstBaseSink:qos, told of by a QoS message. What is dropped before, as by
 * a leaky #queue, is missed: that shows in the buffers' offsets and
 * #GstSsioBatchMeta, and in the position of what sends them. The property
 * #GstSsioLinear:stats has all of it since READY. An epoch whose end was
 * dropped has ended when a batch of a later one comes.
 *
 * No batch is kept to compute the next, so that this element adds no latency of
 * its own to #GstBaseSink:processing-deadline.
 *
 * ## Errors
 * What is wrong with the features or the weights for the stream's caps is
 * an error that comes with the first batch in PLAYING. After an error of this
 * element neither an epoch ends nor the stream: there is no EOS. It has to go
 * to READY before it takes batches again.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -v ssiosrc location=tile.bin ! queue ! ssiolinear
 * ]| Runs random weights over a tile and prints a line an epoch.
 * |[
 * gst-launch-1.0 -v ssiosrc location=tile.bin ! queue ! \
 *     ssiolinear features=x,y,z,intensity layers=128,64,8 \
 *     weights=model.safetensors
 * ]| Runs a trained model with two hidden layers and 8 outputs.
 * |[
 * gst-launch-1.0 -v ssiosrc location=scans batch-size=120000 rate=10 ! \
 *     queue leaky=downstream max-size-buffers=3 ! \
 *     ssiolinear sync=true qos=true max-lateness=50000000
 * ]| Runs it over ten scans a second, of which it leaves out those that it is
 * too slow for.
 * |[
 * gst-launch-1.0 -v ssiosrc location=sequences/08/velodyne layout=semantickitti \
 *     labels=../labels/%s.label ! queue ! ssiolinear features=x,y,z,intensity \
 *     layers=64,20 weights=model.safetensors label=sem_class \
 *     class-map=semantic-kitti.yaml ignore-label=0 predictions=08.npy
 * ]| Evaluates a model on a SemanticKITTI sequence and keeps what it predicts.
 * |[
 * gst-launch-1.0 -v ssiosrc location=flight.las shuffle=points epochs=20 \
 *     batch-size=4096 ! queue ! ssiolinear label=classification \
 *     class-map=1:0,2:1 features=x,y,z,intensity normalize=stats layers=64,2 \
 *     train=true schedule=cosine save-weights=ground.safetensors \
 *     checkpoint=ground.checkpoint
 * ]| Trains a model to tell ground from the rest; run again, it goes on.
 * |[
 * mpirun --bind-to none -n 4 gst-launch-1.0 -v ssiosrc \
 *     location=@flights.txt num-shards=-1 shard-index=-1 shard-policy=even \
 *     shuffle=points epochs=20 batch-size=4096 ! queue ! \
 *     ssiolinear label=classification class-map=1:0,2:1 \
 *     features=x,y,z,intensity normalize=stats layers=64,2 train=true \
 *     distributed=true threads=4 save-weights=ground.safetensors
 * ]| The same on four processes, in steps of 16,384 points.
 * |[
 * mpirun --bind-to none -n 4 gst-launch-1.0 -v ssiosrc \
 *     location=@flights.txt num-shards=-1 shard-index=-1 ! queue ! \
 *     ssiolinear label=classification class-map=1:0,2:1 \
 *     features=x,y,z,intensity layers=64,2 weights=ground.safetensors \
 *     distributed=true threads=4
 * ]| Evaluates what was trained, on four processes.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "elements.h"
#include "filtercaps.h"
#include "gstssiolinear.h"

#include "cuda/caps.h"
#include "linear/epochlog.h"
#include "linear/kernels.h"
#include "linear/session.h"

GST_DEBUG_CATEGORY_STATIC (ssio_linear_debug);
#define GST_CAT_DEFAULT ssio_linear_debug

/* Those before are of the settings. */
enum {
  PROP_LAST_MESSAGE = GST_SSIO_LINEAR_N_SETTINGS + 1,
  PROP_STATS,
};

static GParamSpec *last_message_property;

struct _GstSsioLinear {
  GstBaseSink parent;

  /* under the object lock */
  GstSsioLinearSettings settings;
  gchar *last_message;
  gchar *stream; /* where a training wants its stream to go on, or NULL */

  /* of the streaming thread, which sets it under the object lock */
  GstSsioSession *session; /* NULL after an error */

  GstSsioEpochLog *log; /* whose clock runs only in PLAYING */

  /* of the streaming thread */
  gboolean is_described; /* what computes was told in the log */
  gboolean has_measured; /* the last epoch did nothing else */
  gboolean has_failed;
  GError *error; /* why, until it is posted */
};

static GstStaticPadTemplate sink_template
    = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_SSIO_CUDA_CAPS ";" GST_SSIO_SYSTEM_CAPS));

#define gst_ssio_linear_parent_class parent_class
G_DEFINE_TYPE (GstSsioLinear, gst_ssio_linear, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (ssiolinear, "ssiolinear", GST_RANK_NONE,
    GST_TYPE_SSIO_LINEAR)

static void
gst_ssio_linear_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (object);

  GST_OBJECT_LOCK (self);
  if (!gst_ssio_linear_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

/* GstBaseSink's, and what did not come to it. */
static GstStructure *
make_stats (GstSsioLinear *self)
{
  GstStructure *stats = gst_base_sink_get_stats (GST_BASE_SINK (self));
  guint64 batches, points;

  gst_ssio_epoch_log_get_missed (self->log, &batches, &points);
  gst_structure_set (stats, "missed-batches", G_TYPE_UINT64, batches,
      "missed-points", G_TYPE_UINT64, points, NULL);
  return stats;
}

static void
gst_ssio_linear_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, make_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id == PROP_LAST_MESSAGE)
    g_value_set_string (value, self->last_message);
  else if (!gst_ssio_linear_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_linear_finalize (GObject *object)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (object);

  gst_ssio_linear_settings_clear (&self->settings);
  g_free (self->last_message);
  g_free (self->stream);
  gst_ssio_epoch_log_free (self->log);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

/* Posts why this element cannot work, once. Until READY, batches are answered
 * as if it were flushing: for another flow upstream would post an error of its
 * own, or send an EOS that looks like the end of a complete epoch. */
static GstFlowReturn
refuse (GstSsioLinear *self)
{
  if (self->error)
    gst_ssio_element_take_error (self, g_steal_pointer (&self->error));
  return GST_FLOW_FLUSHING;
}

/* The session goes while no other thread looks at it. */
static void
close_session (GstSsioLinear *self, const GError *error)
{
  GstSsioSession *session;

  GST_OBJECT_LOCK (self);
  session = g_steal_pointer (&self->session);
  GST_OBJECT_UNLOCK (self);
  if (session && error)
    gst_ssio_session_tell_ranks (session, error->message);
  g_clear_pointer (&session, gst_ssio_session_free);
}

/* error is NULL where somebody else has posted it. */
static void
fail (GstSsioLinear *self, GError *error)
{
  close_session (self, error);
  self->has_failed = TRUE;
  self->error = error;
}

static void
stop (GstSsioLinear *self)
{
  close_session (self, NULL);
  self->has_failed = FALSE;
  g_clear_error (&self->error);
}

/* Ranks meet before anything can fail that others have to hear of. */
static GstSsioSession *
open_session (const GstSsioLinearSettings *settings, GError **error)
{
  GstSsioCollective *collective = NULL;

  if (settings->distributed
      && !(collective = gst_ssio_collective_open (error)))
    return NULL;
  return gst_ssio_session_new (settings, collective, error);
}

/* Says here what can be said without caps: the state change fails then, which
 * gst-launch-1.0 is sure to see. An error message that a streaming thread posts
 * before gst-launch-1.0 runs its main loop is lost on it.
 *
 * This and stop() are not GstBaseSink's vfuncs of these names, which are for
 * NULL to READY and back: properties can change in READY. */
static gboolean
start (GstSsioLinear *self)
{
  GstSsioLinearSettings settings;
  GError *error = NULL;

  GST_OBJECT_LOCK (self);
  gst_ssio_linear_settings_copy (&self->settings, &settings);
  GST_OBJECT_UNLOCK (self);
  self->session = open_session (&settings, &error);
  gst_ssio_linear_settings_clear (&settings);
  self->is_described = FALSE;
  self->has_measured = FALSE;
  if (!self->session) {
    gst_ssio_element_take_error (self, error);
    return FALSE;
  }
  gst_ssio_epoch_log_reset (self->log);
  GST_OBJECT_LOCK (self);
  g_free (self->stream);
  self->stream = g_strdup (gst_ssio_session_get_stream (self->session));
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* A source asks this before its first batch, see gst_query_new_ssio_state(). */
static gboolean
gst_ssio_linear_query (GstBaseSink *sink, GstQuery *query)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  gboolean knows;

  if (!gst_query_is_ssio_state (query))
    return GST_BASE_SINK_CLASS (parent_class)->query (sink, query);
  GST_OBJECT_LOCK (self);
  knows = self->stream != NULL;
  if (knows)
    gst_query_set_ssio_state (query, self->stream, 0, 0);
  GST_OBJECT_UNLOCK (self);
  return knows;
}

/* What is computed on the CPU need not go to a device and come back. */
static GstCaps *
gst_ssio_linear_get_caps (GstBaseSink *sink, GstCaps *filter)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  GstCaps *caps;
  gboolean needs_cpu;

  GST_OBJECT_LOCK (self);
  needs_cpu = self->settings.normalize == GST_SSIO_NORMALIZE_CENTER_XY;
  GST_OBJECT_UNLOCK (self);
  caps = gst_ssio_kernels_are_built () && !needs_cpu
             ? gst_pad_get_pad_template_caps (GST_BASE_SINK_PAD (sink))
             : gst_caps_from_string (GST_SSIO_SYSTEM_CAPS);
  return gst_ssio_filter_caps (caps, filter);
}

static gboolean
set_input (GstSsioLinear *self, GstCaps *caps, GError **error)
{
  GstSsioCudaContext *context = NULL;

  if (gst_ssio_caps_are_cuda (caps))
    context = gst_ssio_find_cuda_context (GST_BASE_SINK_PAD (self));
  gst_ssio_session_set_context (self->session, context);
  gst_clear_object (&context);
  return gst_ssio_session_set_caps (self->session, caps, error);
}

/* TRUE also for caps that cannot be used, as upstream posts an error for ones
 * that are refused. The error waits for a batch in PLAYING: one that comes
 * while a pipeline prerolls is lost on gst-launch-1.0 where its main loop does
 * not run yet, and it would wait for ever. */
static gboolean
gst_ssio_linear_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  GError *error = NULL;

  gst_ssio_epoch_log_set_caps (self->log, caps);
  if (!self->has_failed && !set_input (self, caps, &error)) {
    GST_WARNING_OBJECT (self, "%s", error->message);
    fail (self, error);
  }
  return TRUE;
}

static gboolean
prepare (GstSsioLinear *self, GstBuffer *buffer, GError **error)
{
  gchar *description;

  if (!gst_ssio_session_prepare (self->session, buffer, error))
    return FALSE;
  if (self->is_described)
    return TRUE;
  description = gst_ssio_session_describe (self->session);
  if (!description)
    return TRUE;
  GST_INFO_OBJECT (self, "%s", description);
  if (gst_ssio_session_downloads (self->session))
    GST_ELEMENT_WARNING (self, STREAM, NOT_IMPLEMENTED,
        ("normalize=center-xy, and train, label and predictions of a model too "
         "wide for the device's shared memory, are computed on the CPU: batches "
         "come back from the device for it; leave ssiocudaupload out to spare "
         "that way"),
        (NULL));
  self->is_described = TRUE;
  g_free (description);
  return TRUE;
}

/* Prepares for the first batch, which can take longer than to compute it. */
static GstFlowReturn
gst_ssio_linear_preroll (GstBaseSink *sink, GstBuffer *buffer)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  GError *error = NULL;

  if (!self->has_failed && gst_ssio_session_has_model (self->session)
      && !prepare (self, buffer, &error))
    fail (self, error);
  return GST_FLOW_OK;
}

/* Asks the source what a training and other ranks have to know of it. */
static gboolean
ask_for_stream (GstSsioLinear *self, GError **error)
{
  GstQuery *query;
  gchar *state;
  guint epochs;
  guint64 batches;
  gboolean ok;

  if (!gst_ssio_session_needs_stream (self->session))
    return TRUE;
  query = gst_query_new_ssio_state ();
  gst_pad_peer_query (GST_BASE_SINK_PAD (self), query);
  gst_query_parse_ssio_state (query, &state, &epochs, &batches);
  gst_query_unref (query);
  ok = gst_ssio_session_set_stream (self->session, state, epochs, batches,
      error);
  g_free (state);
  return ok;
}

static void
post_progress (GstSsioLinear *self)
{
  GstStructure *message = gst_ssio_session_take_message (self->session);

  if (message)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_element (GST_OBJECT (self), message));
}

static void
post_warning (GstSsioLinear *self)
{
  gchar *warning = gst_ssio_session_take_warning (self->session);

  if (warning)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s", warning), (NULL));
  g_free (warning);
}

/* Other ranks may be long in coming, and who pauses, stops or flushes this one
 * meanwhile wants the lock that GstBaseSink renders with. */
static gboolean
push (GstSsioLinear *self, GstBuffer *buffer, GError **error)
{
  const gboolean may_wait = gst_ssio_session_has_ranks (self->session);
  gboolean ok;

  if (may_wait)
    GST_BASE_SINK_PREROLL_UNLOCK (self);
  ok = gst_ssio_session_push (self->session, buffer, error);
  if (may_wait)
    GST_BASE_SINK_PREROLL_LOCK (self);
  return ok;
}

static GstFlowReturn
gst_ssio_linear_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  GError *error = NULL;

  if (self->has_failed)
    return refuse (self);
  if (!gst_ssio_session_has_model (self->session))
    return GST_FLOW_NOT_NEGOTIATED;
  if (prepare (self, buffer, &error) && ask_for_stream (self, &error)
      && push (self, buffer, &error)) {
    post_warning (self);
    post_progress (self);
    return GST_FLOW_OK;
  }
  fail (self, error);
  return refuse (self);
}

static void
post_report (GstSsioLinear *self, GstSsioReport *report)
{
  const gboolean is_first = gst_ssio_session_get_rank (self->session) == 0;

  report->seconds = gst_ssio_epoch_log_get_seconds (self->log);
  GST_OBJECT_LOCK (self);
  if (is_first) {
    g_free (self->last_message);
    self->last_message = gst_ssio_report_to_string (report);
  }
  GST_OBJECT_UNLOCK (self);

  self->has_measured = report->measured != NULL;
  if (is_first)
    g_object_notify_by_pspec (G_OBJECT (self), last_message_property);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_ssio_report_to_structure (report)));
}

/* FALSE after an error: then nothing ends. Where there never were caps, there
 * is no epoch to report. */
static gboolean
end_epoch (GstSsioLinear *self)
{
  GstSsioReport report;
  GError *error = NULL;

  if (!self->has_failed
      && !gst_ssio_session_end_epoch (self->session,
          gst_ssio_epoch_log_get_arrivals (self->log), &report, &error))
    fail (self, error);
  if (self->has_failed) {
    refuse (self);
    return FALSE;
  }
  if (gst_ssio_session_has_model (self->session))
    post_report (self, &report);
  gst_ssio_report_clear (&report);
  gst_ssio_epoch_log_clear_epoch (self->log);
  return TRUE;
}

static void
start_segment (GstSsioLinear *self, GstEvent *event)
{
  const GstSegment *segment;

  gst_event_parse_segment (event, &segment);
  gst_ssio_epoch_log_start_segment (self->log, segment);
}

/* A leaky queue may drop the event between two epochs, and epochs as a whole:
 * they end all the same, as far as is known how many points an epoch has. */
static void
end_epochs_before (GstSsioLinear *self, guint next_epoch)
{
  guint epoch = gst_ssio_epoch_log_get_arrivals (self->log)->epoch;
  gint64 points = 0;

  gst_pad_peer_query_duration (GST_BASE_SINK_PAD (self), GST_FORMAT_DEFAULT,
      &points);
  for (; epoch < next_epoch && !self->has_failed; epoch++) {
    gst_ssio_epoch_log_end_dropped (self->log, epoch, MAX (points, 0));
    gst_ssio_session_set_epoch (self->session, epoch);
    end_epoch (self);
    gst_ssio_epoch_log_restart_clock (self->log);
  }
}

static void
take_arrival (GstSsioLinear *self, GstBuffer *buffer)
{
  guint next_epoch;

  if (gst_ssio_epoch_log_is_over (self->log, buffer, &next_epoch))
    end_epochs_before (self, next_epoch);
  gst_ssio_epoch_log_add (self->log, buffer);
}

static gboolean
take_listed_arrival (GstBuffer **buffer, guint index, gpointer user_data)
{
  take_arrival (user_data, *buffer);
  return TRUE;
}

/* All that comes, also what GstBaseSink then drops. */
static GstPadProbeReturn
note_arrivals (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info),
        take_listed_arrival, user_data);
  else
    take_arrival (user_data, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

static void
warn_of_measuring (GstSsioLinear *self)
{
  if (self->has_measured)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("normalize=stats: the last epoch has only measured the inputs, and "
         "nothing was computed; stream one epoch more (epochs=2), or set "
         "normalize-file"),
        (NULL));
  self->has_measured = FALSE;
}

static void
throw_epoch_away (GstSsioLinear *self)
{
  GError *error = NULL;

  if (!self->has_failed
      && !gst_ssio_session_throw_away (self->session, &error))
    fail (self, error);
  gst_ssio_epoch_log_clear_epoch (self->log);
  gst_ssio_epoch_log_await_segment (self->log);
}

static void
set_files (GstSsioLinear *self, GstEvent *event)
{
  GError *error = NULL;

  if (!self->has_failed
      && !gst_ssio_session_set_files (self->session, event, &error))
    fail (self, error);
}

static gboolean
gst_ssio_linear_event (GstBaseSink *sink, GstEvent *event)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  gboolean goes_on = TRUE;
  GstSsioEpoch ended;

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_SEGMENT:
    start_segment (self, event);
    break;
  case GST_EVENT_CUSTOM_DOWNSTREAM_STICKY:
    set_files (self, event);
    break;
  case GST_EVENT_CUSTOM_DOWNSTREAM:
    if (gst_event_parse_ssio_epoch (event, &ended)) {
      if (self->session)
        gst_ssio_session_set_epoch (self->session, ended.epoch);
      gst_ssio_epoch_log_end (self->log, event, sink->sinkpad);
      goes_on = end_epoch (self);
      gst_ssio_epoch_log_restart_clock (self->log);
    }
    break;
  case GST_EVENT_EOS:
  case GST_EVENT_SEGMENT_DONE:
    gst_ssio_epoch_log_end (self->log, event, sink->sinkpad);
    goes_on = end_epoch (self);
    warn_of_measuring (self);
    gst_ssio_epoch_log_await_segment (self->log);
    break;
  case GST_EVENT_FLUSH_STOP:
    throw_epoch_away (self);
    break;
  default:
    break;
  }
  if (goes_on)
    return GST_BASE_SINK_CLASS (parent_class)->event (sink, event);
  gst_event_unref (event);
  return TRUE;
}

/* The streaming thread may wait for other processes. */
static void
interrupt (GstSsioLinear *self)
{
  GST_OBJECT_LOCK (self);
  if (self->session)
    gst_ssio_session_interrupt (self->session);
  GST_OBJECT_UNLOCK (self);
}

static GstStateChangeReturn
gst_ssio_linear_change_state (GstElement *element, GstStateChange transition)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    gst_ssio_epoch_log_let_clock_run (self->log, TRUE);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    gst_ssio_epoch_log_let_clock_run (self->log, FALSE);
  else if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    interrupt (self);

  result
      = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    stop (self);
  return result;
}

static void
install_properties (GObjectClass *class)
{
  gst_ssio_linear_settings_install (class);
  last_message_property = g_param_spec_string ("last-message", "Last message",
      "The last epoch in one line", NULL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property (class, PROP_LAST_MESSAGE,
      last_message_property);
  g_object_class_override_property (class, PROP_STATS, "stats");
}

static void
gst_ssio_linear_class_init (GstSsioLinearClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (ssio_linear_debug, "ssiolinear", 0,
      "linear layers over points");

  object_class->set_property = gst_ssio_linear_set_property;
  object_class->get_property = gst_ssio_linear_get_property;
  object_class->finalize = gst_ssio_linear_finalize;
  install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "Linear layers over points", "Sink/Analyzer/PointCloud",
      "Runs linear layers with ReLU over batches of points, evaluates them by "
      "the points' labels and writes predictions",
      "The Spatial-StreamIO developers");
  element_class->change_state = gst_ssio_linear_change_state;

  sink_class->get_caps = gst_ssio_linear_get_caps;
  sink_class->set_caps = gst_ssio_linear_set_caps;
  sink_class->preroll = gst_ssio_linear_preroll;
  sink_class->event = gst_ssio_linear_event;
  sink_class->query = gst_ssio_linear_query;
  sink_class->render = gst_ssio_linear_render;
}

static void
gst_ssio_linear_init (GstSsioLinear *self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);

  gst_ssio_linear_settings_init (&self->settings);
  self->log = gst_ssio_epoch_log_new ();
  gst_pad_add_probe (GST_BASE_SINK_PAD (sink),
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      note_arrivals, self, NULL);
  gst_base_sink_set_sync (sink, FALSE);
  /* it would keep a batch in memory that nobody asks for */
  gst_base_sink_set_last_sample_enabled (sink, FALSE);
}
