/* SPDX-License-Identifier: MIT */
/* The CUDA kernel that scores rows of outputs, compiled for the host and run
 * without any driver, against libm and the CPU's reading of labels. */

#include <math.h>
#include <string.h>

#include "linear/kernel-abi.h"
#include "linear/kernel-host.h"
#include "linear/kernelplan.h"
#include "linear/targets.h"
#include "ssiocheck.h"

#define N_POINTS 1000
#define N_BLOCKS 3

/* Rows of outputs with labels, and what the kernel makes of them. */
typedef struct {
  guint n_classes;
  GstSsioLayout *layout; /* whose last field is the label */
  GstSsioClassMap *map;
  GstSsioTargets *targets;
  guint8 *points;
  gfloat *rows;
  guint64 *counts;
  gdouble losses[N_BLOCKS];
  guint64 fault;
  guint8 record[64];
  guint8 *predictions;
  SsioScoreParams params;
} Score;

static void
run_kernel (Score *score, const gchar *name)
{
  const guint shared
      = SSIO_KERNEL_THREADS * sizeof (gdouble)
        + (score->n_classes * score->n_classes + 1) * sizeof (guint32);
  SsioHostLaunch launch = { { N_BLOCKS, 1, 1 }, { SSIO_KERNEL_THREADS, 1, 1 },
    shared, g_aligned_alloc0 (shared, 1, 16) };
  void *parameters[] = { &score->params };
  guint i = 0;

  while (strcmp (ssio_host_kernels[i].name, name) != 0)
    i++;
  memset (launch.shared, 0xa5, shared); /* as a device leaves it */
  ssio_host_kernels[i].run (&launch, parameters);
  g_aligned_free (launch.shared);
}

static void
init_score (Score *score, const gchar *layout, guint n_classes,
    const gchar *map, gint ignore_label)
{
  SsioScoreParams *params = &score->params;
  GRand *random = g_rand_new_with_seed (n_classes);
  guint label, i;

  memset (score, 0, sizeof (*score));
  score->n_classes = n_classes;
  score->layout = gst_ssio_layout_new_from_string (layout, 0, NULL);
  fail_unless (score->layout != NULL);
  label = gst_ssio_layout_get_n_fields (score->layout) - 1;
  score->map = map ? gst_ssio_class_map_new (map, NULL) : NULL;
  score->targets = gst_ssio_targets_new (score->layout, label, score->map,
      ignore_label, n_classes);
  params->point_size = gst_ssio_layout_get_point_size (score->layout);
  score->points = g_malloc0 (N_POINTS * params->point_size);
  score->rows = g_new (gfloat, N_POINTS * n_classes);
  for (i = 0; i < N_POINTS * n_classes; i++)
    score->rows[i] = g_rand_double_range (random, -5, 5);
  score->counts = g_new0 (guint64, n_classes * n_classes + 1);
  score->fault = G_MAXUINT64;
  score->predictions = g_malloc0 (N_POINTS * n_classes * sizeof (gfloat));
  params->rows = score->rows;
  params->points = score->points;
  params->n_points = N_POINTS;
  params->n_outputs = n_classes;
  params->labels.n_classes = n_classes;
  params->scores = 1;
  params->counts.in_shared = n_classes <= 64;
  gst_ssio_kernel_plan_make_field (gst_ssio_layout_get_field (score->layout,
                                       label),
      &params->labels.field);
  params->labels.ignored = ignore_label;
  if (map) {
    gint first;
    guint n;

    params->labels.map = gst_ssio_class_map_get_table (score->map, &first, &n);
    params->labels.first_mapped = first;
    params->labels.n_mapped = n;
  }
  params->losses = score->losses;
  params->counts.counts = score->counts;
  params->counts.fault = &score->fault;
  params->record = score->record;
  params->predictions = score->predictions;
  g_rand_free (random);
}

static void
clear_score (Score *score)
{
  gst_ssio_targets_free (score->targets);
  g_clear_pointer (&score->map, gst_ssio_class_map_free);
  gst_ssio_layout_unref (score->layout);
  g_free (score->points);
  g_free (score->rows);
  g_free (score->counts);
  g_free (score->predictions);
}

