/* SPDX-License-Identifier: MIT */
/* ssiocudaupload and ssiocudadownload where there is a device: every point
 * comes once, whatever the way it takes and however slow the device is. */

#include <gst/ssio/cuda/pinned.h>

#include "cudacheck.h"
#include "ssiolog.h"

#define N_POINTS 20011
#define BATCH 1000
#define BATCH_BYTES (BATCH * 6 * 4)
#define N_FIELDS 6

static const gchar *const stagings[]
    = { "auto", "pinned", "register", "pageable" };

static GstElement *
launch (const gchar *path, const gchar *source, const gchar *upload,
    const gchar *rest)
{
  return ssio_check_launch ("ssiosrc name=src location=%s batch-size=%d %s ! "
                            "queue ! ssiocudaupload name=upload %s ! %s",
      path, BATCH, source, upload, rest);
}

/* Runs a whole stream into the element called sink, whose batches must be
 * those of the file in each epoch, up to an EOS. */
static void
check_stream (GstElement *pipeline, guint n_epochs)
{
  SsioLog *log = ssio_log_new (pipeline, "sink", "sink", N_FIELDS);
  GArray *entries;
  guint at = 0;
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  entries = ssio_log_take (log);
  for (i = 0; i < n_epochs; i++) {
    ssio_log_expect (entries, &at, SSIO_LOG_SEGMENT);
    ssio_log_expect_points (entries, &at, 0, N_POINTS, BATCH);
    if (i + 1 < n_epochs)
      ssio_log_expect (entries, &at, SSIO_LOG_EPOCH);
  }
  ssio_log_finish (entries, at, SSIO_LOG_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  ssio_log_free (log);
}

static void
run_stream (const gchar *path, const gchar *upload, const gchar *rest)
{
  GstElement *pipeline = launch (path, "", upload, rest);

  check_stream (pipeline, 1);
  gst_object_unref (pipeline);
}

/* What a pad carries. */
static gboolean
has_cuda_caps (GstElement *pipeline, const gchar *element)
{
  GstElement *found = gst_bin_get_by_name (GST_BIN (pipeline), element);
  GstPad *pad = gst_element_get_static_pad (found, "sink");
  GstCaps *caps = gst_pad_get_current_caps (pad);
  gboolean has;

  fail_unless (caps != NULL);
  has = gst_caps_features_contains (gst_caps_get_features (caps, 0),
      GST_SSIO_CAPS_FEATURE_CUDA_MEMORY);
  gst_caps_unref (caps);
  gst_object_unref (pad);
  gst_object_unref (found);
  return has;
}

GST_START_TEST (each_staging_and_number_of_slots_delivers_each_point_once)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  guint slots, s;

  for (s = 0; s < G_N_ELEMENTS (stagings); s++) {
    for (slots = 1; slots <= 8; slots++) {
      gchar *upload
          = g_strdup_printf ("staging=%s slots=%u", stagings[s], slots);

      if (fake)
        fake->set_random_delay (300, slots);
      run_stream (path, upload, "fakesink name=sink");
      run_stream (path, upload, "queue ! fakesink name=sink");
      g_free (upload);
      ssio_cuda_check_clean ();
    }
  }
  if (fake)
    fake->reset ();
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (batches_go_to_the_device_and_come_back)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  GstElement *pipeline = launch (path, "", "",
      "queue name=middle ! ssiocudadownload ! fakesink name=sink");

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (has_cuda_caps (pipeline, "middle"));
  fail_if (has_cuda_caps (pipeline, "sink"));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  check_stream (pipeline, 1);
  gst_object_unref (pipeline);
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

GST_START_TEST (batches_pass_through_where_downstream_wants_system_memory)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  GstElement *pipeline = launch (path, "", "",
      "capsfilter caps=pointcloud/x-raw ! ssiocudadownload ! "
      "fakesink name=sink");

  check_stream (pipeline, 1);
  if (ssio_fake_cuda ())
    fail_unless_equals_int (ssio_fake_cuda ()->count ("cuMemcpyHtoDAsync"), 0);
  gst_object_unref (pipeline);
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

static GstPadProbeReturn
count_pinned (GstPad *pad, GstPadProbeInfo *info, gpointer n_pinned)
{
  GstMemory *memory
      = gst_buffer_peek_memory (GST_PAD_PROBE_INFO_BUFFER (info), 0);

  if (gst_ssio_is_pinned_allocator (memory->allocator))
    g_atomic_int_inc ((gint *) n_pinned);
  return GST_PAD_PROBE_OK;
}

/* How many batches come to the element in page-locked memory. */
static guint
run_counting_pinned (const gchar *path, const gchar *source,
    const gchar *upload)
{
  GstElement *pipeline = launch (path, source, upload, "fakesink name=sink");
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "upload");
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  gint n_pinned = 0;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_pinned, &n_pinned,
      NULL);
  check_stream (pipeline, 1);
  gst_object_unref (pad);
  gst_object_unref (element);
  gst_object_unref (pipeline);
  ssio_cuda_check_clean ();
  return n_pinned;
}

