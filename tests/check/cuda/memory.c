/* SPDX-License-Identifier: MIT */
/* The bytes of memory on a device: mapped, shared, copied, merged. */

#include <gst/ssio/cuda/pinned.h>

#include "cudacheck.h"

#define SIZE 10007

static GstSsioCudaStream *stream;
static GstMemory *memory;

/* SIZE bytes that are filled. */
static void
begin (void)
{
  stream = ssio_cuda_new_only_stream ();
  memory = ssio_cuda_new_filled (stream, SIZE);
}

static void
end (void)
{
  g_clear_pointer (&memory, gst_memory_unref);
  g_clear_pointer (&stream, gst_ssio_cuda_stream_unref);
}

GST_START_TEST (memory_says_what_it_is)
{
  fail_unless (gst_ssio_is_cuda_memory (memory));
  fail_unless_equals_uint64 (memory->size, SIZE);
  fail_unless_equals_uint64 (gst_ssio_cuda_memory_get_device_pointer (memory)
                                 % 256,
      0);
  fail_unless (gst_ssio_cuda_memory_get_stream (memory) == stream);
  fail_unless (gst_ssio_cuda_memory_get_context (memory)
               == gst_ssio_cuda_stream_get_context (stream));
  fail_unless (gst_ssio_cuda_memory_get_ready_event (memory) != NULL);
}
GST_END_TEST;

GST_START_TEST (other_memory_is_not_on_a_device)
{
  GstAllocator *allocator = gst_ssio_pinned_allocator_new (
      gst_ssio_cuda_stream_get_context (stream));
  GstMemory *pinned = gst_ssio_pinned_allocator_alloc (allocator, SIZE, NULL);
  GstMemory *plain = gst_allocator_alloc (NULL, SIZE, NULL);

  fail_if (gst_ssio_is_cuda_memory (plain));
  fail_if (gst_ssio_is_cuda_memory (pinned));
  gst_memory_unref (plain);
  gst_memory_unref (pinned);
  gst_object_unref (allocator);
}
GST_END_TEST;

GST_START_TEST (more_than_the_device_has_is_no_space_left)
{
  GError *error = NULL;

  fail_unless (gst_ssio_cuda_memory_new (stream, (gsize) 1 << 50, &error)
               == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "cuMemAlloc failed");
}
GST_END_TEST;

static gboolean
try_new (gpointer data, GError **error)
{
  GstMemory *made = gst_ssio_cuda_memory_new (stream, SIZE, error);

  if (!made)
    return FALSE;
  gst_memory_unref (made);
  return TRUE;
}

GST_START_TEST (memory_that_cannot_be_made_says_why)
{
  ssio_cuda_skip_without_fake ();
  ssio_cuda_expect_failures ("cuMemAlloc", try_new, NULL);
  ssio_cuda_expect_failures ("cuEventCreate", try_new, NULL);
}
GST_END_TEST;

GST_START_TEST (a_map_downloads_what_was_uploaded)
{
  ssio_cuda_expect_memory (memory, 0, SIZE);
}
GST_END_TEST;

static gpointer
expect_all (gpointer data)
{
  ssio_cuda_expect_memory (data, 0, SIZE);
  return NULL;
}

GST_START_TEST (a_map_waits_until_the_memory_is_ready)
{
  GstMemory *slow;

  ssio_cuda_skip_without_fake ();
  ssio_fake_cuda ()->hold ();
  slow = ssio_cuda_new_filled (stream, SIZE);
  ssio_cuda_expect_waits (expect_all, slow);
  gst_memory_unref (slow);
}
GST_END_TEST;

/* Downloads on another stream from memory that make() begins to write while
 * the stream is busy. */
static void
expect_download_waits (GstMemory *(*make) (void) )
{
  GstSsioCudaStream *other
      = ssio_cuda_new_stream (gst_ssio_cuda_stream_get_context (stream));
  GstMemory *scratch = ssio_cuda_new_blank (stream, SIZE);
  guint8 bytes[SIZE];
  GstMemory *made;

  ssio_fake_cuda ()->set_delay (2000);
  ssio_cuda_keep_busy (stream, scratch);
  made = make ();
  fail_unless (gst_ssio_cuda_memory_download (made, other, bytes, NULL));
  ssio_cuda_expect_bytes (bytes, 0, SIZE);
  gst_memory_unref (made);
  gst_memory_unref (scratch);
  gst_ssio_cuda_stream_unref (other);
}

static GstMemory *
make_filled (void)
{
  return ssio_cuda_new_filled (stream, SIZE);
}

static GstMemory *
make_copy (void)
{
  return gst_memory_copy (memory, 0, -1);
}

GST_START_TEST (a_download_on_another_stream_waits_until_it_is_ready)
{
  ssio_cuda_skip_without_fake ();
  expect_download_waits (make_filled);
  expect_download_waits (make_copy);
}
GST_END_TEST;

GST_START_TEST (a_map_for_writing_is_refused)
{
  GstMapInfo map;

  fail_if (gst_memory_map (memory, &map, GST_MAP_WRITE));
  fail_if (gst_memory_map (memory, &map, GST_MAP_READWRITE));
  ssio_cuda_expect_memory (memory, 0, SIZE);
}
GST_END_TEST;

