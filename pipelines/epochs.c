/* SPDX-License-Identifier: MIT */
/* A training loop around ssiosrc, as a PyTorch user writes one around a
 * DataLoader: for each epoch, for each batch, a step.
 *
 *   ssio-epochs [--epochs 5] [--batch-size 250000] [--clusters 8] LOCATION
 *
 * It shows: batches of any file as the rows that the model wants, taken from an
 * appsink; EOS as the end of an epoch; a flushing seek to 0 that begins the
 * next one, in a new random order; a line of progress; errors from the bus.
 *
 * What it learns is small: online k-means, which moves the nearest of a few
 * cluster centres towards each point. The loss, the mean squared distance from
 * a point to its cluster, falls from epoch to epoch. */

#include <gst/app/app.h>
#include <gst/gst.h>
#include <unistd.h>

#define N_AXES 3
#define MAX_CLUSTERS 256

/* How often errors are looked for while no batch comes. */
#define WAIT (100 * GST_MSECOND)

typedef struct {
  guint n_clusters;
  gdouble centres[MAX_CLUSTERS][N_AXES];
  guint64 n_seen[MAX_CLUSTERS];
} Model;

typedef struct {
  GstElement *pipeline;
  GstAppSink *sink;
} Loader;

typedef struct {
  guint64 n_points;
  gdouble loss;
} Result;

static guint
find_nearest (const Model *model, const gfloat *point, gdouble *distance)
{
  guint nearest = 0;
  guint i, axis;

  *distance = G_MAXDOUBLE;
  for (i = 0; i < model->n_clusters; i++) {
    gdouble sum = 0;

    for (axis = 0; axis < N_AXES; axis++) {
      gdouble difference = point[axis] - model->centres[i][axis];

      sum += difference * difference;
    }
    if (sum < *distance) {
      *distance = sum;
      nearest = i;
    }
  }
  return nearest;
}

/* Each cluster begins as the first point that it is given, and then is the
 * mean of all that it had. */
static gdouble
learn_point (Model *model, guint64 index, const gfloat *point)
{
  gdouble distance;
  guint cluster = index < model->n_clusters
                      ? index
                      : find_nearest (model, point, &distance);
  gdouble *centre = model->centres[cluster];
  guint axis;

  if (index < model->n_clusters)
    distance = 0;
  model->n_seen[cluster]++;
  for (axis = 0; axis < N_AXES; axis++)
    centre[axis] += (point[axis] - centre[axis]) / model->n_seen[cluster];
  return distance;
}

/* A step of training: here is where yours goes. */
static void
learn_batch (Model *model, const gfloat *points, guint64 n_points,
    gboolean is_first_epoch, Result *result)
{
  guint64 i;

  for (i = 0; i < n_points; i++)
    result->loss += learn_point (model,
        is_first_epoch ? result->n_points + i : G_MAXUINT64,
        points + i * N_AXES);
  result->n_points += n_points;
}

