/* SPDX-License-Identifier: MIT */
/* ssiolinear where points have labels, and where inputs are normalised. */

#include <math.h>
#include <string.h>

#include "evaluatecheck.h"

/* Two floats and a label. */
#define CAPS(type, size) \
  "pointcloud/x-raw, layout=(string)\"x:f4,y:f4,label:" type \
  "\", point-size=(int)" size ", batch-size=(int)100000"

/* What the oracle has made. */
#define LAYOUT "\"x:f4,y:f4,z:f4,intensity:u2,raw:u4&65535\" "
#define SOURCE \
  "ssiosrc location=\"%s/*.bin\" batch-size=4096 origin=none layout=" LAYOUT
#define MODEL "layers=16,5 features=x,y,z,intensity "
#define N_CLASSES 5

static GstHarness *
new_identity (const gchar *caps, const gchar *properties)
{
  gchar *weights = ssio_check_write_identity (2);
  gchar *text = g_strdup_printf ("layers=2 label=label weights=%s %s", weights,
      properties);
  GstHarness *harness = linear_new (text);

  linear_start_stream (harness, caps);
  g_free (text);
  g_free (weights);
  return harness;
}

typedef struct {
  gfloat outputs[2];
  gfloat label;
} Point;

static GstBuffer *
new_batch (const Point *points, guint n)
{
  return gst_buffer_new_wrapped (g_memdup2 (points, n * sizeof (*points)),
      n * sizeof (*points));
}

static GstMessage *
evaluate (GstHarness *harness, const Point *points, guint n)
{
  fail_unless_equals_int (gst_harness_push (harness, new_batch (points, n)),
      GST_FLOW_OK);
  linear_push_eos (harness);
  return linear_pop_epoch (harness->element);
}

static const Point points[] = {
  { { 2, 1 }, 0 },
  { { 2, 1 }, 1 },
  { { 0, 0 }, 0 }, /* of equal outputs the first one is the largest */
  { { -3, 5 }, 1 },
  { { 1, 1 }, 1 },
};

