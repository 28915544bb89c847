/* SPDX-License-Identifier: MIT */

#include <gst/ssio/cuda/pinned.h>

#include "cudacheck.h"

#define SIZE 5003

static GstAllocator *allocator;

static void
begin (void)
{
  GstSsioCudaContext *context = ssio_cuda_new_context ();

  allocator = gst_ssio_pinned_allocator_new (context);
  gst_object_unref (context);
}

static void
end (void)
{
  gst_clear_object (&allocator);
}

static void
fill (GstMemory *memory)
{
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  ssio_cuda_fill_bytes (map.data, 0, map.size);
  gst_memory_unmap (memory, &map);
}

static GstMemory *
new_filled (void)
{
  GstMemory *memory = gst_ssio_pinned_allocator_alloc (allocator, SIZE, NULL);

  fail_unless (memory != NULL);
  fill (memory);
  return memory;
}

GST_START_TEST (an_allocator_is_known)
{
  fail_unless (gst_ssio_is_pinned_allocator (allocator));
  fail_if (gst_ssio_is_pinned_allocator (NULL));
}
GST_END_TEST;

GST_START_TEST (bytes_are_as_they_were_written)
{
  GstMemory *memory = new_filled ();

  ssio_cuda_expect_memory (memory, 0, SIZE);
  gst_memory_unref (memory);
}
GST_END_TEST;

GST_START_TEST (a_share_is_a_part_of_the_same_bytes)
{
  GstMemory *memory = new_filled ();
  GstMemory *part, *inner;

  gst_memory_resize (memory, 5, 4000);
  part = gst_memory_share (memory, 11, -1);
  inner = gst_memory_share (part, 3, 7);
  gst_memory_unref (memory);
  ssio_cuda_expect_memory (part, 16, 3989);
  gst_memory_unref (part);
  ssio_cuda_expect_memory (inner, 19, 7);
  gst_memory_unref (inner);
}
GST_END_TEST;

GST_START_TEST (a_share_is_read_only)
{
  GstMemory *memory = new_filled ();
  GstMemory *part = gst_memory_share (memory, 0, 10);
  GstMapInfo map;

  fail_if (gst_memory_map (part, &map, GST_MAP_WRITE));
  gst_memory_unref (part);
  gst_memory_unref (memory);
}
GST_END_TEST;

GST_START_TEST (a_copy_is_bytes_of_its_own)
{
  GstMemory *memory = new_filled ();
  GstMemory *copy = gst_memory_copy (memory, 100, 50);

  gst_memory_unref (memory);
  ssio_cuda_expect_memory (copy, 100, 50);
  gst_memory_unref (copy);
}
GST_END_TEST;

static void
expect_params (GstAllocationParams params, gsize size)
{
  GstMemory *memory = gst_allocator_alloc (allocator, size, &params);
  GstMapInfo map;

  fail_unless (memory != NULL);
  fail_unless_equals_uint64 (memory->size, size);
  fail_unless_equals_uint64 (memory->offset, params.prefix);
  fail_unless (memory->maxsize >= params.prefix + size + params.padding);
  fail_unless_equals_int (GST_MEMORY_FLAG_IS_SET (memory,
                              GST_MEMORY_FLAG_ZERO_PREFIXED),
      FALSE);
  fill (memory);
  gst_memory_resize (memory, -(gssize) params.prefix, memory->maxsize);
  fail_unless (gst_memory_map (memory, &map, GST_MAP_READWRITE));
  fail_unless_equals_uint64 ((gsize) map.data % (params.align + 1), 0);
  ssio_cuda_expect_bytes (map.data + params.prefix, 0, size);
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
}

GST_START_TEST (room_before_and_after_is_as_it_was_asked_for)
{
  expect_params ((GstAllocationParams){ 0 }, 1);
  expect_params ((GstAllocationParams){ .prefix = 16 }, 100);
  expect_params ((GstAllocationParams){ .padding = 33 }, 100);
  expect_params ((GstAllocationParams){ .prefix = 1,
                     .padding = 7,
                     .align = 4095 },
      SIZE);
}
GST_END_TEST;

GST_START_TEST (room_that_must_be_zero_is)
{
  GstAllocationParams params = { .prefix = 16,
    .padding = 16,
    .flags = GST_MEMORY_FLAG_ZERO_PREFIXED | GST_MEMORY_FLAG_ZERO_PADDED };
  GstMemory *memory = gst_allocator_alloc (allocator, 32, &params);
  GstMapInfo map;
  guint i;

  gst_memory_resize (memory, -16, 64);
  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  for (i = 0; i < 16; i++) {
    fail_unless_equals_int (map.data[i], 0);
    fail_unless_equals_int (map.data[48 + i], 0);
  }
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
}
GST_END_TEST;

static gboolean
try_alloc (gpointer data, GError **error)
{
  GstMemory *memory = gst_ssio_pinned_allocator_alloc (allocator, 0, error);

  if (!memory)
    return FALSE;
  gst_memory_unref (memory);
  return TRUE;
}

GST_START_TEST (memory_that_cannot_be_page_locked_says_why)
{
  ssio_cuda_skip_without_fake ();
  ssio_cuda_expect_failures ("cuMemHostAlloc", try_alloc, NULL);
}
GST_END_TEST;

GST_START_TEST (no_more_memory_is_no_space_left)
{
  GError *error = NULL;

  ssio_cuda_skip_without_fake ();
  ssio_fake_cuda ()->fail_calls ("cuMemHostAlloc", CUDA_ERROR_OUT_OF_MEMORY);
  fail_unless (gst_ssio_pinned_allocator_alloc (allocator, SIZE, &error)
               == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "cuMemHostAlloc");
  fail_unless (gst_allocator_alloc (allocator, SIZE, NULL) == NULL);
}
GST_END_TEST;

GST_START_TEST (memory_outlives_who_made_it)
{
  GstMemory *memory = new_filled ();

  end ();
  ssio_cuda_expect_memory (memory, 0, SIZE);
  gst_memory_unref (memory);
}
GST_END_TEST;

GST_START_TEST (a_lost_device_lets_go_of_memory)
{
  GstMemory *memory;

  ssio_cuda_skip_without_fake ();
  memory = new_filled ();
  ssio_fake_cuda ()->lose_device (CUDA_ERROR_ILLEGAL_ADDRESS);
  gst_memory_unref (memory);
}
GST_END_TEST;

static Suite *
pinned_suite (void)
{
  Suite *suite = suite_create ("pinned");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_checked_fixture (tcase, begin, end);
  tcase_add_test (tcase, an_allocator_is_known);
  tcase_add_test (tcase, bytes_are_as_they_were_written);
  tcase_add_test (tcase, a_share_is_a_part_of_the_same_bytes);
  tcase_add_test (tcase, a_share_is_read_only);
  tcase_add_test (tcase, a_copy_is_bytes_of_its_own);
  tcase_add_test (tcase, room_before_and_after_is_as_it_was_asked_for);
  tcase_add_test (tcase, room_that_must_be_zero_is);
  tcase_add_test (tcase, memory_that_cannot_be_page_locked_says_why);
  tcase_add_test (tcase, no_more_memory_is_no_space_left);
  tcase_add_test (tcase, memory_outlives_who_made_it);
  tcase_add_test (tcase, a_lost_device_lets_go_of_memory);
  return suite;
}

SSIO_CHECK_MAIN (pinned)
