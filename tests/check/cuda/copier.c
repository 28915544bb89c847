/* SPDX-License-Identifier: MIT */
/* What a copier brings to the device, and how long it keeps what it came
 * from. */

#include "copiercheck.h"

static void
expect_delivers (GstSsioStaging staging, SsioSource kind)
{
  const gsize page = copier_page ();
  const gsize sizes[] = { 1, page - 1, page, page + 1, 3 * page + 5 };
  const gsize starts[] = { 0, 1, page - 1, page, 2 * page + 3 };
  CopierScene scene;
  guint i, j;

  copier_begin (&scene, 2, staging);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (j = 0; j < G_N_ELEMENTS (starts); j++) {
      GstBuffer *from = copier_new_source (&scene, kind, starts[j], sizes[i]);
      GstMemory *to = copier_copy (&scene, from);

      gst_buffer_unref (from);
      copier_expect (to, starts[j], sizes[i]);
    }
  copier_drain (&scene);
  copier_end (&scene);
}

GST_START_TEST (each_way_delivers_each_size_of_each_kind_of_memory)
{
  guint staging, kind;

  for (staging = 0; staging < SSIO_N_STAGINGS; staging++)
    for (kind = 0; kind < SSIO_N_SOURCES; kind++)
      expect_delivers (staging, kind);
}
GST_END_TEST;

typedef struct {
  guint n_registered;
  guint n_staging; /* buffers */
  guint n_unaligned;
} Use;

/* What copying three batches of a kind one after the other takes. */
static Use
measure (GstSsioStaging staging, SsioSource kind)
{
  guint before = ssio_fake_cuda ()->count ("cuMemHostRegister");
  CopierScene scene;
  FakecudaStats stats;
  gint deaths = 0;
  guint i;

  copier_begin (&scene, 1, staging);
  for (i = 0; i < 3; i++)
    gst_memory_unref (copier_copy_new (&scene, kind, 5, 20000, &deaths));
  copier_drain (&scene);
  fail_unless_equals_int (deaths, 3);
  ssio_cuda_stats (&stats);
  copier_end (&scene);
  return (Use){ ssio_fake_cuda ()->count ("cuMemHostRegister") - before,
    stats.n_host_blocks, stats.n_unaligned_registrations };
}

static void
expect_use (GstSsioStaging staging, SsioSource kind, guint n_registered,
    guint n_staging)
{
  Use use = measure (staging, kind);

  fail_unless_equals_int (use.n_registered, n_registered);
  fail_unless_equals_int (use.n_staging, n_staging);
  fail_unless_equals_int (use.n_unaligned, 0);
}

GST_START_TEST (each_way_takes_what_it_says)
{
  ssio_cuda_skip_without_fake ();
  expect_use (GST_SSIO_STAGING_PINNED, SSIO_SOURCE_FILE, 0, 1);
  expect_use (GST_SSIO_STAGING_PINNED, SSIO_SOURCE_PLAIN, 0, 1);
  expect_use (GST_SSIO_STAGING_PINNED, SSIO_SOURCE_PINNED, 0, 0);
  expect_use (GST_SSIO_STAGING_REGISTER, SSIO_SOURCE_FILE, 3, 1);
  expect_use (GST_SSIO_STAGING_REGISTER, SSIO_SOURCE_PLAIN, 0, 1);
  expect_use (GST_SSIO_STAGING_REGISTER, SSIO_SOURCE_PINNED, 0, 0);
  expect_use (GST_SSIO_STAGING_PAGEABLE, SSIO_SOURCE_FILE, 0, 0);
  expect_use (GST_SSIO_STAGING_AUTO, SSIO_SOURCE_PLAIN, 0, 1);
  fail_unless (measure (GST_SSIO_STAGING_AUTO, SSIO_SOURCE_FILE).n_registered
               > 0);
}
GST_END_TEST;

static void
expect_kept (GstSsioStaging staging, SsioSource kind)
{
  CopierScene scene;
  GstMemory *to;
  gint deaths = 0;

  copier_begin (&scene, 2, staging);
  ssio_fake_cuda ()->hold ();
  to = copier_copy_new (&scene, kind, 3, 9000, &deaths);
  fail_unless_equals_int (deaths, 0);
  ssio_fake_cuda ()->resume ();
  copier_drain (&scene);
  fail_unless_equals_int (deaths, 1);
  copier_expect (to, 3, 9000);
  copier_end (&scene);
}

GST_START_TEST (a_source_that_the_device_reads_is_kept_until_it_has)
{
  ssio_cuda_skip_without_fake ();
  expect_kept (GST_SSIO_STAGING_REGISTER, SSIO_SOURCE_FILE);
  expect_kept (GST_SSIO_STAGING_PAGEABLE, SSIO_SOURCE_PLAIN);
  expect_kept (GST_SSIO_STAGING_PINNED, SSIO_SOURCE_PINNED);
  expect_kept (GST_SSIO_STAGING_REGISTER, SSIO_SOURCE_PINNED);
}
GST_END_TEST;

