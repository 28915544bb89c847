/* SPDX-License-Identifier: MIT */
/* Recording, through all formats and back. */

#include <gst/base/gstbasesink.h>
#include <gst/ssio/origin.h>
#include <string.h>

#include "record/recordcheck.h"

#define XYZI "x:f4,y:f4,z:f4,intensity:f4"
#define TYPES "a:f4,b:f8,c:i1,d:i2,e:i4,f:i8,g:u1,h:u2,i:u4,j:u8"

/* LAS fields by the names that ssiosrc gives them, some others, and bits. */
#define LAS_FIELDS \
  "x:i4*0.01+636000,y:i4*0.001-848900.5,z:i4*0.0025,intensity:u2," \
  "return_number:u1&15,number_of_returns:u1@14&240>>4,synthetic:u1&1," \
  "key_point:u1@15&2>>1,withheld:u1@15&4>>2,overlap:u1@15&8>>3," \
  "scanner_channel:u1@15&48>>4,scan_direction:u1@15&64>>6," \
  "edge_of_flight_line:u1@15&128>>7,classification:u1,user_data:u1," \
  "scan_angle:i2*0.006,point_source_id:u2,gps_time:f8"
#define COLOURS ",red:u2,green:u2,blue:u2"

/* Records a file of the layout under a new name, which is returned. */
static gchar *
record (const gchar *path, const gchar *layout, const gchar *suffix,
    const gchar *source, const gchar *sink)
{
  gchar *recorded = ssio_check_make_path (suffix);
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s %s%s batch-size=1000 %s ! ssiosink location=%s %s",
      path, layout ? "layout=" : "", layout ? layout : "", source, recorded,
      sink);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return recorded;
}

static void
expect_same_files (const gchar *path, const gchar *layout,
    const gchar *recorded)
{
  GstSsioPointFile *a = recordcheck_open (path, layout, FALSE);
  GstSsioPointFile *b = recordcheck_open (recorded, NULL, FALSE);

  recordcheck_expect_same (a, 0, gst_ssio_point_file_get_n_points (a), b);
  gst_ssio_point_file_unref (a);
  gst_ssio_point_file_unref (b);
}

static void
check_round_trip (const gchar *layout, const gchar *suffix, guint64 n_points)
{
  gchar *path = recordcheck_write_points (layout, n_points, 7);
  gchar *recorded = record (path, layout, suffix, "", "");

  expect_same_files (path, layout, recorded);
  g_free (recorded);
  g_free (path);
}

static const gchar *const any_layouts[]
    = { XYZI, TYPES, "a:u1@3,b:f8@9,c:u2@20", "a:f4@4,b:f4@0", "x:i2",
        "gr\303\266\303\237e:f4,b:u1" };

GST_START_TEST (bin_npy_and_ply_keep_all_types_and_gaps)
{
  static const gchar *const suffixes[] = { ".bin", ".npy", ".ply" };
  const gchar *layout = any_layouts[__i__ / 3];
  const gchar *suffix = suffixes[__i__ % 3];
  guint n;

  /* a PLY file whose points have no position is read by their element's name */
  if (g_str_equal (suffix, ".ply") && !strstr (layout, "z:"))
    return;
  for (n = 1; n <= 2500; n = n * 7 + 1)
    check_round_trip (layout, suffix, n);
}
GST_END_TEST;

