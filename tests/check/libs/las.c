/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include <gst/ssio/gather.h>

#include "elements/linearcheck.h"
#include "libs/lascheck.h"

GST_START_TEST (the_layout_says_what_the_header_and_the_tables_say)
{
  static const gchar expected[]
      = "x:i4*1.5,y:i4*1.5,z:i4*1.5-0.5,intensity:u2,return_number:u1&7,"
        "number_of_returns:u1@14&56>>3,scan_direction:u1@14&64>>6,"
        "edge_of_flight_line:u1@14&128>>7,classification:u1&31,"
        "synthetic:u1@15&32>>5,key_point:u1@15&64>>6,withheld:u1@15&128>>7,"
        "scan_angle_rank:i1,user_data:u1,point_source_id:u2,gps_time:f8";
  GstSsioLayout *wanted = gst_ssio_layout_new_from_string (expected, 0, NULL);
  GByteArray *las = las_new (0);
  GstSsioFormatInfo info;
  GError *error = NULL;
  gchar *text;

  las_put (las, 171, 8, G_GUINT64_CONSTANT (0xbfe0000000000000));
  fail_unless (las_parse (las, NULL, &info, NULL));
  text = gst_ssio_layout_to_string (info.layout);
  fail_unless_equals_string (text, expected);
  fail_if (info.has_more);
  gst_ssio_format_info_clear (&info);
  g_free (text);

  fail_unless (las_parse (las, wanted, &info, NULL));
  gst_ssio_format_info_clear (&info);
  las_put (las, 171, 8, 0);
  fail_if (las_parse (las, wanted, &info, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "the layout property does not fit: expected x:i4*1.5");
  gst_ssio_layout_unref (wanted);
  g_byte_array_unref (las);
}
GST_END_TEST;

GST_START_TEST (a_layout_that_is_asked_for_need_not_know_the_rest_of_a_record)
{
  GByteArray *las = las_new_with_extra_bytes (1);
  GstSsioLayout *wanted;
  GstSsioFormatInfo info;
  gchar *text;

  fail_unless (las_parse (las, NULL, &info, NULL));
  text = gst_ssio_layout_to_string (info.layout);
  gst_ssio_format_info_clear (&info);
  wanted = gst_ssio_layout_new_from_string (text, 0, NULL);
  fail_unless_equals_int (gst_ssio_layout_get_point_size (wanted), 29);
  fail_unless (las_parse (las, wanted, &info, NULL));
  fail_unless_equals_int (gst_ssio_layout_get_point_size (info.layout), 32);
  gst_ssio_format_info_clear (&info);
  gst_ssio_layout_unref (wanted);
  g_free (text);
  g_byte_array_unref (las);
}
GST_END_TEST;

static gchar *
oracle_path (const gchar *name, const gchar *suffix)
{
  return g_strdup_printf ("%s/%s%s", ssio_check_get_directory (), name,
      suffix);
}

static GstSsioPointFile *
open_file (const gchar *path)
{
  GError *error = NULL;
  GstSsioPointFile *file
      = gst_ssio_point_file_open (path, NULL, GST_SSIO_IO_MODE_MMAP, &error);

  fail_unless (file != NULL, "%s", error ? error->message : "");
  return file;
}

/* The named fields of all points of a mapped file, column after column. */
static gfloat *
gather_all (GstSsioPointFile *file, const GstSsioLayout *layout, gchar **names)
{
  guint n_names = g_strv_length (names);
  guint64 n_points = gst_ssio_point_file_get_n_points (file);
  guint *fields = g_new (guint, n_names);
  gfloat *columns = g_new (gfloat, n_names * n_points);
  GstSsioGather *gather;
  guint i;

  for (i = 0; i < n_names; i++) {
    gint field = gst_ssio_layout_find_field (layout, names[i]);

    fail_unless (field >= 0, "no field \"%s\"", names[i]);
    fields[i] = field;
  }
  gather = gst_ssio_gather_new (layout, fields, n_names);
  gst_ssio_gather_columns (gather,
      gst_ssio_point_file_get_mapped_points (file), n_points, columns,
      n_points);
  gst_ssio_gather_free (gather);
  g_free (fields);
  return columns;
}

/* Expects that the file has the fields that NumPy wrote, and their values. */
static void
check_columns (const gchar *name)
{
  gchar *path = oracle_path (name, ".las");
  gchar *names_path = oracle_path (name, ".txt");
  gchar *values_path = oracle_path (name, ".f4");
  GstSsioPointFile *file = open_file (path);
  GstSsioLayout *layout = gst_ssio_point_file_get_layout (file);
  gchar *text, *expected, **names;
  gfloat *found;
  gsize size, i;

  fail_unless (g_file_get_contents (names_path, &text, NULL, NULL));
  fail_unless (g_file_get_contents (values_path, &expected, &size, NULL));
  names = g_strsplit (text, "\n", -1);
  fail_unless_equals_int (gst_ssio_layout_get_n_fields (layout),
      g_strv_length (names));
  fail_unless_equals_uint64 (size,
      4 * g_strv_length (names) * gst_ssio_point_file_get_n_points (file));
  found = gather_all (file, layout, names);
  for (i = 0; i < size / 4; i++)
    fail_unless (memcmp (&found[i], expected + 4 * i, 4) == 0,
        "%s, value %" G_GSIZE_FORMAT ": expected %.9g, found %.9g", name, i,
        ((gfloat *) expected)[i], found[i]);
  g_free (found);
  g_strfreev (names);
  g_free (text);
  g_free (expected);
  gst_ssio_point_file_unref (file);
  g_free (values_path);
  g_free (names_path);
  g_free (path);
}

static void
check_sparse (void)
{
  gchar *path = oracle_path ("sparse", ".las");
  GstSsioPointFile *file = open_file (path);
  guint64 n_points = (G_GUINT64_CONSTANT (1) << 32) + 3;
  guint8 points[2 * 30];

  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file),
      n_points);
  fail_unless (gst_ssio_point_file_read_points (file, n_points - 2, 2, points,
      NULL));
  fail_unless_equals_int (points[12], 2);
  fail_unless_equals_int (points[42], 3);
  gst_ssio_point_file_unref (file);
  g_free (path);
}

