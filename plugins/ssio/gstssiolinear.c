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
 * * `output-mean` (GstValueArray of double): the mean of each output, added
 *   up in float64; NaN for an epoch without points
 *
 * and sets #GstSsioLinear:last-message to the same in one line.
 *
 * Batches in system memory are computed on all cores; those that
 * #GstSsioCudaUpload has brought to a CUDA device are computed there, in
 * float32 arithmetic as on the CPU, so that the means agree to 1e-5. A model
 * whose weights do not fit in a multiprocessor's shared memory is computed by
 * cuBLASLt, which must be installed then.
 *
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
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "cuda/caps.h"
#include "elements.h"
#include "gstssiolinear.h"
#include "linear/evaluator.h"
#include "linear/inputs.h"
#include "linear/kernels.h"
#include "linear/report.h"
#include "linear/safetensors.h"
#include "sourcefile.h"

GST_DEBUG_CATEGORY_STATIC (ssio_linear_debug);
#define GST_CAT_DEFAULT ssio_linear_debug

#define DEFAULT_LAYERS "64,3"
#define DEFAULT_SEED 0
#define DEFAULT_THREADS 0
#define MAX_THREADS 1024

enum {
  PROP_0,
  PROP_LAYERS,
  PROP_FEATURES,
  PROP_WEIGHTS,
  PROP_SEED,
  PROP_THREADS,
  PROP_LAST_MESSAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

struct _GstSsioLinear {
  GstBaseSink parent;

  /* under the object lock */
  gchar *layers;
  gchar *features; /* NULL for all fields */
  gchar *weights;  /* NULL for random ones */
  guint seed;
  guint threads;
  gchar *last_message;
  GTimer *timer; /* of the epoch; runs only in PLAYING */
  gboolean timer_runs;

