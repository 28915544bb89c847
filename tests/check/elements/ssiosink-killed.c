/* SPDX-License-Identifier: MIT */
/* A process that records is killed at any moment: what has a final name is
 * complete, and a part is read up to its last whole point. */

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/recordcheck.h"

#define LAYOUT "x:f4,y:f4,z:f4"
#define N_KILLS 50

/* Files of the source's first points, then the next, in turn. */
#define N_FILES 3
#define FILE_POINTS 20000
#define MAX_POINTS "20000"

#define LONGEST_MS 40

static const gchar *const extensions[] = { "bin", "npy", "ply", "las" };

/* What all of the formats keep. */
static gchar *
write_source (void)
{
  guint n = 3 * N_FILES * FILE_POINTS;
  gfloat *values = g_new (gfloat, n);
  gchar *path;
  guint i;

  for (i = 0; i < n; i++)
    values[i] = i / 16.0;
  path = ssio_check_write_file (".bin", values, n * sizeof (gfloat));
  g_free (values);
  return path;
}

static GPid
spawn (const gchar *source, const gchar *folder, const gchar *extension,
    gint *output)
{
  gchar *location = g_strdup_printf ("%s/%%05d.%s", folder, extension);
  const gchar *argv[] = { g_getenv ("SSIO_CHECK_RECORD_CHILD"), source, LAYOUT,
    location, MAX_POINTS, NULL };
  GError *error = NULL;
  GPid pid;

  fail_unless (g_spawn_async_with_pipes (NULL, (gchar **) argv, NULL,
                   G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, output,
                   NULL, &error),
      "%s", error ? error->message : "");
  g_free (location);
  return pid;
}

static void
record_and_kill (const gchar *source, const gchar *folder,
    const gchar *extension, guint after_us)
{
  gint output, status;
  GPid pid = spawn (source, folder, extension, &output);
  gchar byte;

  fail_unless (read (output, &byte, 1) == 1);
  g_usleep (after_us);
  kill (pid, SIGKILL);
  fail_unless (waitpid (pid, &status, 0) == pid);
  fail_unless (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  close (output);
}

static void
expect_points (GstSsioPointFile *source, const gchar *path, guint index,
    gboolean recover, guint64 n_points)
{
  GstSsioPointFile *file = recordcheck_open (path, NULL, recover);

  recordcheck_expect_same (source, index % N_FILES * FILE_POINTS, n_points,
      file);
  gst_ssio_point_file_unref (file);
}

/* Returns how many points the part has: 0 where it has none yet. */
static guint64
check_part (GstSsioPointFile *source, const gchar *path, guint index)
{
  const GstSsioPointFileOptions options = { .recover = TRUE };
  GError *error = NULL;
  GstSsioPointFile *file
      = gst_ssio_point_file_open_with (path, &options, &error);
  guint64 n_points;

  if (!file) { /* killed before the first batch */
    fail_unless (g_error_matches (error, GST_STREAM_ERROR,
                     GST_STREAM_ERROR_WRONG_TYPE),
        "%s", error->message);
    fail_unless (strstr (error->message, "0 points")
                     || strstr (error->message, "is empty"),
        "%s", error->message);
    g_error_free (error);
    return 0;
  }
  n_points = gst_ssio_point_file_get_n_points (file);
  gst_ssio_point_file_unref (file);
  fail_unless (n_points <= FILE_POINTS);
  expect_points (source, path, index, TRUE, n_points);
  return n_points;
}

/* Files are complete from the first on, and after them is one part at most.
 * Returns points that were checked. */
static guint64
check_folder (GstSsioPointFile *source, const gchar *folder,
    const gchar *extension)
{
  guint64 n_points = 0;
  guint n_parts = 0;
  guint i;

  for (i = 0;; i++) {
    gchar *path = g_strdup_printf ("%s/%05u.%s", folder, i, extension);
    gchar *part = g_strconcat (path, ".part", NULL);
    gboolean is_complete = g_file_test (path, G_FILE_TEST_EXISTS);
    gboolean is_part = g_file_test (part, G_FILE_TEST_EXISTS);

    fail_if (is_complete && is_part);
    if (is_complete) {
      fail_unless_equals_int (n_parts, 0);
      expect_points (source, path, i, FALSE, FILE_POINTS);
      n_points += FILE_POINTS;
    }
    if (is_part) {
      n_points += check_part (source, part, i);
      n_parts++;
    }
    g_free (part);
    g_free (path);
    if (!is_complete)
      break;
  }
  return n_points;
}

GST_START_TEST (whole_points_survive_the_process)
{
  const gchar *extension = extensions[__i__];
  GRand *random = g_rand_new ();
  gchar *source = write_source ();
  GstSsioPointFile *points = recordcheck_open (source, LAYOUT, FALSE);
  guint64 n_points = 0;
  guint i;

  for (i = __i__; i < N_KILLS; i += G_N_ELEMENTS (extensions)) {
    gchar *folder = recordcheck_make_folder ();

    record_and_kill (source, folder, extension,
        g_rand_int_range (random, 0, LONGEST_MS * 1000));
    n_points += check_folder (points, folder, extension);
    ssio_check_remove_folder (folder);
  }
  fail_unless (n_points > 0);
  gst_ssio_point_file_unref (points);
  g_free (source);
  g_rand_free (random);
}
GST_END_TEST;

static Suite *
ssiosink_killed_suite (void)
{
  Suite *suite = suite_create ("ssiosink-killed");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, whole_points_survive_the_process, 0,
      G_N_ELEMENTS (extensions));
  return suite;
}

SSIO_CHECK_MAIN (ssiosink_killed)
