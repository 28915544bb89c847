/* SPDX-License-Identifier: MIT */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gst/ssio/pages.h>

#include "ssiocheck.h"

#define MIB ((gsize) 1 << 20)

static GstSsioPointFile *
open_file (const gchar *path, const gchar *layout_text, GstSsioIoMode io_mode)
{
  GstSsioLayout *layout = NULL;
  GError *error = NULL;
  GstSsioPointFile *file;

  if (layout_text)
    layout = gst_ssio_layout_new_from_string (layout_text, 0, NULL);
  file = gst_ssio_point_file_open (path, layout, io_mode, &error);
  fail_unless (file != NULL, "%s", error ? error->message : "");
  g_clear_pointer (&layout, gst_ssio_layout_unref);
  return file;
}

static void
check_refused (const gchar *path, const gchar *layout_text, GQuark domain,
    gint code, const gchar *part)
{
  GstSsioLayout *layout = NULL;
  GError *error = NULL;

  if (layout_text)
    layout = gst_ssio_layout_new_from_string (layout_text, 0, NULL);
  fail_unless (gst_ssio_point_file_open (path, layout, GST_SSIO_IO_MODE_AUTO,
                   &error)
                   == NULL,
      "opened %s", path);
  fail_unless (strstr (error->message, path) != NULL, "%s", error->message);
  ssio_check_gerror (&error, domain, code, part);
  g_clear_pointer (&layout, gst_ssio_layout_unref);
}

GST_START_TEST (headerless_file_is_points_from_its_first_byte)
{
  gchar *path = ssio_check_write_tile (10, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_AUTO);
  gchar *text
      = gst_ssio_layout_to_string (gst_ssio_point_file_get_layout (file));
  gfloat points[6];

  fail_unless_equals_string (text, GST_SSIO_DEFAULT_LAYOUT);
  fail_unless_equals_string (gst_ssio_point_file_get_path (file), path);
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file), 10);
  fail_unless_equals_uint64 (gst_ssio_point_file_get_data_offset (file), 0);
  fail_unless (gst_ssio_point_file_read_points (file, 9, 1, (guint8 *) points,
      NULL));
  fail_unless_equals_float (points[0], 54);
  fail_unless_equals_float (points[5], 59);
  gst_ssio_point_file_unref (file);
  g_free (text);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (what_is_no_file_of_points_is_refused)
{
  gchar *missing = ssio_check_make_path (".bin");
  gchar *empty = ssio_check_write_file (".bin", "", 0);
  gchar *odd = ssio_check_write_file (".bin", "0123456789", 10);
  gchar *las = ssio_check_write_file (".bin", "LASF and more of it", 20);
  gchar *pipe = ssio_check_make_path (".bin");

  mkfifo (pipe, 0600);
  check_refused (missing, NULL, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, "No such file");
  check_refused ("/etc/passwd/x", NULL, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, "");
  check_refused ("/", NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "is a directory");
  check_refused (pipe, NULL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "pipe");
  check_refused (empty, NULL, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "is empty");
  check_refused (odd, NULL, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "expected a multiple of 24 bytes");
  check_refused (odd, "x:u4,y:u4", GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, "found 2 bytes over");
  check_refused (las, "x:u4", GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "LAS");
  g_free (missing);
  g_free (empty);
  g_free (odd);
  g_free (las);
  g_free (pipe);
}
GST_END_TEST;

GST_START_TEST (file_without_permission_is_refused)
{
  gchar *path = ssio_check_write_tile (1, 6);

  /* root reads everything */
  g_chmod (path, 0);
  if (geteuid () == 0 && seteuid (65534) == 0) {
    g_chmod (ssio_check_get_directory (), 0755);
    check_refused (path, NULL, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NOT_AUTHORIZED, "denied");
    fail_unless (seteuid (0) == 0);
  } else {
    check_refused (path, NULL, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NOT_AUTHORIZED, "denied");
  }
  g_free (path);
}
GST_END_TEST;

static gchar *
npy_path (const gchar *name)
{
  return g_strdup_printf ("%s/%s.npy", ssio_check_get_directory (), name);
}

