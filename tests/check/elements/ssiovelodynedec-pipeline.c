/* SPDX-License-Identifier: MIT */
/* The decoder in pipelines, whose threads it has to get along with. */

#include "ssiocheck.h"
#include "velodyne/velodynecheck.h"

#define N_REVOLUTIONS 20

/* A file of packets, which filesrc pushes one by one. */
static gchar *
write_packets (void)
{
  gsize n = N_REVOLUTIONS * REVOLUTION_PACKETS;
  guint8 *bytes = g_malloc (n * GST_SSIO_VELODYNE_PACKET_BYTES);
  VelodyneCheck sensor;
  gchar *path;
  gsize i;

  velodyne_check_init (&sensor);
  for (i = 0; i < n; i++)
    velodyne_check_fill (&sensor, bytes + i * GST_SSIO_VELODYNE_PACKET_BYTES);
  path = ssio_check_write_file (".packets", bytes,
      n * GST_SSIO_VELODYNE_PACKET_BYTES);
  g_free (bytes);
  return path;
}

static GstElement *
launch (const gchar *path, const gchar *sink)
{
  return ssio_check_launch (
      "filesrc location=%s blocksize=%u ! ssiovelodynedec name=decoder "
      "timeout=3600000000000 ! queue ! %s",
      path, GST_SSIO_VELODYNE_PACKET_BYTES, sink);
}

static guint64
get_stat (GstElement *pipeline, const gchar *name)
{
  GstElement *decoder = gst_bin_get_by_name (GST_BIN (pipeline), "decoder");
  GstStructure *stats;
  guint64 value;

  g_object_get (decoder, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  gst_object_unref (decoder);
  return value;
}

GST_START_TEST (test_stats_can_be_read_while_it_streams)
{
  gchar *path = write_packets ();
  GstElement *pipeline = launch (path, "fakesink sync=false");
  guint64 n = N_REVOLUTIONS * REVOLUTION_PACKETS;
  guint64 last = 0;

  ssio_check_set_state (pipeline, GST_STATE_PLAYING);
  while (last < n) {
    guint64 next = get_stat (pipeline, "packets");

    fail_unless (next >= last && next <= n);
    last = next;
    g_thread_yield ();
  }
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  fail_unless_equals_uint64 (get_stat (pipeline, "points"),
      N_REVOLUTIONS * REVOLUTION_POINTS);
  fail_unless_equals_uint64 (get_stat (pipeline, "revolutions"),
      N_REVOLUTIONS);
  ssio_check_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST

/* A model reads the points where they are. */
GST_START_TEST (test_a_model_follows)
{
  gchar *path = write_packets ();
  GstElement *pipeline
      = launch (path, "ssiolinear features=x,y,z,ring,time layers=2");
  GstMessage *message;
  guint64 points, batches;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);
  fail_unless (gst_message_has_name (message, "ssio-epoch"));
  gst_structure_get_uint64 (gst_message_get_structure (message), "points",
      &points);
  gst_structure_get_uint64 (gst_message_get_structure (message), "batches",
      &batches);
  fail_unless_equals_uint64 (points, N_REVOLUTIONS * REVOLUTION_POINTS);
  fail_unless_equals_uint64 (batches, N_REVOLUTIONS);
  gst_message_unref (message);
  ssio_check_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST

/* In the middle of a revolution, and while downstream blocks. */
GST_START_TEST (test_it_stops_and_starts_while_it_streams)
{
  gchar *path = write_packets ();
  GstElement *pipeline = launch (path, "fakesink sync=false");
  guint i;

  for (i = 0; i < 5; i++) {
    ssio_check_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    ssio_check_set_state (pipeline, GST_STATE_PLAYING);
    ssio_check_set_state (pipeline, GST_STATE_READY);
  }
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  ssio_check_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST

static Suite *
ssiovelodynedec_pipeline_suite (void)
{
  Suite *suite = suite_create ("ssiovelodynedec in pipelines");
  TCase *tcase = tcase_create ("pipelines");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_stats_can_be_read_while_it_streams);
  tcase_add_test (tcase, test_a_model_follows);
  tcase_add_test (tcase, test_it_stops_and_starts_while_it_streams);
  return suite;
}

SSIO_CHECK_MAIN (ssiovelodynedec_pipeline)
