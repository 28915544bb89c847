/* SPDX-License-Identifier: MIT */
/* Sessions of several ranks, which are threads of this process. */

#include <math.h>
#include <string.h>

#include "linear/session.h"
#include "ssiocheck.h"
#include "threadranks.h"

#define CAPS \
  "pointcloud/x-raw, layout=(string)\"x:f4,y:f4,class:f4\", " \
  "point-size=(int)12, batch-size=(int)100"
#define N_COLUMNS 3
#define N_CLASSES 3
#define N_BATCHES 12
#define BATCH 100
#define LAST_BATCH 37
#define MAX_RANKS 4
#define MAX_EPOCHS 3

/* Of sums in another order. */
#define TOLERANCE 1e-12

/* The sums of training are of float32. */
#define TRAIN_TOLERANCE 1e-5

typedef struct {
  GstSsioLinearSettings settings;
  void (*change) (GstSsioLinearSettings *settings); /* on the odd rank */
  guint odd_rank;
  const guint *owners; /* the rank of each batch; NULL for turns */
  guint n_epochs;
  const gchar *const
      *streams;        /* of each rank; NULL where they are not known */
  guint bad_batch;     /* with a point of no class, on the odd rank */
  gboolean odd_stops;  /* before the end of its first epoch */
  gint first_has_left; /* atomic */

  GstSsioReport reports[MAX_RANKS][MAX_EPOCHS];
  gchar *warnings[MAX_RANKS];
} Work;

static void
init_work (Work *work, const gchar *label)
{
  *work = (Work){ .n_epochs = 1, .bad_batch = N_BATCHES };
  gst_ssio_linear_settings_init (&work->settings);
  g_free (work->settings.layers);
  work->settings.layers = g_strdup ("8,3");
  work->settings.label = g_strdup (label);
  work->settings.features = g_strdup ("x,y");
  work->settings.threads = 1;
}

static void
clear_reports (Work *work)
{
  guint r, e;

  for (r = 0; r < MAX_RANKS; r++) {
    for (e = 0; e < MAX_EPOCHS; e++)
      gst_ssio_report_clear (&work->reports[r][e]);
    g_clear_pointer (&work->warnings[r], g_free);
  }
}

static void
clear_work (Work *work)
{
  clear_reports (work);
  gst_ssio_linear_settings_clear (&work->settings);
}

/* Far from 0, and of classes that come unevenly. */
static GstBuffer *
make_batch (guint batch, gboolean is_bad)
{
  const guint n = batch + 1 < N_BATCHES ? BATCH : LAST_BATCH;
  gfloat *points = g_new (gfloat, n * N_COLUMNS);
  guint p;

  for (p = 0; p < n; p++) {
    const guint i = batch * BATCH + p;
    gfloat *point = points + p * N_COLUMNS;

    point[0] = 100000 + i * 7919 % 1000 / 64.0f;
    point[1] = -500 + i * 104729 % 991 / 128.0f;
    point[2] = i * 31 % 11 % N_CLASSES;
  }
  if (is_bad)
    points[2] = N_CLASSES;
  return gst_buffer_new_wrapped (points, n * N_COLUMNS * sizeof (gfloat));
}

/* Of the batch, that is pushed on rank. */
static gboolean
push_batch (GstSsioSession *session, Work *work, guint rank, guint batch,
    GError **error)
{
  GstBuffer *buffer
      = make_batch (batch, rank == work->odd_rank && batch == work->bad_batch);
  const gchar *stream = work->streams ? work->streams[rank] : NULL;
  gboolean ok = gst_ssio_session_prepare (session, buffer, error);

  if (ok && gst_ssio_session_needs_stream (session))
    ok = gst_ssio_session_set_stream (session, stream, work->n_epochs,
        N_BATCHES, error);
  ok = ok && gst_ssio_session_push (session, buffer, error);
  gst_buffer_unref (buffer);
  if (!work->warnings[rank])
    work->warnings[rank] = gst_ssio_session_take_warning (session);
  return ok;
}

