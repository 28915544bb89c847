/* SPDX-License-Identifier: MIT */
/* Points that a format cannot hold are an error that says what to do, and none
 * is written otherwise than it came. */

#include <math.h>
#include <string.h>

#include "elements/sinkcheck.h"

#define INTENSITY_LAYOUT "x:f4,y:f4,z:f4,intensity:f4"

/* What no file of the format can have: of layout, the part that error names. */
static void
check_layout (const gchar *name, const gchar *layout, guint point_size,
    const gchar *part)
{
  SinkCheck open = sinkcheck_open (name, layout);
  guint8 *point = g_malloc0 (point_size);

  fail_unless_equals_int (sinkcheck_push_bytes (&open, point, point_size),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (open.sink, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, name, part, NULL);
  sinkcheck_push_event (&open, gst_event_new_eos ());
  sinkcheck_expect_no_message (&open, GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);
  gst_element_set_state (open.sink, GST_STATE_NULL);
  fail_unless_equals_int (recordcheck_count_files (open.folder), 0);
  g_free (point);
  sinkcheck_free (&open);
}

GST_START_TEST (layouts_that_a_format_cannot_have_are_errors)
{
  gchar *name = g_strnfill (33, 'n');
  gchar *long_name = g_strdup_printf ("x:f4,y:f4,z:f4,%s:f4", name);

  check_layout ("a.npy", "x:i4*0.01,y:f4,z:f4", 12, "x:i4*0.01");
  check_layout ("a.ply", "x:f4,y:f4,n:u1&7", 9, "ssioconvert");
  check_layout ("a.ply", "x:f4,y:f4,z:f4+5", 12, "z:f4+5");
  check_layout ("a.ply", "x:f4,y y:f4", 8,
      "without blanks in PLY; leave it out (ssioconvert fields=");
  check_layout ("a.npy", "x:f4,y\\:f4", 8,
      "without a backslash in .npy; leave it out (ssioconvert fields=");
  check_layout ("a.las", "x:f4,y:f4", 8, "x, y or z");
  check_layout ("a.las", long_name, 16, "33 bytes");
  g_free (long_name);
  g_free (name);
}
GST_END_TEST;

static void
push_values (SinkCheck *open, gfloat x, gfloat y, gfloat z, gfloat other,
    GstFlowReturn expected)
{
  const gfloat values[] = { x, y, z, other };

  fail_unless_equals_int (sinkcheck_push_bytes (open, values, sizeof (values)),
      expected);
}

/* After a first point that LAS can hold, one that it cannot. */
static void
check_loss (const gchar *layout, gfloat x, gfloat other, const gchar *part)
{
  SinkCheck open = sinkcheck_open ("a.las", layout);

  push_values (&open, 1, 2, 3, 4, GST_FLOW_OK);
  push_values (&open, x, 2, 3, other, GST_FLOW_FLUSHING);
  ssio_check_posted_error (open.sink, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "a.las", "of point 1", part, "recover=true",
      NULL);
  sinkcheck_push_event (&open, gst_event_new_eos ());
  sinkcheck_expect_no_message (&open, GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);
  gst_element_set_state (open.sink, GST_STATE_NULL);
  fail_unless (recordcheck_exists (open.folder, "a.las.part"));
  sinkcheck_free (&open);
}

GST_START_TEST (a_value_that_las_would_lose_is_an_error)
{
  check_loss (INTENSITY_LAYOUT, 1, 0.5, "intensity");
  check_loss (INTENSITY_LAYOUT, 1, 65536, "intensity");
  check_loss (INTENSITY_LAYOUT, 1, -1, "intensity");
  check_loss (INTENSITY_LAYOUT, 1, NAN, "intensity");
  check_loss (INTENSITY_LAYOUT, 0.12345f, 1, "x of");
  check_loss (INTENSITY_LAYOUT, 3e6, 1, "x of");
  check_loss (INTENSITY_LAYOUT, INFINITY, 1, "x of");
  check_loss ("x:f4,y:f4,z:f4,return_number:f4", 1, 16, "return_number");
}
GST_END_TEST;

GST_START_TEST (first_coordinates_that_las_would_lose_are_an_error)
{
  static const gfloat values[] = { 0.1f, NAN, 1e30f };
  SinkCheck open = sinkcheck_open ("a.las", "x:f4,y:f4,z:f4,t:f4");
  const gfloat points[]
      = { 1, 2, 3, 4, values[__i__], 1e-9f, 1e6f, 4, 1e5f, 1e5f, 1, 4 };

  fail_unless_equals_int (sinkcheck_push_bytes (&open, points,
                              sizeof (points)),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (open.sink, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "a.las", "record as .bin", NULL);
  sinkcheck_free (&open);
}
GST_END_TEST;

/* What the error says to do about values keeps them as far as it can. */
static void
check_advice (gfloat first, gfloat second, const gchar *advice)
{
  SinkCheck open = sinkcheck_open ("a.las", INTENSITY_LAYOUT);
  const gfloat points[] = { 1, first, 3, 4, 1, second, 3, 4 };
  GstMessage *message;
  GError *error;

  sinkcheck_push_bytes (&open, points, sizeof (points));
  message = ssio_check_pop (open.sink, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  if (advice)
    fail_unless (strstr (error->message, advice) != NULL, "%s",
        error->message);
  else
    fail_if (strstr (error->message, "lossy") != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  sinkcheck_free (&open);
}

GST_START_TEST (coordinates_are_not_cut_off_by_who_follows_the_advice)
{
  check_advice (1e-9f, 1.23456f, "fields=...,y:i4*0.001+0");
  check_advice (0.0078125f, 5e6f, "fields=...,y:i4*0.01+0");
  check_advice (0.1f, 1e30f, NULL);
}
GST_END_TEST;

/* Of a value that is only to be rounded, and of one out of range. */
GST_START_TEST (values_are_to_be_rounded_only_where_they_are_in_range)
{
  static const gfloat points[]
      = { 1, 2, 3, 0.5, 1, 2, 3, 70000, 1, 2, 3, NAN };
  static const gboolean can_round[] = { TRUE, FALSE, FALSE };
  SinkCheck open = sinkcheck_open ("a.las", INTENSITY_LAYOUT);
  GstMessage *message;
  GError *error;

  sinkcheck_push_bytes (&open, points + 4 * __i__, 16);
  message = ssio_check_pop (open.sink, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless_equals_int (strstr (error->message,
                              "lossy=true fields=...,intensity:u2*1+0")
                              != NULL,
      can_round[__i__]);
  fail_unless (strstr (error->message, "record as .bin") != NULL);
  g_error_free (error);
  gst_message_unref (message);
  sinkcheck_free (&open);
}
GST_END_TEST;

static Suite *
ssiosink_losses_suite (void)
{
  Suite *suite = suite_create ("ssiosink-losses");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, layouts_that_a_format_cannot_have_are_errors);
  tcase_add_test (tcase, a_value_that_las_would_lose_is_an_error);
  tcase_add_loop_test (tcase,
      first_coordinates_that_las_would_lose_are_an_error, 0, 3);
  tcase_add_test (tcase,
      coordinates_are_not_cut_off_by_who_follows_the_advice);
  tcase_add_loop_test (tcase,
      values_are_to_be_rounded_only_where_they_are_in_range, 0, 3);
  return suite;
}

SSIO_CHECK_MAIN (ssiosink_losses)