  /* of the streaming thread */
  GArray *widths;
  gboolean on_device;    /* where batches are */
  GstSsioLayout *layout; /* theirs; NULL before caps, after an error */
  GArray *fields;        /* of the layout, which are the model's inputs */
  GstSsioModel *model;   /* NULL as the layout is */
  GstSsioEvaluator *evaluator; /* NULL until a batch has shown where */
  gboolean has_failed;
  GError *error;          /* why, until it is posted */
  GstSsioPointFile *file; /* where the last batch was mapped from */
  guint point_size;
  gdouble *sums; /* of each output, in this epoch */
  guint n_outputs;
  GstSsioEpoch epoch;
  gboolean epoch_runs; /* its time has begun */
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
  switch (id) {
  case PROP_LAYERS:
    g_free (self->layers);
    self->layers = g_value_dup_string (value);
    break;
  case PROP_FEATURES:
    g_free (self->features);
    self->features = g_value_dup_string (value);
    break;
  case PROP_WEIGHTS:
    g_free (self->weights);
    self->weights = g_value_dup_string (value);
    if (self->weights && !*self->weights)
      g_clear_pointer (&self->weights, g_free);
    break;
  case PROP_SEED:
    self->seed = g_value_get_uint (value);
    break;
  case PROP_THREADS:
    self->threads = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_linear_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_LAYERS:
    g_value_set_string (value, self->layers);
    break;
  case PROP_FEATURES:
    g_value_set_string (value, self->features);
    break;
  case PROP_WEIGHTS:
    g_value_set_string (value, self->weights);
    break;
  case PROP_SEED:
    g_value_set_uint (value, self->seed);
    break;
  case PROP_THREADS:
    g_value_set_uint (value, self->threads);
    break;
  case PROP_LAST_MESSAGE:
    g_value_set_string (value, self->last_message);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ssio_linear_finalize (GObject *object)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (object);

  g_free (self->layers);
  g_free (self->features);
  g_free (self->weights);
  g_free (self->last_message);
  g_timer_destroy (self->timer);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
restart_timer (GstSsioLinear *self)
{
  GST_OBJECT_LOCK (self);
  g_timer_start (self->timer);
  if (!self->timer_runs)
    g_timer_stop (self->timer);
  GST_OBJECT_UNLOCK (self);
}

static void
let_timer_run (GstSsioLinear *self, gboolean run)
{
  GST_OBJECT_LOCK (self);
  if (run && !self->timer_runs)
    g_timer_continue (self->timer);
  else if (!run && self->timer_runs)
    g_timer_stop (self->timer);
  self->timer_runs = run;
  GST_OBJECT_UNLOCK (self);
}

static void
close_model (GstSsioLinear *self)
{
  g_clear_pointer (&self->evaluator, gst_ssio_evaluator_free);
  g_clear_pointer (&self->model, gst_ssio_model_free);
  g_clear_pointer (&self->fields, g_array_unref);
  g_clear_pointer (&self->layout, gst_ssio_layout_unref);
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

static void
fail (GstSsioLinear *self, GError *error)
{
  close_model (self);
  self->has_failed = TRUE;
  self->error = error;
}

/* Adds what was computed to the epoch's sums, or fails. */
static void
collect (GstSsioLinear *self)
{
  GError *error = NULL;

  if (self->evaluator
      && !gst_ssio_evaluator_collect (self->evaluator, self->sums, &error))
    fail (self, error);
}

static void
stop (GstSsioLinear *self)
{
  close_model (self);
  self->has_failed = FALSE;
  g_clear_error (&self->error);
  g_clear_pointer (&self->file, gst_ssio_point_file_unref);
  g_clear_pointer (&self->sums, g_free);
  g_clear_pointer (&self->widths, g_array_unref);
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
  GError *error = NULL;
  gchar *layers, *weights;

  GST_OBJECT_LOCK (self);
  layers = g_strdup (self->layers ? self->layers : "");
  weights = g_strdup (self->weights);
  GST_OBJECT_UNLOCK (self);

  if ((weights && !gst_ssio_safetensors_check (weights, &error))
      || !gst_ssio_model_parse_widths (layers, &self->widths, &error))
    gst_ssio_element_take_error (self, error);
  g_free (layers);
  g_free (weights);
  self->epoch = (GstSsioEpoch){ 0 };
  self->epoch_runs = FALSE;
  return self->widths != NULL;
}

static GstSsioModel *
make_model (guint n_in, const GArray *widths, const gchar *weights, guint seed,
    GError **error)
{
  GstSsioModel *model = gst_ssio_model_new (n_in, widths);

  if (!weights)
    gst_ssio_model_init_random (model, seed);
  else if (!gst_ssio_safetensors_load (weights, model, error))
    g_clear_pointer (&model, gst_ssio_model_free);
  return model;
}

static gboolean
open_model (GstSsioLinear *self, GstCaps *caps, GError **error)
{
  gchar *features, *weights;
  guint seed;

  GST_OBJECT_LOCK (self);
  features = g_strdup (self->features);
  weights = g_strdup (self->weights);
  seed = self->seed;
  GST_OBJECT_UNLOCK (self);

  self->on_device = gst_ssio_caps_are_cuda (caps);
  self->layout = gst_ssio_layout_new_from_caps (caps, NULL, error);
  if (self->layout)
    self->fields = gst_ssio_inputs_find (self->layout, features, error);
  if (self->fields)
    self->model
        = make_model (self->fields->len, self->widths, weights, seed, error);
  g_free (features);
  g_free (weights);
  return self->model != NULL;
}

/* A build without kernels computes on the CPU. */
static GstCaps *
gst_ssio_linear_get_caps (GstBaseSink *sink, GstCaps *filter)
{
  GstCaps *caps
      = gst_ssio_kernels_are_built ()
            ? gst_pad_get_pad_template_caps (GST_BASE_SINK_PAD (sink))
            : gst_caps_from_string (GST_SSIO_SYSTEM_CAPS);
  GstCaps *filtered;

  if (!filter)
    return caps;
  filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return filtered;
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

  collect (self);
  if (self->has_failed)
    return TRUE;
  close_model (self);
  if (!open_model (self, caps, &error)) {
    GST_WARNING_OBJECT (self, "%s", error->message);
    fail (self, error);
    return TRUE;
  }
  self->point_size = gst_ssio_layout_get_point_size (self->layout);
  self->n_outputs = gst_ssio_model_get_n_outputs (self->model);
  if (!self->sums)
    self->sums = g_new0 (gdouble, self->n_outputs);
  return TRUE;
}

static GstSsioEvaluator *
new_cpu_evaluator (GstSsioLinear *self)
{
  guint threads;

  GST_OBJECT_LOCK (self);
  threads = self->threads;
  GST_OBJECT_UNLOCK (self);
  return gst_ssio_cpu_evaluator_new (self->model, self->layout,
      (const guint *) self->fields->data, threads);
}

/* On the device that the batch is on. */
static GstSsioEvaluator *
new_cuda_evaluator (GstSsioLinear *self, GstBuffer *buffer, GError **error)
{
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

  if (!gst_ssio_check_cuda_memory (memory, error))
    return NULL;
  return gst_ssio_cuda_evaluator_new (
      gst_ssio_cuda_memory_get_context (memory), self->model, self->layout,
      (const guint *) self->fields->data, error);
}

/* Where to compute shows only with the first batch. */
static gboolean
ensure_evaluator (GstSsioLinear *self, GstBuffer *buffer, GError **error)
{
  gchar *description;

  if (self->evaluator)
    return TRUE;
  self->evaluator = self->on_device ? new_cuda_evaluator (self, buffer, error)
                                    : new_cpu_evaluator (self);
  if (!self->evaluator)
    return FALSE;
  description = gst_ssio_evaluator_describe (self->evaluator);
  GST_INFO_OBJECT (self, "%u inputs, %u outputs, %s", self->fields->len,
      self->n_outputs, description);
  g_free (description);
  return TRUE;
}

/* Prepares for the first batch, which can take longer than to compute it. */
static GstFlowReturn
gst_ssio_linear_preroll (GstBaseSink *sink, GstBuffer *buffer)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  GError *error = NULL;

  if (self->has_failed || !self->model || gst_buffer_get_size (buffer) == 0)
    return GST_FLOW_OK;
  if (!ensure_evaluator (self, buffer, &error))
    fail (self, error);
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_ssio_linear_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  const GstSsioBatchMeta *meta = gst_buffer_get_ssio_batch_meta (buffer);
  gsize size = gst_buffer_get_size (buffer);
  GError *error = NULL;

  if (self->has_failed)
    return refuse (self);
  if (!self->model)
    return GST_FLOW_NOT_NEGOTIATED;
  if (size > 0
      && (!ensure_evaluator (self, buffer, &error)
          || !gst_ssio_evaluator_push (self->evaluator, buffer, &error))) {
    fail (self, error);
    return refuse (self);
  }
  gst_ssio_source_file_note (&self->file, buffer);
  if (meta)
    self->epoch.epoch = meta->epoch;
  self->epoch.batches++;
  self->epoch.points += size / self->point_size;
  self->epoch.bytes += size;
  return GST_FLOW_OK;
}

static void
reset_epoch (GstSsioLinear *self, guint epoch)
{
  guint i;

  self->epoch = (GstSsioEpoch){ .epoch = epoch };
  for (i = 0; self->sums && i < self->n_outputs; i++)
    self->sums[i] = 0;
}

/* After an error, or where there never were caps, there is no epoch that
 * could have ended. */
static void
report_epoch (GstSsioLinear *self)
{
  GstSsioReport report = { .epoch = self->epoch, .n_means = self->n_outputs };
  guint i;

  report.means = g_new (gdouble, self->n_outputs);
  for (i = 0; i < self->n_outputs; i++)
    report.means[i]
        = self->epoch.points ? self->sums[i] / self->epoch.points : NAN;

  GST_OBJECT_LOCK (self);
  report.seconds = g_timer_elapsed (self->timer, NULL);
  g_free (self->last_message);
  self->last_message = gst_ssio_report_to_string (&report);
  GST_OBJECT_UNLOCK (self);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_MESSAGE]);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_ssio_report_to_structure (&report)));
  g_free (report.means);
}

