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

#include <gst/ssio/ssio.h>

#include "elements.h"
#include "gstssiolinear.h"
#include "linear/evaluator.h"
#include "linear/safetensors.h"
#include "sourcefile.h"

GST_DEBUG_CATEGORY_STATIC (ssio_linear_debug);
#define GST_CAT_DEFAULT ssio_linear_debug

#define DEFAULT_LAYERS "64,3"
#define DEFAULT_SEED 0
#define DEFAULT_THREADS 0
#define MAX_THREADS 1024

/* Outputs that a line for people shows. */
#define SHOWN_OUTPUTS 8

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
  GstSsioEvaluator *evaluator; /* NULL before caps, and after an error */
  gboolean has_failed;
  GError *error;          /* why, until it is posted */
  GstSsioPointFile *file; /* where the last batch was mapped from */
  guint point_size;
  gdouble *sums; /* of each output, in this epoch */
  guint n_outputs;
  GstSsioEpoch epoch;
  gboolean epoch_runs; /* its time has begun */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_SSIO_SYSTEM_CAPS));

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

  if (!gst_ssio_evaluator_collect (self->evaluator, self->sums, &error))
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

/* The indices in @layout of the wanted fields, or of all. */
static GArray *
find_features (const GstSsioLayout *layout, const gchar *features,
    GError **error)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (guint));
  gchar **names;
  guint i;

  if (!features) {
    for (i = 0; i < gst_ssio_layout_get_n_fields (layout); i++)
      g_array_append_val (fields, i);
    return fields;
  }
  /* g_strsplit() finds nothing in "", and one empty name in " " */
  names = g_strsplit (*features ? features : " ", ",", -1);
  for (i = 0; names[i]; i++) {
    gint field = gst_ssio_layout_find_field (layout, g_strstrip (names[i]));

    if (field < 0) {
      gchar *found = gst_ssio_layout_to_string (layout);

      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "features=\"%s\": expected names of fields, found no field \"%s\"; "
          "there are %s",
          features, names[i], found);
      g_free (found);
      g_clear_pointer (&fields, g_array_unref);
      break;
    }
    g_array_append_val (fields, field);
  }
  g_strfreev (names);
  return fields;
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
open_model (GstSsioLinear *self, const GstSsioLayout *layout, GError **error)
{
  GstSsioModel *model = NULL;
  GArray *fields;
  gchar *features, *weights, *description;
  guint seed, threads;

  GST_OBJECT_LOCK (self);
  features = g_strdup (self->features);
  weights = g_strdup (self->weights);
  seed = self->seed;
  threads = self->threads;
  GST_OBJECT_UNLOCK (self);

  fields = find_features (layout, features, error);
  if (fields)
    model = make_model (fields->len, self->widths, weights, seed, error);
  if (model) {
    self->evaluator = gst_ssio_cpu_evaluator_new (model, layout,
        (const guint *) fields->data, threads);
    self->n_outputs = gst_ssio_model_get_n_outputs (model);
    description = gst_ssio_evaluator_describe (self->evaluator);
    GST_INFO_OBJECT (self, "%u inputs, %u outputs, %s", fields->len,
        self->n_outputs, description);
    g_free (description);
    gst_ssio_model_free (model);
  }
  g_clear_pointer (&fields, g_array_unref);
  g_free (features);
  g_free (weights);
  return self->evaluator != NULL;
}

/* TRUE also for caps that cannot be used, as upstream posts an error for ones
 * that are refused. The error waits for a batch in PLAYING: one that comes
 * while a pipeline prerolls is lost on gst-launch-1.0 where its main loop does
 * not run yet, and it would wait for ever. */