/* TRUE when there was an error, which it prints. */
static gboolean
has_failed (const Loader *loader)
{
  GstBus *bus = gst_element_get_bus (loader->pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  gboolean failed = message != NULL;

  if (message) {
    GError *error;

    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  return failed;
}

static void
print_progress (const Loader *loader, guint epoch, const Result *result,
    gint64 start, gboolean is_over)
{
  gdouble seconds = (g_get_monotonic_time () - start) / 1e6;
  gint64 all = 0;

  if (!is_over && !isatty (STDOUT_FILENO))
    return;
  gst_element_query_duration (loader->pipeline, GST_FORMAT_DEFAULT, &all);
  g_print ("%sepoch %u: %3.0f %% of %" G_GINT64_FORMAT
           " points, %.1f million points/s, loss %.3f%s",
      isatty (STDOUT_FILENO) ? "\r" : "", epoch,
      100.0 * result->n_points / MAX (all, 1), all,
      result->n_points / seconds / 1e6,
      result->loss / MAX (result->n_points, 1), is_over ? "\n" : "");
}

/* Waits for the next batch. NULL with is_eos set at the end of the epoch, and
 * without after an error. */
static GstSample *
pull_batch (Loader *loader, gboolean *is_eos)
{
  GstSample *sample;

  do {
    sample = gst_app_sink_try_pull_sample (loader->sink, WAIT);
    *is_eos = !sample && gst_app_sink_is_eos (loader->sink);
  } while (!sample && !*is_eos && !has_failed (loader));
  return sample;
}

/* Batches until EOS. */
static gboolean
run_epoch (Loader *loader, Model *model, guint epoch)
{
  gint64 start = g_get_monotonic_time ();
  Result result = { 0 };
  GstSample *sample;
  gboolean ok = TRUE, is_eos = FALSE;

  while (ok && (sample = pull_batch (loader, &is_eos))) {
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstMapInfo map;

    ok = gst_buffer_map (buffer, &map, GST_MAP_READ);
    if (ok) {
      learn_batch (model, (const gfloat *) map.data,
          map.size / (N_AXES * sizeof (gfloat)), epoch == 0, &result);
      gst_buffer_unmap (buffer, &map);
      print_progress (loader, epoch, &result, start, FALSE);
    }
    gst_sample_unref (sample);
  }
  if (!ok || !is_eos || has_failed (loader))
    return FALSE;
  print_progress (loader, epoch, &result, start, TRUE);
  return TRUE;
}

static gboolean
run_epochs (Loader *loader, Model *model, guint n_epochs)
{
  guint epoch;

  if (gst_element_set_state (loader->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    has_failed (loader);
    return FALSE;
  }
  for (epoch = 0; epoch < n_epochs; epoch++) {
    /* the pipeline is at EOS: this begins the next epoch */
    if (epoch > 0
        && !gst_element_seek_simple (loader->pipeline, GST_FORMAT_DEFAULT,
            GST_SEEK_FLAG_FLUSH, 0)) {
      g_printerr ("the pipeline cannot go back to its start\n");
      return FALSE;
    }
    if (!run_epoch (loader, model, epoch))
      return FALSE;
  }
  return TRUE;
}

static gboolean
open_loader (Loader *loader, const gchar *location, guint batch_size)
{
  GError *error = NULL;
  GstElement *source;

  *loader = (Loader){ 0 };
  loader->pipeline = gst_parse_launch (
      "ssiosrc name=source shuffle=batches ! "
      "ssioconvert fields=x:f4,y:f4,z:f4 lossy=true ! "
      "queue max-size-buffers=4 max-size-bytes=0 max-size-time=0 ! "
      "appsink name=sink sync=false max-buffers=1",
      &error);
  if (!loader->pipeline || error) {
    g_printerr ("%s\n", error->message);
    g_clear_error (&error);
    return FALSE;
  }
  source = gst_bin_get_by_name (GST_BIN (loader->pipeline), "source");
  g_object_set (source, "location", location, "batch-size", batch_size, NULL);
  gst_object_unref (source);
  loader->sink = GST_APP_SINK (gst_bin_get_by_name (GST_BIN (loader->pipeline),
      "sink"));
  return TRUE;
}

static void
close_loader (Loader *loader)
{
  if (loader->pipeline)
    gst_element_set_state (loader->pipeline, GST_STATE_NULL);
  gst_clear_object (&loader->sink);
  gst_clear_object (&loader->pipeline);
}

int
main (int argc, char **argv)
{
  gint n_epochs = 5, batch_size = 250000, n_clusters = 8;
  const GOptionEntry entries[] = {
    { "epochs", 'e', 0, G_OPTION_ARG_INT, &n_epochs, "How often to read all",
        "N" },
    { "batch-size", 'b', 0, G_OPTION_ARG_INT, &batch_size, "Points a step",
        "N" },
    { "clusters", 'c', 0, G_OPTION_ARG_INT, &n_clusters,
        "Centres to learn, up to 256", "N" },
    { NULL },
  };
  GOptionContext *context
      = g_option_context_new ("LOCATION - learn where points are dense");
  GError *error = NULL;
  Loader loader = { 0 };
  Model *model;
  gboolean ok;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  ok = g_option_context_parse (context, &argc, &argv, &error);
  g_option_context_free (context);
  if (!ok || argc != 2 || n_epochs < 1 || batch_size < 1 || n_clusters < 1
      || n_clusters > MAX_CLUSTERS) {
    g_printerr ("%s\n",
        error ? error->message : "expected one LOCATION; see --help");
    g_clear_error (&error);
    return 2;
  }

  model = g_new0 (Model, 1);
  model->n_clusters = n_clusters;
  ok = open_loader (&loader, argv[1], batch_size)
       && run_epochs (&loader, model, n_epochs);
  close_loader (&loader);
  g_free (model);
  return ok ? 0 : 1;
}
