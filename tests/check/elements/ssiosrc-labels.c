/* SPDX-License-Identifier: MIT */
/* ssiosrc over scans with a file of labels beside each. */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "ssiocheck.h"

#define N_SCANS 20
#define N_LARGE 20001 /* points of the last scan */
#define N_POINTS (190 + N_LARGE)

#define JOINED "x:f4,y:f4,z:f4,intensity:f4,sem_class:u2,ins_class:u2"

/* A record as it comes: its x counts the points of all scans. */
typedef struct {
  gfloat x, y, z, intensity;
  guint16 sem_class, ins_class;
} Point;

static guint
count_points (guint scan)
{
  return scan == N_SCANS - 1 ? N_LARGE : scan + 1;
}

static Point
make_point (guint id)
{
  return (Point){ id, id + 0.25f, -1.0f * id, 0.5f, id % 260, 65535 - id };
}

static void
write_scan (const gchar *folder, guint scan, guint first)
{
  guint n = count_points (scan);
  gchar *path = g_strdup_printf ("%s/velodyne/%06u.bin", folder, scan);
  gchar *label_path = g_strdup_printf ("%s/labels/%06u.label", folder, scan);
  gfloat *scans = g_new (gfloat, 4 * n);
  guint32 *labels = g_new (guint32, n);
  guint i;

  for (i = 0; i < n; i++) {
    Point point = make_point (first + i);

    memcpy (scans + 4 * i, &point, 16);
    labels[i] = point.sem_class | (guint32) point.ins_class << 16;
  }
  fail_unless (g_file_set_contents (path, (gchar *) scans, 16 * n, NULL));
  fail_unless (g_file_set_contents (label_path, (gchar *) labels, 4 * n,
      NULL));
  g_free (labels);
  g_free (scans);
  g_free (label_path);
  g_free (path);
}

static gchar *
make_folder (void)
{
  gchar *folder = ssio_check_make_path (".d");
  gchar *scans = g_build_filename (folder, "velodyne", NULL);
  gchar *labels = g_build_filename (folder, "labels", NULL);
  guint n_points = 0;
  guint scan;

  g_mkdir (folder, 0700);
  g_mkdir (scans, 0700);
  g_mkdir (labels, 0700);
  for (scan = 0; scan < N_SCANS; scan++) {
    write_scan (folder, scan, n_points);
    n_points += count_points (scan);
  }
  fail_unless_equals_int (n_points, N_POINTS);
  g_free (labels);
  g_free (scans);
  return folder;
}

static void
remove_folder (gchar *folder)
{
  ssio_check_remove_folder (g_build_filename (folder, "velodyne", NULL));
  ssio_check_remove_folder (g_build_filename (folder, "labels", NULL));
  g_rmdir (folder);
  g_free (folder);
}

static void
take_batch (GstElement *sink, GstBuffer *buffer, GstPad *pad, GArray *points)
{
  GstMapInfo map;

  if (points->len == 0) {
    GstCaps *caps = gst_pad_get_current_caps (pad);
    GstStructure *structure = gst_caps_get_structure (caps, 0);
    gint size;

    fail_unless_equals_string (gst_structure_get_string (structure, "layout"),
        JOINED);
    fail_unless (gst_structure_get_int (structure, "point-size", &size));
    fail_unless_equals_int (size, sizeof (Point));
    fail_if (gst_structure_has_field (structure, "origin"));
    gst_caps_unref (caps);
  }
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_array_append_vals (points, map.data, map.size / sizeof (Point));
  gst_buffer_unmap (buffer, &map);
}

/* All that comes until EOS. */
static GArray *
stream (const gchar *folder, const gchar *properties)
{
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s/velodyne layout=semantickitti batch-size=9000 %s ! "
      "queue ! fakesink name=sink signal-handoffs=true",
      folder, properties);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GArray *points = g_array_new (FALSE, FALSE, sizeof (Point));

  g_signal_connect (sink, "handoff", G_CALLBACK (take_batch), points);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return points;
}

