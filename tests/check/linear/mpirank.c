/* SPDX-License-Identifier: MIT */
/* A rank of a job that a test starts with mpirun:
 *
 *   mpirank WHAT
 *
 * It prints a line of what came of it, and exits with 1 after an error. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "linear/distributed/collective.h"

#define N_VALUES 10000
#define N_STEPS 5
#define N_OPENED 32
#define ODD_RANK 1 /* the one with which something is wrong */

static void
print_result (GstSsioCollective *collective, const gchar *result)
{
  g_print ("rank %u of %u: %s\n", gst_ssio_collective_get_rank (collective),
      gst_ssio_collective_get_n_ranks (collective), result);
}

/* Leaves, with an error where there is one. */
static gint
end (GstSsioCollective *collective, GError *error)
{
  gint result = error ? EXIT_FAILURE : EXIT_SUCCESS;

  print_result (collective, error ? error->message : "done");
  gst_ssio_collective_leave (collective, error ? error->message : NULL);
  g_clear_error (&error);
  return result;
}

/* Values whose sum depends on the order in which they are added. */
static void
fill (gdouble *values, guint rank, guint step)
{
  guint i;

  for (i = 0; i < N_VALUES; i++)
    values[i] = 1.0 / (1 + rank * 7919 + i * 31 + step) - (i % 3) * 1e9;
}

/* A checksum of the sums of some steps, which must be the same on all ranks
 * and every time. The ranks have not as many steps. */
static gint
run_steps (GstSsioCollective *collective)
{
  const guint rank = gst_ssio_collective_get_rank (collective);
  gdouble *values = g_new (gdouble, N_VALUES);
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint64 n_steps = N_STEPS - rank;
  gboolean all_ended = FALSE;
  gboolean ok = TRUE;
  GError *error = NULL;
  gchar *result;
  guint step;

  for (step = 0; ok && !all_ended; step++) {
    fill (values, rank, step);
    ok = step < n_steps
             ? gst_ssio_collective_step (collective, values, N_VALUES, &error)
             : gst_ssio_collective_end (collective, values, N_VALUES,
                 &all_ended, &error);
    g_checksum_update (checksum, (guchar *) values,
        N_VALUES * sizeof (*values));
  }
  ok = ok
       && gst_ssio_collective_agree (collective, "the sums",
           g_checksum_get_string (checksum), &error)
       && gst_ssio_collective_sum (collective, GST_SSIO_SUM_UINT64S, &n_steps,
           1, &error);
  result = g_strdup_printf ("%" G_GUINT64_FORMAT " steps, sums %s", n_steps,
      g_checksum_get_string (checksum));
  if (ok)
    print_result (collective, result);
  g_free (result);
  g_free (values);
  g_checksum_free (checksum);
  return end (collective, error);
}

static gint
step_until (GstSsioCollective *collective, guint n_steps)
{
  gdouble value;
  GError *error = NULL;
  guint step;

  for (step = 0; step < n_steps; step++) {
    value = 1;
    if (!gst_ssio_collective_step (collective, &value, 1, &error))
      break;
  }
  return error ? end (collective, error) : EXIT_SUCCESS;
}

static gint
go_wrong (GstSsioCollective *collective, const gchar *what)
{
  const gboolean is_odd
      = gst_ssio_collective_get_rank (collective) == ODD_RANK;
  gint result = step_until (collective, is_odd ? N_STEPS : G_MAXUINT);

  if (!is_odd)
    return result;
  if (strcmp (what, "kill") == 0)
    raise (SIGKILL);
  if (strcmp (what, "exit") == 0)
    exit (EXIT_FAILURE);
  if (strcmp (what, "fail") == 0)
    return end (collective,
        g_error_new (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
            "the disk is on fire"));
  return end (collective, NULL);
}

static gpointer
run_in_thread (gpointer collective)
{
  return GINT_TO_POINTER (run_steps (collective));
}

/* Two at once, which is what two pipelines of a process have, and one after
 * them. */
static gint
run_several (GstSsioCollective *collective)
{
  GstSsioCollective *second = gst_ssio_collective_open (NULL);
  GThread *thread = g_thread_new ("second", run_in_thread, second);
  gint result = run_steps (collective);

  result |= GPOINTER_TO_INT (g_thread_join (thread));
  return result | run_steps (gst_ssio_collective_open (NULL));
}

typedef struct {
  GstSsioCollective *collective;
  guint number;
} Opened;

static gpointer
agree_on_number (gpointer data)
{
  Opened *opened = data;
  gchar *number = g_strdup_printf ("%u", opened->number);
  GError *error = NULL;
  gint result;

  gst_ssio_collective_agree (opened->collective, "numbers", number, &error);
  result = end (opened->collective, error);
  g_free (number);
  return GINT_TO_POINTER (result);
}

/* Whether the same ones meet, which are opened in the same order. */
static gint
run_in_order (GstSsioCollective *collective)
{
  Opened opened[N_OPENED];
  GThread *threads[N_OPENED];
  gint result = EXIT_SUCCESS;
  guint i;

  for (i = 0; i < N_OPENED; i++) {
    opened[i].collective
        = i == 0 ? collective : gst_ssio_collective_open (NULL);
    opened[i].number = i;
    threads[i] = g_thread_new ("opened", agree_on_number, &opened[i]);
  }
  for (i = 0; i < N_OPENED; i++)
    result |= GPOINTER_TO_INT (g_thread_join (threads[i]));
  return result;
}

int
main (int argc, char **argv)
{
  const gchar *what = argc > 1 ? argv[1] : "";
  GstSsioCollective *collective;
  GError *error = NULL;

  gst_init (&argc, &argv);
  collective = gst_ssio_collective_open (&error);
  if (!collective) {
    g_printerr ("%s\n", error->message);
    return EXIT_FAILURE;
  }
  if (strcmp (what, "steps") == 0)
    return run_steps (collective);
  if (strcmp (what, "several") == 0)
    return run_several (collective);
  if (strcmp (what, "order") == 0)
    return run_in_order (collective);
  return go_wrong (collective, what);
}