GST_START_TEST (a_source_that_was_staged_goes_at_once)
{
  CopierScene scene;
  GstMemory *to;
  gint deaths = 0;

  ssio_cuda_skip_without_fake ();
  copier_begin (&scene, 2, GST_SSIO_STAGING_PINNED);
  ssio_fake_cuda ()->hold ();
  to = copier_copy_new (&scene, SSIO_SOURCE_FILE, 3, 9000, &deaths);
  fail_unless_equals_int (deaths, 1);
  ssio_fake_cuda ()->resume ();
  copier_drain (&scene);
  copier_expect (to, 3, 9000);
  copier_end (&scene);
}
GST_END_TEST;

GST_START_TEST (what_is_done_is_let_go_by_the_next_copy)
{
  CopierScene scene;
  gint deaths = 0;

  copier_begin (&scene, 8, GST_SSIO_STAGING_PAGEABLE);
  copier_expect (copier_copy_new (&scene, SSIO_SOURCE_PLAIN, 0, 10, &deaths),
      0, 10);
  copier_expect (copier_copy_new (&scene, SSIO_SOURCE_PLAIN, 1, 10, &deaths),
      1, 10);
  fail_unless (deaths >= 1);
  copier_drain (&scene);
  fail_unless_equals_int (deaths, 2);
  copier_end (&scene);
}
GST_END_TEST;

static gpointer
copy_one_more (gpointer data)
{
  CopierScene *scene = data;
  gint deaths = 0;

  fail_unless (gst_ssio_cuda_context_push (scene->context, NULL));
  gst_memory_unref (copier_copy_new (scene, SSIO_SOURCE_FILE, 0, 9000,
      &deaths));
  copier_drain (scene);
  gst_ssio_cuda_context_pop (scene->context);
  return NULL;
}

static void
expect_limit (guint slots, GstSsioStaging staging)
{
  GstMemory **to = g_new (GstMemory *, slots);
  CopierScene scene;
  gint deaths = 0;
  guint i;

  copier_begin (&scene, slots, staging);
  ssio_fake_cuda ()->hold ();
  for (i = 0; i < slots; i++)
    to[i] = copier_copy_new (&scene, SSIO_SOURCE_FILE, i, 9000, &deaths);
  ssio_cuda_expect_waits (copy_one_more, &scene);
  for (i = 0; i < slots; i++)
    copier_expect (to[i], i, 9000);
  copier_end (&scene);
  g_free (to);
}

GST_START_TEST (as_many_copies_as_slots_are_under_way)
{
  guint slots, staging;

  ssio_cuda_skip_without_fake ();
  for (slots = 1; slots <= 3; slots++)
    for (staging = 0; staging < SSIO_N_STAGINGS; staging++)
      expect_limit (slots, staging);
}
GST_END_TEST;

static gpointer
free_copier (gpointer copier)
{
  gst_ssio_copier_free (copier);
  return NULL;
}

GST_START_TEST (who_frees_a_copier_waits_for_its_copies)
{
  CopierScene scene;
  GstMemory *to;
  gint deaths = 0;

  ssio_cuda_skip_without_fake ();
  copier_begin (&scene, 2, GST_SSIO_STAGING_REGISTER);
  ssio_fake_cuda ()->hold ();
  to = copier_copy_new (&scene, SSIO_SOURCE_FILE, 3, 9000, &deaths);
  gst_ssio_cuda_context_pop (scene.context);
  ssio_cuda_expect_waits (free_copier, g_steal_pointer (&scene.copier));
  fail_unless_equals_int (deaths, 1);
  copier_expect (to, 3, 9000);
  copier_end (&scene);
}
GST_END_TEST;

static void
expect_together (gsize start, gsize other_start)
{
  const gsize size = 3 * copier_page ();
  CopierScene scene;
  GstMemory *to[2];
  gint deaths = 0;

  copier_begin (&scene, 3, GST_SSIO_STAGING_REGISTER);
  ssio_fake_cuda ()->hold ();
  to[0] = copier_copy_new (&scene, SSIO_SOURCE_FILE, start, size, &deaths);
  to[1]
      = copier_copy_new (&scene, SSIO_SOURCE_FILE, other_start, size, &deaths);
  ssio_fake_cuda ()->resume ();
  copier_expect (to[0], start, size);
  copier_expect (to[1], other_start, size);
  copier_drain (&scene);
  fail_unless_equals_int (deaths, 2);
  copier_end (&scene);
}

GST_START_TEST (batches_with_pages_in_common_are_under_way_together)
{
  const gsize page = copier_page ();

  ssio_cuda_skip_without_fake ();
  expect_together (5, 5);
  expect_together (5, page);
  expect_together (5, 3 * page + 5);
}
GST_END_TEST;