GST_START_TEST (the_source_reads_straight_into_page_locked_buffers)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  const guint all = (N_POINTS + BATCH - 1) / BATCH;

  fail_unless_equals_int (run_counting_pinned (path, "", "staging=pinned"),
      all);
  fail_unless_equals_int (run_counting_pinned (path, "io-mode=read",
                              "staging=pinned"),
      all);
  fail_unless_equals_int (run_counting_pinned (path, "io-mode=read",
                              "staging=auto"),
      all);
  /* who asks for the mapped file gets it */
  fail_unless_equals_int (run_counting_pinned (path, "io-mode=mmap",
                              "staging=pinned"),
      0);
  fail_unless_equals_int (run_counting_pinned (path, "", "staging=auto"), 0);
  fail_unless_equals_int (run_counting_pinned (path, "", "staging=register"),
      0);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (device_memory_is_that_of_the_slots_and_one)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  FakecudaStats stats;
  guint slots;

  ssio_cuda_skip_without_fake ();
  for (slots = 1; slots <= 4; slots++) {
    gchar *upload = g_strdup_printf ("slots=%u", slots);

    fake->reset ();
    fake->set_delay (200);
    run_stream (path, upload,
        "queue max-size-buffers=100 ! fakesink name=sink");
    fake->get_stats (&stats);
    fail_unless (stats.peak_device_bytes <= (slots + 1) * BATCH_BYTES,
        "%zu bytes with %u slots", stats.peak_device_bytes, slots);
    fail_unless_equals_uint64 (stats.to_device, N_POINTS * 24);
    g_free (upload);
  }
  fake->reset ();
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

static void
run_epochs (const gchar *path, guint n_epochs, const gchar *upload)
{
  gchar *source = g_strdup_printf ("epochs=%u", n_epochs);
  GstElement *pipeline = launch (path, source, upload, "fakesink name=sink");

  check_stream (pipeline, n_epochs);
  gst_object_unref (pipeline);
  g_free (source);
}

GST_START_TEST (three_hundred_epochs_lose_nothing)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);

  run_epochs (path, 300, "");
  run_epochs (path, 300, "cache=device");
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

/* Who reads a file that others may change, without an error, gets what is
 * there. */
