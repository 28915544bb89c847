/* SPDX-License-Identifier: MIT */
/* A capture application: a sensor pushes sweeps, which are recorded, and a
 * model looks at them live.
 *
 *   ssio-capture [--seconds 5] [--sweeps-per-file 20] [FOLDER]
 *
 * It shows: sweeps of 130,000 points, ten a second, pushed into a live appsrc
 * with timestamps; a tee whose one branch records all of them, in files that
 * are complete as soon as they have their name, and whose other branch may
 * drop sweeps where the model does not keep up; what both say on the bus; an
 * end by Ctrl-C that completes the last file.
 *
 * In place of the simulated sensor of lidar.c, a driver calls push_sweep(). */

#include <gst/app/app.h>
#include <gst/gst.h>
#include <gst/ssio/ssio.h>
#include <signal.h>

#include "lidar.h"

#define SWEEP_TIME (GST_SECOND / LIDAR_SWEEPS_PER_SECOND)

/* What the disk may stand still for without losing a sweep. */
#define RECORD_SECONDS 4

#define FILES "sweep-%05d.bin"

typedef struct {
  GstElement *pipeline;
  GstAppSrc *sensor;
  guint64 n_sweeps; /* to push */
  guint64 n_pushed;
  gboolean failed;
  guint64 n_recorded; /* points */
} Capture;

static volatile sig_atomic_t is_interrupted;

static void
interrupt (int number)
{
  is_interrupted = 1;
}

/* The first Ctrl-C ends the recording, a second one the process. */
static void
take_interrupts (void)
{
  struct sigaction action
      = { .sa_handler = interrupt, .sa_flags = SA_RESETHAND };

  sigaction (SIGINT, &action, NULL);
}

/* One sweep, as a batch whose timestamp is when it began. */
static GstFlowReturn
push_sweep (Capture *capture, guint64 sweep)
{
  gsize size = LIDAR_POINTS * sizeof (LidarPoint);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  lidar_sweep (sweep, (LidarPoint *) map.data);
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = sweep * SWEEP_TIME;
  GST_BUFFER_DURATION (buffer) = SWEEP_TIME;
  GST_BUFFER_OFFSET (buffer) = sweep * LIDAR_POINTS;
  GST_BUFFER_OFFSET_END (buffer) = (sweep + 1) * LIDAR_POINTS;
  gst_buffer_add_ssio_batch_meta (buffer, 0, sweep, 0, sweep * LIDAR_POINTS,
      LIDAR_POINTS);
  return gst_app_src_push_buffer (capture->sensor, buffer);
}

/* Waits for the pipeline's clock to reach that running time. */
static void
wait_until (GstElement *pipeline, GstClockTime running_time)
{
  GstClock *clock = gst_element_get_clock (pipeline);
  GstClockID id;

  if (!clock)
    return; /* stopped */
  id = gst_clock_new_single_shot_id (clock,
      gst_element_get_base_time (pipeline) + running_time);
  gst_clock_id_wait (id, NULL);
  gst_clock_id_unref (id);
  gst_object_unref (clock);
}

/* The sensor's thread. A sweep is there once it is over. */
static gpointer
run_sensor (gpointer data)
{
  Capture *capture = data;

  while (capture->n_pushed < capture->n_sweeps && !is_interrupted) {
    wait_until (capture->pipeline, (capture->n_pushed + 1) * SWEEP_TIME);
    if (push_sweep (capture, capture->n_pushed) != GST_FLOW_OK)
      return NULL;
    capture->n_pushed++;
  }
  gst_app_src_end_of_stream (capture->sensor);
  return NULL;
}

static void
show_file (Capture *capture, const GstStructure *file)
{
  guint64 n_points = 0;

  gst_structure_get_uint64 (file, "points", &n_points);
  capture->n_recorded += n_points;
  g_print ("recorded %s: %" G_GUINT64_FORMAT " points\n",
      gst_structure_get_string (file, "location"), n_points);
}

static void
show_epoch (const GstStructure *epoch)
{
  guint64 batches = 0, points = 0, missed = 0, dropped = 0;

  gst_structure_get_uint64 (epoch, "batches", &batches);
  gst_structure_get_uint64 (epoch, "points", &points);
  gst_structure_get_uint64 (epoch, "missed-batches", &missed);
  gst_structure_get_uint64 (epoch, "dropped", &dropped);
  g_print ("the model saw %" G_GUINT64_FORMAT " sweeps, %" G_GUINT64_FORMAT
           " points, and was too slow for %" G_GUINT64_FORMAT " sweeps\n",
      batches, points, missed + dropped);
}

static void
show_error (GstMessage *message)
{
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  g_printerr ("%s: %s\n", GST_MESSAGE_SRC_NAME (message), error->message);
  g_error_free (error);
}

