/* SPDX-License-Identifier: MIT */
/* ssiocudaupload in a harness: buffers of every kind. */

#include <string.h>

#include "cudacheck.h"

#define CAPS "pointcloud/x-raw,layout=(string)x:f4,point-size=4,batch-size=60"
#define OTHER_CAPS \
  "pointcloud/x-raw,layout=(string)y:f4,point-size=4,batch-size=60"

static GstHarness *
new_upload (const gchar *properties)
{
  gchar *text = g_strdup_printf ("ssiocudaupload %s", properties);
  GstHarness *harness = gst_harness_new_parse (text);

  gst_harness_set_src_caps_str (harness, CAPS);
  g_free (text);
  return harness;
}

static GstBuffer *
new_buffer (gsize size, guint8 first)
{
  guint8 *bytes = g_malloc (size + 1); /* never NULL */
  gsize i;

  for (i = 0; i < size; i++)
    bytes[i] = first + i;
  return gst_buffer_new_wrapped (bytes, size);
}

/* Pushes a buffer, and expects its bytes on the device. */
static void
check_upload (GstHarness *harness, GstBuffer *buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  guint8 *bytes = g_malloc (size + 1);
  GstBuffer *out;

  gst_buffer_extract (buffer, 0, bytes, size);
  GST_BUFFER_OFFSET (buffer) = 7;
  out = gst_harness_push_and_pull (harness, buffer);
  fail_unless (out != NULL);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (out), 7);
  fail_unless_equals_uint64 (gst_buffer_get_size (out), size);
  fail_unless_equals_int (gst_buffer_memcmp (out, 0, bytes, size), 0);
  fail_unless (size == 0
               || gst_ssio_is_cuda_memory (gst_buffer_peek_memory (out, 0)));
  gst_buffer_unref (out);
  g_free (bytes);
}

GST_START_TEST (buffers_of_any_size_and_make_are_uploaded)
{
  static const gchar *const stagings[]
      = { "auto", "pinned", "register", "pageable" };
  static const gsize sizes[] = { 4, 240, 0, 8, 100000, 12, 240 };
  guint s, i;

  for (s = 0; s < G_N_ELEMENTS (stagings); s++) {
    gchar *properties = g_strdup_printf ("staging=%s", stagings[s]);
    GstHarness *harness = new_upload (properties);

    for (i = 0; i < G_N_ELEMENTS (sizes); i++)
      check_upload (harness, new_buffer (sizes[i], i));
    check_upload (harness,
        gst_buffer_append (new_buffer (120, 1), new_buffer (16, 99)));
    gst_harness_teardown (harness);
    g_free (properties);
    ssio_cuda_check_clean ();
  }
}
GST_END_TEST;

static GstBuffer *
new_batch (guint file, guint64 version, guint8 first)
{
  GstBuffer *buffer = new_buffer (240, first);

  gst_buffer_add_ssio_batch_meta (buffer, 0, 0, file, 0, 60)->version
      = version;
  return buffer;
}

/* How many copies a batch takes that comes three times. */
static guint
count_copies (GstHarness *harness, guint file, guint64 version, guint8 first)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  guint before = fake->count ("cuMemcpyHtoDAsync");
  guint i;

  for (i = 0; i < 3; i++)
    check_upload (harness, new_batch (file, version, first));
  return fake->count ("cuMemcpyHtoDAsync") - before;
}