GST_START_TEST (threads_map_at_once)
{
  GThread *threads[4];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, expect_all, memory);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}
GST_END_TEST;

GST_START_TEST (maps_at_once_share_a_download)
{
  GstMapInfo one, other;
  FakecudaStats stats;

  ssio_cuda_skip_without_fake ();
  fail_unless (gst_memory_map (memory, &one, GST_MAP_READ));
  fail_unless (gst_memory_map (memory, &other, GST_MAP_READ));
  fail_unless (one.data == other.data);
  ssio_cuda_stats (&stats);
  fail_unless_equals_uint64 (stats.to_host, SIZE);
  gst_memory_unmap (memory, &one);
  ssio_cuda_expect_bytes (other.data, 0, SIZE);
  gst_memory_unmap (memory, &other);
}
GST_END_TEST;

GST_START_TEST (a_download_that_fails_says_why)
{
  static const gchar *const calls[]
      = { "cuStreamWaitEvent", "cuMemcpyDtoHAsync", "cuStreamSynchronize" };
  guint8 bytes[SIZE];
  GError *error = NULL;
  GstMapInfo map;
  guint i;

  ssio_cuda_skip_without_fake ();
  for (i = 0; i < G_N_ELEMENTS (calls); i++) {
    ssio_fake_cuda ()->fail_call (calls[i], 1, CUDA_ERROR_UNKNOWN);
    fail_if (gst_ssio_cuda_memory_download (memory, stream, bytes, &error));
    ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        calls[i]);
    ssio_fake_cuda ()->fail_call (calls[i], 1, CUDA_ERROR_UNKNOWN);
    fail_if (gst_memory_map (memory, &map, GST_MAP_READ));
    ssio_cuda_expect_memory (memory, 0, SIZE);
  }
}
GST_END_TEST;

GST_START_TEST (resized_memory_maps_its_part)
{
  gst_memory_resize (memory, 13, 1001);
  ssio_cuda_expect_memory (memory, 13, 1001);
  gst_memory_resize (memory, 7, 500);
  ssio_cuda_expect_memory (memory, 20, 500);
  gst_memory_resize (memory, -20, SIZE);
  ssio_cuda_expect_memory (memory, 0, SIZE);
}
GST_END_TEST;

GST_START_TEST (a_share_is_a_part_with_an_address_of_its_own)
{
  guint64 pointer = gst_ssio_cuda_memory_get_device_pointer (memory);
  GstMemory *part = gst_memory_share (memory, 101, 5003);
  GstMemory *inner = gst_memory_share (part, 17, -1);

  fail_unless (gst_ssio_is_cuda_memory (inner));
  fail_unless_equals_uint64 (gst_ssio_cuda_memory_get_device_pointer (inner),
      pointer + 118);
  ssio_cuda_expect_memory (part, 101, 5003);
  gst_memory_unref (part);
  ssio_cuda_expect_memory (inner, 118, 4986);
  gst_memory_unref (inner);
}
GST_END_TEST;

GST_START_TEST (shares_of_what_was_resized_count_from_its_start)
{
  GstMemory *part, *inner;

  gst_memory_resize (memory, 1000, 3000);
  part = gst_memory_share (memory, 11, -1);
  ssio_cuda_expect_memory (part, 1011, 2989);
  gst_memory_resize (part, 5, 77);
  inner = gst_memory_share (part, 1, 3);
  ssio_cuda_expect_memory (inner, 1017, 3);
  gst_memory_unref (inner);
  gst_memory_unref (part);
}
GST_END_TEST;

GST_START_TEST (a_share_outlives_who_made_it)
{
  GstMemory *part = gst_memory_share (memory, 3, 5);

  end ();
  ssio_cuda_expect_memory (part, 3, 5);
  gst_memory_unref (part);
}
GST_END_TEST;

GST_START_TEST (a_share_downloads_only_itself)
{
  GstMemory *part = gst_memory_share (memory, 9, 100);
  FakecudaStats stats;

  ssio_cuda_expect_memory (part, 9, 100);
  gst_memory_unref (part);
  ssio_cuda_skip_without_fake ();
  ssio_cuda_stats (&stats);
  fail_unless_equals_uint64 (stats.to_host, 100);
}
GST_END_TEST;

GST_START_TEST (empty_parts_can_be_mapped_and_copied)
{
  GstMemory *part = gst_memory_share (memory, SIZE, 0);
  GstMemory *copy = gst_memory_copy (part, 0, -1);

  ssio_cuda_expect_memory (part, SIZE, 0);
  fail_unless (copy != NULL);
  ssio_cuda_expect_memory (copy, SIZE, 0);
  gst_memory_unref (copy);
  gst_memory_unref (part);
}
GST_END_TEST;

