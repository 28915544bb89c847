/* SPDX-License-Identifier: MIT */
/* ssiosrc over files with an array of a class for each of their points. */

#include <glib/gstdio.h>
#include <gst/ssio/formats/npyheader.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include "ssiocheck.h"

#define POINT_SIZE 12 /* x, y, z */

/* What the oracle has made, once. */
static gchar *folder;
static guint n_points;

/* All that came, in the order that it did. */
typedef struct {
  gchar *layout;
  GByteArray *records;
} Stream;

static gboolean
has_oracle (void)
{
  if (!folder)
    ssio_check_skip ("no Python with NumPy");
  return folder != NULL;
}

static void
run_oracle (void)
{
  gchar *tiles, *output;

  folder = ssio_check_make_path (".d");
  tiles = g_build_filename (folder, "tiles", NULL);
  g_mkdir (folder, 0700);
  g_mkdir (tiles, 0700);
  if (ssio_check_run_oracle (&output, "predictions", folder, NULL)) {
    n_points = g_ascii_strtoull (output, NULL, 10);
    g_free (output);
    g_free (tiles);
    return;
  }
  ssio_check_remove_folder (tiles);
  ssio_check_remove_folder (g_steal_pointer (&folder));
}

static void
remove_oracle (void)
{
  if (!folder)
    return;
  ssio_check_remove_folder (g_build_filename (folder, "tiles", NULL));
  ssio_check_remove_folder (g_steal_pointer (&folder));
}

static guint8 *
read_joined (const gchar *code)
{
  gchar *path = g_strdup_printf ("%s/%s.joined", folder, code);
  gchar *bytes;

  fail_unless (g_file_get_contents (path, &bytes, NULL, NULL));
  g_free (path);
  return (guint8 *) bytes;
}