static void
set_label (Score *score, guint point, gconstpointer bytes, gsize size)
{
  memcpy (score->points + point * score->params.point_size
              + score->params.labels.field.offset,
      bytes, size);
}

static guint
find_largest (const gfloat *row, guint n)
{
  guint largest = 0;
  guint o;

  for (o = 1; o < n; o++) {
    if (row[o] > row[largest])
      largest = o;
  }
  return largest;
}

static gdouble
compute_loss (const gfloat *row, guint n, guint target)
{
  gdouble sum = 0;
  guint o;

  for (o = 0; o < n; o++)
    sum += exp (row[o]);
  return log (sum) - row[target];
}

static void
check_score (Score *score)
{
  const guint n = score->n_classes;
  gint32 *classes = g_new (gint32, N_POINTS);
  guint64 *counts = g_new0 (guint64, n * n + 1);
  gdouble expected = 0;
  gdouble found = 0;
  guint i;

  run_kernel (score, "ssio_score_rows");
  fail_unless_equals_uint64 (score->fault, G_MAXUINT64);
  fail_unless_equals_int (gst_ssio_targets_read (score->targets, score->points,
                              N_POINTS, classes),
      N_POINTS);
  for (i = 0; i < N_POINTS; i++) {
    const gfloat *row = score->rows + i * n;

    if (classes[i] == GST_SSIO_TARGET_IGNORED) {
      counts[n * n]++;
      continue;
    }
    counts[classes[i] * n + find_largest (row, n)]++;
    expected += compute_loss (row, n, classes[i]);
  }
  for (i = 0; i < N_BLOCKS; i++)
    found += score->losses[i];
  fail_unless (fabs (found - expected) <= 1e-7 * expected,
      "expected %.12g, found %.12g", expected, found);
  fail_unless (memcmp (score->counts, counts, (n * n + 1) * sizeof (guint64))
               == 0);
  g_free (counts);
  g_free (classes);
}

/* Labels of that field, from 0 to 6, of which 6 is ignored. */
#define CHECK_TYPE(field, ctype, value) \
  { \
    Score score; \
    guint l; \
\
    init_score (&score, "x:u1," field, 6, NULL, 6); \
    for (l = 0; l < N_POINTS; l++) { \
      const guint label = l * 5 % 7; \
      const ctype stored = (value); \
\
      set_label (&score, l, &stored, sizeof (stored)); \
    } \
    check_score (&score); \
    clear_score (&score); \
  }

GST_START_TEST (labels_of_every_type_are_read_as_on_the_cpu)
{
  CHECK_TYPE ("l:f4", gfloat, label);
  CHECK_TYPE ("l:f8", gdouble, label);
  CHECK_TYPE ("l:i1", gint8, label);
  CHECK_TYPE ("l:i2", gint16, label);
  CHECK_TYPE ("l:i4", gint32, label);
  CHECK_TYPE ("l:i8", gint64, label);
  CHECK_TYPE ("l:u1", guint8, label);
  CHECK_TYPE ("l:u2", guint16, label);
  CHECK_TYPE ("l:u4", guint32, label);
  CHECK_TYPE ("l:u8", guint64, label);
  CHECK_TYPE ("l:u1&7", guint8, label | 0xf8);
  CHECK_TYPE ("l:u4&4294901760>>16", guint32, label << 16 | 77);
  CHECK_TYPE ("l:i2*0.5+10", gint16, 2 * (gint) label - 20);
}
GST_END_TEST;

GST_START_TEST (labels_go_through_the_map)
{
  Score score;
  guint i;

  init_score (&score, "l:u2", 3, "10:0,11:1,252:2,40:-100,65535:1", -100);
  for (i = 0; i < N_POINTS; i++) {
    static const guint16 raw[] = { 252, 10, 65535, 40, 11 };

    set_label (&score, i, &raw[i % 5], 2);
  }
  check_score (&score);
  fail_unless_equals_uint64 (score.counts[9], N_POINTS / 5);
  clear_score (&score);
}
GST_END_TEST;

