/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "child.h"
#include "program.h"
#include "pipeline.h"
#include "touch.h"

#define LINE "%lf %lf %lf %lf %lf %lf %lf %lf"

/* In the new process, before it becomes the program: no more than system
 * calls. */
static void
join_cgroup (gpointer data)
{
  gint fd = open (data, O_WRONLY | O_CLOEXEC);

  if (fd < 0 || write (fd, "0", 1) != 1)
    _exit (1);
  close (fd);
}

static GSubprocess *
start (const gchar *const *argv, const gchar *cgroup)
{
  GSubprocessLauncher *launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  GError *error = NULL;
  GSubprocess *process;

  if (cgroup)
    g_subprocess_launcher_set_child_setup (launcher, join_cgroup,
        g_build_filename (cgroup, "cgroup.procs", NULL), g_free);
  /* a look for new plugins would count as the pipeline's memory */
  g_subprocess_launcher_setenv (launcher, "GST_REGISTRY_UPDATE", "no", TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  if (!process)
    ssio_fail ("%s: %s", argv[0], error->message);
  g_object_unref (launcher);
  return process;
}

static gchar *
finish (GSubprocess *process)
{
  GError *error = NULL;
  gchar *output;

  if (!g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL,
          &error))
    ssio_fail ("%s", error->message);
  if (!g_subprocess_get_successful (process))
    ssio_fail ("a process that reads failed; in a memory cgroup it may have "
               "been killed");
  g_object_unref (process);
  return output;
}

GSubprocess *
ssio_child_start (const gchar *source, gdouble at, const gchar *cgroup)
{
  gchar *time = g_strdup_printf ("--at=%.6f", at);
  const gchar *argv[] = { "/proc/self/exe", "--stream", source, time, NULL };
  GSubprocess *process = start (argv, cgroup);

  g_free (time);
  return process;
}

void
ssio_child_finish (GSubprocess *process, SsioChild *child)
{
  gchar *output = finish (process);

  if (sscanf (output, LINE, &child->start, &child->end, &child->first,
          &child->bytes, &child->points, &child->n_files, &child->disk_bytes,
          &child->peak)
      != 8)
    ssio_fail ("a process that reads printed: %s", output);
  g_free (output);
}

void
ssio_child_run (const gchar *source, const gchar *cgroup, SsioChild *child)
{
  ssio_child_finish (ssio_child_start (source, 0, cgroup), child);
}

/* 0 where Linux does not count them. */
static gdouble
get_disk_bytes (void)
{
  const gchar *key = "\nread_bytes: ";
  gchar *text = NULL, *line = NULL;
  gdouble bytes = 0;

  if (g_file_get_contents ("/proc/self/io", &text, NULL, NULL))
    line = strstr (text, key);
  if (line)
    bytes = g_ascii_strtod (line + strlen (key), NULL);
  g_free (text);
  return bytes;
}

void
ssio_child_stream (const gchar *source, gdouble at)
{
  gint64 wait = at * 1e6 - g_get_monotonic_time ();
  gdouble disk_bytes = get_disk_bytes ();
  SsioTouch touch;

  if (wait > 0)
    g_usleep (wait);
  ssio_touch_run (source, NULL, NULL, &touch);
  g_print ("%.6f %.6f %.6f %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
           " %u %.0f %.0f\n",
      touch.start, touch.end, touch.first, touch.bytes, touch.points,
      touch.n_files, get_disk_bytes () - disk_bytes,
      ssio_pipeline_get_peak ());
  ssio_touch_clear (&touch);
}

static gdouble
parse_fio (const gchar *text)
{
  JsonParser *parser = json_parser_new ();
  GError *error = NULL;
  JsonNode *found;
  gdouble rate;

  if (!json_parser_load_from_data (parser, text, -1, &error))
    ssio_fail ("fio: %s", error->message);
  found = json_path_query ("$.jobs[0].read.bw_bytes",
      json_parser_get_root (parser), &error);
  if (!found || json_array_get_length (json_node_get_array (found)) != 1)
    ssio_fail ("fio printed no bytes a second");
  rate = json_array_get_int_element (json_node_get_array (found), 0);
  json_node_unref (found);
  g_object_unref (parser);
  return rate;
}

gdouble
ssio_child_run_fio (const gchar *path, gsize block, const gchar *arguments,
    const gchar *cgroup)
{
  gchar *name = g_shell_quote (path);
  gchar *line = g_strdup_printf (
      "fio --name=read --filename=%s --rw=read --bs=%" G_GSIZE_FORMAT
      " --readonly --output-format=json %s",
      name, block, arguments);
  gchar **argv = NULL;
  GError *error = NULL;
  gchar *output;
  gdouble rate;

  if (!g_shell_parse_argv (line, NULL, &argv, &error))
    ssio_fail ("%s: %s", line, error->message);
  output = finish (start ((const gchar *const *) argv, cgroup));
  rate = parse_fio (output);
  g_free (output);
  g_strfreev (argv);
  g_free (line);
  g_free (name);
  return rate;
}
