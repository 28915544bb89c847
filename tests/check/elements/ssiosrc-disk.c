/* SPDX-License-Identifier: MIT */
/* ssiosrc and the disk: reading ahead, past the page cache, and dropping. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gst/ssio/directread.h>

#include "ssiocheck.h"

#define MIB ((gsize) 1 << 20)

/* Of sizes that are no multiples of blocks, in a folder. */
static gchar *
make_folder (guint n_files)
{
  gchar *folder = ssio_check_make_path (".d");
  guint i;

  fail_unless_equals_int (g_mkdir (folder, 0700), 0);
  for (i = 0; i < n_files; i++) {
    gchar *tile = ssio_check_write_tile (1 + i * i * 37, 6);
    gchar *path = g_strdup_printf ("%s/%u.bin", folder, i);

    fail_unless_equals_int (g_rename (tile, path), 0);
    g_free (path);
    g_free (tile);
  }
  return folder;
}

static void
take_bytes (GstElement *sink, GstBuffer *buffer, GstPad *pad,
    GByteArray *bytes)
{
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_byte_array_append (bytes, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

/* All bytes that come until EOS. */
static GBytes *
stream (const gchar *location, const gchar *order, const gchar *mode)
{
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=\"%s\" %s %s ! queue max-size-buffers=3 ! "
      "fakesink name=sink signal-handoffs=true",
      location, order, mode);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GByteArray *bytes = g_byte_array_new ();

  g_signal_connect (sink, "handoff", G_CALLBACK (take_bytes), bytes);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return g_byte_array_free_to_bytes (bytes);
}

static void
check_modes (const gchar *location, const gchar *order)
{
  static const gchar *const modes[] = {
    "io-mode=direct prefetch=0",
    "io-mode=direct prefetch=1",
    "io-mode=direct",
    "io-mode=direct prefetch=64",
    "io-mode=read prefetch=64 drop-behind=true",
    "io-mode=mmap prefetch=64 drop-behind=true",
  };
  GBytes *expected = stream (location, order, "io-mode=mmap prefetch=0");
  guint i;

  fail_unless (g_bytes_get_size (expected) > 0);
  for (i = 0; i < G_N_ELEMENTS (modes); i++) {
    GBytes *bytes = stream (location, order, modes[i]);

    fail_unless (g_bytes_equal (bytes, expected), "%s %s", modes[i], order);
    g_bytes_unref (bytes);
  }
  g_bytes_unref (expected);
}

GST_START_TEST (the_same_points_come_however_they_are_read)
{
  gchar *small = ssio_check_write_tile (1, 6);
  gchar *tile = ssio_check_write_tile (250007, 6);

  check_modes (small, "");
  check_modes (tile, "");
  check_modes (tile, "batch-size=100001 epochs=2");
  check_modes (tile, "batch-size=4096 start-point=5 stop-point=70001");
  check_modes (tile, "batch-size=777 shuffle=batches drop-last=true epochs=2");
  check_modes (tile, "batch-size=1000 shuffle=points shuffle-window=7");
  check_modes (tile, "batch-size=5 stop-point=999");
  check_modes (tile, "layout=bytes:u1 batch-size=1048577");
  g_free (tile);
  g_free (small);
}
GST_END_TEST;

GST_START_TEST (the_same_points_come_from_many_files)
{
  gchar *folder = make_folder (40);

  check_modes (folder, "batch-size=1000");
  check_modes (folder, "batch-size=1000 shuffle=batches epochs=3");
  check_modes (folder, "batch-size=333 shuffle=points num-shards=3 "
                       "shard-index=1 shard-policy=even epochs=2");
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

/* Files of sysfs cannot be read directly; those of tmpfs could not always. */
GST_START_TEST (where_direct_reads_are_refused_files_are_read_all_the_same)
{
  const gchar *types = "/sys/kernel/btf/vmlinux";
  gchar *memory = g_strdup_printf ("/dev/shm/ssio-check-%d.bin", getpid ());
  gchar *tile = ssio_check_write_tile (10007, 6);
  gchar *bytes;
  gsize size;

  fail_unless (g_file_get_contents (tile, &bytes, &size, NULL));
  if (g_file_set_contents (memory, bytes, size, NULL)) {
    check_modes (memory, "batch-size=1001 shuffle=batches");
    g_remove (memory);
  } else {
    ssio_check_skip ("no /dev/shm");
  }
  if (g_access (types, R_OK) == 0) {
    gint fd = g_open (types, O_RDONLY, 0);
    GstSsioDirectFile *file = gst_ssio_direct_file_open (fd, types);
    GBytes *expected, *found;

    fail_if (gst_ssio_direct_file_is_direct (file));
    gst_ssio_direct_file_close (file);
    close (fd);
    expected = stream (types, "layout=a:u1", "io-mode=read");
    found = stream (types, "layout=a:u1", "io-mode=direct");
    fail_unless (g_bytes_equal (found, expected));
    g_bytes_unref (found);
    g_bytes_unref (expected);
  } else {
    ssio_check_skip ("no %s", types);
  }
  g_free (bytes);
  g_free (tile);
  g_free (memory);
}
GST_END_TEST;

GST_START_TEST (what_must_be_converted_is_not_read_directly)
{
  static const gchar text[] = "ply\nformat ascii 1.0\nelement vertex 1\n"
                              "property float x\nproperty float y\n"
                              "property float z\nend_header\n1 2 3\n";
  gchar *path = ssio_check_write_file (".ply", text, strlen (text));
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s io-mode=direct ! fakesink",
          path);

  ssio_check_error (pipeline, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      path, "cannot be read directly", "use io-mode=auto", NULL);
  gst_object_unref (pipeline);
  g_free (path);
}
GST_END_TEST;

/* Which pages of a file are in the page cache, asked through a new mapping. */
static guint8 *
look_at_pages (const gchar *path, gsize *n_pages)
{
  gint fd = g_open (path, O_RDONLY, 0);
  gsize size = lseek (fd, 0, SEEK_END);
  gpointer map = mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0);
  guint8 *pages;

  *n_pages = (size + 4095) / 4096;
  pages = g_malloc (*n_pages);
  fail_unless (map != MAP_FAILED);
  fail_unless_equals_int (mincore (map, size, pages), 0);
  munmap (map, size);
  close (fd);
  return pages;
}

