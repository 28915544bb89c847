/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "linear/mpicheck.h"
#include "ssiocheck.h"

gboolean
mpi_check_can_run (const gchar *test)
{
  if (*g_getenv ("SSIO_CHECK_MPIRUN"))
    return TRUE;
  g_print ("skipped: %s: no mpirun, or a build without MPI\n", test);
  return FALSE;
}

const gchar *
mpi_check_get_rank (void)
{
  return g_getenv ("SSIO_CHECK_MPI_RANK");
}

const gchar *
mpi_check_get_launcher (void)
{
  return g_getenv ("SSIO_CHECK_LAUNCH_RANK");
}

/* The tests run as root in containers, on fewer cores than ranks, and what
 * Open MPI does not free at the end is not ours. */
static gchar **
make_environment (void)
{
  static const gchar *const variables[][2] = {
    { "OMPI_ALLOW_RUN_AS_ROOT", "1" },
    { "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1" },
    { "OMPI_MCA_rmaps_base_oversubscribe", "1" },
    { "ASAN_OPTIONS", "detect_leaks=0" },
  };
  gchar **environment = g_get_environ ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (variables); i++)
    environment = g_environ_setenv (environment, variables[i][0],
        variables[i][1], TRUE);
  return environment;
}

gboolean
mpi_check_run (guint n_ranks, gchar **output, const gchar *command, ...)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  gchar **environment = make_environment ();
  gchar *errors, *all;
  GError *error = NULL;
  const gchar *argument;
  gint status;
  va_list args;

  g_ptr_array_add (argv, g_strdup (g_getenv ("SSIO_CHECK_MPIRUN")));
  g_ptr_array_add (argv, g_strdup ("--timeout"));
  g_ptr_array_add (argv, g_strdup ("60"));
  g_ptr_array_add (argv, g_strdup ("-n"));
  g_ptr_array_add (argv, g_strdup_printf ("%u", n_ranks));
  va_start (args, command);
  for (argument = command; argument; argument = va_arg (args, const gchar *))
    g_ptr_array_add (argv, g_strdup (argument));
  va_end (args);
  g_ptr_array_add (argv, NULL);

  fail_unless (g_spawn_sync (NULL, (gchar **) argv->pdata, environment,
                   G_SPAWN_DEFAULT, NULL, NULL, output, &errors, &status,
                   &error),
      "%s", error ? error->message : "");
  all = g_strconcat (*output, errors, NULL);
  g_free (*output);
  *output = all;
  g_free (errors);
  g_strfreev (environment);
  g_ptr_array_unref (argv);
  return status == 0;
}

guint
mpi_check_count (const gchar *output, const gchar *part)
{
  guint n = 0;

  while ((output = strstr (output, part))) {
    output += strlen (part);
    n++;
  }
  return n;
}
