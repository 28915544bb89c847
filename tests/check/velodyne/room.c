/* SPDX-License-Identifier: MIT */
/* Sensors in a room that an independent program knows: what it says they see
 * against what the element makes of what it says they send. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ssiocheck.h"
#include "velodyne/points.h"

/* Packets have distances to 2 mm and azimuths to 0.01 degrees, which at 15 m
 * are 2.6 mm. */
#define TOLERANCE 0.003

/* Their clock has microseconds. */
#define TIME_TOLERANCE 1.1e-6

typedef struct __attribute__ ((packed)) {
  gint32 revolution;
  gdouble x, y, z;
  gfloat intensity;
  guint16 ring;
  gdouble time;
} Seen;

typedef struct __attribute__ ((packed)) {
  guint64 pts;
  guint8 bytes[GST_SSIO_VELODYNE_PACKET_BYTES];
} Sent;

static gchar *folder;

/* FALSE where there is no oracle. */
static gboolean
make_room (void)
{
  GError *error = NULL;

  folder = g_dir_make_tmp ("ssio-check-XXXXXX", &error);
  fail_unless (folder != NULL, "%s", error ? error->message : "");
  if (ssio_check_run_oracle (NULL, "velodyne", folder, NULL))
    return TRUE;
  ssio_check_remove_folder (g_steal_pointer (&folder));
  return FALSE;
}

static gchar *read_room (gsize *size, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);

static gchar *
read_room (gsize *size, const gchar *format, ...)
{
  gchar *contents, *file, *path;
  va_list args;

  va_start (args, format);
  file = g_strdup_vprintf (format, args);
  va_end (args);
  path = g_build_filename (folder, file, NULL);
  fail_unless (g_file_get_contents (path, &contents, size, NULL), "%s", path);
  g_free (path);
  g_free (file);
  return contents;
}

/* Check notes each assertion, which takes long for so many. */
static void
expect_close (gdouble value, gdouble expected, gdouble tolerance,
    const gchar *what, guint i)
{
  if (!(fabs (value - expected) <= tolerance))
    fail ("%s of point %u is %.9f, expected %.9f", what, i, value, expected);
}

static void
expect_seen (const GstSsioVelodynePoint *point, const Seen *seen, guint i)
{
  expect_close (point->x, seen->x, TOLERANCE, "x", i);
  expect_close (point->y, seen->y, TOLERANCE, "y", i);
  expect_close (point->z, seen->z, TOLERANCE, "z", i);
  expect_close (point->intensity, seen->intensity, 0, "intensity", i);
  expect_close (point->ring, seen->ring, 0, "ring", i);
  expect_close (point->time, seen->time, TIME_TOLERANCE, "time", i);
}

/* Checks a batch, and returns how many points it has. */
static guint
expect_revolution (GstBuffer *buffer, const Seen *seen, guint n_left,
    gint revolution)
{
  GstMapInfo map;
  guint n, i;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  n = map.size / sizeof (GstSsioVelodynePoint);
  fail_unless (n <= n_left, "%u points, expected %u", n, n_left);
  for (i = 0; i < n; i++) {
    expect_seen ((GstSsioVelodynePoint *) map.data + i, &seen[i], i);
    expect_close (seen[i].revolution, revolution, 0, "revolution", i);
  }
  gst_buffer_unmap (buffer, &map);
  return n;
}

static void
expect_revolutions (GstHarness *harness, const gchar *name, guint cut)
{
  gsize size;
  gchar *contents = read_room (&size, "%s-%u.points", name, cut);
  guint n_left = size / sizeof (Seen);
  const Seen *seen = (Seen *) contents;
  gint revolution = 0;
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (harness))) {
    guint n = expect_revolution (buffer, seen, n_left, revolution++);

    seen += n;
    n_left -= n;
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (n_left, 0);
  fail_unless (revolution > 3);
  g_free (contents);
}

static void
push_room (GstHarness *harness, const gchar *name)
{
  gsize size, i;
  gchar *contents = read_room (&size, "%s.packets", name);
  const Sent *sent = (Sent *) contents;

  gst_harness_set_src_caps_str (harness, "application/x-velodyne");
  for (i = 0; i < size / sizeof (Sent); i++) {
    GstBuffer *buffer = gst_buffer_new_memdup (sent[i].bytes,
        GST_SSIO_VELODYNE_PACKET_BYTES);

    GST_BUFFER_PTS (buffer) = sent[i].pts;
    fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  }
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
  g_free (contents);
}

static void
expect_room (const gchar *name, guint cut)
{
  gchar *text = g_strdup_printf ("ssiovelodynedec cut-angle=%u", cut);
  GstHarness *harness = gst_harness_new_parse (text);

  g_free (text);
  push_room (harness, name);
  expect_revolutions (harness, name, cut);
  gst_harness_teardown (harness);
}

GST_START_TEST (test_sensors_see_the_room)
{
  if (!make_room ()) {
    ssio_check_skip ("no Python with NumPy");
    return;
  }
  expect_room ("vlp16", 0);
  expect_room ("vlp16", 180);
  expect_room ("vlp16-dual", 0);
  expect_room ("hdl32e", 0);
  expect_room ("hdl32e-dual", 0);
  ssio_check_remove_folder (g_steal_pointer (&folder));
}
GST_END_TEST

static void
expect_recording (const gchar *name)
{
  gchar *out = ssio_check_make_path (".bin");
  GstElement *pipeline = ssio_check_launch (
      "filesrc location=%s/%s.pcap ! pcapparse dst-port=2368 ! "
      "ssiovelodynedec ! filesink location=%s",
      folder, name, out);
  gsize size, seen_size, i;
  gchar *contents, *points;

  ssio_check_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  ssio_check_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);

  contents = read_room (&seen_size, "%s-0.points", name);
  fail_unless (g_file_get_contents (out, &points, &size, NULL));
  fail_unless_equals_int (size / sizeof (GstSsioVelodynePoint),
      seen_size / sizeof (Seen));
  for (i = 0; i < size / sizeof (GstSsioVelodynePoint); i++)
    expect_seen ((GstSsioVelodynePoint *) points + i, (Seen *) contents + i,
        i);
  g_free (points);
  g_free (contents);
  g_free (out);
}

static gboolean
has_element (const gchar *name)
{
  GstElementFactory *factory = gst_element_factory_find (name);

  if (!factory)
    return FALSE;
  gst_object_unref (factory);
  return TRUE;
}

GST_START_TEST (test_a_recording_has_the_room)
{
  if (!has_element ("pcapparse")) {
    ssio_check_skip ("no pcapparse (Debian: gstreamer1.0-plugins-bad)");
    return;
  }
  if (!make_room ()) {
    ssio_check_skip ("no Python with NumPy");
    return;
  }
  expect_recording ("vlp16");
  expect_recording ("hdl32e-dual");
  ssio_check_remove_folder (g_steal_pointer (&folder));
}
GST_END_TEST

static Suite *
room_suite (void)
{
  Suite *suite = suite_create ("velodyne in a room");
  TCase *tcase = tcase_create ("room");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_sensors_see_the_room);
  tcase_add_test (tcase, test_a_recording_has_the_room);
  return suite;
}

SSIO_CHECK_MAIN (room)