/* FALSE after an error: then nothing ends. Where there never were caps, there
 * is no epoch to report. */
static gboolean
end_epoch (GstSsioLinear *self)
{
  GError *error = NULL;

  collect (self);
  if (!self->has_failed
      && !gst_ssio_source_file_is_intact (self->file, &error))
    fail (self, error);
  if (self->has_failed) {
    refuse (self);
    return FALSE;
  }
  if (!self->model)
    return TRUE;
  report_epoch (self);
  reset_epoch (self, self->epoch.epoch + 1);
  return TRUE;
}

static void
throw_epoch_away (GstSsioLinear *self)
{
  collect (self);
  reset_epoch (self, self->epoch.epoch);
  self->epoch_runs = FALSE;
}

static gboolean
gst_ssio_linear_event (GstBaseSink *sink, GstEvent *event)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  gboolean goes_on = TRUE;
  GstSsioEpoch ended;

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_SEGMENT:
    if (!self->epoch_runs)
      restart_timer (self);
    self->epoch_runs = TRUE;
    break;
  case GST_EVENT_CUSTOM_DOWNSTREAM:
    if (gst_event_parse_ssio_epoch (event, &ended)) {
      self->epoch.epoch = ended.epoch;
      goes_on = end_epoch (self);
      restart_timer (self);
    }
    break;
  case GST_EVENT_EOS:
  case GST_EVENT_SEGMENT_DONE:
    goes_on = end_epoch (self);
    self->epoch_runs = FALSE;
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