static void
take_batch (GstElement *sink, GstBuffer *buffer, GstPad *pad, Stream *stream)
{
  GstMapInfo map;

  if (!stream->layout) {
    GstCaps *caps = gst_pad_get_current_caps (pad);

    stream->layout
        = g_strdup (gst_structure_get_string (gst_caps_get_structure (caps, 0),
            "layout"));
    gst_caps_unref (caps);
  }
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_byte_array_append (stream->records, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

/* Has stream take what comes to the element named sink. */
static GstElement *
collect (GstElement *pipeline, Stream *stream)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");

  *stream = (Stream){ NULL, g_byte_array_new () };
  g_signal_connect (sink, "handoff", G_CALLBACK (take_batch), stream);
  gst_object_unref (sink);
  return pipeline;
}

static GstElement *
launch (const gchar *array, const gchar *properties, Stream *stream)
{
  return collect (
      ssio_check_launch ("ssiosrc location=%s/tiles layout=x,y,z "
                         "batch-size=9000 predictions=%s/%s.npy %s ! queue ! "
                         "fakesink name=sink signal-handoffs=true",
          folder, folder, array, properties),
      stream);
}

static void
play (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
clear (Stream *stream)
{
  g_byte_array_unref (stream->records);
  g_free (stream->layout);
}

/* Expects records as NumPy has joined them, and counts the points in seen. */
static void
check_records (const Stream *stream, const gchar *code, guint *seen)
{
  guint size = POINT_SIZE + (code[1] - '0');
  guint8 *expected = read_joined (code);
  gchar *layout = g_strdup_printf ("x:f4,y:f4,z:f4,prediction:%s", code);
  guint i;

  fail_unless_equals_string (stream->layout, layout);
  for (i = 0; i < stream->records->len / size; i++) {
    const guint8 *record = stream->records->data + i * size;
    gfloat x;

    memcpy (&x, record, sizeof (x));
    fail_unless (memcmp (record, expected + (guint) x * size, size) == 0,
        "%s of point %g", code, x);
    seen[(guint) x]++;
  }
  g_free (layout);
  g_free (expected);
}

/* Expects each point of a range so often, and no other. */
static void
check_seen (const guint *seen, guint from, guint stop, guint times)
{
  guint i;

  for (i = 0; i < n_points; i++)
    fail_unless_equals_int (seen[i], (i >= from && i < stop) * times);
}

/* Streams with each of the given properties, and expects so much of all. */
static void
check_streams (const gchar *code, const gchar *const *properties, guint from,
    guint stop, guint times)
{
  guint *seen = g_new0 (guint, n_points);
  guint i;

  for (i = 0; properties[i]; i++) {
    Stream stream;

    play (launch (code, properties[i], &stream));
    check_records (&stream, code, seen);
    clear (&stream);
  }
  check_seen (seen, from, stop, times);
  g_free (seen);
}

static void
check_stream (const gchar *code, const gchar *properties, guint from,
    guint stop, guint times)
{
  const gchar *const list[] = { properties, NULL };

  check_streams (code, list, from, stop, times);
}

GST_START_TEST (integers_of_any_type_join_the_points_of_many_files)
{
  static const gchar *const codes[]
      = { "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8" };
  guint i;

  if (!has_oracle ())
    return;
  for (i = 0; i < G_N_ELEMENTS (codes); i++) {
    guint8 *expected = read_joined (codes[i]);
    Stream stream;

    play (launch (codes[i], "", &stream));
    fail_unless_equals_uint64 (stream.records->len,
        (guint64) n_points * (POINT_SIZE + codes[i][1] - '0'));
    fail_unless (memcmp (stream.records->data, expected, stream.records->len)
                 == 0);
    clear (&stream);
    g_free (expected);
    check_stream (codes[i], "io-mode=read batch-size=1000", 0, n_points, 1);
  }
}
GST_END_TEST;

GST_START_TEST (predictions_stay_with_their_points_in_any_order)
{
  static const gchar *const shards[] = {
    "batch-size=300 shuffle=batches num-shards=3 shard-index=0",
    "batch-size=300 shuffle=batches num-shards=3 shard-index=1",
    "batch-size=300 shuffle=batches num-shards=3 shard-index=2",
    NULL,
  };

  if (!has_oracle ())
    return;
  check_stream ("u1", "shuffle=batches seed=5 batch-size=77", 0, n_points, 1);
  check_stream ("u2", "shuffle=points seed=5 batch-size=500", 0, n_points, 1);
  check_stream ("u2", "shuffle=points batch-size=500 epochs=3", 0, n_points,
      3);
  check_streams ("u1", shards, 0, n_points, 1);
}
GST_END_TEST;

GST_START_TEST (a_range_has_the_predictions_of_its_points)
{
  if (!has_oracle ())
    return;
  check_stream ("u2", "start-point=8190 stop-point=28300", 8190, 28300, 1);
  check_stream ("u1", "start-point=8195 shuffle=batches", 8195, n_points, 1);
}
GST_END_TEST;

GST_START_TEST (a_seek_goes_to_the_predictions_of_its_points)
{
  static const guint starts[] = { 0, 1, 8193, 28197, 36388 };
  guint i;

  if (!has_oracle ())
    return;
  for (i = 0; i < G_N_ELEMENTS (starts); i++) {
    guint *seen = g_new0 (guint, n_points);
    Stream stream;
    GstElement *pipeline = launch ("u1", "", &stream);

    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT,
        GST_SEEK_FLAG_FLUSH, starts[i]));
    play (pipeline);
    check_records (&stream, "u1", seen);
    check_seen (seen, starts[i], n_points, 1);
    clear (&stream);
    g_free (seen);
  }
}
GST_END_TEST;

/* As ssiosink writes what was joined before, for one. */
GST_START_TEST (an_array_of_one_integer_a_point_is_one_of_classes)
{
  static const gchar *const arrays[] = { "named", "matrix", "recorded" };
  guint8 *expected;
  guint i;

  if (!has_oracle ())
    return;
  expected = read_joined ("u1");
  for (i = 0; i < G_N_ELEMENTS (arrays); i++) {
    Stream stream;

    play (launch (arrays[i], "", &stream));
    fail_unless_equals_string (stream.layout, "x:f4,y:f4,z:f4,prediction:u1");
    fail_unless_equals_uint64 (stream.records->len,
        (guint64) n_points * (POINT_SIZE + 1));
    fail_unless (memcmp (stream.records->data, expected, stream.records->len)
                 == 0);
    clear (&stream);
  }
  g_free (expected);
}
GST_END_TEST;