/* Expects each point once, with its label, in order or not. */
static void
check_points (GArray *points, gboolean in_order)
{
  guint8 *seen = g_malloc0 (N_POINTS);
  guint i;

  fail_unless_equals_int (points->len, N_POINTS);
  for (i = 0; i < N_POINTS; i++) {
    Point found = g_array_index (points, Point, i);
    Point expected = make_point (in_order ? i : (guint) found.x);

    fail_unless (memcmp (&found, &expected, sizeof (Point)) == 0,
        "point %u: x %g, class %u, instance %u", i, found.x, found.sem_class,
        found.ins_class);
    fail_unless (seen[(guint) found.x]++ == 0);
  }
  g_free (seen);
  g_array_unref (points);
}

GST_START_TEST (labels_join_the_points_of_many_scans)
{
  gchar *folder = make_folder ();
  gchar *absolute = g_strdup_printf ("labels=%s/labels/*.label", folder);

  check_points (stream (folder, "labels=../labels/%s.label"), TRUE);
  check_points (stream (folder, "labels=../labels/*.label io-mode=read"),
      TRUE);
  check_points (stream (folder, absolute), TRUE);
  g_free (absolute);
  remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (labels_stay_with_their_points_in_any_order)
{
  gchar *folder = make_folder ();

  check_points (stream (folder,
                    "labels=../labels/%s.label shuffle=batches seed=5"),
      FALSE);
  check_points (stream (folder,
                    "labels=../labels/%s.label shuffle=points seed=5"),
      FALSE);
  remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (a_range_starts_and_ends_in_mid_scan)
{
  gchar *folder = make_folder ();
  GArray *points = stream (folder,
      "labels=../labels/%s.label start-point=100 stop-point=9000");
  guint i;

  fail_unless_equals_int (points->len, 8900);
  for (i = 0; i < points->len; i++) {
    Point expected = make_point (100 + i);

    fail_unless (memcmp (&g_array_index (points, Point, i), &expected,
                     sizeof (Point))
                 == 0);
  }
  g_array_unref (points);
  remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (numpy_joins_the_same_points)
{
  gchar *folder = ssio_check_make_path (".d");
  gchar *joined = g_build_filename (folder, "joined", NULL);
  GArray *points;
  gchar *expected;
  gsize size;

  g_mkdir (folder, 0700);
  if (!ssio_check_run_oracle (NULL, "semantickitti", folder, NULL)) {
    ssio_check_skip ("no Python with NumPy");
    g_rmdir (folder);
    g_free (folder);
    g_free (joined);
    return;
  }
  points = stream (folder, "labels=../labels/%s.label");
  fail_unless (g_file_get_contents (joined, &expected, &size, NULL));
  fail_unless_equals_uint64 (size, points->len * sizeof (Point));
  fail_unless (memcmp (points->data, expected, size) == 0);
  g_array_unref (points);
  g_remove (joined);
  remove_folder (folder);
  g_free (expected);
  g_free (joined);
}
GST_END_TEST;

/* The scan is text, which has to be converted first. */
GST_START_TEST (labels_join_a_scan_of_another_format)
{
  static const gchar text[]
      = "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\n"
        "property float y\nproperty float z\nproperty float intensity\n"
        "end_header\n0 0.25 -0 0.5\n1 1.25 -1 0.5\n";
  const guint32 labels[] = { 65535u << 16, 1 | (guint32) (65534u << 16) };
  gchar *scan = ssio_check_write_file (".ply", text, strlen (text));
  gchar *stem = g_strndup (scan, strlen (scan) - 4);
  gchar *label_path = g_strconcat (stem, ".label", NULL);
  GstSsioPointFile *file;
  Point points[2], expected[] = { make_point (0), make_point (1) };
  GError *error = NULL;

  fail_unless (g_file_set_contents (label_path, (const gchar *) labels,
      sizeof (labels), NULL));
  file = gst_ssio_point_file_open_labelled (scan, NULL, NULL, "%s.label",
      GST_SSIO_IO_MODE_AUTO, &error);
  fail_unless (file != NULL, "%s", error ? error->message : "");
  fail_unless (gst_ssio_point_file_get_mapped_points (file) == NULL);
  fail_unless (gst_ssio_point_file_read_points (file, 0, 2, (guint8 *) points,
      NULL));
  fail_unless (memcmp (points, expected, sizeof (expected)) == 0);
  fail_unless (gst_ssio_point_file_read_points (file, 1, 1, (guint8 *) points,
      NULL));
  fail_unless (memcmp (points, &expected[1], sizeof (Point)) == 0);
  gst_ssio_point_file_unref (file);
  g_remove (label_path);
  g_free (label_path);
  g_free (stem);
  g_free (scan);
}
GST_END_TEST;

static void
check_refused (const gchar *folder, const gchar *properties, GQuark domain,
    gint code, const gchar *part, const gchar *other_part)
{
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s/velodyne %s ! fakesink",
          folder, properties);

  ssio_check_error (pipeline, domain, code, part, other_part, NULL);
  gst_object_unref (pipeline);
}

#define LABELLED "layout=semantickitti labels=../labels/%s.label"

GST_START_TEST (labels_that_are_not_as_many_are_one_error_that_says_how_many)
{
  static const struct {
    guint size;
    const gchar *found;
  } sizes[] = { { 0, "found 0;" }, { 8, "found 8;" }, { 11, "found 11;" },
    { 13, "found 13;" }, { 16, "found 16;" } };
  gchar *folder = make_folder ();
  gchar *path = g_build_filename (folder, "labels", "000002.label", NULL);
  gchar *scan = g_build_filename (folder, "velodyne", "000002.bin", NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gchar bytes[16] = { 0 };
    gchar *part = g_strdup_printf ("000002.label: holds no label for each "
                                   "point of %s: expected 12 bytes",
        scan);

    fail_unless (g_file_set_contents (path, bytes, sizes[i].size, NULL));
    check_refused (folder, LABELLED, GST_STREAM_ERROR,
        GST_STREAM_ERROR_WRONG_TYPE, part, sizes[i].found);
    g_free (part);
  }
  g_remove (path);
  check_refused (folder, LABELLED, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, scan, "000002.label: cannot open");
  g_mkdir (path, 0700);
  check_refused (folder, LABELLED, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_READ, scan, "is a directory");
  g_rmdir (path);
  g_free (scan);
  g_free (path);
  remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (what_cannot_be_joined_is_one_error_that_says_why)
{
  static const gchar *const patterns[]
      = { "", "labels", "%s/%s", "*/*", "%s*", "%d.label" };
  gchar *folder = make_folder ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (patterns); i++) {
    gchar *properties
        = g_strdup_printf ("layout=semantickitti labels=\"%s\"", patterns[i]);

    check_refused (folder, properties, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_SETTINGS, "expected one %s or *", patterns[i]);
    g_free (properties);
  }
  check_refused (folder, LABELLED " io-mode=mmap", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "cannot be mapped together with labels",
      "expected io-mode=auto or read");
  check_refused (folder,
      "layout=x,y,z,sem_class:u2,ins_class:u2 labels=../labels/%s.label",
      GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "layout=semantickitti",
      "two fields are named \"sem_class\"");
  remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (labels_that_are_cut_while_they_stream_are_one_error)
{
  gchar *folder = make_folder ();
  gchar *path = g_build_filename (folder, "labels", "000019.label", NULL);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s/velodyne batch-size=100 %s ! "
                           "queue max-size-buffers=1 ! fakesink",
          folder, LABELLED);

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (truncate (path, 4 * N_LARGE - 1), 0);
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "000019.label: holds no label for each point", "found 80003;", NULL);
  gst_object_unref (pipeline);
  g_free (path);
  remove_folder (folder);
}
GST_END_TEST;

static Suite *
ssiosrc_labels_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-labels");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, labels_join_the_points_of_many_scans);
  tcase_add_test (tcase, labels_stay_with_their_points_in_any_order);
  tcase_add_test (tcase, a_range_starts_and_ends_in_mid_scan);
  tcase_add_test (tcase, numpy_joins_the_same_points);
  tcase_add_test (tcase, labels_join_a_scan_of_another_format);
  tcase_add_test (tcase,
      labels_that_are_not_as_many_are_one_error_that_says_how_many);
  tcase_add_test (tcase, what_cannot_be_joined_is_one_error_that_says_why);
  tcase_add_test (tcase, labels_that_are_cut_while_they_stream_are_one_error);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_labels)
