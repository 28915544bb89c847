/* SPDX-License-Identifier: MIT */
/* What ssiosrc subtracts from coordinates, and says in its caps. */

#include <math.h>
#include <string.h>

#include <gst/ssio/gather.h>

#include "libs/lascheck.h"

#define MAX_POINTS 110000

/* What came of a stream, and its points as float32 columns. */
typedef struct {
  GstCaps *caps;
  gchar *layout;
  gdouble origin[3]; /* 0 where the caps have none */
  gboolean has_origin;
  guint n_points;
  gfloat columns[3][MAX_POINTS]; /* of x, y and z */
} Result;

static void
take_caps (Result *result, GstPad *pad)
{
  const GValue *array;
  GstStructure *structure;
  guint i;

  result->caps = gst_pad_get_current_caps (pad);
  structure = gst_caps_get_structure (result->caps, 0);
  result->layout = g_strdup (gst_structure_get_string (structure, "layout"));
  array = gst_structure_get_value (structure, "origin");
  result->has_origin = array != NULL;
  if (!array)
    return;
  fail_unless (GST_VALUE_HOLDS_ARRAY (array));
  fail_unless_equals_int (gst_value_array_get_size (array), 3);
  for (i = 0; i < 3; i++)
    result->origin[i]
        = g_value_get_double (gst_value_array_get_value (array, i));
}

static void
take_batch (GstElement *sink, GstBuffer *buffer, GstPad *pad, Result *result)
{
  GstSsioLayout *layout;
  GstSsioGather *gather;
  guint fields[3];
  GstMapInfo map;
  guint n;

  if (!result->caps)
    take_caps (result, pad);
  layout = gst_ssio_layout_new_from_caps (result->caps, NULL, NULL);
  fields[0] = gst_ssio_layout_find_field (layout, "x");
  fields[1] = gst_ssio_layout_find_field (layout, "y");
  fields[2] = gst_ssio_layout_find_field (layout, "z");
  gather = gst_ssio_gather_new (layout, fields, 3);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  n = map.size / gst_ssio_layout_get_point_size (layout);
  fail_unless (result->n_points + n <= MAX_POINTS);
  gst_ssio_gather_columns (gather, map.data, n,
      &result->columns[0][result->n_points], MAX_POINTS);
  result->n_points += n;
  gst_buffer_unmap (buffer, &map);
  gst_ssio_gather_free (gather);
  gst_ssio_layout_unref (layout);
}

static Result *
stream (const gchar *location, const gchar *properties)
{
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=\"%s\" %s ! queue ! ssiocudaupload ! "
      "fakesink name=sink signal-handoffs=true",
      location, properties);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  Result *result = g_new0 (Result, 1);

  g_signal_connect (sink, "handoff", G_CALLBACK (take_batch), result);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return result;
}

static void
result_free (Result *result)
{
  gst_caps_unref (result->caps);
  g_free (result->layout);
  g_free (result);
}

/* Expects the layout and the origin, which is NULL for none. */
static void
check (const gchar *location, const gchar *properties, const gchar *layout,
    const gdouble *origin)
{
  Result *result = stream (location, properties);
  guint i;

  fail_unless_equals_string (result->layout, layout);
  fail_unless_equals_int (result->has_origin, origin != NULL);
  for (i = 0; origin && i < 3; i++)
    fail_unless (result->origin[i] == origin[i], "axis %u: found %.17g", i,
        result->origin[i]);
  result_free (result);
}

#define ORIGIN(x, y, z) ((const gdouble[]){ x, y, z })

/* Coordinates of a map; the least are 636001.76, 848935.2 and -0.5. */
static const gdouble map_points[][3]
    = { { 636001.78, 848935.25, 0.125 }, { 636001.76, 849000.01, -0.5 },
        { 636999.99, 848935.2, NAN }, { INFINITY, -INFINITY, 7 } };

static gchar *
write_map (void)
{
  return ssio_check_write_file (".bin", map_points, sizeof (map_points));
}