/* Records of so many bytes, with a class each and a gap, joined to as many
 * points: the two are the upper and the lower byte of their number. */
static void
check_gaps (guint n, guint size)
{
  gchar *descr
      = g_strdup_printf ("[('prediction', '|u1'), ('', '|V%u')]", size - 1);
  GString *file = gst_ssio_npy_header_make (descr, n, 0);
  guint8 *points = g_new (guint8, n);
  gsize start = file->len;
  gchar *array, *path;
  Stream stream;
  guint i;

  g_string_set_size (file, start + (gsize) n * size);
  memset (file->str + start, 0, (gsize) n * size);
  for (i = 0; i < n; i++) {
    points[i] = i;
    file->str[start + (gsize) i * size] = i >> 8;
  }
  array = ssio_check_write_file (".npy", file->str, file->len);
  path = ssio_check_write_file (".bin", points, n);
  play (collect (
      ssio_check_launch ("ssiosrc location=%s layout=x:u1 batch-size=%u "
                         "predictions=%s ! fakesink name=sink "
                         "signal-handoffs=true",
          path, n, array),
      &stream));
  fail_unless_equals_uint64 (stream.records->len, (guint64) n * (1 + size));
  for (i = 0; i < n; i++) {
    const guint8 *record = stream.records->data + (gsize) i * (1 + size);

    fail_unless_equals_int (record[0] | record[1] << 8, i);
  }
  clear (&stream);
  g_free (path);
  g_free (array);
  g_free (points);
  g_string_free (file, TRUE);
  g_free (descr);
}

GST_START_TEST (records_of_classes_may_have_gaps_of_any_size)
{
  check_gaps (9001, 3);
  check_gaps (9001, 100);
  check_gaps (3, (1 << 19) + 8); /* 2^13 of them are more than 4 GiB */
}
GST_END_TEST;

/* The scan is text, which has to be converted first. */
GST_START_TEST (labels_and_predictions_join_the_same_points)
{
  static const gchar text[]
      = "ply\nformat ascii 1.0\nelement vertex 2\nproperty uchar x\n"
        "end_header\n7\n8\n";
  static const guint8 expected[] = { 7, 1, 0, 2, 0, 3, 8, 5, 0, 6, 0, 4 };
  const guint16 labels[] = { 1, 2, 5, 6 };
  gchar *scan = ssio_check_write_file (".ply", text, strlen (text));
  gchar *label_path = g_strconcat (scan, ".label", NULL);
  GString *classes = gst_ssio_npy_header_make ("'|u1'", 2, 0);
  Stream stream;
  gchar *array;

  g_string_append (classes, "\3\4");
  array = ssio_check_write_file (".npy", classes->str, classes->len);
  fail_unless (g_file_set_contents (label_path, (const gchar *) labels,
      sizeof (labels), NULL));
  play (collect (ssio_check_launch ("ssiosrc location=%s element=vertex "
                                    "labels=*.ply.label predictions=%s ! "
                                    "fakesink name=sink signal-handoffs=true",
                     scan, array),
      &stream));
  fail_unless_equals_string (stream.layout,
      "x:u1,sem_class:u2,ins_class:u2,prediction:u1");
  fail_unless_equals_int (stream.records->len, sizeof (expected));
  fail_unless (memcmp (stream.records->data, expected, sizeof (expected))
               == 0);
  clear (&stream);
  g_remove (label_path);
  g_free (label_path);
  g_string_free (classes, TRUE);
  g_free (array);
  g_free (scan);
}
GST_END_TEST;

static void
check_refused (const gchar *array, const gchar *properties, GQuark domain,
    gint code, const gchar *part, const gchar *other_part)
{
  Stream stream;
  GstElement *pipeline = launch (array, properties, &stream);

  ssio_check_error (pipeline, domain, code, part, other_part, NULL);
  gst_object_unref (pipeline);
  clear (&stream);
}

