/* SPDX-License-Identifier: MIT */
/* What ssioconvert makes of what follows it takes, and of an origin. */

#include <math.h>
#include <string.h>

#include "convertcheck.h"

#define POINTS "pointcloud/x-raw, layout=(string)"

/* What comes out where downstream takes caps. */
static void
check_choice (const gchar *properties, const gchar *caps, const gchar *layout,
    guint point_size)
{
  GstHarness *harness = convert_new (properties, CONVERT_CAPS, caps);

  gst_buffer_unref (gst_harness_push_and_pull (harness,
      convert_new_points (10)));
  convert_check_caps (harness, layout, point_size);
  convert_teardown (harness);
}

GST_START_TEST (what_follows_chooses_the_layout)
{
  check_choice ("", POINTS "\"x:f8,i:u4\"", "x:f8,i:u4", 12);
  check_choice ("", POINTS "\"x:f8,i:u4\", point-size=16", "x:f8,i:u4", 16);
  check_choice ("", "pointcloud/x-raw", CONVERT_LAYOUT, 10);
  check_choice ("fields=i", "pointcloud/x-raw", "i:u2", 2);
}
GST_END_TEST;

GST_START_TEST (the_layout_that_comes_in_is_best)
{
  check_choice ("", POINTS "\"x:f4\"; pointcloud/x-raw", CONVERT_LAYOUT, 10);
  check_choice ("", POINTS "{ \"i:u2\", \"" CONVERT_LAYOUT "\" }",
      CONVERT_LAYOUT, 10);
  /* other words for the same */
  check_choice ("", POINTS "{ \"i:u2\", \"x,y,i:u2@8\" }", "x,y,i:u2@8", 10);
}
GST_END_TEST;

GST_START_TEST (else_the_smallest_points_are_best_and_the_fewest_casts)
{
  check_choice ("", POINTS "{ \"x:f8,y:f8\", \"x:f4,y:f4\" }", "x:f4,y:f4", 8);
  check_choice ("", POINTS "\"x:f8\"; " POINTS "\"x:f4,y:f4\"", "x:f4,y:f4",
      8);
}
GST_END_TEST;

GST_START_TEST (what_would_be_lossy_is_not_chosen_if_there_is_another)
{
  check_choice ("", POINTS "{ \"i:u1\", \"x:f4,i:u4\" }", "x:f4,i:u4", 8);
  check_choice ("lossy=true", POINTS "{ \"i:u1\", \"x:f4,i:u4\" }", "i:u1", 1);
  check_choice ("", POINTS "{ \"foo:u1\", \"bogus:f7\", \"x:f4,i:u4\" }",
      "x:f4,i:u4", 8);
}
GST_END_TEST;

GST_START_TEST (normalized_points_never_pass_as_they_are)
{
  check_choice ("normalize=i*0.5", NULL, "x:f4,y:f4,i:f4", 12);
  check_choice ("normalize=i*0.5", "pointcloud/x-raw", "x:f4,y:f4,i:f4", 12);
  check_choice ("normalize=i*0.5", POINTS "\"i:f8\"", "i:f8", 8);
  check_choice ("normalize=i*0.5 lossy=true", POINTS "\"" CONVERT_LAYOUT "\"",
      CONVERT_LAYOUT, 10);
}
GST_END_TEST;