static gboolean
gst_ssio_linear_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
  GstSsioLayout *layout;
  GError *error = NULL;

  if (self->evaluator)
    collect (self);
  if (self->has_failed)
    return TRUE;
  close_model (self);

  layout = gst_ssio_layout_new_from_caps (caps, NULL, &error);
  if (!layout || !open_model (self, layout, &error)) {
    g_clear_pointer (&layout, gst_ssio_layout_unref);
    GST_WARNING_OBJECT (self, "%s", error->message);
    fail (self, error);
    return TRUE;
  }
  self->point_size = gst_ssio_layout_get_point_size (layout);
  if (!self->sums)
    self->sums = g_new0 (gdouble, self->n_outputs);
  gst_ssio_layout_unref (layout);
  return TRUE;
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
  if (!self->evaluator)
    return GST_FLOW_NOT_NEGOTIATED;
  if (!gst_ssio_evaluator_push (self->evaluator, buffer, &error)) {
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

/* The sign of NaN says nothing, and printf() prints it. */
static void
append_mean (GString *text, gdouble mean)
{
  if (isnan (mean))
    g_string_append (text, "nan");
  else
    g_string_append_printf (text, "%.6g", mean);
}

static gchar *
describe_epoch (const GstSsioEpoch *epoch, gdouble seconds,
    const gdouble *means, guint n_means)
{
  GString *text = g_string_new (NULL);
  guint i;

  g_string_append_printf (text,
      "epoch %u: %" G_GUINT64_FORMAT " points in %" G_GUINT64_FORMAT
      " batches, %.1f MB in %.4f s, %.1f million points/s, output mean",
      epoch->epoch, epoch->points, epoch->batches, epoch->bytes / 1e6, seconds,
      seconds > 0 ? epoch->points / seconds / 1e6 : 0.0);
  for (i = 0; i < MIN (n_means, SHOWN_OUTPUTS); i++) {
    g_string_append (text, i ? ", " : " ");
    append_mean (text, means[i]);
  }
  if (n_means > SHOWN_OUTPUTS)
    g_string_append (text, ", ...");
  return g_string_free (text, FALSE);
}

static void
post_epoch (GstSsioLinear *self, gdouble seconds, const gdouble *means)
{
  GstStructure *structure = gst_ssio_epoch_to_structure (&self->epoch);
  GValue array = G_VALUE_INIT;
  GValue mean = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&array, self->n_outputs);
  g_value_init (&mean, G_TYPE_DOUBLE);
  for (i = 0; i < self->n_outputs; i++) {
    g_value_set_double (&mean, means[i]);
    gst_value_array_append_value (&array, &mean);
  }
  gst_structure_set (structure, "seconds", G_TYPE_DOUBLE, seconds,
      "points-per-second", G_TYPE_DOUBLE,
      seconds > 0 ? self->epoch.points / seconds : 0.0, NULL);
  gst_structure_take_value (structure, "output-mean", &array);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
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
end_epoch (GstSsioLinear *self)
{
  gdouble seconds, *means;
  gchar *message;
  guint i;

  if (self->evaluator)
    collect (self);
  if (self->has_failed)
    refuse (self);
  if (!self->evaluator)
    return;
  /* its source has posted an error; the sums may be of zeros */
  if (self->file && gst_ssio_point_file_is_damaged (self->file)) {
    reset_epoch (self, self->epoch.epoch + 1);
    return;
  }
  means = g_new (gdouble, self->n_outputs);
  for (i = 0; i < self->n_outputs; i++)
    means[i] = self->epoch.points ? self->sums[i] / self->epoch.points : NAN;

  GST_OBJECT_LOCK (self);
  seconds = g_timer_elapsed (self->timer, NULL);
  message = describe_epoch (&self->epoch, seconds, means, self->n_outputs);
  g_free (self->last_message);
  self->last_message = message;
  GST_OBJECT_UNLOCK (self);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_MESSAGE]);
  post_epoch (self, seconds, means);
  g_free (means);
  reset_epoch (self, self->epoch.epoch + 1);
}

static void
throw_epoch_away (GstSsioLinear *self)
{
  if (self->evaluator)
    collect (self);
  reset_epoch (self, self->epoch.epoch);
  self->epoch_runs = FALSE;
}

static gboolean
gst_ssio_linear_event (GstBaseSink *sink, GstEvent *event)
{
  GstSsioLinear *self = GST_SSIO_LINEAR (sink);
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
      end_epoch (self);
      restart_timer (self);
    }
    break;
  case GST_EVENT_EOS:
  case GST_EVENT_SEGMENT_DONE:
    end_epoch (self);
    self->epoch_runs = FALSE;
    break;
  case GST_EVENT_FLUSH_STOP:
    throw_epoch_away (self);
    break;
  default:
    break;
  }
  return GST_BASE_SINK_CLASS (parent_class)->event (sink, event);
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

  sink_class->set_caps = gst_ssio_linear_set_caps;
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