GST_START_TEST (all_formats_and_extra_bytes_are_what_numpy_makes_of_them)
{
  GDir *directory;
  const gchar *name;
  guint n = 0;

  if (!ssio_check_run_oracle (NULL, "las", ssio_check_get_directory (),
          NULL)) {
    ssio_check_skip ("no Python with NumPy");
    return;
  }
  directory = g_dir_open (ssio_check_get_directory (), 0, NULL);
  while ((name = g_dir_read_name (directory))) {
    if (g_str_has_suffix (name, ".txt")) {
      gchar *stem = g_strndup (name, strlen (name) - 4);

      check_columns (stem);
      g_free (stem);
      n++;
    }
  }
  fail_unless_equals_int (n, 34);
  g_dir_close (directory);
  check_sparse ();
}
GST_END_TEST;

/* The layout with coordinates that count from elsewhere. */
static GstSsioLayout *
move_origin (const GstSsioLayout *layout, const gdouble *origins)
{
  guint n = gst_ssio_layout_get_n_fields (layout);
  GstSsioField *fields = g_memdup2 (gst_ssio_layout_get_field (layout, 0),
      n * sizeof (*fields));
  GstSsioLayout *moved;
  guint i;

  for (i = 0; i < 3; i++)
    fields[i].origin -= origins[i];
  moved = gst_ssio_layout_new (fields, n,
      gst_ssio_layout_get_point_size (layout), NULL);
  g_free (fields);
  return moved;
}

static const gdouble real_origins[] = { 636001, 848935, 406 };

/* NULL, and a message, where there is no real data. */
static const gchar *
get_real_data (const gchar *test)
{
  const gchar *data = g_getenv ("SSIO_REAL_DATA");

  if (!data)
    g_print ("skipped: %s: SSIO_REAL_DATA is not set\n", test);
  return data;
}