GST_START_TEST (ply_keeps_types_without_a_position)
{
  gchar *path = recordcheck_write_points (TYPES, 1234, 7);
  gchar *recorded = record (path, TYPES, ".ply", "", "element-name=sample");
  GstSsioPointFile *a = recordcheck_open (path, TYPES, FALSE);
  GstSsioPointFile *b = gst_ssio_point_file_open_element (recorded, NULL,
      "sample", GST_SSIO_IO_MODE_READ, NULL);

  recordcheck_expect_same (a, 0, 1234, b);
  gst_ssio_point_file_unref (a);
  gst_ssio_point_file_unref (b);
  g_free (recorded);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (bin_keeps_bits_and_scales)
{
  check_round_trip (LAS_FIELDS COLOURS, ".bin", 1000);
}
GST_END_TEST;

GST_START_TEST (las_keeps_its_own_fields)
{
  check_round_trip (LAS_FIELDS, ".las", 10001);
  check_round_trip (LAS_FIELDS COLOURS, ".las", 1);
}
GST_END_TEST;

GST_START_TEST (las_keeps_fields_of_others_as_extra_bytes)
{
  check_round_trip ("x:i4,y:i2*0.5,z:u1-7," TYPES, ".las", 5000);
  check_round_trip (LAS_FIELDS ",nir:u2,bits:u4&4095>>3,more:u4@32&16773120>>"
                               "12,height:i8*0.001+3",
      ".las", 5000);
}
GST_END_TEST;

/* Formats 0 to 5 have other bits. */
GST_START_TEST (las_keeps_fields_of_older_formats)
{
  check_round_trip (
      "x:i4*0.01,y:i4*0.01,z:i4*0.01,intensity:u2,return_number:u1&7,"
      "number_of_returns:u1@14&56>>3,scan_direction:u1@14&64>>6,"
      "edge_of_flight_line:u1@14&128>>7,classification:u1&31,"
      "synthetic:u1@15&32>>5,key_point:u1@15&64>>6,withheld:u1@15&128>>7,"
      "scan_angle_rank:i1,user_data:u1,point_source_id:u2" COLOURS,
      ".las", 5000);
}
GST_END_TEST;

static gchar *
write_coordinates (gboolean is_double, gdouble steps, gdouble start,
    guint n_points)
{
  GByteArray *bytes = g_byte_array_new ();
  gchar *path;
  guint i;

  for (i = 0; i < 3 * n_points; i++) {
    gdouble value = (start * steps + i * 7919 % 100003) / steps;
    gfloat single = value;

    g_byte_array_append (bytes,
        is_double ? (guint8 *) &value : (guint8 *) &single,
        is_double ? sizeof (value) : sizeof (single));
  }
  path = ssio_check_write_file (".bin", bytes->data, bytes->len);
  g_byte_array_unref (bytes);
  return path;
}

GST_START_TEST (las_keeps_floats_of_a_few_digits)
{
  static const struct {
    const gchar *layout;
    gdouble steps, start; /* steps in 1 */
  } cases[] = {
    { "x:f4,y:f4,z:f4", 100, 0 },
    { "x:f4,y:f4,z:f4", 1000, -50 },
    { "x:f8,y:f8,z:f8", 100, -500 },
    { "x:f8,y:f8,z:f8", 1000, 5000000 },
    { "x:f8,y:f8,z:f8", 1e7, 0 },
    { "x:f8,y:f8,z:f8", 128, 6000000 },
    { "x:f8,y:f8,z:f8", 4, -12345678 },
    { "x:f4,y:f4,z:f4", 1024, -20 },
  };
  gchar *path = write_coordinates (strstr (cases[__i__].layout, "f8") != NULL,
      cases[__i__].steps, cases[__i__].start, 3000);
  gchar *recorded = record (path, cases[__i__].layout, ".las", "", "");

  expect_same_files (path, cases[__i__].layout, recorded);
  g_free (recorded);
  g_free (path);
}
GST_END_TEST;

/* The same coordinates in the caps, also where ssiosrc subtracts them again. */
GST_START_TEST (an_origin_is_not_lost)
{
  static const gchar *const suffixes[] = { ".bin", ".las" };
  gchar *path = recordcheck_write_points (LAS_FIELDS, 500, 3);
  gchar *moved, *recorded;

  moved = record (path, LAS_FIELDS, ".bin", "origin=1000,2000,0.5", "");
  expect_same_files (path, LAS_FIELDS, moved);
  recorded = record (moved, NULL, suffixes[__i__], "", "");
  expect_same_files (path, LAS_FIELDS, recorded);
  g_free (recorded);
  g_free (moved);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_replay_has_the_caps_of_the_recording)
{
  gchar *path = recordcheck_write_points (LAS_FIELDS, 500, 3);
  gchar *recorded
      = record (path, LAS_FIELDS, ".bin", "origin=1000,2000,0.5", "");
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s ! fakesink name=sink",
          recorded);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gdouble origin[3];
  GstCaps *caps;

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  caps = gst_pad_get_current_caps (GST_BASE_SINK_PAD (sink));
  fail_unless (gst_ssio_origin_from_caps (caps, origin));
  fail_unless (origin[0] == 1000 && origin[1] == 2000 && origin[2] == 0.5);
  gst_caps_unref (caps);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (recorded);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (recorded_files_are_what_others_read)
{
  gchar *path
      = recordcheck_write_points (LAS_FIELDS COLOURS ",nir:u2", 777, 5);
  gchar *las = record (path, LAS_FIELDS COLOURS ",nir:u2", ".las", "", "");
  gchar *types = recordcheck_write_points (TYPES, 777, 5);
  gchar *structured = record (types, TYPES, ".npy", "", "");
  gchar *xyzi = recordcheck_write_points (XYZI, 777, 5);
  gchar *array = record (xyzi, XYZI, ".npy", "", "");
  gchar *ply = record (xyzi, XYZI, ".ply", "", "");

  if (!ssio_check_run_oracle (NULL, "recorded", "las", las, path, NULL)
      || !ssio_check_run_oracle (NULL, "recorded", "structured", structured,
          types, NULL)
      || !ssio_check_run_oracle (NULL, "recorded", "array", array, xyzi, NULL)
      || !ssio_check_run_oracle (NULL, "recorded", "ply", ply, xyzi, NULL))
    ssio_check_skip ("no Python with NumPy");
  g_free (ply);
  g_free (array);
  g_free (xyzi);
  g_free (structured);
  g_free (types);
  g_free (las);
  g_free (path);
}
GST_END_TEST;

/* LAS 1.2, point format 3, becomes 1.4, format 7. */
GST_START_TEST (real_points_are_kept)
{
  static const struct {
    const gchar *name;
    const gchar *suffix;
  } real[] = {
    { "autzen_trim.las", ".las" },
    { "autzen_trim.las", ".bin" },
    { "autzen_trim.bin", ".las" },
    { "autzen_trim.bin", ".npy" },
    { "autzen-utm.pcd", ".npy" },
    { "simple_text.ply", ".ply" },
  };
  const gchar *data = g_getenv ("SSIO_REAL_DATA");
  gchar *path, *recorded;

  if (!data) {
    ssio_check_skip ("SSIO_REAL_DATA is not set");
    return;
  }
  path = g_build_filename (data, real[__i__].name, NULL);
  recorded = record (path, NULL, real[__i__].suffix, "", "");
  expect_same_files (path, NULL, recorded);
  g_free (recorded);
  g_free (path);
}
GST_END_TEST;

static Suite *
ssiosink_suite (void)
{
  Suite *suite = suite_create ("ssiosink");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, bin_npy_and_ply_keep_all_types_and_gaps, 0,
      3 * G_N_ELEMENTS (any_layouts));
  tcase_add_test (tcase, ply_keeps_types_without_a_position);
  tcase_add_test (tcase, bin_keeps_bits_and_scales);
  tcase_add_test (tcase, las_keeps_its_own_fields);
  tcase_add_test (tcase, las_keeps_fields_of_others_as_extra_bytes);
  tcase_add_test (tcase, las_keeps_fields_of_older_formats);
  tcase_add_loop_test (tcase, las_keeps_floats_of_a_few_digits, 0, 8);
  tcase_add_loop_test (tcase, an_origin_is_not_lost, 0, 2);
  tcase_add_test (tcase, a_replay_has_the_caps_of_the_recording);
  tcase_add_loop_test (tcase, real_points_are_kept, 0, 6);
  tcase_add_test (tcase, recorded_files_are_what_others_read);
  return suite;
}

SSIO_CHECK_MAIN (ssiosink)
