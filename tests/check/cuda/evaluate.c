/* SPDX-License-Identifier: MIT */
/* ssiolinear with labels, predictions and normalised inputs where there is a
 * device: what the CPU finds. */

#include <math.h>
#include <string.h>

#include "cudacheck.h"
#include "elements/evaluatecheck.h"

#define N_POINTS 20011
#define N_CLASSES 4

/* Some bits of a float are the class. */
#define SOURCE \
  "ssiosrc location=%s batch-size=1000 " \
  "layout=\"x:f4,y:f4,z:f4,class:u4&3145728>>20\" %s ! %s ! " \
  "ssiolinear name=linear features=x,y,z layers=16,4 threads=2 %s"

#define TO_DEVICE "ssiocudaupload ! queue"

/* An epoch's numbers. */
typedef struct {
  gdouble loss;
  gdouble *confusion;
  gdouble *means;
} Result;

static void
clear_result (Result *result)
{
  g_free (result->confusion);
  g_free (result->means);
}

/* The message of the last epoch, and how many warnings there were. */
static GstMessage *
wait_for_end (GstElement *pipeline, guint *n_warnings)
{
  const GstMessageType types = GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING
                               | GST_MESSAGE_ERROR | GST_MESSAGE_EOS;
  GstMessage *last = NULL;
  GstMessage *message;

  *n_warnings = 0;
  while ((message = ssio_check_pop (pipeline, types))) {
    const GstMessageType type = GST_MESSAGE_TYPE (message);

    fail_if (type == GST_MESSAGE_ERROR);
    *n_warnings += type == GST_MESSAGE_WARNING;
    if (type == GST_MESSAGE_ELEMENT)
      gst_message_replace (&last, message);
    gst_message_unref (message);
    if (type == GST_MESSAGE_EOS)
      break;
  }
  fail_unless (last != NULL);
  return last;
}

static void
run (const gchar *path, const gchar *source, const gchar *between,
    const gchar *properties, guint n_warnings, Result *result)
{
  GstElement *pipeline
      = ssio_check_launch (SOURCE, path, source, between, properties);
  const GstStructure *structure;
  GstMessage *message;
  guint n;

  memset (result, 0, sizeof (*result));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = wait_for_end (pipeline, &n);
  fail_unless_equals_int (n, n_warnings);
  structure = gst_message_get_structure (message);
  if (gst_structure_get_double (structure, "loss", &result->loss))
    result->confusion
        = evaluate_get_numbers (structure, "confusion", N_CLASSES * N_CLASSES);
  result->means = evaluate_get_numbers (structure, "output-mean", N_CLASSES);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  ssio_cuda_check_clean ();
}

/* What the device finds is what the CPU does but for the order of additions,
 * which decides where two outputs are as good as equal. */
static void
check_as_cpu (const gchar *path, const gchar *source, const gchar *properties,
    guint n_warnings)
{
  Result expected, found;
  gdouble off = 0;
  guint i;

  run (path, source, "queue", properties, 0, &expected);
  run (path, source, TO_DEVICE, properties, n_warnings, &found);
  fail_unless (fabs (found.loss - expected.loss) <= 1e-5 * expected.loss,
      "%s: expected %.9g, found %.9g", properties, expected.loss, found.loss);
  for (i = 0; expected.confusion && i < N_CLASSES * N_CLASSES; i++)
    off += fabs (found.confusion[i] - expected.confusion[i]);
  fail_unless (off <= 4, "%s: %g points are off", properties, off);
  for (i = 0; i < N_CLASSES; i++)
    fail_unless (fabs (found.means[i] - expected.means[i])
                     <= 1e-5 * fabs (expected.means[i]),
        "%s, output %u: expected %.9g, found %.9g", properties, i,
        expected.means[i], found.means[i]);
  clear_result (&expected);
  clear_result (&found);
}

