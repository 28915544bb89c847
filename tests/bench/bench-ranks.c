/* SPDX-License-Identifier: MIT */
/* Measures two ranks against one with as many threads in all, in one run:
 *
 *   train     ssiosrc ! queue ! ssiolinear train=true, in steps of as many
 *             points: two ranks have half of each
 *   evaluate  the same without train
 *   reduce    what two ranks add up at a step, without points
 *
 * The model has 5 inputs, 64 hidden units and 8 outputs. Each job is started
 * with mpirun and is this program again. Prints a table, and writes the same as
 * JSON where --json names a file. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gio/gio.h>

#include "program.h"
#include "linear/distributed/collective.h"
#include "pipeline.h"
#include "series.h"

#define MODEL \
  "features=x,y,z,intensity,ins_class layers=64,8 normalize=stats " \
  "label=sem_class class-map=1:0,2:1,3:2,4:3,5:4,6:5,7:6,8:7"
#define LARGE_STEP 250000
#define SMALL_STEP 4096
#define N_RANKS 2

/* After one that measures inputs. */
#define N_EPOCHS 3

/* Doubles that are added up at a step: a gradient for each weight and bias, and
 * five sums of the batch. */
#define N_VALUES (5 * 64 + 64 + 64 * 8 + 8 + 5)
#define WARM_STEPS 1000
#define N_STEPS 10000

static gchar *tile;
static gint rounds = 3;
static gchar *mpirun;
static gchar *json_path;
static gchar *rank_pipeline;
static gboolean rank_reduces;

static GOptionEntry entries[] = {
  { "tile", 0, 0, G_OPTION_ARG_FILENAME, &tile, "A tile of ssio-make-tile",
      "FILE" },
  { "mpirun", 0, 0, G_OPTION_ARG_FILENAME, &mpirun, "Open MPI's mpirun",
      "PROGRAM" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds,
      "Rounds; each measures everything (3)", "N" },
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path,
      "Also write the figures there", "FILE" },
  { "rank-pipeline", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING,
      &rank_pipeline, NULL, NULL },
  { "rank-reduces", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &rank_reduces,
      NULL, NULL },
  { NULL },
};

/* On each rank: the first one prints the points and seconds of each epoch but
 * that which measures. */
static void
run_rank (void)
{
  SsioEpochs epochs;
  guint i;

  ssio_pipeline_run (rank_pipeline, &epochs);
  for (i = 1; i < epochs.seconds->len
              && g_strcmp0 (g_getenv ("OMPI_COMM_WORLD_RANK"), "0") == 0;
       i++)
    g_print ("%" G_GUINT64_FORMAT " %.9f\n", epochs.points,
        g_array_index (epochs.seconds, gdouble, i));
  ssio_epochs_clear (&epochs);
}

static void
step (GstSsioCollective *collective, gdouble *values, guint n)
{
  GError *error = NULL;
  guint i;

  for (i = 0; i < n; i++) {
    if (!gst_ssio_collective_step (collective, values, N_VALUES, &error))
      ssio_fail ("%s", error->message);
  }
}

/* The same: zero points, and the seconds of a step. */
static void
reduce (void)
{
  gdouble values[N_VALUES] = { 0 };
  GError *error = NULL;
  GstSsioCollective *collective = gst_ssio_collective_open (&error);
  gint64 start;

  if (!collective)
    ssio_fail ("%s", error->message);
  step (collective, values, WARM_STEPS);
  start = g_get_monotonic_time ();
  step (collective, values, N_STEPS);
  if (gst_ssio_collective_get_rank (collective) == 0)
    g_print ("0 %.9f\n", (g_get_monotonic_time () - start) / 1e6 / N_STEPS);
  gst_ssio_collective_leave (collective, NULL);
}

/* As root in containers, and where mpirun counts fewer cores than ranks. */
static void
set_environment (GSubprocessLauncher *launcher)
{
  static const gchar *const names[] = { "OMPI_ALLOW_RUN_AS_ROOT",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "OMPI_MCA_rmaps_base_oversubscribe" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    g_subprocess_launcher_setenv (launcher, names[i], "1", TRUE);
}

static gchar *
run_job (guint n_ranks, const gchar *argument)
{
  GSubprocessLauncher *launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  gchar *self = g_file_read_link ("/proc/self/exe", NULL);
  gchar *n = g_strdup_printf ("%u", n_ranks);
  const gchar *argv[]
      = { mpirun, "--bind-to", "none", "-n", n, self, argument, NULL };
  GError *error = NULL;
  GSubprocess *process;
  gchar *output;

  set_environment (launcher);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  if (!process
      || !g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL,
          &error))
    ssio_fail ("%s: %s", mpirun, error->message);
  if (!g_subprocess_get_successful (process))
    ssio_fail ("%s on %u ranks failed: %s", argument, n_ranks, output);
  g_object_unref (process);
  g_object_unref (launcher);
  g_free (self);
  g_free (n);
  return output;
}