GST_START_TEST (an_epoch_says_how_points_with_labels_were_classified)
{
  GstHarness *harness = new_identity (CAPS ("f4", "12"), "");
  GstMessage *message = evaluate (harness, points, G_N_ELEMENTS (points));
  const GstStructure *structure = gst_message_get_structure (message);
  const gdouble near = log (1 + exp (-1));
  gchar *line;

  evaluate_check_numbers (structure, "loss",
      (gdouble[]){
          (near + near + 1 + log (2) + log (1 + exp (-8)) + log (2)) / 5 },
      1, 1e-7);
  evaluate_check_numbers (structure, "accuracy", (gdouble[]){ 0.6 }, 1, 0);
  evaluate_check_numbers (structure, "confusion", (gdouble[]){ 2, 0, 2, 1 }, 4,
      0);
  evaluate_check_numbers (structure, "iou", (gdouble[]){ 0.5, 1 / 3.0 }, 2,
      1e-15);
  evaluate_check_numbers (structure, "miou", (gdouble[]){ 5 / 12.0 }, 1,
      1e-15);
  evaluate_check_numbers (structure, "scored-points", (gdouble[]){ 5 }, 1, 0);
  evaluate_check_numbers (structure, "ignored-points", (gdouble[]){ 0 }, 1, 0);
  fail_unless_equals_float (linear_get_mean (structure, 1), 8 / 5.0);
  g_object_get (harness->element, "last-message", &line, NULL);
  fail_unless (strstr (line, ", accuracy 60 %, mIoU 0.416667 (IoU 0.500, "
                             "0.333)")
                   != NULL,
      "%s", line);
  g_free (line);
  gst_message_unref (message);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (each_epoch_is_scored_anew)
{
  GstHarness *harness = new_identity (CAPS ("f4", "12"), "");
  guint i;

  for (i = 0; i < 3; i++) {
    const GstSsioEpoch epoch = { .epoch = i };
    GstMessage *message;

    gst_harness_push (harness, new_batch (points, 3));
    gst_harness_push (harness, new_batch (points + 3, 2));
    fail_unless (gst_harness_push_event (harness,
        gst_event_new_ssio_epoch (&epoch)));
    linear_push_segment (harness);
    message = linear_pop_epoch (harness->element);
    evaluate_check_numbers (gst_message_get_structure (message), "confusion",
        (gdouble[]){ 2, 0, 2, 1 }, 4, 0);
    gst_message_unref (message);
  }
  gst_harness_push (harness, new_batch (points, 3));
  linear_flush (harness);
  gst_harness_push (harness, new_batch (points + 3, 2));
  linear_push_eos (harness);
  {
    GstMessage *message = linear_pop_epoch (harness->element);

    evaluate_check_numbers (gst_message_get_structure (message), "confusion",
        (gdouble[]){ 0, 0, 1, 1 }, 4, 0);
    gst_message_unref (message);
  }
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (ignored_points_count_nowhere)
{
  GstHarness *harness = new_identity (CAPS ("f4", "12"), "ignore-label=0");
  GstMessage *message = evaluate (harness, points, G_N_ELEMENTS (points));
  const GstStructure *structure = gst_message_get_structure (message);

  evaluate_check_numbers (structure, "ignored-points", (gdouble[]){ 2 }, 1, 0);
  evaluate_check_numbers (structure, "scored-points", (gdouble[]){ 3 }, 1, 0);
  evaluate_check_numbers (structure, "confusion", (gdouble[]){ 0, 0, 2, 1 }, 4,
      0);
  /* the ignored class has none, though points were taken for it */
  evaluate_check_numbers (structure, "iou", (gdouble[]){ NAN, 1 / 3.0 }, 2,
      1e-15);
  evaluate_check_numbers (structure, "miou", (gdouble[]){ 1 / 3.0 }, 1, 1e-15);
  gst_message_unref (message);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (an_epoch_where_all_is_ignored_has_no_numbers)
{
  GstHarness *harness
      = new_identity (CAPS ("f4", "12"), "class-map=0:-100,1:-100");
  GstMessage *message = evaluate (harness, points, G_N_ELEMENTS (points));
  const GstStructure *structure = gst_message_get_structure (message);

  evaluate_check_numbers (structure, "loss", (gdouble[]){ NAN }, 1, 0);
  evaluate_check_numbers (structure, "accuracy", (gdouble[]){ NAN }, 1, 0);
  evaluate_check_numbers (structure, "miou", (gdouble[]){ NAN }, 1, 0);
  gst_message_unref (message);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (the_label_is_no_input)
{
  GstHarness *harness = linear_new ("layers=3 label=y");
  GstMessage *message;

  linear_start_stream (harness, LINEAR_CAPS);
  linear_push_points (harness, 10, 2);
  linear_push_eos (harness);
  message = linear_pop_epoch (harness->element);
  gst_message_unref (message);
  linear_teardown (harness);

  harness = linear_new ("layers=3 label=y features=x,y");
  linear_start_stream (harness, LINEAR_CAPS);
  fail_unless_equals_int (gst_harness_push (harness,
                              linear_new_points (10, 2)),
      GST_FLOW_FLUSHING);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "features=\"x,y\"", "the label, y", NULL);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (a_label_that_is_no_class_is_an_error_that_says_where)
{
  static const gchar *const names[] = { "a.bin", "dir/b.bin" };
  static const guint64 counts[] = { 100, 50 };
  GstHarness *harness = new_identity (CAPS ("f4", "12"), "threads=3");
  Point wrong[2] = { { { 1, 2 }, 1 }, { { 1, 2 }, 7 } };
  GstBuffer *batch = new_batch (wrong, 2);

  fail_unless (gst_harness_push_event (harness,
      gst_event_new_ssio_files (names, counts, 2)));
  gst_buffer_add_ssio_batch_meta (batch, 0, 0, 1, 30, 2);
  gst_harness_push (harness, batch);
  linear_push_eos (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "dir/b.bin: point 31", "label is 7",
      "a class of 0 to 1", NULL);
  linear_teardown (harness);
}
GST_END_TEST;

/* The first one in the stream, whichever thread finds one first. */
GST_START_TEST (of_many_wrong_labels_the_first_is_told)
{
  guint round, i;

  for (round = 0; round < 20; round++) {
    GstHarness *harness = new_identity (CAPS ("f4", "12"), "threads=4");
    Point *many = g_new0 (Point, 100000);
    GstBuffer *batch;
    GstFlowReturn flow = GST_FLOW_OK;

    for (i = 20000 + 1000 * round; i < 100000; i++)
      many[i].label = 5 + i % 7;
    many[20000 + 1000 * round].label = 0.5;
    batch = gst_buffer_new_wrapped (many, 100000 * sizeof (Point));
    flow = gst_harness_push (harness, gst_buffer_ref (batch));
    if (flow == GST_FLOW_OK)
      flow = gst_harness_push (harness, gst_buffer_ref (batch));
    linear_push_eos (harness);
    gst_buffer_unref (batch);
    {
      gchar *where = g_strdup_printf ("point %u of a batch: the label label "
                                      "is 0.5: expected an integer",
          20000 + 1000 * round);

      ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT, where, NULL);
      g_free (where);
    }
    linear_teardown (harness);
  }
}
GST_END_TEST;

GST_START_TEST (settings_that_do_not_fit_are_told_at_once)
{
  linear_check_start_error ("class-map=1:2", GST_RESOURCE_ERROR_SETTINGS,
      "expected with label");
  linear_check_start_error ("label=x layers=1", GST_RESOURCE_ERROR_SETTINGS,
      "2 to 1024 classes, found 1");
  linear_check_start_error ("label=x layers=1025", GST_RESOURCE_ERROR_SETTINGS,
      "found 1025");
  linear_check_start_error ("label=x class-map=1:2,x",
      GST_RESOURCE_ERROR_OPEN_READ, "a file with a line");
  linear_check_start_error ("label=x class-map=1:2,1:3",
      GST_RESOURCE_ERROR_SETTINGS, "found 2 and 3 for 1");
  linear_check_start_error ("normalize-file=/none",
      GST_RESOURCE_ERROR_NOT_FOUND, "/none");
}
GST_END_TEST;

/* What the oracle has said, and where. */
typedef struct {
  gchar *folder;
  gchar **lines;
} Oracle;

static gboolean
run_oracle (Oracle *oracle)
{
  gchar *output = NULL;

  oracle->folder = g_dir_make_tmp ("ssio-XXXXXX", NULL);
  if (!ssio_check_run_oracle (&output, "evaluate", oracle->folder, NULL)) {
    ssio_check_skip ("no Python with NumPy");
    ssio_check_remove_folder (oracle->folder);
    return FALSE;
  }
  oracle->lines = g_strsplit (output, "\n", -1);
  g_free (output);
  return TRUE;
}

static void
clear_oracle (Oracle *oracle)
{
  g_strfreev (oracle->lines);
  ssio_check_remove_folder (oracle->folder);
}

static GArray *
find_numbers (const Oracle *oracle, const gchar *name)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (gdouble));
  gchar *prefix = g_strdup_printf ("%s ", name);
  guint i, j;

  for (i = 0; oracle->lines[i]; i++) {
    if (g_str_has_prefix (oracle->lines[i], prefix)) {
      gchar **words = g_strsplit (oracle->lines[i] + strlen (prefix), " ", -1);

      for (j = 0; words[j]; j++) {
        gdouble number = g_ascii_strtod (words[j], NULL);

        g_array_append_val (numbers, number);
      }
      g_strfreev (words);
    }
  }
  fail_unless (numbers->len > 0, "%s", name);
  g_free (prefix);
  return numbers;
}

static void
check_as_oracle (const Oracle *oracle, const GstStructure *structure,
    const gchar *field, const gchar *name, gdouble tolerance)
{
  GArray *numbers = find_numbers (oracle, name);

  evaluate_check_numbers (structure, field, (gdouble *) numbers->data,
      numbers->len, tolerance);
  g_array_unref (numbers);
}

/* float32 decides otherwise than float64 where two outputs are as good as
 * equal, so that counts may be off by a few. */
static void
check_confusion (const Oracle *oracle, const GstStructure *structure,
    const gchar *name)
{
  GArray *expected = find_numbers (oracle, name);
  gdouble *found
      = evaluate_get_numbers (structure, "confusion", N_CLASSES * N_CLASSES);
  gdouble off = 0;
  guint i;

  for (i = 0; i < N_CLASSES * N_CLASSES; i++)
    off += fabs (found[i] - g_array_index (expected, gdouble, i));
  fail_unless (off <= 6, "%g points are off", off);
  g_free (found);
  g_array_unref (expected);
}

static void
check_epoch (const Oracle *oracle, GstElement *pipeline, const gchar *which)
{
  static const struct {
    const gchar *field;
    gdouble tolerance;
  } fields[] = {
    { "scored-points", 0 },
    { "ignored-points", 0 },
    { "loss", 2e-5 },
    { "accuracy", 2e-4 },
    { "iou", 1e-3 },
    { "miou", 1e-3 },
  };
  GstMessage *message = linear_pop_epoch (pipeline);
  const GstStructure *structure = gst_message_get_structure (message);
  gchar *name;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    name = g_strdup_printf ("%s.%s", which, fields[i].field);
    check_as_oracle (oracle, structure, fields[i].field, name,
        fields[i].tolerance);
    g_free (name);
  }
  name = g_strdup_printf ("%s.confusion", which);
  check_confusion (oracle, structure, name);
  g_free (name);
  gst_message_unref (message);
}