GST_START_TEST (scores_on_a_device_are_those_of_the_cpu)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 4);

  check_as_cpu (path, "", "label=class", 0);
  check_as_cpu (path, "epochs=3 shuffle=batches seed=3",
      "label=class ignore-label=1 seed=2", 0);
  check_as_cpu (path, "",
      "label=class class-map=0:3,1:77,2:0,3:1 "
      "ignore-label=77 layers=4",
      0);
  check_as_cpu (path, "epochs=2", "label=class normalize=stats", 0);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (scores_have_the_same_bits_each_time)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 4);
  Result first, again;
  guint i;

  run (path, "", TO_DEVICE, "label=class", 0, &first);
  for (i = 0; i < 5; i++) {
    if (ssio_fake_cuda ())
      ssio_fake_cuda ()->set_random_delay (300, i);
    run (path, "epochs=2", TO_DEVICE, "label=class", 0, &again);
    fail_unless (again.loss == first.loss);
    fail_unless (memcmp (again.confusion, first.confusion,
                     N_CLASSES * N_CLASSES * sizeof (gdouble))
                 == 0);
    clear_result (&again);
  }
  clear_result (&first);
  g_free (path);
}
GST_END_TEST;

/* Inputs that are to be centred, and models too wide for shared memory. */
GST_START_TEST (what_a_device_does_not_do_the_cpu_does_with_one_warning)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 4);

  check_as_cpu (path, "", "label=class normalize=center-xy", 1);
  check_as_cpu (path, "", "normalize=center-xy", 1);
  check_as_cpu (path, "", "label=class layers=2000,4", 1);
  g_free (path);
}
GST_END_TEST;

/* Only when batches are on the device already. */
GST_START_TEST (weights_that_want_inputs_centred_get_them)
{
  static const gfloat values[]
      = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 3 };
  gchar *path = ssio_check_write_tile (N_POINTS, 4);
  gchar *weights = ssio_check_write_tensors (
      "{\"__metadata__\":{\"normalize\":\"center-xy\"},"
      "\"0.weight\":{\"dtype\":\"F32\",\"shape\":[4,3],"
      "\"data_offsets\":[0,48]},"
      "\"0.bias\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[48,64]}}",
      values, sizeof (values));
  gchar *properties = g_strdup_printf ("layers=4 weights=%s", weights);
  Result centred;

  check_as_cpu (path, "", properties, 1);
  run (path, "", "queue", properties, 0, &centred);
  /* of x and y nothing is left in the mean */
  fail_unless (fabs ((centred.means[1] - 1) / 6 - centred.means[0] / 3)
               <= 1e-3 * fabs (centred.means[0]));
  clear_result (&centred);
  g_free (properties);
  g_free (weights);
  g_free (path);
}
GST_END_TEST;

/* The rows of predictions. */
static gchar *
predict (const gchar *path, const gchar *source, const gchar *between,
    const gchar *type, gsize row_size)
{
  gchar *out = ssio_check_make_path (".npy");
  gchar *properties
      = g_strdup_printf ("predictions=%s predictions-type=%s", out, type);
  gchar *bytes;
  gsize size;
  Result result;

  run (path, source, between, properties, 0, &result);
  clear_result (&result);
  fail_unless (g_file_get_contents (out, &bytes, &size, NULL));
  fail_unless_equals_uint64 (size, 128 + N_POINTS * row_size);
  memmove (bytes, bytes + 128, N_POINTS * row_size);
  g_free (properties);
  g_free (out);
  return bytes;
}

static void
check_floats (const gchar *path, const gchar *type)
{
  gfloat *expected
      = (gfloat *) predict (path, "", "queue", type, 4 * N_CLASSES);
  gfloat *found = (gfloat *) predict (path, "shuffle=batches", TO_DEVICE, type,
      4 * N_CLASSES);
  guint i;

  for (i = 0; i < N_POINTS * N_CLASSES; i++)
    fail_unless (fabsf (found[i] - expected[i])
                     <= 2e-6f * (1 << 20), /* as large as inputs are */
        "%s %u: expected %.9g, found %.9g", type, i, expected[i], found[i]);
  g_free (expected);
  g_free (found);
}