/* The least of the seconds that a job prints: others on the machine only add to
 * it. */
static gdouble
measure (guint n_ranks, const gchar *argument, guint64 *points)
{
  gchar *output = run_job (n_ranks, argument);
  gchar **lines = g_strsplit (output, "\n", -1);
  gdouble least = G_MAXDOUBLE;
  gchar *end;
  guint i;

  for (i = 0; lines[i] && *lines[i]; i++) {
    *points = g_ascii_strtoull (lines[i], &end, 10);
    least = MIN (least, g_ascii_strtod (end, NULL));
  }
  if (i == 0)
    ssio_fail ("%s printed nothing", argument);
  g_strfreev (lines);
  g_free (output);
  return least;
}

static gdouble
measure_epoch (guint n_ranks, guint step_points, const gchar *properties,
    guint64 *points)
{
  gchar *location = ssio_pipeline_quote (tile);
  gchar *argument = g_strdup_printf (
      "--rank-pipeline=ssiosrc location=%s epochs=%d batch-size=%u "
      "num-shards=-1 shard-index=-1 ! queue ! "
      "ssiolinear distributed=true " MODEL " threads=%u %s",
      location, N_EPOCHS + 1, step_points / n_ranks,
      MAX (g_get_num_processors () / n_ranks, 1), properties);
  gdouble seconds = measure (n_ranks, argument, points);

  g_free (argument);
  g_free (location);
  return seconds;
}

typedef struct {
  const gchar *name;
  const gchar *text;
  const gchar *properties;
  guint step_points;
  gboolean has_steps; /* at which ranks meet */
  gdouble aim;        /* of two ranks' speed, of one's; 0 for none */
} Work;

static const Work works[] = {
  { "train", "trained in steps of 250,000 points", "train=true", LARGE_STEP,
      TRUE, 0.95 },
  { "train_small", "trained in steps of 4,096 points", "train=true",
      SMALL_STEP, TRUE, 0 },
  { "evaluate", "evaluated", "", LARGE_STEP, FALSE, 0.95 },
};

static void
add (SsioSeries *series, const gchar *name, const gchar *suffix, gdouble value,
    guint decimals, const gchar *text)
{
  gchar *full_name = g_strconcat (name, suffix, NULL);

  ssio_series_add (series, full_name, value, decimals, text);
  g_free (full_name);
}

static void
run_work (SsioSeries *series, const Work *work)
{
  gchar *ratio_name = g_strconcat (work->name, "_2_over_1", NULL);
  guint64 points, other_points;
  gdouble one
      = measure_epoch (1, work->step_points, work->properties, &points);
  gdouble two = measure_epoch (N_RANKS, work->step_points, work->properties,
      &other_points);

  if (points != other_points)
    ssio_fail ("%s: one rank has %" G_GUINT64_FORMAT " points, two have "
               "%" G_GUINT64_FORMAT,
        work->name, points, other_points);
  add (series, work->name, "_1_s", one, 4, work->text);
  add (series, work->name, "_2_s", two, 4, "the same by two ranks");
  add (series, work->name, "_2_mpoints_per_s", points / two / 1e6, 1,
      "by two ranks");
  if (work->has_steps)
    add (series, work->name, "_more_us",
        (two - one) * 1e6 / ((gdouble) points / work->step_points), 1,
        "that a step takes them more");
  if (work->aim > 0)
    ssio_series_add_aim (series, ratio_name, one / two, SSIO_AIM_AT_LEAST,
        work->aim);
  else
    ssio_series_add (series, ratio_name, one / two, 3,
        "their speed, of one's");
  g_free (ratio_name);
}

static void
run_round (SsioSeries *series)
{
  guint64 points;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (works); i++)
    run_work (series, &works[i]);
  ssio_series_add (series, "reduce_us",
      measure (N_RANKS, "--rank-reduces", &points) * 1e6, 1,
      "a step of two ranks without points");
}

static void
run_benchmark (void)
{
  SsioReport *report = ssio_report_new ();
  SsioSeries *series = ssio_series_new ();
  gint i;

  for (i = 0; i < rounds; i++)
    run_round (series);
  ssio_report_add_machine (report);
  ssio_report_add_value (report, "rounds", rounds, 0,
      "figures are medians (least to most)");
  ssio_report_add_value (report, "step_bytes", N_VALUES * sizeof (gdouble), 0,
      "that a rank adds to a step");
  g_print ("\n");
  ssio_series_report (series, report);
  ssio_report_end (report, json_path);
  ssio_series_free (series);
}

int
main (int argc, char **argv)
{
  ssio_program_parse (&argc, &argv, entries, "- measure ranks");
  if (rank_pipeline)
    run_rank ();
  else if (rank_reduces)
    reduce ();
  else if (!tile || !mpirun || rounds < 1)
    ssio_fail ("--tile FILE and --mpirun PROGRAM are needed, and one round");
  else
    run_benchmark ();
  return 0;
}
