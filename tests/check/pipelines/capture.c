/* SPDX-License-Identifier: MIT */
/* The example of a capture application, as a user runs it. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "record/recordcheck.h"

typedef struct {
  GPid pid;
  FILE *output;
} Program;

static Program
start (const gchar *folder, const gchar *seconds, const gchar *sweeps_per_file)
{
  const gchar *argv[] = { g_getenv ("SSIO_CHECK_CAPTURE"), "--seconds",
    seconds, "--sweeps-per-file", sweeps_per_file, folder, NULL };
  Program program;
  gint output;
  GError *error = NULL;

  fail_unless (g_spawn_async_with_pipes (NULL, (gchar **) argv, NULL,
                   G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &program.pid, NULL,
                   &output, NULL, &error),
      "%s", error ? error->message : "");
  program.output = fdopen (output, "r");
  return program;
}

/* The next line with text, up to the end. */
static gboolean
find_line (const Program *program, const gchar *text, gchar line[1024])
{
  while (fgets (line, 1024, program->output))
    if (strstr (line, text))
      return TRUE;
  return FALSE;
}

/* Returns its exit status. */
static gint
finish (Program *program)
{
  gint status;

  fclose (program->output);
  fail_unless (waitpid (program->pid, &status, 0) == program->pid);
  fail_unless (WIFEXITED (status));
  return WEXITSTATUS (status);
}

/* That its last line says that all points were recorded; how many. */
static guint64
expect_all (Program *program)
{
  guint64 n_recorded, n_sent;
  gchar line[1024];

  fail_unless (find_line (program, "points were recorded", line));
  fail_unless_equals_int (sscanf (line,
                              "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
                              &n_recorded, &n_sent),
      2);
  fail_unless_equals_uint64 (n_recorded, n_sent);
  fail_unless_equals_int (finish (program), 0);
  return n_recorded;
}

GST_START_TEST (every_sweep_is_recorded_and_none_is_replaced)
{
  gchar *folder = recordcheck_make_folder ();
  Program program = start (folder, "1", "4");
  gchar line[1024];

  fail_unless_equals_uint64 (expect_all (&program), 10 * 130000);
  fail_unless_equals_int (recordcheck_count_files (folder), 2 * 3);
  program = start (folder, "1", "10");
  fail_if (find_line (&program, "", line), "%s", line);
  fail_unless_equals_int (finish (&program), 1);
  fail_unless_equals_int (recordcheck_count_files (folder), 2 * 3);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

GST_START_TEST (an_interrupt_completes_the_last_file)
{
  gchar *folder = recordcheck_make_folder ();
  Program program = start (folder, "1000", "1");
  gchar line[1024];
  guint64 n_points;

  fail_unless (find_line (&program, "sweep-00000.bin", line));
  fail_unless (kill (program.pid, SIGINT) == 0);
  n_points = expect_all (&program);
  fail_unless (n_points > 0);
  fail_unless_equals_int (recordcheck_count_files (folder),
      2 * n_points / 130000);
  ssio_check_remove_folder (folder);
}
GST_END_TEST;

static Suite *
capture_suite (void)
{
  Suite *suite = suite_create ("capture");
  TCase *tcase = tcase_create ("general");
  GstElementFactory *factory = gst_element_factory_find ("appsrc");

  suite_add_tcase (suite, tcase);
  if (!factory) {
    ssio_check_skip ("no appsrc, which is of gstreamer1.0-plugins-base");
    return suite;
  }
  gst_object_unref (factory);
  tcase_add_test (tcase, every_sweep_is_recorded_and_none_is_replaced);
  tcase_add_test (tcase, an_interrupt_completes_the_last_file);
  return suite;
}

SSIO_CHECK_MAIN (capture)