static void
check_npy (const gchar *name, const gchar *hint, const gchar *layout_text,
    guint point_size)
{
  gchar *path = npy_path (name);
  GstSsioPointFile *file = open_file (path, hint, GST_SSIO_IO_MODE_AUTO);
  GstSsioLayout *layout = gst_ssio_point_file_get_layout (file);
  gchar *text = gst_ssio_layout_to_string (layout);

  fail_unless_equals_string (text, layout_text);
  fail_unless_equals_int (gst_ssio_layout_get_point_size (layout), point_size);
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file), 7);
  gst_ssio_point_file_unref (file);
  g_free (text);
  g_free (path);
}

static void
check_npy_refused (const gchar *name, const gchar *hint, const gchar *part)
{
  gchar *path = npy_path (name);

  check_refused (path, hint, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      part);
  g_free (path);
}

GST_START_TEST (npy_says_what_it_holds)
{
  GstSsioPointFile *file;
  gchar *path;
  gfloat points[12];

  if (!ssio_check_run_oracle (NULL, "npy", ssio_check_get_directory (),
          NULL)) {
    ssio_check_skip ("no Python with NumPy");
    return;
  }
  check_npy ("v1", NULL, GST_SSIO_DEFAULT_LAYOUT, 24);
  check_npy ("v2", NULL, GST_SSIO_DEFAULT_LAYOUT, 24);
  check_npy ("v3", NULL, GST_SSIO_DEFAULT_LAYOUT, 24);
  check_npy ("v1", "a,b,c,d,e,f", "a:f4,b:f4,c:f4,d:f4,e:f4,f:f4", 24);
  check_npy ("f8", NULL,
      "x:f8,y:f8,z:f8,intensity:f8,sem_class:f8,ins_class:f8", 48);
  check_npy ("u1", NULL,
      "x:u1,y:u1,z:u1,intensity:u1,sem_class:u1,ins_class:u1", 6);
  check_npy ("nine", NULL,
      "x:i4,y:i4,z:i4,intensity:i4,sem_class:i4,ins_class:i4,f6:i4,f7:i4,"
      "f8:i4",
      36);
  check_npy ("packed", NULL, "x:f4,é:u2,class:u1", 7);
  check_npy ("latin", NULL, "x:f4,é:u2,class:u1", 7);
  check_npy ("aligned", NULL, "a:u1,x:f8@8,b:u1", 24);

  path = npy_path ("v1");
  file = open_file (path, NULL, GST_SSIO_IO_MODE_AUTO);
  fail_unless (gst_ssio_point_file_read_points (file, 5, 2, (guint8 *) points,
      NULL));
  fail_unless_equals_float (points[0], 50);
  fail_unless_equals_float (points[11], 65);
  gst_ssio_point_file_unref (file);
  g_free (path);

  check_npy_refused ("fortran", NULL, "fortran_order");
  check_npy_refused ("big", NULL, "big-endian");
  check_npy_refused ("one", NULL, "1 dimension");
  check_npy_refused ("three", NULL, "more than 2 dimensions");
  check_npy_refused ("none", NULL, "holds 0 points");
  check_npy_refused ("wide", NULL, "2000 columns: expected 1 to 1024");
  check_npy_refused ("half", NULL, "\"<f2\"");
  check_npy_refused ("complex", NULL, "\"<c8\"");
  check_npy_refused ("nested", NULL, "\"p\" is a record itself");
  check_npy_refused ("subarray", NULL, "\"xyz\" is an array itself");
  check_npy_refused ("short", NULL, "expected a file of 296 bytes, found 295");
  check_npy_refused ("long", NULL, "expected a file of 296 bytes, found 297");
  check_npy_refused ("cut", NULL, "bytes long");
  check_npy_refused ("tiny", NULL, "expected the file to start with");
  check_npy_refused ("garbled", NULL, "shope");
  check_npy_refused ("version", NULL, "version 9");
  check_npy_refused ("huge", NULL, "2^63");
  check_npy_refused ("magic", NULL, "NUMPY");
  check_npy_refused ("v1", "x,y,z", "expected x:f4,y:f4,z:f4, found");
  check_npy_refused ("f8", GST_SSIO_DEFAULT_LAYOUT, "does not fit");
  check_npy_refused ("packed", "x,y,z", "does not fit");
}
GST_END_TEST;