/* Rank r drops r batches, and misses 10 r points. */
static gboolean
run_epoch (GstSsioSession *session, Work *work, guint rank, guint n_ranks,
    GstSsioReport *report, GError **error)
{
  GstSsioArrivals arrivals
      = { .batches = rank, .missed_batches = 1, .missed_points = 10 * rank };
  guint b;

  for (b = 0; b < N_BATCHES; b++) {
    if ((work->owners ? work->owners[b] : b % n_ranks) != rank)
      continue;
    arrivals.batches++;
    if (!push_batch (session, work, rank, b, error))
      return FALSE;
  }
  return gst_ssio_session_end_epoch (session, &arrivals, report, error);
}

static gboolean
run_epochs (GstSsioSession *session, Work *work, guint rank, guint n_ranks,
    GError **error)
{
  GstCaps *caps = gst_caps_from_string (CAPS);
  gboolean ok = gst_ssio_session_set_caps (session, caps, error);
  guint e;

  gst_caps_unref (caps);
  if (ok && work->odd_stops && rank == work->odd_rank)
    return push_batch (session, work, rank, rank, error);
  for (e = 0; ok && e < work->n_epochs; e++)
    ok = run_epoch (session, work, rank, n_ranks, &work->reports[rank][e],
        error);
  return ok;
}

/* As the element does. */
static void
run (GstSsioCollective *collective, gpointer data, GError **error)
{
  Work *work = data;
  const guint rank
      = collective ? gst_ssio_collective_get_rank (collective) : 0;
  const guint n_ranks
      = collective ? gst_ssio_collective_get_n_ranks (collective) : 1;
  GstSsioLinearSettings settings;
  GstSsioSession *session;

  gst_ssio_linear_settings_copy (&work->settings, &settings);
  if (work->change && rank == work->odd_rank)
    work->change (&settings);
  session = gst_ssio_session_new (&settings, collective, error);
  gst_ssio_linear_settings_clear (&settings);
  if (!session)
    return;
  if (!run_epochs (session, work, rank, n_ranks, error) && *error)
    gst_ssio_session_tell_ranks (session, (*error)->message);
  gst_ssio_session_free (session);
}

static void
check_near (gdouble expected, gdouble found, gdouble tolerance)
{
  fail_unless (fabs (expected - found) <= tolerance * MAX (1, fabs (expected)),
      "%.17g, %.17g", expected, found);
}

static void
check_values (const gdouble *expected, const gdouble *found, guint n,
    gdouble tolerance)
{
  guint i;

  for (i = 0; i < n; i++)
    check_near (expected[i], found[i], tolerance);
}

static void
check_score (const GstSsioScore *expected, const GstSsioScore *found,
    gdouble tolerance)
{
  fail_unless ((expected == NULL) == (found == NULL));
  if (!expected)
    return;
  fail_unless_equals_uint64 (expected->n_scored, found->n_scored);
  fail_unless_equals_uint64 (expected->n_ignored, found->n_ignored);
  fail_unless (memcmp (expected->confusion, found->confusion,
                   N_CLASSES * N_CLASSES * sizeof (guint64))
               == 0);
  check_near (expected->loss, found->loss, tolerance);
  check_near (expected->accuracy, found->accuracy, 0);
  check_near (expected->miou, found->miou, 0);
}

static void
check_report (const GstSsioReport *expected, const GstSsioReport *found,
    gdouble tolerance)
{
  fail_unless_equals_int (expected->epoch.epoch, found->epoch.epoch);
  fail_unless_equals_uint64 (expected->epoch.batches, found->epoch.batches);
  fail_unless_equals_uint64 (expected->epoch.points, found->epoch.points);
  fail_unless_equals_uint64 (expected->epoch.bytes, found->epoch.bytes);
  fail_unless_equals_uint64 (expected->step, found->step);
  check_score (expected->score, found->score, tolerance);
  fail_unless ((expected->means == NULL) == (found->means == NULL));
  if (expected->means)
    check_values (expected->means, found->means, expected->n_means, tolerance);
  fail_unless ((expected->measured == NULL) == (found->measured == NULL));
  if (!expected->measured)
    return;
  check_values (expected->measured->mean, found->measured->mean,
      expected->measured->n, tolerance);
  check_values (expected->measured->deviation, found->measured->deviation,
      expected->measured->n, tolerance);
}