static void
expect_copy (gssize offset, gssize size, gsize start, gsize n)
{
  GstMemory *copy = gst_memory_copy (memory, offset, size);

  fail_unless (gst_ssio_is_cuda_memory (copy));
  fail_unless (gst_ssio_cuda_memory_get_device_pointer (copy)
               != gst_ssio_cuda_memory_get_device_pointer (memory));
  ssio_cuda_expect_memory (copy, start, n);
  gst_memory_unref (copy);
}

GST_START_TEST (copies_are_made_on_the_device)
{
  FakecudaStats stats;
  GstMemory *copy;

  expect_copy (0, -1, 0, SIZE);
  expect_copy (1, -1, 1, SIZE - 1);
  expect_copy (101, 999, 101, 999);
  gst_memory_resize (memory, 50, 2000);
  expect_copy (7, -1, 57, 1993);

  ssio_cuda_skip_without_fake ();
  ssio_fake_cuda ()->reset ();
  copy = gst_memory_copy (memory, 0, -1);
  ssio_cuda_stats (&stats);
  fail_unless_equals_uint64 (stats.to_host + stats.to_device, 0);
  gst_memory_unref (copy);
}
GST_END_TEST;

static gboolean
try_copy (gpointer call, GError **error)
{
  GstMemory *copy = gst_memory_copy (memory, 0, -1);

  if (!copy)
    return gst_ssio_cuda_check (CUDA_ERROR_UNKNOWN, call, error);
  ssio_cuda_expect_memory (copy, 0, SIZE);
  gst_memory_unref (copy);
  return TRUE;
}

GST_START_TEST (a_copy_that_fails_leaves_nothing)
{
  static const gchar *const calls[] = { "cuMemAlloc", "cuEventCreate",
    "cuMemcpyDtoDAsync", "cuEventRecord" };
  guint i;

  ssio_cuda_skip_without_fake ();
  ssio_fake_cuda ()->set_delay (200);
  for (i = 0; i < G_N_ELEMENTS (calls); i++)
    ssio_cuda_expect_failures (calls[i], try_copy, (gpointer) calls[i]);
}
GST_END_TEST;

/* Two memories on the device, of which the second is a part. */
static GstBuffer *
new_buffer (void)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, gst_memory_share (memory, 0, 1001));
  gst_buffer_append_memory (buffer, ssio_cuda_new_filled (stream, 10));
  gst_buffer_append_memory (buffer, gst_memory_share (memory, 77, 3));
  return buffer;
}

static void
expect_buffer (GstBuffer *buffer)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, 1014);
  ssio_cuda_expect_bytes (map.data, 0, 1001);
  ssio_cuda_expect_bytes (map.data + 1001, 0, 10);
  ssio_cuda_expect_bytes (map.data + 1011, 77, 3);
  gst_buffer_unmap (buffer, &map);
}

GST_START_TEST (a_buffer_of_several_memories_maps_as_one)
{
  GstBuffer *buffer = new_buffer ();

  expect_buffer (buffer);
  gst_buffer_unref (buffer);
}
GST_END_TEST;

GST_START_TEST (a_deep_copy_of_a_buffer_is_on_the_device)
{
  GstBuffer *buffer = new_buffer ();
  GstBuffer *copy = gst_buffer_copy_deep (buffer);

  gst_buffer_unref (buffer);
  fail_unless (gst_ssio_is_cuda_memory (gst_buffer_peek_memory (copy, 0)));
  expect_buffer (copy);
  gst_buffer_unref (copy);
}
GST_END_TEST;

static Suite *
memory_suite (void)
{
  Suite *suite = suite_create ("memory");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_checked_fixture (tcase, begin, end);
  tcase_add_test (tcase, memory_says_what_it_is);
  tcase_add_test (tcase, other_memory_is_not_on_a_device);
  tcase_add_test (tcase, more_than_the_device_has_is_no_space_left);
  tcase_add_test (tcase, memory_that_cannot_be_made_says_why);
  tcase_add_test (tcase, a_map_downloads_what_was_uploaded);
  tcase_add_test (tcase, a_map_waits_until_the_memory_is_ready);
  tcase_add_test (tcase, a_download_on_another_stream_waits_until_it_is_ready);
  tcase_add_test (tcase, a_map_for_writing_is_refused);
  tcase_add_test (tcase, threads_map_at_once);
  tcase_add_test (tcase, maps_at_once_share_a_download);
  tcase_add_test (tcase, a_download_that_fails_says_why);
  tcase_add_test (tcase, resized_memory_maps_its_part);
  tcase_add_test (tcase, a_share_is_a_part_with_an_address_of_its_own);
  tcase_add_test (tcase, shares_of_what_was_resized_count_from_its_start);
  tcase_add_test (tcase, a_share_outlives_who_made_it);
  tcase_add_test (tcase, a_share_downloads_only_itself);
  tcase_add_test (tcase, empty_parts_can_be_mapped_and_copied);
  tcase_add_test (tcase, copies_are_made_on_the_device);
  tcase_add_test (tcase, a_copy_that_fails_leaves_nothing);
  tcase_add_test (tcase, a_buffer_of_several_memories_maps_as_one);
  tcase_add_test (tcase, a_deep_copy_of_a_buffer_is_on_the_device);
  return suite;
}

SSIO_CHECK_MAIN (memory)