/* Kilobytes that the kernel may map around a fault, before and after a window;
 * it does so in memory file systems. */
#define AROUND 128

static guint
count_resident (GstSsioPointFile *file)
{
  return ssio_check_count_resident (gst_ssio_point_file_get_path (file));
}

GST_START_TEST (wrapped_points_are_the_mapping_present_and_read_only)
{
  gchar *path = ssio_check_write_tile (1000000, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  const guint8 *mapped = gst_ssio_point_file_get_mapped_points (file);
  GstMapInfo map;
  GstMemory *memory;

  fail_unless (count_resident (file) <= AROUND);
  memory = gst_ssio_point_file_wrap_points (file, 500000, 1000, NULL);
  fail_unless (count_resident (file) >= 24);
  fail_unless (GST_MEMORY_IS_READONLY (memory));
  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless (map.data == mapped + 500000 * 24);
  fail_unless_equals_uint64 (map.size, 24000);
  gst_memory_unmap (memory, &map);

  /* the memory keeps the file */
  gst_ssio_point_file_ref (file);
  gst_ssio_point_file_unref (file);
  gst_memory_unref (memory);
  gst_ssio_point_file_release_cursor (file);
  fail_unless (count_resident (file) <= AROUND);
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (absent_points_come_when_they_are_read)
{
  gchar *path = ssio_check_write_tile (1000000, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  GstMemory *memory
      = gst_ssio_point_file_wrap_absent_points (file, 500000, 1000);
  GstMapInfo map;

  fail_unless (count_resident (file) <= AROUND);
  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, 24000);
  fail_unless (count_resident (file) <= AROUND);
  fail_unless_equals_float (((gfloat *) map.data)[5],
      ssio_check_tile_value (6 * 500000 + 5));
  fail_unless (count_resident (file) > 0);
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
  fail_unless (count_resident (file) <= AROUND);
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (batches_of_any_size_leave_no_page_behind)
{
  static const guint64 sizes[] = { 1, 4096, 87381, 87382, 250000, 600001 };
  const guint64 n_points = 600001;
  gchar *path = ssio_check_write_tile (n_points, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  GstMemory *held[3] = { NULL };
  guint i, n;
  guint64 at;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    for (at = 0, n = 0; at < n_points; at += sizes[i], n++) {
      g_clear_pointer (&held[n % 3], gst_memory_unref);
      held[n % 3] = gst_ssio_point_file_wrap_points (file, at,
          MIN (sizes[i], n_points - at), NULL);
      fail_unless (held[n % 3] != NULL);
      if (sizes[i] == 4096)
        fail_unless (count_resident (file) <= 3 * 2048 + 64);
      if (sizes[i] == 1 && n == 1000)
        break;
    }
    for (n = 0; n < 3; n++)
      g_clear_pointer (&held[n], gst_memory_unref);
    gst_ssio_point_file_release_cursor (file);
    fail_unless (count_resident (file) <= AROUND);
  }
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_shared_part_holds_its_own_windows_only)
{
  gchar *path = ssio_check_write_tile (600000, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  const guint8 *mapped = gst_ssio_point_file_get_mapped_points (file);
  GstMemory *whole
      = gst_ssio_point_file_wrap_points (file, 10000, 500000, NULL);
  GstMemory *part = gst_memory_share (whole, 24 * 100000, 24 * 1000);
  GstMemory *rest = gst_memory_share (part, 24 * 900, -1);
  GstMemory *none = gst_memory_share (rest, 0, 0);
  GstMemory *start, *nothing;
  GstMapInfo map;

  gst_ssio_point_file_release_cursor (file);
  fail_unless (count_resident (file) >= 11000);
  gst_memory_unref (whole);
  fail_unless (count_resident (file) >= 24);
  fail_unless (count_resident (file) <= 2 * 2048);
  fail_unless (GST_MEMORY_IS_READONLY (part));
  fail_unless (gst_memory_map (part, &map, GST_MAP_READ));
  fail_unless (map.data == mapped + 24 * 110000);
  fail_unless_equals_uint64 (map.size, 24000);
  gst_memory_unmap (part, &map);
  gst_memory_unref (part);
  fail_unless (gst_memory_map (rest, &map, GST_MAP_READ));
  fail_unless (map.data == mapped + 24 * 110900);
  fail_unless_equals_uint64 (map.size, 2400);
  gst_memory_unmap (rest, &map);
  gst_memory_unref (none);

  /* nothing at the very start of the file */
  start = gst_ssio_point_file_wrap_points (file, 0, 1, NULL);
  nothing = gst_memory_share (start, 0, 0);
  gst_memory_unref (nothing);
  gst_memory_unref (start);
  gst_ssio_point_file_unref (file);
  /* the last part keeps the file */
  gst_memory_unref (rest);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (points_that_are_read_cannot_be_wrapped)
{
  gchar *path = ssio_check_write_tile (10, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_READ);
  GError *error = NULL;

  fail_unless (gst_ssio_point_file_wrap_points (file, 0, 1, &error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "is not mapped");
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

static void
count_damage (GstSsioPointFile *file, gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
}

GST_START_TEST (a_file_truncated_under_a_batch_reads_as_zeros_and_is_reported)
{
  gchar *path = ssio_check_write_tile (100000, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  GError *error = NULL;
  gint damages = 0;
  GstMemory *memory;
  GstMapInfo map;

  gst_ssio_point_file_set_damage_func (file, count_damage, &damages, NULL);
  memory = gst_ssio_point_file_wrap_points (file, 50000, 50000, NULL);
  fail_unless (memory != NULL);
  fail_unless (gst_ssio_point_file_check (file, &error));
  fail_unless_equals_int (truncate (path, 60000 * 24), 0);
  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless_equals_float (((gfloat *) map.data)[0], 300000);
  fail_unless_equals_int (map.data[map.size - 1], 0);
  gst_memory_unmap (memory, &map);
  fail_unless_equals_int (damages, 0);
  gst_memory_unref (memory);
  fail_unless_equals_int (damages, 1);

  fail_if (gst_ssio_point_file_check (file, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "expected 2400000 bytes, found 1440000");
  fail_unless (gst_ssio_point_file_wrap_points (file, 90000, 1, &error)
               == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "truncated");
  /* grown again, and more, it is still not what was read */
  fail_unless_equals_int (truncate (path, 100001 * 24), 0);
  fail_if (gst_ssio_point_file_check (file, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "io-mode=read");
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

static void
rewrite (const gchar *path, gsize size)
{
  gchar *zeros = g_malloc0 (size);
  gint fd = g_open (path, O_WRONLY | O_TRUNC, 0600);

  /* the clock that file times come from ticks every few milliseconds */
  g_usleep (20000);
  fail_unless_equals_int64 (write (fd, zeros, size), size);
  g_close (fd, NULL);
  g_free (zeros);
}

GST_START_TEST (a_mapped_file_that_was_rewritten_in_place_is_an_error)
{
  gchar *path = ssio_check_write_tile (1000, 6);
  GstSsioPointFile *mapped = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  GstSsioPointFile *read = open_file (path, NULL, GST_SSIO_IO_MODE_READ);
  GError *error = NULL;
  gint damages = 0;
  GstMemory *memory = gst_ssio_point_file_wrap_points (mapped, 0, 1000, NULL);

  gst_ssio_point_file_set_damage_func (mapped, count_damage, &damages, NULL);
  gst_ssio_point_file_release_cursor (mapped);
  rewrite (path, 24000);
  fail_if (gst_ssio_point_file_check (mapped, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "was modified");
  gst_memory_unref (memory);
  fail_unless_equals_int (damages, 1);
  /* copies are for files that others are changing */
  fail_unless (gst_ssio_point_file_check (read, &error));
  gst_ssio_point_file_unref (read);
  gst_ssio_point_file_unref (mapped);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_file_that_grows_stays_readable)
{
  gchar *path = ssio_check_write_tile (1000, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  GError *error = NULL;

  fail_unless_equals_int (truncate (path, 1001 * 24), 0);
  fail_unless (gst_ssio_point_file_check (file, &error));
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file), 1000);
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

static volatile sig_atomic_t n_signals;

static void
count_signal (int number)
{
  n_signals++;
}

GST_START_TEST (a_bus_error_that_is_no_file_s_goes_where_it_went_before)
{
  gchar *path = ssio_check_write_tile (1000, 6);
  struct sigaction before, guarding, action = { .sa_handler = count_signal };
  GstSsioPointFile *file;

  if (!g_strcmp0 (g_getenv ("CK_FORK"), "no")) {
    ssio_check_skip ("the handler of the process is in place already");
    g_free (path);
    return;
  }
  sigaction (SIGBUS, &action, &before);
  file = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  sigaction (SIGBUS, NULL, &guarding);
  fail_unless (guarding.sa_handler != count_signal);
  raise (SIGBUS);
  fail_unless_equals_int (n_signals, 1);
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_file_cut_before_it_is_wrapped_or_read_is_an_error)
{
  static const GstSsioIoMode modes[]
      = { GST_SSIO_IO_MODE_MMAP, GST_SSIO_IO_MODE_READ };
  guint8 point[24];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (modes); i++) {
    gchar *path = ssio_check_write_tile (100000, 6);
    GstSsioPointFile *file = open_file (path, NULL, modes[i]);
    GError *error = NULL;

    fail_unless_equals_int (truncate (path, 24 * 10), 0);
    if (modes[i] == GST_SSIO_IO_MODE_MMAP)
      fail_unless (gst_ssio_point_file_wrap_points (file, 50000, 10, &error)
                   == NULL);
    else
      fail_if (gst_ssio_point_file_read_points (file, 50000, 1, point,
          &error));
    ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
        "found 240");
    gst_ssio_point_file_unref (file);
    g_free (path);
  }
}
GST_END_TEST;

GST_START_TEST (a_deleted_file_is_an_error)
{
  gchar *path = ssio_check_write_tile (10, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_AUTO);
  GError *error = NULL;

  fail_unless (gst_ssio_point_file_check (file, &error));
  g_remove (path);
  fail_if (gst_ssio_point_file_check (file, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "deleted or replaced");
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (touching_pages_makes_them_present_where_populating_cannot)
{
  gchar *path = ssio_check_write_tile (100000, 6);
  GstSsioPointFile *file = open_file (path, NULL, GST_SSIO_IO_MODE_MMAP);
  const guint8 *mapped = gst_ssio_point_file_get_mapped_points (file);

  gst_ssio_pages_touch (mapped, 0);
  fail_unless (count_resident (file) <= AROUND);
  gst_ssio_pages_touch (mapped, MIB);
  fail_unless (count_resident (file) >= 1024);
  gst_ssio_point_file_unref (file);
  g_free (path);
}
GST_END_TEST;

static Suite *
pointfile_suite (void)
{
  Suite *suite = suite_create ("pointfile");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, headerless_file_is_points_from_its_first_byte);
  tcase_add_test (tcase, what_is_no_file_of_points_is_refused);
  tcase_add_test (tcase, file_without_permission_is_refused);
  tcase_add_test (tcase, npy_says_what_it_holds);
  tcase_add_test (tcase, wrapped_points_are_the_mapping_present_and_read_only);
  tcase_add_test (tcase, absent_points_come_when_they_are_read);
  tcase_add_test (tcase, batches_of_any_size_leave_no_page_behind);
  tcase_add_test (tcase, a_shared_part_holds_its_own_windows_only);
  tcase_add_test (tcase, points_that_are_read_cannot_be_wrapped);
  tcase_add_test (tcase,
      a_file_truncated_under_a_batch_reads_as_zeros_and_is_reported);
  tcase_add_test (tcase,
      a_mapped_file_that_was_rewritten_in_place_is_an_error);
  tcase_add_test (tcase, a_file_that_grows_stays_readable);
  tcase_add_test (tcase,
      a_bus_error_that_is_no_file_s_goes_where_it_went_before);
  tcase_add_test (tcase, a_file_cut_before_it_is_wrapped_or_read_is_an_error);
  tcase_add_test (tcase, a_deleted_file_is_an_error);
  tcase_add_test (tcase,
      touching_pages_makes_them_present_where_populating_cannot);
  return suite;
}

SSIO_CHECK_MAIN (pointfile)