/* A block counts by itself, or not. */
GST_START_TEST (any_number_of_classes_is_counted)
{
  static const guint counts[] = { 2, 20, 64, 65, 200 };
  guint i, p;

  for (i = 0; i < G_N_ELEMENTS (counts); i++) {
    Score score;

    init_score (&score, "l:u1", counts[i], NULL, -1);
    for (p = 0; p < N_POINTS; p++)
      score.points[p] = p % counts[i];
    check_score (&score);
    clear_score (&score);
  }
}
GST_END_TEST;

GST_START_TEST (the_first_point_without_a_class_is_kept)
{
  static const gint8 wrong[] = { 3, -1, 127 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wrong); i++) {
    Score score;

    init_score (&score, "x:u2,l:i1", 3, NULL, -2);
    score.params.counts.first_point = 5000;
    score.points[3 * 998 + 2] = 55;
    score.points[3 * 700] = 42;
    score.points[3 * 700 + 2] = wrong[i];
    run_kernel (&score, "ssio_keep_fault"); /* none yet */
    fail_unless_equals_int (score.record[0], 0);
    run_kernel (&score, "ssio_score_rows");
    fail_unless_equals_uint64 (score.fault, 5700);
    run_kernel (&score, "ssio_keep_fault");
    fail_unless_equals_int (score.record[0], 42);
    fail_unless_equals_int ((gint8) score.record[2], wrong[i]);
    /* that of a later batch does not take its place */
    score.params.counts.first_point = 6000;
    score.points[3 * 700] = 43;
    run_kernel (&score, "ssio_score_rows");
    run_kernel (&score, "ssio_keep_fault");
    fail_unless_equals_uint64 (score.fault, 5700);
    fail_unless_equals_int (score.record[0], 42);
    clear_score (&score);
  }
}
GST_END_TEST;

GST_START_TEST (predictions_are_classes_or_probabilities)
{
  guint type, i, o;

  for (type = SSIO_SCORE_U1; type <= SSIO_SCORE_PROBABILITIES; type++) {
    Score score;

    init_score (&score, "l:u1", 6, NULL, -1);
    score.params.scores = 0;
    score.params.prediction = type;
    score.rows[6 * 7 + 2] = NAN; /* larger than all */
    score.rows[6 * 8 + 4] = score.rows[6 * 8 + 5] = 9;
    run_kernel (&score, "ssio_score_rows");
    fail_unless_equals_int (score.counts[0], 0);
    for (i = 0; i < N_POINTS; i++) {
      const gfloat *row = score.rows + 6 * i;
      const guint largest = i == 7 ? 2 : find_largest (row, 6);

      if (type == SSIO_SCORE_U1) {
        fail_unless_equals_int (score.predictions[i], largest);
        continue;
      }
      if (type == SSIO_SCORE_U2) {
        fail_unless_equals_int (((guint16 *) score.predictions)[i], largest);
        continue;
      }
      for (o = 0; o < 6; o++) {
        const gdouble found = ((gfloat *) score.predictions)[6 * i + o];

        fail_unless (i == 7 ? isnan (found)
                            : fabs (found - exp (-compute_loss (row, 6, o)))
                                  <= 1e-6,
            "%u %u: %g", i, o, found);
      }
    }
    clear_score (&score);
  }
}
GST_END_TEST;

static Suite *
score_cuda_suite (void)
{
  Suite *suite = suite_create ("score-cuda");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, labels_of_every_type_are_read_as_on_the_cpu);
  tcase_add_test (tcase, labels_go_through_the_map);
  tcase_add_test (tcase, any_number_of_classes_is_counted);
  tcase_add_test (tcase, the_first_point_without_a_class_is_kept);
  tcase_add_test (tcase, predictions_are_classes_or_probabilities);
  return suite;
}

SSIO_CHECK_MAIN (score_cuda)
