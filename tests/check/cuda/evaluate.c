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

static void
check_same (const gchar *path, const gchar *source, const gchar *properties)
{
  Result expected, found;

  run (path, source, "queue", properties, 0, &expected);
  run (path, source, TO_DEVICE, properties, 1, &found);
  fail_unless (found.loss == expected.loss);
  if (expected.confusion)
    fail_unless (memcmp (found.confusion, expected.confusion,
                     N_CLASSES * N_CLASSES * sizeof (gdouble))
                 == 0);
  fail_unless (memcmp (found.means, expected.means,
                   N_CLASSES * sizeof (gdouble))
               == 0);
  clear_result (&expected);
  clear_result (&found);
}

GST_START_TEST (labels_and_centring_find_what_the_cpu_does_with_one_warning)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 4);

  check_same (path, "", "label=class");
  check_same (path, "shuffle=batches seed=3", "label=class ignore-label=1");
  check_same (path, "", "label=class normalize=center-xy");
  check_same (path, "", "normalize=center-xy");
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

  check_same (path, "", properties);
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

GST_START_TEST (predictions_are_those_of_the_cpu)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 4);
  gchar *out[2];
  gchar *bytes[2];
  gsize sizes[2];
  guint i;

  for (i = 0; i < 2; i++) {
    gchar *properties;
    Result result;

    out[i] = ssio_check_make_path (i ? "-device.npy" : "-cpu.npy");
    properties
        = g_strdup_printf ("predictions-type=probabilities predictions=%s",
            out[i]);
    run (path, "shuffle=batches", i ? TO_DEVICE : "queue", properties, i,
        &result);
    clear_result (&result);
    fail_unless (g_file_get_contents (out[i], &bytes[i], &sizes[i], NULL));
    g_free (properties);
  }
  fail_unless_equals_uint64 (sizes[0], 128 + N_POINTS * N_CLASSES * 4);
  fail_unless_equals_uint64 (sizes[1], sizes[0]);
  fail_unless (memcmp (bytes[0], bytes[1], sizes[0]) == 0);
  for (i = 0; i < 2; i++) {
    g_free (bytes[i]);
    g_free (out[i]);
  }
  g_free (path);
}
GST_END_TEST;

/* Weights have it folded in, which the device computes with. */
GST_START_TEST (measured_statistics_serve_the_device)
{
  gchar *path = ssio_check_write_tile (N_POINTS, 4);
  Result expected, found;
  guint o;

  run (path, "epochs=2", "queue", "normalize=stats", 0, &expected);
  run (path, "epochs=2", TO_DEVICE, "normalize=stats", 0, &found);
  for (o = 0; o < N_CLASSES; o++)
    fail_unless (fabs (found.means[o] - expected.means[o]) <= 1e-5,
        "output %u: expected %.9g, found %.9g", o, expected.means[o],
        found.means[o]);
  clear_result (&expected);
  clear_result (&found);
  g_free (path);
}
GST_END_TEST;

static Suite *
cuda_evaluate_suite (void)
{
  Suite *suite = suite_create ("cuda-evaluate");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase,
      labels_and_centring_find_what_the_cpu_does_with_one_warning);
  tcase_add_test (tcase, weights_that_want_inputs_centred_get_them);
  tcase_add_test (tcase, predictions_are_those_of_the_cpu);
  tcase_add_test (tcase, measured_statistics_serve_the_device);
  return suite;
}

SSIO_CHECK_MAIN (cuda_evaluate)