GST_START_TEST (a_file_that_is_read_and_not_mapped_is_not_kept)
{
  FakecudaStats stats;
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  GstElement *pipeline = launch (path, "io-mode=read epochs=3", "cache=device",
      "fakesink name=sink");

  ssio_cuda_skip_without_fake ();
  check_stream (pipeline, 3);
  ssio_fake_cuda ()->get_stats (&stats);
  fail_unless_equals_uint64 (stats.to_device, 3 * N_POINTS * 24);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

static guint64
count_uploaded (const gchar *path, guint n_epochs, const gchar *upload)
{
  FakecudaStats stats;

  ssio_fake_cuda ()->reset ();
  run_epochs (path, n_epochs, upload);
  ssio_fake_cuda ()->get_stats (&stats);
  return stats.to_device;
}

GST_START_TEST (what_is_cached_crosses_the_bus_once)
{
  const guint64 file = N_POINTS * 24;
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);

  ssio_cuda_skip_without_fake ();
  fail_unless_equals_uint64 (count_uploaded (path, 5, "cache=none"), 5 * file);
  fail_unless_equals_uint64 (count_uploaded (path, 5, "cache=device"), file);
  /* two batches find room, the others go each time */
  fail_unless_equals_uint64 (count_uploaded (path, 5,
                                 "cache=device cache-size=48000"),
      5 * file - 4 * 2 * BATCH_BYTES);
  fail_unless_equals_uint64 (count_uploaded (path, 5,
                                 "cache=device cache-size=1"),
      5 * file);
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

GST_START_TEST (a_cache_takes_half_of_what_is_free)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  const guint64 file = N_POINTS * 24;
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  FakecudaDevices devices;

  ssio_cuda_skip_without_fake ();
  fake->reset ();
  fake->get_devices (&devices);
  devices.total_memory = 12 * BATCH_BYTES;
  fake->set_devices (&devices);
  /* what does not fit is an end of it, and no error */
  run_epochs (path, 2, "cache=device cache-size=1000000000 slots=1");
  fake->reset ();
  fake->set_devices (&devices);
  run_epochs (path, 2, "cache=device slots=1");
  {
    FakecudaStats stats;

    fake->get_stats (&stats);
    fail_unless_equals_uint64 (stats.to_device, 2 * file - 6 * BATCH_BYTES);
  }
  fake->reset ();
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

GST_START_TEST (a_cache_that_finds_no_memory_keeps_what_it_has)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);

  ssio_cuda_skip_without_fake ();
  fake->reset ();
  fake->fail_call ("cuMemAlloc", 5, CUDA_ERROR_OUT_OF_MEMORY);
  run_epochs (path, 3, "cache=device");
  fake->reset ();
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

/* Kilobytes that the kernel may have mapped around a fault. */
#define KEPT_RESIDENT 128

typedef struct {
  const gchar *path;
  guint first;  /* most that was resident in the first epoch */
  guint latest; /* and from the third one on */
} Resident;

static GstPadProbeReturn
look_at_resident (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Resident *resident = user_data;
  const GstSsioBatchMeta *meta
      = gst_buffer_get_ssio_batch_meta (GST_PAD_PROBE_INFO_BUFFER (info));
  guint now = ssio_check_count_resident (resident->path);

  if (meta->epoch == 0)
    resident->first = MAX (resident->first, now);
  else if (meta->epoch >= 2)
    resident->latest = MAX (resident->latest, now);
  return GST_PAD_PROBE_OK;
}

static Resident
run_looking (const gchar *path, const gchar *upload)
{
  GstElement *pipeline
      = launch (path, "epochs=4 batch-size=20000", upload, "fakesink");
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "upload");
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  Resident resident = { path, 0, 0 };

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, look_at_resident,
      &resident, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (element);
  gst_object_unref (pipeline);
  return resident;
}

GST_START_TEST (the_source_leaves_alone_what_is_kept)
{
  gchar *path = ssio_check_write_tile (600000, N_FIELDS);
  Resident resident = run_looking (path, "cache=device staging=pageable");

  fail_unless (resident.first > KEPT_RESIDENT);
  fail_unless (resident.latest <= KEPT_RESIDENT);
  /* all but a batch are kept, or none */
  resident = run_looking (path, "cache=device cache-size=14000000");
  fail_unless (resident.latest > KEPT_RESIDENT);
  resident = run_looking (path, "");
  fail_unless (resident.latest > KEPT_RESIDENT);
  g_free (path);
}
GST_END_TEST;

/* A seek while copies are held: what was on its way is thrown away, and the
 * stream starts again. */
GST_START_TEST (a_flush_in_mid_copy_starts_the_epoch_again)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  guint s;

  ssio_cuda_skip_without_fake ();
  for (s = 0; s < G_N_ELEMENTS (stagings); s++) {
    gchar *upload = g_strdup_printf ("slots=2 staging=%s", stagings[s]);
    GstElement *pipeline
        = launch (path, "", upload, "queue ! fakesink name=sink");
    guint i;

    fake->set_delay (1000);
    for (i = 0; i < 5; i++) {
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
      g_usleep (2000 * i);
      fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT,
                       GST_SEEK_FLAG_FLUSH, 0)
                   || i == 0);
    }
    ssio_check_wait (pipeline, GST_MESSAGE_EOS);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    g_free (upload);
    ssio_cuda_check_clean ();
  }
  fake->reset ();
  g_free (path);
}
GST_END_TEST;

