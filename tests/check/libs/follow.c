/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/ssio/follow.h>
#include <string.h>
#include <unistd.h>

#include "ssiocheck.h"

/* Points of one u8, which counts them. */
#define LAYOUT "id:u8"
#define POINT_SIZE 8
#define FOREVER 0

static void
append (const gchar *path, gconstpointer bytes, gsize size)
{
  gint fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  fail_unless (fd >= 0, "%s: %s", path, g_strerror (errno));
  fail_unless_equals_int (write (fd, bytes, size), size);
  close (fd);
}

/* Bytes from to to of a file of such points. */
static void
append_bytes (const gchar *path, gsize from, gsize to)
{
  GByteArray *bytes = g_byte_array_new ();
  guint64 id;

  for (id = 0; bytes->len < to; id++)
    g_byte_array_append (bytes, (guint8 *) &id, sizeof (id));
  append (path, bytes->data + from, to - from);
  g_byte_array_unref (bytes);
}

static void
append_points (const gchar *path, guint from, guint to)
{
  append_bytes (path, from * POINT_SIZE, to * POINT_SIZE);
}

static gchar *
get_part (const gchar *path)
{
  return g_strconcat (path, ".part", NULL);
}

static void
move (const gchar *from, const gchar *to)
{
  fail_unless (g_rename (from, to) == 0, "%s", g_strerror (errno));
}

static GstSsioFollow *
follow_with (const gchar *path, const gchar *layout, GstClockTime timeout,
    GError **error)
{
  const GstSsioFollowConfig config
      = { .location = path, .layout = layout, .timeout = timeout };

  return gst_ssio_follow_open (&config, error);
}

static GstSsioFollow *
follow (const gchar *path, GstClockTime timeout)
{
  GError *error = NULL;
  GstSsioFollow *self = follow_with (path, LAYOUT, timeout, &error);

  fail_unless (self != NULL, "%s", error ? error->message : "");
  return self;
}

/* A file that has those points, and who follows it. */
static GstSsioFollow *
follow_new (guint n_points, GstClockTime timeout, gchar **path)
{
  *path = ssio_check_make_path (".bin");
  append_points (*path, 0, n_points);
  return follow (*path, timeout);
}

/* Waits for at most max points, and expects these. */
static void
expect_points (GstSsioFollow *self, guint64 max, guint64 from, guint64 to)
{
  GError *error = NULL;
  GstFlowReturn flow;
  guint64 *ids;
  guint64 n, i;

  flow = gst_ssio_follow_wait (self, max, &n, &error);
  fail_unless (flow == GST_FLOW_OK, "%s: %s", gst_flow_get_name (flow),
      error ? error->message : "");
  fail_unless_equals_uint64 (n, to - from);
  ids = g_new (guint64, n);
  fail_unless (gst_ssio_follow_read (self, n, (guint8 *) ids, &error));
  for (i = 0; i < n; i++)
    fail_unless_equals_uint64 (ids[i], from + i);
  g_free (ids);
}

static void
expect_flow (GstSsioFollow *self, GstFlowReturn expected)
{
  GError *error = NULL;
  guint64 n;
  GstFlowReturn flow = gst_ssio_follow_wait (self, 4, &n, &error);

  fail_unless (flow == expected, "%s: %s", gst_flow_get_name (flow),
      error ? error->message : "");
}

static void
expect_failure (GstSsioFollow *self, GQuark domain, gint code,
    const gchar *part)
{
  GError *error = NULL;
  guint64 n;

  fail_unless_equals_int (gst_ssio_follow_wait (self, 4, &n, &error),
      GST_FLOW_ERROR);
  ssio_check_gerror (&error, domain, code, part);
}

static void
close_follow (GstSsioFollow *self, gchar *path)
{
  gst_ssio_follow_free (self);
  g_unlink (path);
  g_free (path);
}