/* Of pages from first on, how many are there. */
static gsize
count_pages (const gchar *path, gsize first, gsize n)
{
  gsize n_pages, i;
  gsize present = 0;
  guint8 *pages = look_at_pages (path, &n_pages);

  for (i = first; i < MIN (first + n, n_pages); i++)
    present += pages[i] & 1;
  g_free (pages);
  return present;
}

/* Takes a file out of the page cache. FALSE where it lives there. */
static gboolean
make_cold (const gchar *path)
{
  gint fd = g_open (path, O_RDONLY, 0);

  fsync (fd);
  posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  close (fd);
  return count_pages (path, 0, G_MAXSSIZE) == 0;
}

/* More than any device reads ahead by itself, in batches of 2 MiB. */
#define N_BATCHES 32
#define BATCH_PAGES (2 * MIB / 4096)

static gchar *
write_large_tile (void)
{
  return ssio_check_write_tile (N_BATCHES * 2 * MIB / 32, 8);
}

static void
take_place (GstElement *sink, GstBuffer *buffer, GstPad *pad, GArray *places)
{
  guint place
      = gst_buffer_get_ssio_batch_meta (buffer)->first_point * 32 / (2 * MIB);

  g_array_append_val (places, place);
}

#define LARGE_TILE \
  "ssiosrc location=%s layout=a,b,c,d,e,f,g,h batch-size=65536 "

/* The order of an epoch's batches. */
static GArray *
find_order (const gchar *path)
{
  GstElement *pipeline = ssio_check_launch (LARGE_TILE
      "shuffle=batches ! "
      "fakesink name=sink signal-handoffs=true",
      path);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GArray *places = g_array_new (FALSE, FALSE, sizeof (guint));

  g_signal_connect (sink, "handoff", G_CALLBACK (take_place), places);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  fail_unless_equals_int (places->len, N_BATCHES);
  return places;
}

/* Whether the batch of that place comes into memory by and by: most of it, as
 * only some of its bytes are asked for whether they are there already. */
static gboolean
comes_in (const gchar *path, guint place)
{
  guint tries;

  for (tries = 0; tries < 100; tries++) {
    if (count_pages (path, place * BATCH_PAGES, BATCH_PAGES)
        >= BATCH_PAGES * 3 / 4)
      return TRUE;
    g_usleep (G_USEC_PER_SEC / 50);
  }
  return FALSE;
}