GST_START_TEST (a_layout_with_gaps_that_fits_is_no_copy)
{
  GstHarness *harness = convert_new ("", CONVERT_CAPS,
      POINTS "\"y:f4@4,i:u2\", point-size=10");
  GstBuffer *buffer = convert_new_points (10);
  GstBuffer *out
      = gst_harness_push_and_pull (harness, gst_buffer_ref (buffer));

  fail_unless (out == buffer);
  convert_check_caps (harness, "y:f4@4,i:u2", 10);
  gst_buffer_unref (out);
  gst_buffer_unref (buffer);
  convert_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (any_layout_of_points_is_taken)
{
  GstHarness *harness
      = convert_new ("", NULL, POINTS "\"x:f4\", point-size=4");
  GstCaps *caps = gst_pad_peer_query_caps (harness->srcpad, NULL);
  GstCaps *other = gst_caps_from_string (CONVERT_CAPS);

  fail_unless (gst_caps_can_intersect (caps, other));
  gst_caps_unref (caps);
  gst_caps_unref (other);
  convert_teardown (harness);
}
GST_END_TEST;

static void
check_refused (GstHarness *harness, const gchar *part)
{
  fail_unless_equals_int (gst_harness_push (harness, convert_new_points (1)),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (harness->element, GST_CORE_ERROR,
      GST_CORE_ERROR_NEGOTIATION, part, NULL);
  fail_unless_equals_int (gst_harness_push (harness, convert_new_points (1)),
      GST_FLOW_FLUSHING);
  convert_teardown (harness);
}

GST_START_TEST (what_cannot_be_agreed_on_is_an_error_that_shows_both)
{
  check_refused (convert_new ("fields=x", CONVERT_CAPS, POINTS "\"y:f4\""),
      "expected pointcloud/x-raw, layout=(string)y:f4");
  check_refused (convert_new ("fields=x", CONVERT_CAPS,
                     "pointcloud/x-raw, point-size=(int)16"),
      "fields property");
  check_refused (convert_new ("", CONVERT_CAPS,
                     "pointcloud/x-raw, batch-size=(int)5"),
      "batch-size=(int)1000");
}
GST_END_TEST;

/* Sources ask before they send caps. */
GST_START_TEST (a_source_leaves_the_error_to_who_can_tell)
{
  gchar *path = ssio_check_write_tile (100, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s ! ssioconvert fields=x ! "
                           "capsfilter caps=\"pointcloud/x-raw, "
                           "point-size=(int)16\" ! fakesink",
          path);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_posted_error (pipeline, GST_CORE_ERROR,
      GST_CORE_ERROR_NEGOTIATION, "point-size=(int)16", NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (what_cannot_be_agreed_on_any_longer_is_an_error)
{
  GstHarness *harness = convert_new ("fields=x", CONVERT_CAPS, NULL);

  gst_buffer_unref (gst_harness_push_and_pull (harness,
      convert_new_points (1)));
  gst_harness_set_sink_caps_str (harness, POINTS "\"y:f4\"");
  check_refused (harness, "y:f4");
}
GST_END_TEST;

GST_START_TEST (another_layout_can_be_asked_for_within_a_stream)
{
  GstHarness *harness = convert_new ("", CONVERT_CAPS, POINTS "\"x:f8\"");

  gst_buffer_unref (gst_harness_push_and_pull (harness,
      convert_new_points (1)));
  convert_check_caps (harness, "x:f8", 8);
  gst_harness_set_sink_caps_str (harness, POINTS "\"i:u4,x:f4\"");
  gst_buffer_unref (gst_harness_push_and_pull (harness,
      convert_new_points (1)));
  convert_check_caps (harness, "i:u4,x:f4", 8);
  convert_teardown (harness);
}
GST_END_TEST;

/* origin are the three numbers, or NULL for none. */
static void
check_origin (const gchar *properties, const gchar *in,
    const gdouble *expected)
{
  gchar *text = g_strconcat (CONVERT_CAPS, in, NULL);
  GstHarness *harness = convert_new (properties, text, NULL);
  const GValue *origin;
  GstCaps *caps;
  guint i;

  gst_buffer_unref (gst_harness_push_and_pull (harness,
      convert_new_points (1)));
  caps = gst_pad_get_current_caps (harness->sinkpad);
  origin
      = gst_structure_get_value (gst_caps_get_structure (caps, 0), "origin");
  fail_unless (!expected == !origin);
  for (i = 0; expected && i < 3; i++)
    fail_unless_equals_float (
        g_value_get_double (gst_value_array_get_value (origin, i)),
        expected[i]);
  gst_caps_unref (caps);
  convert_teardown (harness);
  g_free (text);
}

GST_START_TEST (an_origin_stays_what_is_to_be_added)
{
  const gchar *in = ", origin=(double)<636000,848000,400>";
  const gdouble same[] = { 636000, 848000, 400 };
  const gdouble moved[] = { 636005, 84800, 400 };
  const gdouble alone[] = { 0, -1, 0 };

  check_origin ("fields=x:f8", "", NULL);
  check_origin ("fields=x:f8", in, same);
  check_origin ("", in, same);
  check_origin ("normalize=i*2", in, same);
  check_origin ("normalize=x*1-5,y*0.1", in, moved);
  check_origin ("fields=y normalize=y*2+1", "", alone);
  check_origin ("fields=y normalize=y*2", "", NULL);
}
GST_END_TEST;

#define N_REAL 110000
#define REAL_CONVERT \
  "ssioconvert fields=x:f8,y:f8,z:f8,return_number,classification " \
  "normalize=z*0.3048"

/* Rows of N_REAL points; the origin is added to their coordinates. */
typedef struct {
  guint n_points;
  gdouble coordinates[3][N_REAL];
  guint8 bits[2][N_REAL];
} Real;

static void
take_batch (GstElement *sink, GstBuffer *buffer, GstPad *pad, Real *real)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);
  const GValue *origin
      = gst_structure_get_value (gst_caps_get_structure (caps, 0), "origin");
  GstMapInfo map;
  gsize at;
  guint i;

  fail_unless (origin != NULL);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  for (at = 0; at < map.size; at += 26, real->n_points++) {
    gdouble xyz[3];

    fail_unless (real->n_points < N_REAL);
    memcpy (xyz, map.data + at, sizeof (xyz));
    for (i = 0; i < 3; i++)
      real->coordinates[i][real->n_points]
          = xyz[i]
            + g_value_get_double (gst_value_array_get_value (origin, i));
    for (i = 0; i < 2; i++)
      real->bits[i][real->n_points] = map.data[at + 24 + i];
  }
  gst_buffer_unmap (buffer, &map);
  gst_caps_unref (caps);
}

static Real *
stream_real (const gchar *path)
{
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=30000 ! " REAL_CONVERT
      " ! fakesink name=sink signal-handoffs=true",
      path);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  Real *real = g_new0 (Real, 1);

  g_signal_connect (sink, "handoff", G_CALLBACK (take_batch), real);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return real;
}

GST_START_TEST (real_coordinates_and_their_origin_are_those_of_the_file)
{
  static const gdouble factors[] = { 1, 1, 0.3048 };
  const gchar *data = g_getenv ("SSIO_REAL_DATA");
  gchar *path, *answer, *text;
  const gdouble *expected;
  Real *real;
  guint axis, i;
  gsize size;

  if (!data) {
    ssio_check_skip ("SSIO_REAL_DATA is not set");
    return;
  }
  path = g_build_filename (data, "autzen_trim.las", NULL);
  answer = ssio_check_make_path (".f8");
  if (!ssio_check_run_oracle (NULL, "las-coordinates", path, answer, NULL)) {
    ssio_check_skip ("no Python with NumPy");
    g_free (answer);
    g_free (path);
    return;
  }
  real = stream_real (path);
  fail_unless (g_file_get_contents (answer, &text, &size, NULL));
  fail_unless_equals_int (real->n_points, N_REAL);
  fail_unless_equals_uint64 (size, 24 * N_REAL);
  expected = (const gdouble *) text;
  for (i = 0; i < N_REAL; i++) {
    for (axis = 0; axis < 3; axis++)
      fail_unless (fabs (real->coordinates[axis][i]
                         - factors[axis] * expected[axis * N_REAL + i])
                       < 1e-8,
          "point %u, axis %u", i, axis);
    /* four returns, ground and other classes are all that the file has */
    fail_unless (real->bits[0][i] >= 1 && real->bits[0][i] <= 4);
    fail_unless (real->bits[1][i] >= 1 && real->bits[1][i] <= 2);
  }
  g_free (real);
  g_free (text);
  g_free (answer);
  g_free (path);
}
GST_END_TEST;

static Suite *
ssioconvert_caps_suite (void)
{
  Suite *suite = suite_create ("ssioconvert-caps");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, what_follows_chooses_the_layout);
  tcase_add_test (tcase, the_layout_that_comes_in_is_best);
  tcase_add_test (tcase,
      else_the_smallest_points_are_best_and_the_fewest_casts);
  tcase_add_test (tcase,
      what_would_be_lossy_is_not_chosen_if_there_is_another);
  tcase_add_test (tcase, normalized_points_never_pass_as_they_are);
  tcase_add_test (tcase, a_layout_with_gaps_that_fits_is_no_copy);
  tcase_add_test (tcase, any_layout_of_points_is_taken);
  tcase_add_test (tcase, what_cannot_be_agreed_on_is_an_error_that_shows_both);
  tcase_add_test (tcase, a_source_leaves_the_error_to_who_can_tell);
  tcase_add_test (tcase, what_cannot_be_agreed_on_any_longer_is_an_error);
  tcase_add_test (tcase, another_layout_can_be_asked_for_within_a_stream);
  tcase_add_test (tcase, an_origin_stays_what_is_to_be_added);
  tcase_add_test (tcase,
      real_coordinates_and_their_origin_are_those_of_the_file);
  return suite;
}

SSIO_CHECK_MAIN (ssioconvert_caps)