/* What is the same bits on all ranks. */
static void
check_same_report (const GstSsioReport *a, const GstSsioReport *b)
{
  check_report (a, b, 0);
  fail_unless_equals_uint64 (a->dropped, b->dropped);
  fail_unless_equals_uint64 (a->missed_batches, b->missed_batches);
  fail_unless_equals_uint64 (a->missed_points, b->missed_points);
}

static void
check_rank (const Work *expected, const Work *found, guint rank, guint n_ranks,
    gdouble tolerance)
{
  guint e;

  for (e = 0; e < found->n_epochs; e++) {
    const GstSsioReport *report = &found->reports[rank][e];

    check_report (&expected->reports[0][e], report, tolerance);
    check_same_report (&found->reports[0][e], report);
    fail_unless_equals_int (report->n_ranks, n_ranks);
    fail_unless_equals_uint64 (report->dropped, n_ranks * (n_ranks - 1) / 2);
    fail_unless_equals_uint64 (report->missed_batches, n_ranks);
    fail_unless_equals_uint64 (report->missed_points,
        n_ranks * (n_ranks - 1) * 5);
  }
}

/* Expects all ranks to come to what one process does with all batches. */
static void
check_ranks (Work *work, guint n_ranks, const guint *owners, gdouble tolerance)
{
  Work expected = *work;
  guint r;

  expected.owners = NULL;
  run (NULL, &expected, NULL);
  work->owners = owners;
  thread_ranks_run (n_ranks, run, work, NULL);
  for (r = 0; r < n_ranks; r++)
    check_rank (&expected, work, r, n_ranks, tolerance);
  clear_reports (&expected);
  clear_reports (work);
}

static const guint to_rank_1[N_BATCHES]
    = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