static void
check_prefetch (const gchar *path, const GArray *order, const gchar *io_mode)
{
  GstElement *pipeline = ssio_check_launch (LARGE_TILE
      "shuffle=batches prefetch=6 io-mode=%s ! fakesink",
      path, io_mode);
  guint i;

  if (!make_cold (path)) {
    ssio_check_skip ("files here are in memory only");
    gst_object_unref (pipeline);
    return;
  }
  /* the sink holds the first batch, and the source waits with it */
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  for (i = 0; i <= 6; i++)
    fail_unless (comes_in (path, g_array_index (order, guint, i)),
        "%s: batch %u was not read ahead", io_mode, i);
  fail_unless (count_pages (path, 0, G_MAXSSIZE) < N_BATCHES * BATCH_PAGES,
      "%s: all was read", io_mode);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

GST_START_TEST (the_next_batches_of_the_order_are_read_ahead)
{
  gchar *path = write_large_tile ();
  GArray *order = find_order (path);

  check_prefetch (path, order, "mmap");
  check_prefetch (path, order, "read");
  g_array_unref (order);
  g_free (path);
}
GST_END_TEST;

static void
check_drop_behind (const gchar *path, const gchar *properties, gsize at_most)
{
  GBytes *bytes;

  if (!make_cold (path)) {
    ssio_check_skip ("files here are in memory only");
    return;
  }
  bytes = stream (path, "layout=a,b,c,d,e,f,g,h", properties);
  fail_unless_equals_uint64 (g_bytes_get_size (bytes), N_BATCHES * 2 * MIB);
  g_bytes_unref (bytes);
  fail_unless (count_pages (path, 0, G_MAXSSIZE) <= at_most,
      "%s: %" G_GSIZE_FORMAT " pages are left", properties,
      count_pages (path, 0, G_MAXSSIZE));
}

GST_START_TEST (pages_leave_the_page_cache_behind_the_stream)
{
  gchar *path = write_large_tile ();

  check_drop_behind (path, "drop-behind=true io-mode=mmap", 0);
  check_drop_behind (path, "drop-behind=true io-mode=read", 0);
  check_drop_behind (path, "drop-behind=true io-mode=read batch-size=1001", 0);
  /* where the order jumps, the kernel may read a part again unasked */
  check_drop_behind (path,
      "drop-behind=true io-mode=mmap batch-size=65536 shuffle=batches",
      N_BATCHES * BATCH_PAGES / 4);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (direct_reads_leave_the_page_cache_as_it_is)
{
  gchar *path = write_large_tile ();
  gint fd = g_open (path, O_RDONLY, 0);
  GstSsioDirectFile *file = gst_ssio_direct_file_open (fd, path);

  close (fd);
  /* but for what was read of the header, and the kernel reads ahead of it */
  if (gst_ssio_direct_file_is_direct (file))
    check_drop_behind (path, "io-mode=direct", N_BATCHES * BATCH_PAGES / 2);
  else
    ssio_check_skip ("no direct reads here");
  gst_ssio_direct_file_close (file);
  g_free (path);
}
GST_END_TEST;

/* The files' table closes files whose batches are still in use. */
GST_START_TEST (batches_in_flight_stay_as_they_are_while_pages_are_dropped)
{
  gchar *folder = make_folder (40);
  GstHarness *harness = gst_harness_new ("ssiosrc");
  GPtrArray *batches
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  guint i;

  gst_util_set_object_arg (G_OBJECT (harness->element), "shuffle", "batches");
  g_object_set (harness->element, "location", folder, "batch-size", 5000,
      "drop-behind", TRUE, NULL);
  gst_harness_play (harness);
  for (i = 0; i < 60; i++)
    g_ptr_array_add (batches, gst_harness_pull (harness));
  for (i = 0; i < batches->len; i++) {
    GstBuffer *buffer = g_ptr_array_index (batches, i);
    guint64 from = gst_buffer_get_ssio_batch_meta (buffer)->first_point;
    GstMapInfo map;
    gsize at;

    gst_buffer_map (buffer, &map, GST_MAP_READ);
    for (at = 0; at < map.size / sizeof (gfloat); at++)
      fail_unless_equals_float (((const gfloat *) map.data)[at],
          ssio_check_tile_value (from * 6 + at));
    gst_buffer_unmap (buffer, &map);
  }
  g_ptr_array_unref (batches);
  gst_harness_teardown (harness);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static Suite *
ssiosrc_disk_suite (void)
{
  Suite *suite = suite_create ("ssiosrc-disk");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, the_same_points_come_however_they_are_read);
  tcase_add_test (tcase, the_same_points_come_from_many_files);
  tcase_add_test (tcase,
      where_direct_reads_are_refused_files_are_read_all_the_same);
  tcase_add_test (tcase, what_must_be_converted_is_not_read_directly);
  tcase_add_test (tcase, the_next_batches_of_the_order_are_read_ahead);
  tcase_add_test (tcase, pages_leave_the_page_cache_behind_the_stream);
  tcase_add_test (tcase, direct_reads_leave_the_page_cache_as_it_is);
  tcase_add_test (tcase,
      batches_in_flight_stay_as_they_are_while_pages_are_dropped);
  return suite;
}

SSIO_CHECK_MAIN (ssiosrc_disk)
