/* SPDX-License-Identifier: MIT */
/* Records a file's points again and again until it is killed, and says on its
 * output when it begins.
 *
 *   record-child SOURCE LAYOUT LOCATION MAX_POINTS */

#include <gst/gst.h>
#include <stdlib.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  GstElement *pipeline;
  GstMessage *message;
  GError *error = NULL;
  gchar *text;

  gst_init (&argc, &argv);
  if (argc != 5)
    g_error ("usage: %s SOURCE LAYOUT LOCATION MAX_POINTS", argv[0]);
  text = g_strdup_printf ("ssiosrc location=%s layout=%s batch-size=500 "
                          "epochs=0 ! ssiosink location=%s max-points=%s",
      argv[1], argv[2], argv[3], argv[4]);
  pipeline = gst_parse_launch (text, &error);
  if (error)
    g_error ("%s", error->message);
  if (write (STDOUT_FILENO, "!", 1) != 1)
    return EXIT_FAILURE;
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
      GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  gst_message_parse_error (message, &error, NULL);
  g_error ("%s", error->message);
}