static const guint unequal[N_BATCHES] = { 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

static void
check_shards (Work *work)
{
  check_ranks (work, 1, NULL, TOLERANCE);
  check_ranks (work, 2, NULL, TOLERANCE);
  check_ranks (work, 4, NULL, TOLERANCE);
  check_ranks (work, 2, unequal, TOLERANCE);
  check_ranks (work, 2, to_rank_1, TOLERANCE);
  check_ranks (work, 4, to_rank_1, TOLERANCE);
}

GST_START_TEST (evaluation_is_that_of_the_whole_data_set)
{
  Work work;

  init_work (&work, "class");
  work.settings.ignore_label = 1;
  work.n_epochs = 2;
  check_shards (&work);
  clear_work (&work);
}
GST_END_TEST;

GST_START_TEST (outputs_without_labels_are_of_the_whole_data_set)
{
  Work work;

  init_work (&work, NULL);
  work.n_epochs = 2;
  check_shards (&work);
  clear_work (&work);
}
GST_END_TEST;

GST_START_TEST (inputs_are_measured_over_all_ranks)
{
  Work work;

  init_work (&work, "class");
  work.settings.normalize = GST_SSIO_NORMALIZE_STATS;
  work.n_epochs = 3;
  check_ranks (&work, 2, NULL, TOLERANCE * 1e3);
  check_ranks (&work, 4, NULL, TOLERANCE * 1e3);
  check_ranks (&work, 2, to_rank_1, TOLERANCE * 1e3);
  clear_work (&work);
}
GST_END_TEST;

/* Each step is of one batch, as that of one process. */
GST_START_TEST (rank_without_points_takes_part_in_training)
{
  Work work;

  init_work (&work, "class");
  work.settings.training.train = TRUE;
  work.settings.normalize = GST_SSIO_NORMALIZE_STATS;
  work.n_epochs = 3;
  check_ranks (&work, 2, to_rank_1, TRAIN_TOLERANCE);
  check_ranks (&work, 4, to_rank_1, TRAIN_TOLERANCE);
  clear_work (&work);
}
GST_END_TEST;

static void
change_seed (GstSsioLinearSettings *settings)
{
  settings->seed = 5;
}

static void
change_label (GstSsioLinearSettings *settings)
{
  g_clear_pointer (&settings->label, g_free);
}

static void
change_ignore_label (GstSsioLinearSettings *settings)
{
  settings->ignore_label = 2;
}

static void
change_class_map (GstSsioLinearSettings *settings)
{
  settings->class_map = g_strdup ("0:1,1:0,2:2");
}

static void
change_features (GstSsioLinearSettings *settings)
{
  g_free (settings->features);
  settings->features = g_strdup ("y,x");
}

static void
change_normalize (GstSsioLinearSettings *settings)
{
  settings->normalize = GST_SSIO_NORMALIZE_CENTER_XY;
}

static void
change_train (GstSsioLinearSettings *settings)
{
  settings->training.train = TRUE;
}

/* Expects that all ranks but one, or all of them, end with that error. */
static void
check_wrong (Work *work, const guint *owners, guint but, const gchar *part)
{
  GError *errors[MAX_RANKS];
  guint r;

  work->odd_rank = 1;
  work->owners = owners;
  thread_ranks_run (MAX_RANKS, run, work, errors);
  for (r = 0; r < MAX_RANKS; r++) {
    if (r != but)
      ssio_check_gerror (&errors[r], GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_FAILED, part);
  }
  if (but < MAX_RANKS)
    g_clear_error (&errors[but]);
  clear_reports (work);
}

static void
check_change (void (*change) (GstSsioLinearSettings *settings),
    const gchar *part)
{
  Work work;

  init_work (&work, "class");
  work.change = change;
  check_wrong (&work, NULL, MAX_RANKS, part);
  /* ranks without points compare as well */
  check_wrong (&work, to_rank_1, MAX_RANKS, part);
  clear_work (&work);
}

GST_START_TEST (ranks_that_would_do_other_things_are_an_error_of_all)
{
  check_change (change_seed, "rank 0 has \"layers 2,8,3 of weights ");
  check_change (change_label,
      "rank 0 has \"label class\", rank 1 has \"no label\"");
  check_change (change_ignore_label,
      "rank 0 has \"ignore-label -100\", rank 1 has \"ignore-label 2\"");
  check_change (change_class_map,
      "rank 0 has \"no class-map\", rank 1 has \"class-map ");
  check_change (change_features,
      "rank 0 has \"features x,y\", rank 1 has \"features y,x\"");
  check_change (change_normalize,
      "rank 0 has \"normalize none\", rank 1 has \"normalize center-xy\"");
  check_change (change_train,
      "rank 0 has \"train=false\", rank 1 has \"train=true\"");
}
GST_END_TEST;

GST_START_TEST (failure_in_mid_epoch_is_told_by_all)
{
  Work work;

  init_work (&work, "class");
  work.bad_batch = 5;
  check_wrong (&work, NULL, 1, "rank 1 (of 0 to 3) has failed: ");
  clear_work (&work);
}
GST_END_TEST;

GST_START_TEST (rank_that_stops_in_mid_epoch_is_named_by_all)
{
  Work work;

  init_work (&work, "class");
  work.odd_stops = TRUE;
  check_wrong (&work, NULL, 1, "rank 1 (of 0 to 3) has stopped");
  clear_work (&work);
}
GST_END_TEST;

static gpointer
interrupt (gpointer session)
{
  g_usleep (20000);
  gst_ssio_session_interrupt (session);
  return NULL;
}

/* Rank 0 is at the end of its epoch, to which the other does not come before
 * rank 0 has left. */
static void
be_interrupted (GstSsioCollective *collective, gpointer data, GError **error)
{
  Work *work = data;
  const guint rank = gst_ssio_collective_get_rank (collective);
  GstSsioSession *session
      = gst_ssio_session_new (&work->settings, collective, error);
  GThread *thread;

  fail_unless (session != NULL);
  if (rank == 0) {
    thread = g_thread_new ("interrupt", interrupt, session);
    fail_if (run_epochs (session, work, rank, 2, error));
    fail_unless (*error == NULL);
    g_thread_join (thread);
  } else {
    fail_unless (run_epochs (session, work, rank, 2, error));
    while (!g_atomic_int_get (&work->first_has_left))
      g_usleep (1000);
  }
  gst_ssio_session_free (session);
  if (rank == 0)
    g_atomic_int_set (&work->first_has_left, TRUE);
}

GST_START_TEST (wait_at_the_end_of_an_epoch_can_be_interrupted)
{
  Work work;

  init_work (&work, "class");
  work.odd_rank = 1;
  work.odd_stops = TRUE;
  thread_ranks_run (2, be_interrupted, &work, NULL);
  clear_work (&work);
}
GST_END_TEST;

static void
check_warning (const gchar *const *streams, const gchar *part)
{
  Work work;
  guint r;

  init_work (&work, "class");
  work.streams = streams;
  thread_ranks_run (MAX_RANKS, run, &work, NULL);
  if (part)
    fail_unless (strstr (work.warnings[0], part) != NULL, "%s",
        work.warnings[0]);
  else
    fail_unless (work.warnings[0] == NULL);
  for (r = 1; r < MAX_RANKS; r++)
    fail_unless (work.warnings[r] == NULL);
  clear_work (&work);
}

#define STREAM(shard, batch) \
  "ssio-state, data=(string)abc, shard-index=(uint)" #shard \
  ", batch=(guint64)" #batch

GST_START_TEST (ranks_that_stream_the_same_points_are_a_warning_of_the_first)
{
  static const gchar *const same[]
      = { STREAM (0, 0), STREAM (1, 0), STREAM (2, 0), STREAM (1, 7) };
  static const gchar *const others[]
      = { STREAM (0, 0), STREAM (1, 0), STREAM (2, 0), STREAM (3, 0) };

  check_warning (same, "ranks 1 and 3 stream the same points");
  check_warning (others, NULL);
  check_warning (NULL, NULL);
}
GST_END_TEST;

static void
expect_predictions_error (GstSsioCollective *collective, gpointer data,
    GError **error)
{
  run (collective, data, error);
  ssio_check_gerror (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "expected %d in the name with distributed=true");
}

GST_START_TEST (predictions_of_ranks_need_a_name_for_each)
{
  Work work;

  init_work (&work, "class");
  work.settings.predictions = g_strdup ("/tmp/out.npy");
  thread_ranks_run (2, expect_predictions_error, &work, NULL);
  clear_work (&work);
}
GST_END_TEST;

GST_START_TEST (each_rank_names_files_after_itself)
{
  GstSsioLinearSettings settings;

  gst_ssio_linear_settings_init (&settings);
  fail_unless (gst_ssio_linear_settings_set_rank (&settings, 12, NULL));
  fail_unless (settings.predictions == NULL);
  settings.predictions = g_strdup ("a/%d/100%-%d.npy");
  fail_unless (gst_ssio_linear_settings_set_rank (&settings, 12, NULL));
  fail_unless_equals_string (settings.predictions, "a/12/100%-12.npy");
  gst_ssio_linear_settings_clear (&settings);
}
GST_END_TEST;

static Suite *
ranks_suite (void)
{
  Suite *suite = suite_create ("ranks");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, evaluation_is_that_of_the_whole_data_set);
  tcase_add_test (tcase, outputs_without_labels_are_of_the_whole_data_set);
  tcase_add_test (tcase, inputs_are_measured_over_all_ranks);
  tcase_add_test (tcase, rank_without_points_takes_part_in_training);
  tcase_add_test (tcase, ranks_that_would_do_other_things_are_an_error_of_all);
  tcase_add_test (tcase, failure_in_mid_epoch_is_told_by_all);
  tcase_add_test (tcase, rank_that_stops_in_mid_epoch_is_named_by_all);
  tcase_add_test (tcase, wait_at_the_end_of_an_epoch_can_be_interrupted);
  tcase_add_test (tcase,
      ranks_that_stream_the_same_points_are_a_warning_of_the_first);
  tcase_add_test (tcase, predictions_of_ranks_need_a_name_for_each);
  tcase_add_test (tcase, each_rank_names_files_after_itself);
  return suite;
}

SSIO_CHECK_MAIN (ranks)