static GstStateChangeReturn
gst_ssio_linear_change_state (GstElement *element, GstStateChange transition)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    let_timer_run (self, TRUE);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    let_timer_run (self, FALSE);

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
  const GParamFlags flags
      = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  properties[PROP_LAYERS] = g_param_spec_string ("layers", "Layers",
      "Widths of the layers after the input, separated by commas; the last "
      "one is the number of outputs",
      DEFAULT_LAYERS, flags);
  properties[PROP_FEATURES] = g_param_spec_string ("features", "Features",
      "Names of the fields that are the model's inputs, separated by commas "
      "(unset = all fields)",
      NULL, flags);
  properties[PROP_WEIGHTS] = g_param_spec_string ("weights", "Weights",
      "A safetensors file with the *.weight and *.bias tensors (F32) of a "
      "PyTorch nn.Sequential of linear layers (unset = random weights)",
      NULL, flags);
  properties[PROP_SEED] = g_param_spec_uint ("seed", "Seed",
      "Seed of the random weights; the same seed gives the same weights "
      "everywhere",
      0, G_MAXUINT, DEFAULT_SEED, flags);
  properties[PROP_THREADS] = g_param_spec_uint ("threads", "Threads",
      "Number of threads that compute (0 = one for each core)", 0, MAX_THREADS,
      DEFAULT_THREADS, flags);
  properties[PROP_LAST_MESSAGE] = g_param_spec_string ("last-message",
      "Last message", "The last epoch in one line", NULL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (class, N_PROPS, properties);
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
      "Runs linear layers with ReLU over batches of points and reports the "
      "mean outputs of each epoch",
      "The Spatial-StreamIO developers");
  element_class->change_state = gst_ssio_linear_change_state;

  sink_class->get_caps = gst_ssio_linear_get_caps;
  sink_class->set_caps = gst_ssio_linear_set_caps;
  sink_class->preroll = gst_ssio_linear_preroll;
  sink_class->event = gst_ssio_linear_event;
  sink_class->render = gst_ssio_linear_render;
}

static void
gst_ssio_linear_init (GstSsioLinear *self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);

  self->layers = g_strdup (DEFAULT_LAYERS);
  self->seed = DEFAULT_SEED;
  self->threads = DEFAULT_THREADS;
  self->timer = g_timer_new ();
  g_timer_stop (self->timer);
  gst_base_sink_set_sync (sink, FALSE);
  /* it would keep a batch in memory that nobody asks for */
  gst_base_sink_set_last_sample_enabled (sink, FALSE);
}