GST_START_TEST (an_array_that_does_not_fit_is_one_error_that_says_why)
{
  static const struct {
    const gchar *array;
    const gchar *parts[2];
  } arrays[] = {
    { "short",
        { "short.npy: holds no prediction for each point of the files: expected 45761, one a point, found 45760;",
            "predict" } },
    { "long", { "expected 45761, one a point, found 45762;", "predict" } },
    { "single", { "expected 45761, one a point, found 1;", "predict" } },
    { "none", { "holds 0 points", "expected at least one" } },
    { "logits",
        { "logits.npy: expected a .npy array of one integer a point, its class, or of records with the field prediction alone, found 9 numbers a point;",
            "predictions-type=argmax" } },
    { "label",
        { "records with the field prediction alone", "found label:u1;" } },
    { "floats", { "one integer a point", "found prediction:f4;" } },
    { "big",
        { "big.npy: .npy header: the array has the big-endian type \">u2\"",
            "byteorder" } },
    { "bool", { "the type \"|b1\"", "astype()" } },
    { "fortran", { "fortran_order is True", "ascontiguousarray()" } },
    { "cube", { "more than 2 dimensions", "expected shape" } },
    { "scalar", { "0 dimension(s)", "expected" } },
    { "cut",
        { "cut.npy: its header says 45761 points of 1 bytes from byte 128 on: expected a file of 45889 bytes, found 45888",
            "damaged" } },
    { "header", { ".npy header", "bytes long" } },
    { "garbage", { ".npy header", "expected the file to start with" } },
  };
  guint i;

  if (!has_oracle ())
    return;
  for (i = 0; i < G_N_ELEMENTS (arrays); i++)
    check_refused (arrays[i].array, "", GST_STREAM_ERROR,
        GST_STREAM_ERROR_WRONG_TYPE, arrays[i].parts[0], arrays[i].parts[1]);
  check_refused ("nowhere", "", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND,
      "predictions: ", "nowhere.npy: cannot open");
}
GST_END_TEST;

GST_START_TEST (what_cannot_be_joined_is_one_error_that_says_why)
{
  const GQuark resource = GST_RESOURCE_ERROR;
  const gint settings = GST_RESOURCE_ERROR_SETTINGS;

  if (!has_oracle ())
    return;
  check_refused ("u1", "io-mode=mmap", resource, settings,
      "cannot be mapped together with predictions",
      "expected io-mode=auto or read, found mmap");
  check_refused ("u1", "io-mode=direct", resource, settings,
      "cannot be read directly together with predictions",
      "expected io-mode=auto or read, found direct");
  check_refused ("u1", "follow=true", resource, settings,
      "expected no predictions", "once it is complete");
  check_refused ("u1", "layout=x,y,prediction", GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "tile01.bin: predictions cannot join",
      "two fields are named \"prediction\"");
}
GST_END_TEST;

/* A copy of the array, to be changed while it streams. */
static gchar *
copy_array (const gchar *from, const gchar *to)
{
  gchar *source = g_strdup_printf ("%s/%s.npy", folder, from);
  gchar *path = g_strdup_printf ("%s/%s.npy", folder, to);
  gchar *bytes;
  gsize size;

  fail_unless (g_file_get_contents (source, &bytes, &size, NULL));
  fail_unless (g_file_set_contents (path, bytes, size, NULL));
  g_free (bytes);
  g_free (source);
  return path;
}

static void
cut (const gchar *path, const gchar *array)
{
  fail_unless_equals_int (truncate (path, 45888), 0);
}

/* As ssiolinear does at the end of an epoch. */
static void
replace (const gchar *path, const gchar *array)
{
  gchar *other = copy_array (array, "other");

  fail_unless_equals_int (g_rename (other, path), 0);
  g_free (other);
}

