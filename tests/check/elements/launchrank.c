/* SPDX-License-Identifier: MIT */
/* A rank of a job that a test starts with mpirun:
 *
 *   launchrank run|stop PIPELINE [ODD-PIPELINE]
 *   launchrank leave PIPELINE FILE
 *
 * runs a pipeline to its end, rank 1 the odd one where there is one. It prints
 * its messages, each after the rank, and exits with 1 after an error. With
 * stop, rank 1 stops its pipeline after the first batch that it has trained, or
 * the first epoch that it has evaluated. With leave, rank 0 pauses, resumes and
 * stops its pipeline while the others, which only preroll theirs, keep it
 * waiting until it has made FILE. */

#include <stdlib.h>
#include <string.h>

#include <gst/gst.h>

typedef struct {
  const gchar *rank;
  gboolean stops;
  gboolean is_over;
  gint status;
} Job;

static void
print_error (Job *job, GstMessage *message)
{
  GError *error;

  gst_message_parse_error (message, &error, NULL);
  g_print ("rank %s: error: %s\n", job->rank, error->message);
  g_error_free (error);
  job->status = EXIT_FAILURE;
  job->is_over = TRUE;
}

static void
print_property (Job *job, GstMessage *message)
{
  const gchar *name;
  const GValue *value;

  gst_message_parse_property_notify (message, NULL, &name, &value);
  if (strcmp (name, "last-message") == 0)
    g_print ("rank %s: line: %s\n", job->rank, g_value_get_string (value));
}

static void
print_structure (Job *job, GstMessage *message)
{
  gchar *text = gst_structure_to_string (gst_message_get_structure (message));

  if (gst_message_has_name (message, "ssio-epoch"))
    g_print ("rank %s: %s\n", job->rank, text);
  if (job->stops)
    job->is_over = TRUE;
  g_free (text);
}

static void
handle (Job *job, GstMessage *message)
{
  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
    print_error (job, message);
    break;
  case GST_MESSAGE_EOS:
    job->is_over = TRUE;
    break;
  case GST_MESSAGE_PROPERTY_NOTIFY:
    print_property (job, message);
    break;
  case GST_MESSAGE_ELEMENT:
    print_structure (job, message);
    break;
  default:
    break;
  }
}

static void
run (Job *job, GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);

  gst_element_add_property_deep_notify_watch (pipeline, "last-message", TRUE);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!job->is_over) {
    GstMessage *message = gst_bus_timed_pop (bus, GST_CLOCK_TIME_NONE);

    handle (job, message);
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

/* Long enough that a pipeline has come to wait for other ranks. */
static void
let_it_wait (void)
{
  g_usleep (G_USEC_PER_SEC / 5);
}

static void
leave (Job *job, GstElement *pipeline, const gchar *file)
{
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  if (strcmp (job->rank, "0") == 0) {
    gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    let_it_wait ();
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    let_it_wait ();
    gst_element_set_state (pipeline, GST_STATE_NULL);
    g_print ("rank 0: has left\n");
    if (!g_file_set_contents (file, "", 0, NULL))
      job->status = EXIT_FAILURE;
  } else {
    while (!g_file_test (file, G_FILE_TEST_EXISTS))
      g_usleep (1000);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (pipeline);
}

int
main (int argc, char **argv)
{
  Job job = { g_getenv ("OMPI_COMM_WORLD_RANK"), FALSE, FALSE, EXIT_SUCCESS };
  GError *error = NULL;
  GstElement *pipeline;
  gboolean is_odd, leaves;

  gst_init (&argc, &argv);
  if (!job.rank || argc < 3)
    return EXIT_FAILURE;
  is_odd = strcmp (job.rank, "1") == 0;
  job.stops = is_odd && strcmp (argv[1], "stop") == 0;
  leaves = strcmp (argv[1], "leave") == 0 && argc > 3;
  pipeline
      = gst_parse_launch (is_odd && argc > 3 && !leaves ? argv[3] : argv[2],
          &error);
  if (error) {
    g_printerr ("%s\n", error->message);
    return EXIT_FAILURE;
  }
  if (leaves)
    leave (&job, pipeline, argv[3]);
  else
    run (&job, pipeline);
  gst_deinit (); /* has the tracer of leaks report */
  return job.status;
}