/* Until EOS or an error. */
static void
watch (Capture *capture)
{
  GstBus *bus = gst_element_get_bus (capture->pipeline);
  gboolean is_over = FALSE;

  while (!is_over) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING | GST_MESSAGE_ERROR
            | GST_MESSAGE_EOS);

    if (gst_message_has_name (message, "ssio-file"))
      show_file (capture, gst_message_get_structure (message));
    else if (gst_message_has_name (message, "ssio-epoch"))
      show_epoch (gst_message_get_structure (message));
    else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
             || GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
      show_error (message);
    capture->failed |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
    is_over = capture->failed || GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

static GstCaps *
make_caps (void)
{
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string (LIDAR_LAYOUT, 0, NULL);
  GstCaps *caps = gst_ssio_layout_to_caps (layout, LIDAR_POINTS);

  gst_ssio_layout_unref (layout);
  return caps;
}

/* ssiosink replaces files, which would leave those of two recordings. */
static gboolean
check_folder (const gchar *folder)
{
  gchar *name = g_strdup_printf (FILES, 0);
  gchar *first = g_build_filename (folder, name, NULL);
  gboolean is_free = !g_file_test (first, G_FILE_TEST_EXISTS);

  if (!is_free)
    g_printerr ("%s: is there already: expected a folder without a recording; "
                "choose another, or move it away\n",
        first);
  g_free (first);
  g_free (name);
  return is_free;
}

static gboolean
open_capture (Capture *capture, const gchar *folder, guint sweeps_per_file)
{
  gchar *location = g_build_filename (folder, FILES, NULL);
  gchar *text = g_strdup_printf (
      "appsrc name=sensor is-live=true format=time ! tee name=sweeps  "
      "sweeps. ! queue max-size-time=%" G_GUINT64_FORMAT
      " max-size-buffers=0 max-size-bytes=0 ! ssiosink name=file  "
      "sweeps. ! queue leaky=downstream max-size-buffers=2 ! "
      "ssiocudaupload ! ssiolinear features=x,y,z,intensity sync=true",
      (guint64) RECORD_SECONDS * GST_SECOND);
  GError *error = NULL;
  GstElement *file;
  GstCaps *caps;

  capture->pipeline = gst_parse_launch (text, &error);
  g_free (text);
  if (!capture->pipeline || error) {
    g_printerr ("%s\n", error->message);
    g_clear_error (&error);
    g_free (location);
    return FALSE;
  }
  file = gst_bin_get_by_name (GST_BIN (capture->pipeline), "file");
  g_object_set (file, "location", location, "max-points",
      (guint64) sweeps_per_file * LIDAR_POINTS, NULL);
  gst_object_unref (file);
  g_free (location);
  capture->sensor
      = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (capture->pipeline),
          "sensor"));
  caps = make_caps ();
  gst_app_src_set_caps (capture->sensor, caps);
  gst_caps_unref (caps);
  return TRUE;
}

static void
run (Capture *capture)
{
  GThread *thread;

  if (gst_element_set_state (capture->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    watch (capture);
    return;
  }
  thread = g_thread_new ("sensor", run_sensor, capture);
  watch (capture);
  gst_element_set_state (capture->pipeline, GST_STATE_NULL);
  g_thread_join (thread);
  g_print ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
           " points were recorded\n",
      capture->n_recorded, capture->n_pushed * LIDAR_POINTS);
  capture->failed |= capture->n_recorded != capture->n_pushed * LIDAR_POINTS;
}

static void
close_capture (Capture *capture)
{
  if (capture->pipeline)
    gst_element_set_state (capture->pipeline, GST_STATE_NULL);
  gst_clear_object (&capture->sensor);
  gst_clear_object (&capture->pipeline);
}

int
main (int argc, char **argv)
{
  gint seconds = 5, sweeps_per_file = 20;
  const GOptionEntry entries[] = {
    { "seconds", 's', 0, G_OPTION_ARG_INT, &seconds, "How long to record",
        "N" },
    { "sweeps-per-file", 'f', 0, G_OPTION_ARG_INT, &sweeps_per_file,
        "When the next file begins", "N" },
    { NULL },
  };
  GOptionContext *context
      = g_option_context_new ("[FOLDER] - record a simulated LiDAR");
  GError *error = NULL;
  Capture capture = { 0 };
  const gchar *folder;
  gboolean ok;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  ok = g_option_context_parse (context, &argc, &argv, &error);
  g_option_context_free (context);
  if (!ok || argc > 2 || seconds < 1 || sweeps_per_file < 1) {
    g_printerr ("%s\n", error ? error->message : "see --help");
    g_clear_error (&error);
    return 2;
  }

  folder = argc == 2 ? argv[1] : ".";
  capture.n_sweeps = (guint64) seconds * LIDAR_SWEEPS_PER_SECOND;
  ok = check_folder (folder)
       && open_capture (&capture, folder, sweeps_per_file);
  if (ok) {
    take_interrupts ();
    run (&capture);
  }
  close_capture (&capture);
  return ok && !capture.failed ? 0 : 1;
}