GST_START_TEST (full_batches_come_without_a_wait)
{
  gchar *path;
  GstSsioFollow *self = follow_new (8, FOREVER, &path);

  expect_points (self, 4, 0, 4);
  expect_points (self, 4, 4, 8);
  append_points (path, 8, 12);
  expect_points (self, 4, 8, 12);
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (only_whole_points_come)
{
  gchar *path;
  GstSsioFollow *self = follow_new (0, FOREVER, &path);

  append_bytes (path, 0, 2 * POINT_SIZE + 3);
  expect_points (self, 4, 0, 2);
  append_bytes (path, 2 * POINT_SIZE + 3, 3 * POINT_SIZE);
  expect_points (self, 4, 2, 3);
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (a_rename_ends_it_after_all_that_was_written)
{
  gchar *path;
  GstSsioFollow *self = follow_new (3, FOREVER, &path);
  gchar *other = g_strconcat (path, ".old", NULL);

  append_points (path, 3, 6);
  move (path, other);
  expect_points (self, 4, 0, 4);
  expect_points (self, 4, 4, 6);
  expect_flow (self, GST_FLOW_EOS);
  expect_flow (self, GST_FLOW_EOS);
  g_unlink (other);
  g_free (other);
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (another_file_of_that_name_does_not_go_on)
{
  gchar *path;
  GstSsioFollow *self = follow_new (2, FOREVER, &path);
  gchar *other = g_strconcat (path, ".old", NULL);

  move (path, other);
  append_points (path, 0, 10);
  expect_points (self, 4, 0, 2);
  expect_flow (self, GST_FLOW_EOS);
  g_unlink (other);
  g_free (other);
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (a_part_comes_before_the_file_that_it_will_replace)
{
  gchar *path = ssio_check_make_path (".bin");
  gchar *part = get_part (path);
  GstSsioFollow *self;

  append_points (path, 0, 1);
  append_points (part, 0, 3);
  self = follow (path, FOREVER);
  fail_unless_equals_string (gst_ssio_follow_get_path (self), part);
  move (part, path);
  expect_points (self, 4, 0, 3);
  expect_flow (self, GST_FLOW_EOS);
  g_free (part);
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (without_growth_it_ends_in_time)
{
  gchar *path;
  GstSsioFollow *self = follow_new (2, GST_MSECOND, &path);

  expect_points (self, 4, 0, 2);
  expect_flow (self, GST_FLOW_EOS);
  append_points (path, 2, 3); /* late, but not lost */
  expect_points (self, 4, 2, 3);
  close_follow (self, path);
}
GST_END_TEST;

/* Follows so many points to an end in time. */
static void
check_warning (const gchar *path, const gchar *expected)
{
  GstSsioFollow *self;
  gchar *text;

  append_points (path, 0, 3);
  self = follow (path, GST_MSECOND);
  expect_points (self, 4, 0, 3);
  expect_flow (self, GST_FLOW_EOS);
  text = gst_ssio_follow_get_warning (self);
  if (expected)
    fail_unless (text && strstr (text, path) && strstr (text, expected), "%s",
        text);
  else
    fail_unless (text == NULL, "%s", text);
  g_free (text);
  gst_ssio_follow_free (self);
  g_unlink (path);
}

GST_START_TEST (a_part_that_is_not_renamed_in_time_is_warned_of)
{
  gchar *path = ssio_check_make_path (".bin");
  gchar *part = get_part (path);

  check_warning (part, "after 3 points");
  check_warning (path, NULL);
  g_free (part);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (an_end_within_a_point_is_an_error)
{
  gchar *path;
  GstSsioFollow *self = follow_new (0, GST_MSECOND, &path);
  gchar *other = g_strconcat (path, ".old", NULL);

  append_bytes (path, 0, POINT_SIZE + 5);
  expect_points (self, 4, 0, 1);
  expect_failure (self, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "found 13 bytes, 5 over");
  move (path, other);
  expect_failure (self, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "ends within a point");
  g_unlink (other);
  g_free (other);
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (a_truncated_file_is_an_error)
{
  gchar *path;
  GstSsioFollow *self = follow_new (4, FOREVER, &path);

  expect_points (self, 3, 0, 3);
  fail_unless (truncate (path, 2 * POINT_SIZE) == 0);
  expect_failure (self, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "expected at least 24 bytes, found 16");
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (points_that_go_between_waiting_and_reading_are_an_error)
{
  gchar *path;
  GstSsioFollow *self = follow_new (4, FOREVER, &path);
  GError *error = NULL;
  guint8 bytes[4 * POINT_SIZE];
  guint64 n;

  fail_unless_equals_int (gst_ssio_follow_wait (self, 4, &n, &error),
      GST_FLOW_OK);
  fail_unless (truncate (path, POINT_SIZE) == 0);
  fail_if (gst_ssio_follow_read (self, n, bytes, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "expected at least 32 bytes, found 8");
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (a_deleted_file_is_an_error_after_its_points)
{
  gchar *path;
  GstSsioFollow *self = follow_new (2, FOREVER, &path);

  fail_unless (g_unlink (path) == 0);
  expect_points (self, 4, 0, 2);
  expect_failure (self, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "was deleted or replaced");
  close_follow (self, path);
}
GST_END_TEST;

GST_START_TEST (a_replaced_file_is_an_error_after_its_points)
{
  gchar *path;
  GstSsioFollow *self = follow_new (2, FOREVER, &path);
  gchar *other = g_strconcat (path, ".new", NULL);

  append_points (other, 0, 5);
  move (other, path);
  expect_points (self, 4, 0, 2);
  expect_failure (self, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "all 2 points");
  g_free (other);
  close_follow (self, path);
}
GST_END_TEST;

static gpointer
wait_in_vain (gpointer user_data)
{
  guint64 n;

  return GINT_TO_POINTER (gst_ssio_follow_wait (user_data, 4, &n, NULL));
}

GST_START_TEST (flushing_ends_a_wait_from_another_thread)
{
  gchar *path;
  GstSsioFollow *self = follow_new (0, FOREVER, &path);
  GThread *thread = g_thread_new ("wait", wait_in_vain, self);

  gst_ssio_follow_set_flushing (self, TRUE);
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      GST_FLOW_FLUSHING);
  expect_flow (self, GST_FLOW_FLUSHING);
  gst_ssio_follow_set_flushing (self, FALSE);
  append_points (path, 0, 4);
  expect_points (self, 4, 0, 4);
  close_follow (self, path);
}
GST_END_TEST;

static void
write_text (const gchar *path, const gchar *suffix, const gchar *text)
{
  gchar *name = g_strconcat (path, suffix, NULL);

  fail_unless (g_file_set_contents (name, text, -1, NULL));
  g_free (name);
}

#define SIDECAR(rest) \
  "{\"format\": \"ssio-points\", \"version\": 1, \"layout\": \"id:u8\", " \
  "\"point-size\": 8" rest "}"

GST_START_TEST (a_sidecar_has_the_layout_and_says_when_it_is_complete)
{
  gchar *path = ssio_check_make_path (".bin");
  GstSsioFollow *self;
  GError *error = NULL;
  gchar *text;

  append_points (path, 0, 3);
  write_text (path, ".json", SIDECAR (", \"points\": 3"));
  self = follow_with (path, NULL, FOREVER, &error);
  fail_unless (self != NULL, "%s", error ? error->message : "");
  text = gst_ssio_layout_to_string (gst_ssio_follow_get_layout (self));
  fail_unless_equals_string (text, LAYOUT);
  g_free (text);
  fail_unless (gst_ssio_follow_get_origin (self) == NULL);
  expect_points (self, 4, 0, 3);
  expect_flow (self, GST_FLOW_EOS);
  gst_ssio_follow_free (self);

  append_points (path, 3, 4);
  fail_unless (follow_with (path, NULL, FOREVER, &error) == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "its sidecar");
  g_unlink (path);
  g_free (path);
}
GST_END_TEST;

static gpointer
write_sidecar_late (gpointer part)
{
  g_usleep (10 * G_TIME_SPAN_MILLISECOND);
  write_text (part, ".json", SIDECAR (""));
  return NULL;
}

/* What ssiosink makes anew, where the sidecar of an old recording is. */
GST_START_TEST (a_new_part_waits_for_its_sidecar)
{
  gchar *path = ssio_check_make_path (".bin");
  gchar *part = get_part (path);
  GError *error = NULL;
  GstSsioFollow *self;
  GThread *thread;
  gchar *text;

  write_text (path, ".json",
      "{\"format\": \"ssio-points\", \"version\": 1, "
      "\"layout\": \"old:u4\", \"point-size\": 4}");
  append_points (part, 0, 0);
  thread = g_thread_new ("writer", write_sidecar_late, part);
  self = follow_with (path, NULL, FOREVER, &error);
  fail_unless (self != NULL, "%s", error ? error->message : "");
  text = gst_ssio_layout_to_string (gst_ssio_follow_get_layout (self));
  fail_unless_equals_string (text, LAYOUT);
  g_free (text);
  g_thread_join (thread);
  gst_ssio_follow_free (self);
  g_free (part);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_part_s_sidecar_has_the_origin_it_is_recorded_with)
{
  static const gchar *const origins[] = { NULL, "auto", "none" };
  gchar *path = ssio_check_make_path (".bin");
  gchar *part = get_part (path);
  guint i;

  append_points (part, 0, 1);
  write_text (part, ".json",
      "{\"format\": \"ssio-points\", \"version\": 1, "
      "\"layout\": \"x:i4*0.01,y:i4\", \"point-size\": 8, "
      "\"origin\": [1000, 0, 0]}");
  for (i = 0; i < G_N_ELEMENTS (origins); i++) {
    const GstSsioFollowConfig config
        = { .location = path, .origin = origins[i] };
    GError *error = NULL;
    GstSsioFollow *self = gst_ssio_follow_open (&config, &error);
    const GstSsioOrigin *origin;
    gchar *text;

    fail_unless (self != NULL, "%s", error ? error->message : "");
    origin = gst_ssio_follow_get_origin (self);
    text = gst_ssio_layout_to_string (gst_ssio_follow_get_layout (self));
    if (i < 2) {
      fail_unless_equals_float (origin->values[0], 1000);
      fail_unless_equals_string (text, "x:i4*0.01,y:i4");
    } else {
      fail_unless (origin == NULL);
      fail_unless_equals_string (text, "x:i4*0.01+1000,y:i4");
    }
    g_free (text);
    gst_ssio_follow_free (self);
  }
  g_free (part);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (what_cannot_be_followed_is_refused)
{
  const GstSsioFollowConfig given
      = { .location = "/dev/null", .origin = "1,2,3" };
  gchar *path = ssio_check_make_path (".bin");
  gchar *npy = ssio_check_write_file (".npy", "", 0);
  gchar *las = ssio_check_write_file (".bin", "LASF, and so on", 15);
  GError *error = NULL;

  fail_unless (follow_with (path, LAYOUT, FOREVER, &error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      path);
  fail_unless (follow_with (NULL, LAYOUT, FOREVER, &error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "no location");
  fail_unless (follow_with (ssio_check_get_directory (), LAYOUT, FOREVER,
                   &error)
               == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "is a directory");
  fail_unless (gst_ssio_follow_open (&given, &error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "is a device");
  fail_unless (follow_with (npy, LAYOUT, FOREVER, &error) == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "found a file with a header");
  fail_unless (follow_with (las, LAYOUT, FOREVER, &error) == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "found a file with a header");
  g_free (las);
  g_free (npy);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (an_origin_of_ones_own_is_refused)
{
  gchar *path = ssio_check_write_file (".bin", "", 0);
  const GstSsioFollowConfig config = { .location = path, .origin = "1,2,3" };
  GError *error = NULL;

  fail_unless (gst_ssio_follow_open (&config, &error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "origin=1,2,3");
  g_free (path);
}
GST_END_TEST;

typedef struct {
  gchar *path;
  guint n_points;
} Recording;

/* As ssiosink does, in pieces that are no whole points. */
static gpointer
record (gpointer user_data)
{
  const Recording *recording = user_data;
  gchar *part = get_part (recording->path);
  gsize size = recording->n_points * POINT_SIZE;
  gchar *sidecar = g_strconcat (part, ".json", NULL);
  gchar *text
      = g_strdup_printf (SIDECAR (", \"points\": %u"), recording->n_points);
  gsize at;

  write_text (part, ".json", SIDECAR (""));
  for (at = 0; at < size; at += 13)
    append_bytes (part, at, MIN (at + 13, size));
  write_text (recording->path, ".json", text);
  g_unlink (sidecar);
  move (part, recording->path);
  g_free (text);
  g_free (sidecar);
  g_free (part);
  return NULL;
}

/* As soon as there is a file. */
static GstSsioFollow *
follow_early (const gchar *path)
{
  GstSsioFollow *self;

  do {
    GError *error = NULL;

    self = follow_with (path, NULL, FOREVER, &error);
    fail_unless (self
                     || g_error_matches (error, GST_RESOURCE_ERROR,
                         GST_RESOURCE_ERROR_NOT_FOUND),
        "%s", error ? error->message : "");
    g_clear_error (&error);
  } while (!self);
  return self;
}

static guint64
count_points (GstSsioFollow *self)
{
  GError *error = NULL;
  guint64 ids[5];
  guint64 count = 0;
  guint64 n, i;

  while (gst_ssio_follow_wait (self, G_N_ELEMENTS (ids), &n, &error)
         == GST_FLOW_OK) {
    fail_unless (gst_ssio_follow_read (self, n, (guint8 *) ids, &error));
    for (i = 0; i < n; i++)
      fail_unless_equals_uint64 (ids[i], count + i);
    count += n;
  }
  fail_unless (error == NULL, "%s", error ? error->message : "");
  return count;
}

GST_START_TEST (no_point_is_lost_wherever_the_rename_falls)
{
  guint round;

  for (round = 0; round < 80; round++) {
    Recording recording = { ssio_check_make_path (".bin"), 1 + round % 40 };
    GThread *writer = g_thread_new ("writer", record, &recording);
    GstSsioFollow *self;

    self = follow_early (recording.path);
    fail_unless_equals_uint64 (count_points (self), recording.n_points);
    g_thread_join (writer);
    close_follow (self, recording.path);
  }
}
GST_END_TEST;

static Suite *
follow_suite (void)
{
  Suite *suite = suite_create ("follow");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, full_batches_come_without_a_wait);
  tcase_add_test (tcase, only_whole_points_come);
  tcase_add_test (tcase, a_rename_ends_it_after_all_that_was_written);
  tcase_add_test (tcase, another_file_of_that_name_does_not_go_on);
  tcase_add_test (tcase, a_part_comes_before_the_file_that_it_will_replace);
  tcase_add_test (tcase, without_growth_it_ends_in_time);
  tcase_add_test (tcase, a_part_that_is_not_renamed_in_time_is_warned_of);
  tcase_add_test (tcase, an_end_within_a_point_is_an_error);
  tcase_add_test (tcase, a_truncated_file_is_an_error);
  tcase_add_test (tcase,
      points_that_go_between_waiting_and_reading_are_an_error);
  tcase_add_test (tcase, a_deleted_file_is_an_error_after_its_points);
  tcase_add_test (tcase, a_replaced_file_is_an_error_after_its_points);
  tcase_add_test (tcase, flushing_ends_a_wait_from_another_thread);
  tcase_add_test (tcase,
      a_sidecar_has_the_layout_and_says_when_it_is_complete);
  tcase_add_test (tcase, a_new_part_waits_for_its_sidecar);
  tcase_add_test (tcase, a_part_s_sidecar_has_the_origin_it_is_recorded_with);
  tcase_add_test (tcase, what_cannot_be_followed_is_refused);
  tcase_add_test (tcase, an_origin_of_ones_own_is_refused);
  tcase_add_test (tcase, no_point_is_lost_wherever_the_rename_falls);
  return suite;
}

SSIO_CHECK_MAIN (follow)