static GstElement *
launch (const Oracle *oracle, const gchar *source, const gchar *weights,
    const gchar *properties)
{
  GstElement *pipeline = ssio_check_launch (SOURCE
      " %s ! queue ! ssiolinear name=linear label=raw "
      "class-map=%s/map.yaml weights=%s/%s.safetensors " MODEL " %s",
      oracle->folder, source, oracle->folder, oracle->folder, weights,
      properties);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static void
stop (GstElement *pipeline)
{
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
check_run (const Oracle *oracle, const gchar *source, const gchar *weights,
    const gchar *properties, const gchar *which)
{
  GstElement *pipeline = launch (oracle, source, weights, properties);

  check_epoch (oracle, pipeline, which);
  stop (pipeline);
}

GST_START_TEST (evaluation_agrees_with_numpy)
{
  Oracle oracle;

  if (!run_oracle (&oracle))
    return;
  check_run (&oracle, "", "plain", "", "plain-100");
  check_run (&oracle, "", "plain", "ignore-label=0 threads=3", "plain0");
  check_run (&oracle, "shuffle=points seed=3", "plain", "ignore-label=0",
      "plain0");
  clear_oracle (&oracle);
}
GST_END_TEST;

GST_START_TEST (normalised_inputs_agree_with_numpy)
{
  Oracle oracle;
  gchar *file;

  if (!run_oracle (&oracle))
    return;
  /* as the weights say, or a file, or the batch itself */
  check_run (&oracle, "", "stats", "", "stats-100");
  check_run (&oracle, "", "stats", "normalize=stats ignore-label=0", "stats0");
  file = g_strdup_printf ("normalize=stats normalize-file=%s/norm.safetensors",
      oracle.folder);
  check_run (&oracle, "", "bare", file, "stats-100");
  check_run (&oracle, "", "stats", file, "stats-100");
  g_free (file);
  check_run (&oracle, "", "plain", "normalize=center-xy threads=2",
      "center-100");
  check_run (&oracle, "shuffle=batches", "plain",
      "normalize=center-xy ignore-label=0", "center0");
  clear_oracle (&oracle);
}
GST_END_TEST;

GST_START_TEST (the_first_epoch_can_measure_what_the_next_ones_use)
{
  Oracle oracle;
  GstElement *pipeline;
  GstMessage *message;
  const GstStructure *structure;
  guint i;

  if (!run_oracle (&oracle))
    return;
  pipeline = launch (&oracle, "epochs=3 shuffle=batches", "bare",
      "normalize=stats");
  message = linear_pop_epoch (pipeline);
  structure = gst_message_get_structure (message);
  check_as_oracle (&oracle, structure, "normalize-mean", "mean", 1e-9);
  check_as_oracle (&oracle, structure, "normalize-std", "std", 1e-9);
  fail_if (gst_structure_has_field (structure, "loss"));
  fail_if (gst_structure_has_field (structure, "output-mean"));
  gst_message_unref (message);
  for (i = 0; i < 2; i++)
    check_epoch (&oracle, pipeline, "stats-100");
  stop (pipeline);
  clear_oracle (&oracle);
}
GST_END_TEST;

/* Caps that come again are the same stream; others are another one. */
GST_START_TEST (caps_in_mid_epoch_do_not_lose_what_was_measured)
{
  GstHarness *harness = linear_new_identity ("normalize=stats");
  GstMessage *message;
  const GValue *means;

  linear_push_points (harness, 10, 1);
  linear_push_caps (harness, LINEAR_CAPS);
  linear_push_points (harness, 10, 3);
  linear_push_eos (harness);
  message = linear_pop_epoch (harness->element);
  means = gst_structure_get_value (gst_message_get_structure (message),
      "normalize-mean");
  fail_unless (means != NULL);
  fail_unless_equals_float (
      g_value_get_double (gst_value_array_get_value (means, 0)), 2);
  gst_message_unref (message);
  linear_teardown (harness);

  harness = linear_new_identity ("normalize=stats features=x,y");
  linear_push_points (harness, 10, 1);
  linear_push_caps (harness,
      "pointcloud/x-raw, layout=(string)\"y:f4,x:f4\", point-size=(int)8, "
      "batch-size=(int)100000");
  gst_harness_push (harness, linear_new_points (10, 3));
  linear_push_eos (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "normalize=stats", "caps", NULL);
  linear_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (an_only_epoch_that_measures_is_warned_of)
{
  Oracle oracle;
  GstElement *pipeline;
  GstMessage *message;

  if (!run_oracle (&oracle))
    return;
  pipeline = launch (&oracle, "", "bare", "normalize=stats");
  message = ssio_check_pop (pipeline, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_unref (message);
  stop (pipeline);
  clear_oracle (&oracle);
}
GST_END_TEST;

static void
get_score (const Oracle *oracle, const gchar *properties, gdouble *loss,
    gdouble **confusion)
{
  GstElement *pipeline = launch (oracle, "", "plain", properties);
  GstMessage *message = linear_pop_epoch (pipeline);
  const GstStructure *structure = gst_message_get_structure (message);

  fail_unless (gst_structure_get_double (structure, "loss", loss));
  *confusion
      = evaluate_get_numbers (structure, "confusion", N_CLASSES * N_CLASSES);
  gst_message_unref (message);
  stop (pipeline);
}

GST_START_TEST (scores_have_the_same_bits_with_any_number_of_threads)
{
  static const gchar *const settings[]
      = { "threads=2", "threads=3", "threads=8", "threads=0" };
  gdouble expected_loss, loss;
  gdouble *expected, *confusion;
  Oracle oracle;
  guint i;

  if (!run_oracle (&oracle))
    return;
  get_score (&oracle, "threads=1", &expected_loss, &expected);
  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    get_score (&oracle, settings[i], &loss, &confusion);
    fail_unless (loss == expected_loss);
    fail_unless (memcmp (confusion, expected, 25 * sizeof (gdouble)) == 0);
    g_free (confusion);
  }
  g_free (expected);
  clear_oracle (&oracle);
}
GST_END_TEST;

GST_START_TEST (normalisation_that_does_not_fit_is_an_error)
{
  Oracle oracle;
  gchar *file;

  if (!run_oracle (&oracle))
    return;
#define EXPECT(weights, properties, domain, code, ...) \
  { \
    GstElement *pipeline = launch (&oracle, "", weights, properties); \
\
    ssio_check_error (pipeline, domain, code, __VA_ARGS__, NULL); \
    gst_object_unref (pipeline); \
  }
  EXPECT ("stats", "normalize=none", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "expected normalize=stats",
      "found normalize=none");
  EXPECT ("stats", "normalize=center-xy", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "found normalize=center-xy");
  EXPECT ("plain", "normalize=center-xy features=x,z,z,intensity",
      GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "found no y");
  file
      = g_strdup_printf ("normalize-file=%s/other.safetensors", oracle.folder);
  EXPECT ("stats", file, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "other.safetensors", "stats.safetensors", "leave normalize-file out");
  g_free (file);
  file = g_strdup_printf ("normalize-file=%s/norm.safetensors", oracle.folder);
  EXPECT ("bare", file, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "expected normalize=stats");
  g_free (file);
  file = g_strdup_printf ("normalize=stats normalize-file=%s/bare.safetensors",
      oracle.folder);
  EXPECT ("bare", file, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "normalize.mean", "found none");
  g_free (file);
  clear_oracle (&oracle);
}
GST_END_TEST;

GST_START_TEST (values_that_are_no_numbers_cannot_be_measured)
{
  GstHarness *harness = linear_new ("normalize=stats");

  linear_start_stream (harness, LINEAR_CAPS);
  linear_push_points (harness, 10, 1);
  linear_push_points (harness, 10, NAN);
  linear_push_eos (harness);
  ssio_check_posted_error (harness->element, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "finite numbers", "field x", NULL);
  linear_teardown (harness);
}
GST_END_TEST;

/* SSIO_REAL_DATA: the classes of a LAS file, as Python counts them. */
GST_START_TEST (classes_of_real_lidar_are_counted)
{
  const gchar *folder = g_getenv ("SSIO_REAL_DATA");
  GstElement *pipeline;
  GstMessage *message;
  gdouble *confusion;
  gdouble n = 0;
  guint i;

  if (!folder || !*folder) {
    ssio_check_skip ("no SSIO_REAL_DATA");
    return;
  }
  pipeline = ssio_check_launch (
      "ssiosrc location=%s/autzen_trim.las ! queue ! ssiolinear "
      "label=classification features=x,y,z,intensity layers=16,32",
      folder);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = linear_pop_epoch (pipeline);
  confusion = evaluate_get_numbers (gst_message_get_structure (message),
      "confusion", 32 * 32);
  for (i = 0; i < 32 * 32; i++)
    n += confusion[i];
  fail_unless_equals_float (n,
      linear_get_uint64 (gst_message_get_structure (message), "points"));
  g_free (confusion);
  gst_message_unref (message);
  stop (pipeline);
}
GST_END_TEST;

static Suite *
ssiolinear_evaluate_suite (void)
{
  Suite *suite = suite_create ("ssiolinear-evaluate");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, an_epoch_says_how_points_with_labels_were_classified);
  tcase_add_test (tcase, each_epoch_is_scored_anew);
  tcase_add_test (tcase, ignored_points_count_nowhere);
  tcase_add_test (tcase, an_epoch_where_all_is_ignored_has_no_numbers);
  tcase_add_test (tcase, the_label_is_no_input);
  tcase_add_test (tcase, a_label_that_is_no_class_is_an_error_that_says_where);
  tcase_add_test (tcase, of_many_wrong_labels_the_first_is_told);
  tcase_add_test (tcase, settings_that_do_not_fit_are_told_at_once);
  tcase_add_test (tcase, evaluation_agrees_with_numpy);
  tcase_add_test (tcase, normalised_inputs_agree_with_numpy);
  tcase_add_test (tcase, the_first_epoch_can_measure_what_the_next_ones_use);
  tcase_add_test (tcase, caps_in_mid_epoch_do_not_lose_what_was_measured);
  tcase_add_test (tcase, an_only_epoch_that_measures_is_warned_of);
  tcase_add_test (tcase, scores_have_the_same_bits_with_any_number_of_threads);
  tcase_add_test (tcase, normalisation_that_does_not_fit_is_an_error);
  tcase_add_test (tcase, values_that_are_no_numbers_cannot_be_measured);
  tcase_add_test (tcase, classes_of_real_lidar_are_counted);
  return suite;
}

SSIO_CHECK_MAIN (ssiolinear_evaluate)