GST_START_TEST (predictions_of_a_device_are_those_of_the_cpu)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 4);
  gchar *expected = predict (path, "", "queue", "argmax", 1);
  gchar *found = predict (path, "shuffle=batches", TO_DEVICE, "argmax", 1);
  guint n_off = 0;
  guint i;

  for (i = 0; i < N_POINTS; i++)
    n_off += found[i] != expected[i];
  fail_unless (n_off <= 2, "%u points are off", n_off);
  check_floats (path, "logits");
  g_free (found);
  g_free (expected);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_label_that_is_no_class_is_told_with_its_place)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 4);
  /* class 3 is missing; some point has it first, on the CPU as well */
  GstElement *pipeline = ssio_check_launch (SOURCE, path, "", "queue",
      "label=class class-map=0:0,1:1,2:2");
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error = NULL;
  gchar *where;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  where = g_strdup (error->message);
  fail_unless (strstr (where, "is 3, which class-map does not have") != NULL,
      "%s", where);
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);

  pipeline = ssio_check_launch (SOURCE, path, "", TO_DEVICE,
      "label=class class-map=0:0,1:1,2:2");
  ssio_check_error (pipeline, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, where,
      NULL);
  gst_object_unref (pipeline);
  ssio_cuda_check_clean ();
  g_free (where);
  g_free (path);
}
GST_END_TEST;

/* TRUE where the nth call of a function, which fails, was made: then there is
 * one error that names it, and else the epoch as ever. */
static gboolean
fails_cleanly (const gchar *path, const gchar *name, guint nth)
{
  const SsioFakeCuda *fake = ssio_fake_cuda ();
  gchar *out = ssio_check_make_path (".npy");
  gchar *properties = g_strdup_printf ("label=class predictions=%s", out);
  GstElement *pipeline = ssio_check_launch (SOURCE, path, "stop-point=2000",
      "ssiocudaupload", properties);
  GstMessage *message;
  gboolean failed;

  fake->reset ();
  fake->fail_call (name, nth, CUDA_ERROR_UNKNOWN);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = ssio_check_pop (pipeline, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (message != NULL, "%s %u: neither error nor EOS", name, nth);
  failed = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
  if (failed) {
    GError *error;

    gst_message_parse_error (message, &error, NULL);
    fail_unless (strstr (error->message, name) != NULL, "%s: %s", name,
        error->message);
    g_error_free (error);
  }
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  fail_unless (failed != g_file_test (out, G_FILE_TEST_EXISTS));
  failed = failed || fake->count (name) >= nth;
  fake->reset ();
  ssio_cuda_check_clean ();
  g_free (properties);
  g_free (out);
  return failed;
}

GST_START_TEST (each_call_that_fails_is_an_error_and_leaves_no_predictions)
{
  static const gchar *const names[] = { "cuModuleGetFunction",
    "cuFuncSetAttribute", "cuLaunchKernel", "cuMemAlloc", "cuMemHostAlloc",
    "cuMemcpyDtoHAsync", "cuMemsetD8Async", "cuStreamSynchronize" };
  gchar *path;
  guint i, nth;

  ssio_cuda_skip_without_fake ();
  path = ssio_check_write_tile (N_POINTS, 4);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    for (nth = 1; fails_cleanly (path, names[i], nth); nth++)
      ;
    fail_unless (nth > 1, "nobody calls %s", names[i]);
  }
  g_free (path);
}
GST_END_TEST;

static Suite *
cuda_evaluate_suite (void)
{
  Suite *suite = suite_create ("cuda-evaluate");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, scores_on_a_device_are_those_of_the_cpu);
  tcase_add_test (tcase, scores_have_the_same_bits_each_time);
  tcase_add_test (tcase,
      what_a_device_does_not_do_the_cpu_does_with_one_warning);
  tcase_add_test (tcase, weights_that_want_inputs_centred_get_them);
  tcase_add_test (tcase, predictions_of_a_device_are_those_of_the_cpu);
  tcase_add_test (tcase, a_label_that_is_no_class_is_told_with_its_place);
  tcase_add_test (tcase,
      each_call_that_fails_is_an_error_and_leaves_no_predictions);
  return suite;
}

SSIO_CHECK_MAIN (cuda_evaluate)