GST_START_TEST (doubles_keep_what_float32_holds_of_the_difference)
{
  gchar *path = write_map ();
  Result *result = stream (path, "layout=x:f8,y:f8,z:f8 batch-size=3");
  Result *whole
      = stream (path, "layout=x:f8,y:f8,z:f8 batch-size=3 origin=none");
  guint axis, i;

  fail_unless_equals_string (result->layout, "x:f8-636001,y:f8-848935,z:f8+1");
  fail_unless (result->has_origin);
  fail_unless (result->origin[0] == 636001 && result->origin[1] == 848935
               && result->origin[2] == -1);
  fail_unless_equals_string (whole->layout, "x:f8,y:f8,z:f8");
  fail_if (whole->has_origin);
  fail_unless_equals_int (result->n_points, 4);
  for (axis = 0; axis < 3; axis++) {
    for (i = 0; i < 4; i++) {
      gfloat value = map_points[i][axis] - result->origin[axis];

      fail_unless (memcmp (&result->columns[axis][i], &value, sizeof (value))
                   == 0);
    }
  }
  /* a sixteenth is all that is left of it otherwise */
  fail_unless_equals_float (whole->columns[0][1], 636001.75);
  result_free (whole);
  result_free (result);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (an_origin_can_be_given_or_left_out)
{
  gchar *path = write_map ();
  const gchar *layout = "layout=x:f8,y:f8,z:f8";
  gchar *given = g_strdup_printf ("%s origin=\" 636000.5, -1e3,+0 \"", layout);
  gchar *zero = g_strdup_printf ("%s origin=0,0,-0", layout);
  gchar *late = g_strdup_printf ("%s start-point=3 origin=auto", layout);

  check (path, given, "x:f8-636000.5,y:f8+1000,z:f8",
      ORIGIN (636000.5, -1000, 0));
  check (path, zero, "x:f8,y:f8,z:f8", NULL);
  check (path, late, "x:f8-636001,y:f8-848935,z:f8+1",
      ORIGIN (636001, 848935, -1));
  g_free (late);
  g_free (zero);
  g_free (given);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (fields_that_float32_holds_are_left_as_they_are)
{
  static const gfloat floats[] = { 636001.75, 848935.25, 406 };
  static const gint16 shorts[] = { 1000, 2000, 3000 };
  gchar *float_path = ssio_check_write_file (".bin", floats, sizeof (floats));
  gchar *short_path = ssio_check_write_file (".bin", shorts, sizeof (shorts));

  check (float_path, "layout=x,y,z", "x:f4,y:f4,z:f4", NULL);
  check (float_path, "layout=x,y,z origin=1,2,3", "x:f4,y:f4,z:f4", NULL);
  check (short_path, "layout=x:i2,y:u2,z:i2*0.5", "x:i2,y:u2,z:i2*0.5-1500",
      ORIGIN (0, 0, 1500));
  /* a float is moved where the layout moves it already */
  check (float_path, "layout=x:f4+5000,y,z", "x:f4-636001,y:f4,z:f4",
      ORIGIN (641001, 0, 0));
  g_free (short_path);
  g_free (float_path);
}
GST_END_TEST;

GST_START_TEST (integers_of_every_kind_have_a_minimum)
{
  static const guint8 bytes[] = { 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0 };
  gchar *path = ssio_check_write_file (".bin", bytes, sizeof (bytes));

  check (path, "layout=x:i8,y:u8,z:u4,a:u4",
      "x:i8+16,y:u8-16,z:u4-2147483648,a:u4", ORIGIN (-16, 16, 2147483648));
  check (path, "layout=x:i4,y:i4,z:i4@16,a:u4",
      "x:i4+16,y:i4+1,z:i4@16+2147483648,a:u4",
      ORIGIN (-16, -1, -2147483648.0));
  check (path, "layout=x:i1*2,y:u1*2,z:u4@8&24>>2*3,a:u8@16",
      "x:i1*2+32,y:u1*2-510,z:u4@8&24>>2*3-12,a:u8@16", ORIGIN (-32, 510, 12));
  g_free (path);
}
GST_END_TEST;

/* The points of both files, and the origin of the first. */
GST_START_TEST (files_share_the_origin_of_the_first)
{
  static const gdouble point[] = { 5, 849000, 3 };
  gchar *path = write_map ();
  gchar *other = ssio_check_write_file (".bin", point, sizeof (point));
  gchar *names = g_strdup_printf ("%s\n%s\n", path, other);
  gchar *list = ssio_check_write_file (".txt", names, strlen (names));
  gchar *location = g_strdup_printf ("@%s", list);
  Result *result = stream (location, "layout=x:f8,y:f8,z:f8");

  fail_unless_equals_int (result->n_points, 5);
  fail_unless (result->origin[0] == 636001 && result->origin[2] == -1);
  fail_unless_equals_float (result->columns[0][4], 5 - 636001);
  fail_unless_equals_float (result->columns[1][4], 849000 - 848935);
  result_free (result);
  g_free (location);
  g_free (list);
  g_free (names);
  g_free (other);
  g_free (path);
}
GST_END_TEST;

/* Writes a maximum and a minimum into a header. */
static void
put_extent (GByteArray *las, guint axis, gdouble maximum, gdouble minimum)
{
  guint64 bits;

  memcpy (&bits, &maximum, sizeof (bits));
  las_put (las, 179 + 16 * axis, 8, bits);
  memcpy (&bits, &minimum, sizeof (bits));
  las_put (las, 187 + 16 * axis, 8, bits);
}

/* Of three points, whose x, y and z are 150, 75 and 0 first. */
static gchar *
write_las (GByteArray *las)
{
  las_put (las, 227, 4, 100);
  las_put (las, 231, 4, 50);
  las_put (las, 227 + 28, 4, 1000);
  las_put (las, 231 + 28, 4, 1000);
  las_put (las, 227 + 56, 4, 1000);
  las_put (las, 231 + 56, 4, 1000);
  return ssio_check_write_file (".las", las->data, las->len);
}

static void
check_las_origin (GByteArray *las, const gdouble *origin)
{
  gchar *path = write_las (las);
  Result *result = stream (path, "");
  guint i;

  fail_unless (result->has_origin);
  for (i = 0; i < 3; i++)
    fail_unless (result->origin[i] == origin[i], "axis %u: found %.17g", i,
        result->origin[i]);
  result_free (result);
  g_free (path);
}

GST_START_TEST (a_las_header_says_the_minimum_where_it_knows_one)
{
  GByteArray *las = las_new (2);

  /* all zeros is what programs write that do not know */
  check_las_origin (las, ORIGIN (150, 75, 0));
  put_extent (las, 0, 1500, 149.5);
  put_extent (las, 1, 1500, 75);
  put_extent (las, 2, 0, -0.25);
  check_las_origin (las, ORIGIN (149, 75, -1));
  put_extent (las, 2, -1, 0);
  check_las_origin (las, ORIGIN (150, 75, 0));
  put_extent (las, 2, NAN, 0);
  check_las_origin (las, ORIGIN (150, 75, 0));
  put_extent (las, 2, INFINITY, -INFINITY);
  check_las_origin (las, ORIGIN (150, 75, 0));
  g_byte_array_unref (las);
}
GST_END_TEST;

static void
check_refused (const gchar *location, const gchar *properties, GQuark domain,
    gint code, const gchar *part, const gchar *other_part)
{
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=\"%s\" %s ! fakesink", location,
          properties);

  ssio_check_error (pipeline, domain, code, part, other_part, NULL);
  gst_object_unref (pipeline);
}

/* Their records mean other numbers, whatever is subtracted. */
GST_START_TEST (las_files_of_two_offsets_are_one_error_that_names_both)
{
  GByteArray *las = las_new (2);
  gchar *path = write_las (las);
  gchar *other, *names, *list, *location;

  las_put (las, 155, 8, G_GUINT64_CONSTANT (0x3ff8000000000000));
  other = write_las (las);
  names = g_strdup_printf ("%s\n%s\n", path, other);
  list = ssio_check_write_file (".txt", names, strlen (names));
  location = g_strdup_printf ("@%s", list);
  check_refused (location, "", GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      path, other);
  g_free (location);
  g_free (list);
  g_free (names);
  g_free (other);
  g_free (path);
  g_byte_array_unref (las);
}
GST_END_TEST;

GST_START_TEST (an_origin_that_is_none_is_one_error)
{
  static const gchar *const origins[]
      = { "", "automatic", "1", "1,2", "1,2,3,4", "1,,3", "1,2,x", "nan,0,0",
          "0,inf,0", "0,0,-1e999", "0x1,0,0", "1;2;3", "1 2 3" };
  gchar *path = write_map ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (origins); i++) {
    gchar *properties
        = g_strdup_printf ("layout=x:f8,y:f8,z:f8 origin=\"%s\"", origins[i]);

    check_refused (path, properties, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_SETTINGS, "expected auto, none, or three",
        origins[i]);
    g_free (properties);
  }
  check_refused (path, "layout=x:f8-1e308,y:f8,z:f8 origin=1e308,0,0",
      GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "field \"x\"",
      "expected finite");
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (the_property_can_be_read_back)
{
  GstElement *source = gst_element_factory_make ("ssiosrc", NULL);
  gchar *origin, *labels;

  g_object_get (source, "origin", &origin, "labels", &labels, NULL);
  fail_unless_equals_string (origin, "auto");
  fail_unless (labels == NULL);
  g_free (origin);
  g_object_set (source, "origin", "1,2,3", "labels", "%s.label", NULL);
  g_object_get (source, "origin", &origin, "labels", &labels, NULL);
  fail_unless_equals_string (origin, "1,2,3");
  fail_unless_equals_string (labels, "%s.label");
  g_free (labels);
  g_free (origin);
  g_object_set (source, "origin", NULL, NULL);
  g_object_get (source, "origin", &origin, NULL);
  fail_unless_equals_string (origin, "auto");
  g_free (origin);
  gst_object_unref (source);
}
GST_END_TEST;

/* How far columns are from the doubles, at most, after origin is added. */
static gdouble
measure_loss (const Result *result, const gdouble *expected)
{
  gdouble most = 0;
  guint axis, i;

  for (axis = 0; axis < 3; axis++) {
    for (i = 0; i < result->n_points; i++)
      most = MAX (most, fabs (result->columns[axis][i] + result->origin[axis]
                              - expected[axis * result->n_points + i]));
  }
  return most;
}

GST_START_TEST (real_coordinates_are_numpy_s_doubles_minus_the_origin)
{
  const gchar *data = g_getenv ("SSIO_REAL_DATA");
  gchar *path, *answer, *text;
  const gdouble *expected;
  Result *moved, *whole;
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
  moved = stream (path, "");
  whole = stream (path, "origin=none");
  fail_unless (g_file_get_contents (answer, &text, &size, NULL));
  fail_unless_equals_int (moved->n_points, 110000);
  fail_unless_equals_uint64 (size, 24 * 110000);
  expected = (const gdouble *) text;
  fail_unless (moved->origin[0] == 636001 && moved->origin[1] == 848935
               && moved->origin[2] == 406);
  for (axis = 0; axis < 3; axis++) {
    for (i = 0; i < 110000; i++) {
      gfloat value = expected[axis * 110000 + i] - moved->origin[axis];

      fail_unless_equals_float (moved->columns[axis][i], value);
    }
  }
  /* of a unit of which the file holds hundredths */
  fail_unless (measure_loss (moved, expected) < 1e-4);
  fail_unless (measure_loss (whole, expected) > 0.02);
  result_free (whole);
  result_free (moved);
  g_free (text);
  g_free (answer);
  g_free (path);
}
GST_END_TEST;

static Suite *
ssiosrc_origin_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-origin");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, doubles_keep_what_float32_holds_of_the_difference);
  tcase_add_test (tcase, an_origin_can_be_given_or_left_out);
  tcase_add_test (tcase, fields_that_float32_holds_are_left_as_they_are);
  tcase_add_test (tcase, integers_of_every_kind_have_a_minimum);
  tcase_add_test (tcase, files_share_the_origin_of_the_first);
  tcase_add_test (tcase, a_las_header_says_the_minimum_where_it_knows_one);
  tcase_add_test (tcase,
      las_files_of_two_offsets_are_one_error_that_names_both);
  tcase_add_test (tcase, an_origin_that_is_none_is_one_error);
  tcase_add_test (tcase, the_property_can_be_read_back);
  tcase_add_test (tcase,
      real_coordinates_are_numpy_s_doubles_minus_the_origin);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_origin)