/* Copies a batch twice, and returns how often it tried to register it. */
static guint
count_tries (CUresult refusal)
{
  CopierScene scene;
  gint deaths = 0;
  guint i;

  ssio_fake_cuda ()->reset ();
  copier_begin (&scene, 1, GST_SSIO_STAGING_REGISTER);
  ssio_fake_cuda ()->fail_call ("cuMemHostRegister", 1, refusal);
  for (i = 0; i < 2; i++)
    copier_expect (copier_copy_new (&scene, SSIO_SOURCE_FILE, 7, 20000,
                       &deaths),
        7, 20000);
  copier_end (&scene);
  return ssio_fake_cuda ()->count ("cuMemHostRegister");
}

GST_START_TEST (a_file_that_cannot_be_registered_is_staged)
{
  static const CUresult refusals[]
      = { CUDA_ERROR_UNKNOWN, CUDA_ERROR_INVALID_VALUE,
          CUDA_ERROR_OUT_OF_MEMORY, CUDA_ERROR_OPERATING_SYSTEM,
          CUDA_ERROR_NOT_PERMITTED, CUDA_ERROR_NOT_SUPPORTED };
  guint i;

  ssio_cuda_skip_without_fake ();
  for (i = 0; i < G_N_ELEMENTS (refusals); i++)
    fail_unless_equals_int (count_tries (refusals[i]), 1);
  fail_unless_equals_int (
      count_tries (CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED), 2);
}
GST_END_TEST;

GST_START_TEST (a_device_that_cannot_register_files_is_not_asked_to)
{
  FakecudaDevices devices;

  ssio_cuda_skip_without_fake ();
  ssio_fake_cuda ()->get_devices (&devices);
  devices.read_only_register = false;
  ssio_fake_cuda ()->set_devices (&devices);
  expect_use (GST_SSIO_STAGING_REGISTER, SSIO_SOURCE_FILE, 0, 1);
  expect_use (GST_SSIO_STAGING_AUTO, SSIO_SOURCE_FILE, 0, 1);
}
GST_END_TEST;

GST_START_TEST (a_staging_buffer_grows_with_the_batches)
{
  static const gsize sizes[] = { 100, 5000, 200, 20000 };
  CopierScene scene;
  gint deaths = 0;
  guint i;

  copier_begin (&scene, 1, GST_SSIO_STAGING_PINNED);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    copier_expect (copier_copy_new (&scene, SSIO_SOURCE_PLAIN, i, sizes[i],
                       &deaths),
        i, sizes[i]);
  copier_end (&scene);
  ssio_cuda_skip_without_fake ();
  fail_unless_equals_int (ssio_fake_cuda ()->count ("cuMemHostAlloc"), 3);
}
GST_END_TEST;

GST_START_TEST (random_paces_deliver_all_batches)
{
  enum { N = 60, SIZE = 9001 };
  CopierScene scene;
  GstMemory *to[N];
  gint deaths = 0;
  guint i;

  if (ssio_fake_cuda ())
    ssio_fake_cuda ()->set_random_delay (500, 7);
  copier_begin (&scene, 3, GST_SSIO_STAGING_AUTO);
  for (i = 0; i < N; i++)
    to[i]
        = copier_copy_new (&scene, i % SSIO_N_SOURCES, 13 * i, SIZE, &deaths);
  copier_drain (&scene);
  fail_unless_equals_int (deaths, N);
  for (i = 0; i < N; i++)
    copier_expect (to[i], 13 * i, SIZE);
  copier_end (&scene);
}
GST_END_TEST;

static Suite *
copier_suite (void)
{
  Suite *suite = suite_create ("copier");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, each_way_delivers_each_size_of_each_kind_of_memory);
  tcase_add_test (tcase, each_way_takes_what_it_says);
  tcase_add_test (tcase, a_source_that_the_device_reads_is_kept_until_it_has);
  tcase_add_test (tcase, a_source_that_was_staged_goes_at_once);
  tcase_add_test (tcase, what_is_done_is_let_go_by_the_next_copy);
  tcase_add_test (tcase, as_many_copies_as_slots_are_under_way);
  tcase_add_test (tcase, who_frees_a_copier_waits_for_its_copies);
  tcase_add_test (tcase, batches_with_pages_in_common_are_under_way_together);
  tcase_add_test (tcase, a_file_that_cannot_be_registered_is_staged);
  tcase_add_test (tcase, a_device_that_cannot_register_files_is_not_asked_to);
  tcase_add_test (tcase, a_staging_buffer_grows_with_the_batches);
  tcase_add_test (tcase, random_paces_deliver_all_batches);
  return suite;
}

SSIO_CHECK_MAIN (copier)