/* Waits until the element's streaming thread can get no further. */
static void
wait_for_calls (const gchar *name, guint n)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (ssio_fake_cuda ()->count (name) < n && g_get_monotonic_time () < end)
    g_usleep (500);
  g_usleep (20000);
}

GST_START_TEST (who_waits_for_a_slot_can_be_stopped_and_flushed)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  /* the queue takes all slots, and nothing leaves it in PAUSED */
  GstElement *pipeline = launch (path, "", "slots=2 staging=pageable",
      "queue max-size-buffers=50 ! fakesink name=sink");

  ssio_cuda_skip_without_fake ();
  fake->reset ();
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  wait_for_calls ("cuMemcpyHtoDAsync", 3);
  fail_unless_equals_int (fake->count ("cuMemcpyHtoDAsync"), 3);
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_DEFAULT,
      GST_SEEK_FLAG_FLUSH, 5000));
  wait_for_calls ("cuMemcpyHtoDAsync", 6);
  fail_unless_equals_int (fake->count ("cuMemcpyHtoDAsync"), 6);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

GST_START_TEST (a_stop_in_mid_copy_leaves_nothing_behind)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  guint i;

  ssio_cuda_skip_without_fake ();
  for (i = 0; i < 24; i++) {
    gchar *upload = g_strdup_printf ("slots=%u staging=%s cache=%s", 1 + i % 3,
        stagings[i % 4], i % 2 ? "device" : "none");
    GstElement *pipeline
        = launch (path, "epochs=0", upload, "queue ! fakesink name=sink");

    fake->set_random_delay (2000, i);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (1000 * i);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    g_free (upload);
    ssio_cuda_check_clean ();
  }
  fake->reset ();
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (two_branches_share_the_batches)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  GstElement *pipeline = launch (path, "", "",
      "tee name=tee ! queue ! ssiocudadownload ! fakesink name=sink "
      "tee. ! queue ! fakesink");

  check_stream (pipeline, 1);
  gst_object_unref (pipeline);
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

GST_START_TEST (states_go_up_and_down)
{
  gchar *path = ssio_check_write_tile (N_POINTS, N_FIELDS);
  GstElement *pipeline
      = launch (path, "", "cache=device", "fakesink name=sink");
  guint i;

  for (i = 0; i < 3; i++) {
    check_stream (pipeline, 1);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    ssio_check_set_state (pipeline, GST_STATE_READY);
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (pipeline);
  g_free (path);
  ssio_cuda_check_clean ();
}
GST_END_TEST;

static Suite *
cuda_upload_suite (void)
{
  Suite *suite = suite_create ("cuda-upload");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase,
      each_staging_and_number_of_slots_delivers_each_point_once);
  tcase_add_test (tcase, batches_go_to_the_device_and_come_back);
  tcase_add_test (tcase,
      batches_pass_through_where_downstream_wants_system_memory);
  tcase_add_test (tcase, the_source_reads_straight_into_page_locked_buffers);
  tcase_add_test (tcase, device_memory_is_that_of_the_slots_and_one);
  tcase_add_test (tcase, three_hundred_epochs_lose_nothing);
  tcase_add_test (tcase, a_file_that_is_read_and_not_mapped_is_not_kept);
  tcase_add_test (tcase, what_is_cached_crosses_the_bus_once);
  tcase_add_test (tcase, a_cache_takes_half_of_what_is_free);
  tcase_add_test (tcase, a_cache_that_finds_no_memory_keeps_what_it_has);
  tcase_add_test (tcase, the_source_leaves_alone_what_is_kept);
  tcase_add_test (tcase, a_flush_in_mid_copy_starts_the_epoch_again);
  tcase_add_test (tcase, who_waits_for_a_slot_can_be_stopped_and_flushed);
  tcase_add_test (tcase, a_stop_in_mid_copy_leaves_nothing_behind);
  tcase_add_test (tcase, two_branches_share_the_batches);
  tcase_add_test (tcase, states_go_up_and_down);
  return suite;
}

SSIO_CHECK_MAIN (cuda_upload)
