/* SPDX-License-Identifier: MIT */

#include "cuda/batchcache.h"
#include "cudacheck.h"

#define ROOM 1000
#define SIZE 400 /* of a batch: two fit */

static GstSsioBatchCache *cache;

static void
begin (void)
{
  cache = gst_ssio_batch_cache_new (ROOM);
}

static void
end (void)
{
  gst_ssio_batch_cache_free (cache);
}

static GstSsioBatchMeta
batch (guint file, guint64 version, guint64 first_point)
{
  return (GstSsioBatchMeta){ .first_point = first_point,
    .n_points = 100,
    .file = file,
    .version = version };
}

/* Whether it was taken, as new memory. */
static gboolean
add (GstSsioBatchMeta what, gsize size)
{
  GstMemory *memory;

  if (!gst_ssio_batch_cache_reserve (cache, &what, size))
    return FALSE;
  memory = gst_allocator_alloc (NULL, size, NULL);
  gst_ssio_batch_cache_add (cache, &what, memory);
  fail_unless (gst_ssio_batch_cache_find (cache, &what, size) == memory);
  gst_memory_unref (memory);
  return TRUE;
}

static gboolean
has (GstSsioBatchMeta what)
{
  return gst_ssio_batch_cache_find (cache, &what, SIZE) != NULL;
}

GST_START_TEST (a_batch_is_found_by_file_version_and_points)
{
  GstSsioBatchMeta longer = batch (0, 1, 0);
  GstSsioBatchMeta later = batch (0, 1, 0);

  fail_unless (add (batch (0, 1, 0), SIZE));
  fail_unless (has (batch (0, 1, 0)));
  fail_if (has (batch (0, 1, 100)));
  fail_if (has (batch (0, 2, 0)));
  fail_if (has (batch (1, 1, 0)));
  longer.n_points++;
  fail_if (has (longer));
  later.epoch = 7;
  later.batch = 7;
  fail_unless (has (later));
}
GST_END_TEST;

GST_START_TEST (what_came_first_stays_when_it_is_full)
{
  fail_unless (add (batch (0, 1, 0), SIZE));
  fail_unless (add (batch (0, 1, 100), SIZE));
  fail_if (add (batch (0, 1, 200), SIZE));
  fail_unless (has (batch (0, 1, 0)));
  fail_unless (has (batch (0, 1, 100)));
  fail_unless (add (batch (0, 1, 300), ROOM - 2 * SIZE));
  fail_if (add (batch (0, 1, 400), 1));
}
GST_END_TEST;

GST_START_TEST (a_batch_that_is_too_large_for_it_is_not_taken)
{
  fail_if (add (batch (0, 1, 0), ROOM + 1));
  fail_if (add (batch (0, 1, 0), G_MAXSIZE));
  fail_unless (add (batch (0, 1, 0), ROOM));
}
GST_END_TEST;

/* A part of a batch that still says it is the batch. */
GST_START_TEST (a_batch_of_another_size_is_not_found)
{
  GstSsioBatchMeta what = batch (0, 1, 0);

  fail_unless (add (what, SIZE));
  fail_unless (gst_ssio_batch_cache_find (cache, &what, SIZE - 1) == NULL);
}
GST_END_TEST;

/* As the driver has it: half as many batches of 1.2 MB as their bytes say. */
GST_START_TEST (large_batches_take_whole_pages_of_a_device)
{
  GstSsioBatchCache *large = gst_ssio_batch_cache_new (5 << 20);
  GstSsioBatchMeta what = batch (0, 1, 0);
  GstMemory *memory = gst_allocator_alloc (NULL, 1200000, NULL);

  for (; gst_ssio_batch_cache_reserve (large, &what, memory->size);
       what.first_point += 100)
    gst_ssio_batch_cache_add (large, &what, memory);
  fail_unless_equals_uint64 (what.first_point, 200);
  gst_ssio_batch_cache_free (large);
  gst_memory_unref (memory);
}
GST_END_TEST;

GST_START_TEST (a_file_whose_content_is_not_known_is_not_kept)
{
  fail_if (add (batch (0, 0, 0), 1));
}
GST_END_TEST;

GST_START_TEST (a_new_version_takes_the_room_of_the_old_one)
{
  fail_unless (add (batch (0, 1, 0), SIZE));
  fail_unless (add (batch (1, 1, 0), SIZE));
  fail_unless (add (batch (0, 2, 100), SIZE));
  fail_if (has (batch (0, 1, 0)));
  fail_unless (has (batch (1, 1, 0)));
  fail_unless (has (batch (0, 2, 100)));
  fail_if (add (batch (0, 2, 200), SIZE));
}
GST_END_TEST;

GST_START_TEST (the_same_batch_again_takes_no_more_room)
{
  fail_unless (add (batch (0, 1, 0), SIZE));
  fail_unless (add (batch (0, 1, 0), SIZE));
  fail_unless (add (batch (0, 1, 100), SIZE));
  fail_unless (has (batch (0, 1, 0)));
  fail_if (add (batch (0, 1, 200), SIZE));
}
GST_END_TEST;

GST_START_TEST (a_cleared_cache_is_empty_and_takes_batches)
{
  add (batch (0, 1, 0), SIZE);
  add (batch (0, 1, 100), SIZE);
  gst_ssio_batch_cache_clear (cache);
  fail_if (has (batch (0, 1, 0)));
  fail_unless (add (batch (0, 1, 200), ROOM));
}
GST_END_TEST;

GST_START_TEST (a_closed_cache_keeps_what_it_has_and_takes_no_more)
{
  add (batch (0, 1, 0), SIZE);
  gst_ssio_batch_cache_close (cache);
  fail_unless (has (batch (0, 1, 0)));
  fail_if (add (batch (0, 1, 100), 1));
  gst_ssio_batch_cache_clear (cache);
  fail_if (add (batch (0, 1, 100), 1));
}
GST_END_TEST;

GST_START_TEST (memory_lives_as_long_as_it_is_kept)
{
  GstSsioBatchMeta what = batch (0, 1, 0);
  GstMemory *memory = gst_allocator_alloc (NULL, SIZE, NULL);
  gint deaths = 0;

  ssio_check_count_death (GST_MINI_OBJECT (memory), &deaths);
  gst_ssio_batch_cache_add (cache, &what, memory);
  gst_memory_unref (memory);
  fail_unless_equals_int (deaths, 0);
  gst_ssio_batch_cache_clear (cache);
  fail_unless_equals_int (deaths, 1);
}
GST_END_TEST;

static Suite *
batchcache_suite (void)
{
  Suite *suite = suite_create ("batchcache");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_checked_fixture (tcase, begin, end);
  tcase_add_test (tcase, a_batch_is_found_by_file_version_and_points);
  tcase_add_test (tcase, what_came_first_stays_when_it_is_full);
  tcase_add_test (tcase, a_batch_that_is_too_large_for_it_is_not_taken);
  tcase_add_test (tcase, a_batch_of_another_size_is_not_found);
  tcase_add_test (tcase, large_batches_take_whole_pages_of_a_device);
  tcase_add_test (tcase, a_file_whose_content_is_not_known_is_not_kept);
  tcase_add_test (tcase, a_new_version_takes_the_room_of_the_old_one);
  tcase_add_test (tcase, the_same_batch_again_takes_no_more_room);
  tcase_add_test (tcase, a_cleared_cache_is_empty_and_takes_batches);
  tcase_add_test (tcase, a_closed_cache_keeps_what_it_has_and_takes_no_more);
  tcase_add_test (tcase, memory_lives_as_long_as_it_is_kept);
  return suite;
}

SSIO_CHECK_MAIN (batchcache)