GST_START_TEST (a_cache_knows_files_and_their_versions)
{
  GstHarness *harness = new_upload ("cache=device");

  ssio_cuda_skip_without_fake ();
  fail_unless_equals_int (count_copies (harness, 0, 1, 1), 1);
  fail_unless_equals_int (count_copies (harness, 1, 1, 2), 1);
  fail_unless_equals_int (count_copies (harness, 0, 1, 1), 0);
  /* the file has changed, and changes back */
  fail_unless_equals_int (count_copies (harness, 0, 2, 3), 1);
  fail_unless_equals_int (count_copies (harness, 0, 1, 4), 1);
  /* the other one has not */
  fail_unless_equals_int (count_copies (harness, 1, 1, 2), 0);
  /* nobody knows the version */
  fail_unless_equals_int (count_copies (harness, 0, 0, 5), 3);
  /* another layout cuts the file into other batches */
  gst_harness_set_src_caps_str (harness, OTHER_CAPS);
  fail_unless_equals_int (count_copies (harness, 1, 1, 6), 1);
  gst_harness_teardown (harness);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

/* One batch of a live stream, to the device and maybe back. */
static void
check_live (const gchar *description)
{
  GstHarness *harness = gst_harness_new_parse (description);
  guint i;

  gst_harness_set_src_caps_str (harness, CAPS);
  gst_harness_set_upstream_latency (harness, 30 * GST_MSECOND);
  fail_unless_equals_clocktime (gst_harness_query_latency (harness),
      30 * GST_MSECOND);
  for (i = 0; i < 3; i++) {
    GstBuffer *buffer = new_batch (1, 2, 3);
    const GstSsioBatchMeta *meta;

    GST_BUFFER_PTS (buffer) = (40 + i) * GST_MSECOND;
    GST_BUFFER_DTS (buffer) = (30 + i) * GST_MSECOND;
    GST_BUFFER_DURATION (buffer) = GST_MSECOND;
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    buffer = gst_harness_push_and_pull (harness, buffer);
    fail_unless (buffer != NULL);
    fail_unless_equals_clocktime (GST_BUFFER_PTS (buffer),
        (40 + i) * GST_MSECOND);
    fail_unless_equals_clocktime (GST_BUFFER_DTS (buffer),
        (30 + i) * GST_MSECOND);
    fail_unless_equals_clocktime (GST_BUFFER_DURATION (buffer), GST_MSECOND);
    fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
    meta = gst_buffer_get_ssio_batch_meta (buffer);
    fail_unless (meta != NULL);
    fail_unless_equals_int (meta->file, 1);
    fail_unless_equals_uint64 (meta->version, 2);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (harness);
}

GST_START_TEST (live_batches_keep_their_times_and_get_no_latency)
{
  check_live ("ssiocudaupload");
  check_live ("ssiocudaupload cache=device");
  check_live ("ssiocudaupload ! ssiocudadownload");
}
GST_END_TEST;

GST_START_TEST (properties_come_back_as_they_were_set)
{
  GstElement *upload = gst_element_factory_make ("ssiocudaupload", NULL);
  guint slots;
  guint64 cache_size;
  gint staging, cache;

  g_object_get (upload, "slots", &slots, "staging", &staging, "cache", &cache,
      "cache-size", &cache_size, NULL);
  fail_unless_equals_int (slots, 3);
  fail_unless_equals_int (staging, 0);
  fail_unless_equals_int (cache, 0);
  fail_unless_equals_uint64 (cache_size, 0);
  gst_util_set_object_arg (G_OBJECT (upload), "staging", "register");
  gst_util_set_object_arg (G_OBJECT (upload), "cache", "device");
  g_object_set (upload, "slots", 64, "cache-size", G_MAXUINT64, NULL);
  g_object_get (upload, "slots", &slots, "staging", &staging, "cache", &cache,
      "cache-size", &cache_size, NULL);
  fail_unless_equals_int (slots, 64);
  fail_unless_equals_int (staging, 2);
  fail_unless_equals_int (cache, 1);
  fail_unless_equals_uint64 (cache_size, G_MAXUINT64);
  gst_object_unref (upload);
}
GST_END_TEST;

static Suite *
cuda_upload_buffers_suite (void)
{
  Suite *suite = suite_create ("cuda-upload-buffers");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, buffers_of_any_size_and_make_are_uploaded);
  tcase_add_test (tcase, a_cache_knows_files_and_their_versions);
  tcase_add_test (tcase, live_batches_keep_their_times_and_get_no_latency);
  tcase_add_test (tcase, properties_come_back_as_they_were_set);
  return suite;
}

SSIO_CHECK_MAIN (cuda_upload_buffers)