/* Not in the same tick of the clock that stamps files. */
static void
write_over (const gchar *path, const gchar *array)
{
  struct utimbuf times = { 1000000000, 1000000000 };
  gchar *other = g_strdup_printf ("%s/%s.npy", folder, array);
  FILE *file = g_fopen (path, "r+");
  gchar *bytes;
  gsize size;

  fail_unless (g_file_get_contents (other, &bytes, &size, NULL));
  fail_unless_equals_uint64 (fwrite (bytes, 1, size, file), size);
  fail_unless_equals_int (fclose (file), 0);
  fail_unless_equals_int (g_utime (path, &times), 0);
  g_free (bytes);
  g_free (other);
}

static void
check_changed (const gchar *properties,
    void (*change) (const gchar *path, const gchar *array), const gchar *array,
    gint code, const gchar *part)
{
  gchar *path = copy_array ("u1", "passing");
  Stream stream;
  GstElement *pipeline = launch ("passing", properties, &stream);

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  change (path, array);
  ssio_check_error (pipeline, GST_RESOURCE_ERROR, code, part, "start again",
      NULL);
  gst_object_unref (pipeline);
  clear (&stream);
  g_remove (path);
  g_free (path);
}

GST_START_TEST (an_array_that_changes_while_it_streams_is_one_error)
{
  if (!has_oracle ())
    return;
  check_changed ("batch-size=10", cut, NULL, GST_RESOURCE_ERROR_READ,
      "passing.npy: was truncated while it was being read: expected 45889 bytes, found 45888");
  check_changed ("batch-size=10", replace, "u1", GST_RESOURCE_ERROR_NOT_FOUND,
      "passing.npy: was deleted or replaced");
}
GST_END_TEST;

/* Numbers of the same type or of another, maybe when all were read. */
GST_START_TEST (an_array_that_is_written_over_is_one_error_and_no_epoch)
{
  const gchar *part = "passing.npy: was modified or replaced";

  if (!has_oracle ())
    return;
  check_changed ("batch-size=10", write_over, "i1", GST_RESOURCE_ERROR_READ,
      part);
  check_changed ("batch-size=10", write_over, "i8", GST_RESOURCE_ERROR_READ,
      part);
  check_changed ("batch-size=100000 epochs=0", write_over, "i1",
      GST_RESOURCE_ERROR_READ, part);
}
GST_END_TEST;

GST_START_TEST (each_start_reads_the_array_that_is_there_then)
{
  gchar *path;
  Stream stream;
  GstElement *pipeline;
  guint *seen;

  if (!has_oracle ())
    return;
  seen = g_new0 (guint, n_points);
  path = copy_array ("u1", "passing");
  pipeline = launch ("passing", "", &stream);
  play (gst_object_ref (pipeline));
  check_records (&stream, "u1", seen);
  clear (&stream);
  stream = (Stream){ NULL, g_byte_array_new () };
  g_free (path);
  path = copy_array ("i4", "passing");
  play (pipeline);
  check_records (&stream, "i4", seen);
  check_seen (seen, 0, n_points, 2);
  clear (&stream);
  g_remove (path);
  g_free (path);
  g_free (seen);
}
GST_END_TEST;

static Suite *
ssiosrc_predictions_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-predictions");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_unchecked_fixture (tcase, run_oracle, remove_oracle);
  tcase_add_test (tcase, integers_of_any_type_join_the_points_of_many_files);
  tcase_add_test (tcase, predictions_stay_with_their_points_in_any_order);
  tcase_add_test (tcase, a_range_has_the_predictions_of_its_points);
  tcase_add_test (tcase, a_seek_goes_to_the_predictions_of_its_points);
  tcase_add_test (tcase, an_array_of_one_integer_a_point_is_one_of_classes);
  tcase_add_test (tcase, records_of_classes_may_have_gaps_of_any_size);
  tcase_add_test (tcase, labels_and_predictions_join_the_same_points);
  tcase_add_test (tcase,
      an_array_that_does_not_fit_is_one_error_that_says_why);
  tcase_add_test (tcase, what_cannot_be_joined_is_one_error_that_says_why);
  tcase_add_test (tcase, an_array_that_changes_while_it_streams_is_one_error);
  tcase_add_test (tcase,
      an_array_that_is_written_over_is_one_error_and_no_epoch);
  tcase_add_test (tcase, each_start_reads_the_array_that_is_there_then);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_predictions)