GST_START_TEST (real_points_are_those_of_the_bin_file)
{
  static const gchar *names[] = { "x", "y", "z", "intensity", "classification",
    "point_source_id", NULL };
  static const gdouble sums[]
      = { 59994544.6, 23186431.3, 2677127.73, 11220547, 136107, 805860000 };
  const gchar *data = get_real_data (__func__);
  gchar *path, *bin_path, *bin;
  GstSsioPointFile *file;
  GstSsioLayout *layout;
  gfloat *columns;
  guint c, p;

  if (!data)
    return;
  path = g_build_filename (data, "autzen_trim.las", NULL);
  bin_path = g_build_filename (data, "autzen_trim.bin", NULL);
  fail_unless (g_file_get_contents (bin_path, &bin, NULL, NULL));
  file = open_file (path);
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file), 110000);
  fail_unless_equals_uint64 (gst_ssio_point_file_get_data_offset (file), 2038);
  layout = move_origin (gst_ssio_point_file_get_layout (file), real_origins);
  columns = gather_all (file, layout, (gchar **) names);
  for (c = 0; c < G_N_ELEMENTS (sums); c++) {
    gdouble sum = 0;

    for (p = 0; p < 110000; p++) {
      gfloat value = columns[c * 110000 + p];

      fail_unless_equals_float (value, ((gfloat *) bin)[6 * p + c]);
      sum += value;
    }
    fail_unless (fabs (sum / sums[c] - 1) < 1e-8, "%s: found %.12g", names[c],
        sum);
  }
  g_free (columns);
  gst_ssio_layout_unref (layout);
  gst_ssio_point_file_unref (file);
  g_free (bin);
  g_free (bin_path);
  g_free (path);
}
GST_END_TEST;

static void
check_mapped_batch (GstElement *element, GstBuffer *buffer, GstPad *pad,
    gpointer n_points)
{
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  GstSsioPointFile *file = gst_ssio_memory_get_point_file (memory);
  GstMapInfo map;

  fail_unless (file != NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless (map.data
               == gst_ssio_point_file_get_mapped_points (file)
                      + 34 * GST_BUFFER_OFFSET (buffer));
  *(guint64 *) n_points += map.size / 34;
  gst_buffer_unmap (buffer, &map);
}

GST_START_TEST (real_batches_are_the_mapped_file)
{
  const gchar *data = get_real_data (__func__);
  guint64 n_points = 0;
  GstElement *pipeline, *sink;

  if (!data)
    return;
  pipeline = ssio_check_launch ("ssiosrc location=%s/autzen_trim.las "
                                "batch-size=7777 ! fakesink name=sink "
                                "signal-handoffs=true",
      data);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (check_mapped_batch),
      &n_points);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  fail_unless_equals_uint64 (n_points, 110000);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* The means of x, y, z and intensity that an identity over a file gives. */
static void
run_identity (const gchar *data, const gchar *name, const gchar *origin,
    gdouble means[4])
{
  gchar *weights = ssio_check_write_identity (4);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s/%s origin=%s ! ssiolinear "
                           "features=x,y,z,intensity layers=4 weights=%s",
          data, name, origin, weights);
  GstMessage *message;
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = linear_pop_epoch (pipeline);
  for (i = 0; i < 4; i++)
    means[i] = linear_get_mean (gst_message_get_structure (message), i);
  gst_message_unref (message);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (weights);
}

GST_START_TEST (a_model_sees_the_same_real_points_in_las_and_bin)
{
  const gchar *data = get_real_data (__func__);
  gdouble las[4], moved[4], bin[4];
  guint i;

  if (!data)
    return;
  run_identity (data, "autzen_trim.las", "none", las);
  run_identity (data, "autzen_trim.las", "auto", moved);
  run_identity (data, "autzen_trim.bin", "auto", bin);
  /* coordinates of 636,000 are rounded to a sixteenth, at random */
  for (i = 0; i < 3; i++)
    fail_unless (fabs (las[i] - real_origins[i] - bin[i]) < 1e-3,
        "column %u: expected %.12g, found %.12g", i, bin[i],
        las[i] - real_origins[i]);
  fail_unless_equals_float (las[3], bin[3]);
  for (i = 0; i < 4; i++)
    fail_unless_equals_float (moved[i], bin[i]);
}
GST_END_TEST;

static Suite *
las_suite (void)
{
  Suite *suite = suite_create ("las");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, the_layout_says_what_the_header_and_the_tables_say);
  tcase_add_test (tcase,
      a_layout_that_is_asked_for_need_not_know_the_rest_of_a_record);
  tcase_add_test (tcase,
      all_formats_and_extra_bytes_are_what_numpy_makes_of_them);
  tcase_add_test (tcase, real_points_are_those_of_the_bin_file);
  tcase_add_test (tcase, real_batches_are_the_mapped_file);
  tcase_add_test (tcase, a_model_sees_the_same_real_points_in_las_and_bin);
  return suite;
}

SSIO_CHECK_MAIN (las)
