/* SPDX-License-Identifier: MIT */
/* Measures how many packets a second ssiovelodynedec decodes on one core, and
 * how many sensors that is. README.md says how. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <time.h>

#include <gst/gst.h>

#include "program.h"
#include "report.h"
#include "series.h"
#include "velodyne/velodynecheck.h"

/* Some ten revolutions. */
#define N_PACKETS 1500

typedef struct {
  const gchar *name;
  guint8 product_id;
  guint8 return_mode;
  guint step;      /* 10 turns a second */
  guint packet_ns; /* what a packet covers */
} Mode;

static const Mode modes[] = {
  { "vlp16", VLP16, STRONGEST, 40, PACKET_NS },
  { "vlp16_dual", VLP16, DUAL, 40, PACKET_NS / 2 },
  { "hdl32e", HDL32E, STRONGEST, 17, 552960 },
  { "hdl32e_dual", HDL32E, DUAL, 17, 276480 },
};

static gint rounds = 5;
static gint repeats = 20;
static gchar *json_path;

static GOptionEntry entries[] = {
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Rounds (5)", "N" },
  { "repeats", 0, 0, G_OPTION_ARG_INT, &repeats,
      "Times that a round decodes its packets (20)", "N" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { NULL },
};

/* With a return from every channel, and two different ones in dual mode: the
 * most points there can be. */
static GstBuffer *
make_packet (VelodyneCheck *sensor)
{
  GstBuffer *packet = velodyne_check_next (sensor);
  GstMapInfo map;
  guint block, channel;

  if (sensor->return_mode != DUAL)
    return packet;
  gst_buffer_map (packet, &map, GST_MAP_WRITE);
  for (block = 1; block < 12; block += 2) {
    for (channel = 0; channel < 32; channel++)
      velodyne_check_put (map.data, block, channel, 1000, 9);
  }
  gst_buffer_unmap (packet, &map);
  return packet;
}

static void
start_stream (GstPad *pad)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
}

static gdouble
get_cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

/* The seconds that the packets take of a core: all is done in this thread. */
static gdouble
push_packets (GstPad *pad, GPtrArray *packets)
{
  gdouble start = get_cpu_seconds ();
  guint i;

  for (i = 0; i < packets->len; i++) {
    if (gst_pad_push (pad, g_ptr_array_index (packets, i)) != GST_FLOW_OK)
      ssio_fail ("ssiovelodynedec does not take packets");
  }
  return get_cpu_seconds () - start;
}

static GPtrArray *
make_packets (VelodyneCheck *sensor)
{
  GPtrArray *packets = g_ptr_array_new ();

  while (packets->len < N_PACKETS)
    g_ptr_array_add (packets, make_packet (sensor));
  return packets;
}

static void
check_stats (GstElement *decoder)
{
  guint64 n_packets = 0;
  GstStructure *stats;

  g_object_get (decoder, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "packets", &n_packets);
  if (n_packets != (guint64) repeats * N_PACKETS)
    ssio_fail ("%" G_GUINT64_FORMAT " packets decoded, expected %d", n_packets,
        repeats * N_PACKETS);
  gst_structure_free (stats);
}

/* Packets a second; they are made beforehand. */
static gdouble
measure (const Mode *mode)
{
  VelodyneCheck sensor = {
    .product_id = mode->product_id,
    .return_mode = mode->return_mode,
    .step = mode->step,
    .packet_ns = mode->packet_ns,
    .distance = 2500,
  };
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (
      "ssiovelodynedec name=d ! fakesink sync=false async=false", &error);
  GstElement *decoder;
  gdouble seconds = 0;
  GstPad *pad, *sink;
  gint i;

  if (error)
    ssio_fail ("%s", error->message);
  decoder = gst_bin_get_by_name (GST_BIN (pipeline), "d");
  sink = gst_element_get_static_pad (decoder, "sink");
  pad = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_active (pad, TRUE);
  gst_pad_link (pad, sink);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  start_stream (pad);
  for (i = 0; i < repeats; i++) {
    GPtrArray *packets = make_packets (&sensor);

    seconds += push_packets (pad, packets);
    g_ptr_array_unref (packets);
  }
  check_stats (decoder);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (decoder);
  gst_object_unref (pipeline);
  return (gdouble) repeats * N_PACKETS / seconds;
}

static void
measure_mode (const Mode *mode, SsioSeries *series)
{
  gdouble rate = measure (mode);
  gdouble sensor_rate = 1e9 / mode->packet_ns;
  gchar *packets = g_strdup_printf ("%s_kpackets_per_s", mode->name);
  gchar *sensors = g_strdup_printf ("%s_sensors", mode->name);
  gchar *text = g_strdup_printf ("a core serves; one sends %.0f packets/s",
      sensor_rate);

  ssio_series_add (series, packets, rate / 1e3, 0, "thousand decoded");
  ssio_series_add (series, sensors, rate / sensor_rate, 0, text);
  g_free (text);
  g_free (sensors);
  g_free (packets);
}

static void
run_benchmark (void)
{
  SsioReport *report = ssio_report_new ();
  SsioSeries *series = ssio_series_new ();
  guint i;
  gint round;

  for (round = 0; round < rounds; round++) {
    for (i = 0; i < G_N_ELEMENTS (modes); i++)
      measure_mode (&modes[i], series);
  }
  ssio_report_add_machine (report);
  ssio_report_add_value (report, "rounds", rounds, 0,
      "figures are medians (least to most)");
  ssio_series_report (series, report);
  ssio_report_end (report, json_path);
  ssio_series_free (series);
}

int
main (int argc, char **argv)
{
  ssio_program_parse (&argc, &argv, entries,
      "- measure the decoding of Velodyne packets");
  if (rounds < 1 || repeats < 1)
    ssio_fail ("at least one round and one repeat are needed");
  run_benchmark ();
  return 0;
}
