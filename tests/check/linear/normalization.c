/* SPDX-License-Identifier: MIT */
/* Mean and deviation, and models that have them folded in. */

#include <math.h>
#include <string.h>

#include "linear/centring.h"
#include "linear/safetensors.h"
#include "linear/statistics.h"
#include "ssiocheck.h"

#define LAYOUT "x:f4,y:i2*0.5+1000000"

typedef struct {
  gfloat x;
  gint16 y;
} __attribute__ ((packed)) Point;

static GstBuffer *
new_buffer (guint n, guint first)
{
  Point *points = g_new (Point, n);
  guint i;

  for (i = 0; i < n; i++) {
    points[i].x = (first + i) * 7919 % 1000 / 8.0f - 3;
    points[i].y = (first + i) % 5;
  }
  return gst_buffer_new_wrapped (points, n * sizeof (Point));
}

static GstSsioStatistics *
new_statistics (guint n_threads)
{
  static const guint fields[] = { 0, 1 };
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (LAYOUT, 0, NULL);
  GstSsioStatistics *statistics
      = gst_ssio_statistics_new (layout, fields, 2, n_threads);

  gst_ssio_layout_unref (layout);
  return statistics;
}

static void
push (GstSsioStatistics *statistics, guint n, guint first)
{
  GstBuffer *buffer = new_buffer (n, first);

  fail_unless (gst_ssio_statistics_push (statistics, buffer, NULL));
  gst_buffer_unref (buffer);
}

static GstSsioNormalization *
measure (guint n_threads)
{
  GstSsioStatistics *statistics = new_statistics (n_threads);
  GstSsioNormalization *found;

  push (statistics, 50, 3);
  gst_ssio_statistics_reset (statistics);
  push (statistics, 70001, 0);
  push (statistics, 1, 70001);
  push (statistics, 29998, 70002);
  found = gst_ssio_statistics_finish (statistics, NULL);
  fail_unless (found != NULL);
  gst_ssio_statistics_free (statistics);
  return found;
}

/* 100,000 points, all values of each field as often. */
GST_START_TEST (mean_and_deviation_are_exact_far_from_zero)
{
  GstSsioNormalization *found = measure (1);

  fail_unless (fabs (found->mean[0] - (999 / 16.0 - 3)) < 1e-9, "%.12g",
      found->mean[0]);
  fail_unless (fabs (found->deviation[0] - sqrt (999999 / 12.0) / 8) < 1e-9);
  fail_unless (fabs (found->mean[1] - 1000001) < 1e-9, "%.12g",
      found->mean[1]);
  fail_unless (fabs (found->deviation[1] - sqrt (0.5)) < 1e-9, "%.12g",
      found->deviation[1]);
  gst_ssio_normalization_free (found);
}
GST_END_TEST;

GST_START_TEST (statistics_have_the_same_bits_with_any_number_of_threads)
{
  GstSsioNormalization *expected = measure (1);
  guint n_threads;

  for (n_threads = 2; n_threads <= 8; n_threads *= 2) {
    GstSsioNormalization *found = measure (n_threads);

    fail_unless (memcmp (found->mean, expected->mean, 16) == 0);
    fail_unless (memcmp (found->deviation, expected->deviation, 16) == 0);
    gst_ssio_normalization_free (found);
  }
  gst_ssio_normalization_free (expected);
}
GST_END_TEST;

GST_START_TEST (nothing_to_measure_is_an_error)
{
  GstSsioStatistics *statistics = new_statistics (2);
  GError *error = NULL;

  fail_unless (gst_ssio_statistics_finish (statistics, &error) == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "found no points");
  gst_ssio_statistics_free (statistics);
}
GST_END_TEST;

GST_START_TEST (a_folded_model_sees_inputs_as_normalised)
{
  GstSsioModel *model = ssio_check_new_model (3, "2");
  GstSsioNormalization *normalization = gst_ssio_normalization_new (3);
  const gdouble mean[] = { 100, -2, 5 };
  const gdouble deviation[] = { 20, 0.5, 0 };
  const gdouble inputs[] = { 130, -3, 7 };
  GstSsioModel *folded;
  guint i, o;

  memcpy (normalization->mean, mean, sizeof (mean));
  memcpy (normalization->deviation, deviation, sizeof (deviation));
  gst_ssio_model_init_random (model, 3);
  folded = gst_ssio_model_copy (model);
  gst_ssio_normalization_fold (normalization, folded);
  for (o = 0; o < 2; o++) {
    gdouble expected = model->layers[0].bias[o];
    gdouble found = folded->layers[0].bias[o];

    for (i = 0; i < 3; i++) {
      /* a field that is constant is not divided */
      const gdouble divisor = deviation[i] > 0 ? deviation[i] : 1;

      expected += model->layers[0].weight[3 * o + i] * (inputs[i] - mean[i])
                  / divisor;
      found += folded->layers[0].weight[3 * o + i] * inputs[i];
    }
    fail_unless (fabs (found - expected) < 1e-6, "expected %g, found %g",
        expected, found);
  }
  gst_ssio_model_free (folded);
  gst_ssio_model_free (model);
  gst_ssio_normalization_free (normalization);
}
GST_END_TEST;

GST_START_TEST (centring_moves_x_and_y_by_their_means)
{
  static const guint fields[] = { 1, 0, 1 };
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (LAYOUT, 0, NULL);
  GstSsioModel *model = ssio_check_new_model (3, "2");
  GstBuffer *buffer = new_buffer (5003, 0);
  GstSsioCentring *centring;
  gfloat bias[2];
  gdouble means[2];
  GstMapInfo map;
  guint o;

  gst_ssio_model_init_random (model, 3);
  centring = gst_ssio_centring_new (model, layout, fields, NULL);
  fail_unless_equals_int (gst_ssio_centring_get_width (centring), 2);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  gst_ssio_centring_compute_means (centring, map.data, 5003, means);
  fail_unless (fabs (means[1] - 1000001) < 1, "%g", means[1]);
  gst_buffer_unmap (buffer, &map);
  fail_unless (gst_ssio_centring_compute_bias (centring, buffer, bias, NULL));
  for (o = 0; o < 2; o++) {
    const gfloat *weight = model->layers[0].weight + 3 * o;
    const gdouble expected = model->layers[0].bias[o] - weight[1] * means[0]
                             - ((gdouble) weight[0] + weight[2]) * means[1];

    fail_unless (fabs (bias[o] - expected) <= 1e-7 * fabs (expected));
  }
  gst_ssio_centring_free (centring);
  gst_buffer_unref (buffer);
  gst_ssio_model_free (model);
  gst_ssio_layout_unref (layout);
}
GST_END_TEST;

#define TENSORS \
  "\"normalize.mean\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}," \
  "\"normalize.std\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[16,32]}"

static gboolean
load (const gchar *header, gconstpointer data, gsize size,
    GstSsioNormalize *normalize, GstSsioNormalization **normalization,
    GError **error)
{
  gchar *path = ssio_check_write_tensors (header, data, size);
  gboolean ok = gst_ssio_safetensors_load_normalization (path, 2, normalize,
      normalization, error);

  g_free (path);
  return ok;
}

GST_START_TEST (safetensors_say_how_inputs_are_normalised)
{
  const gdouble doubles[] = { 1.0 / 3, 2, 3, 4 };
  const gfloat floats[] = { 1.5, 2, 3, 4 };
  GstSsioNormalize normalize;
  GstSsioNormalization *found;

  fail_unless (load ("{" TENSORS "}", doubles, 32, &normalize, &found, NULL));
  fail_unless_equals_int (normalize, GST_SSIO_NORMALIZE_STATS);
  fail_unless (found->mean[0] == 1.0 / 3 && found->deviation[1] == 4);
  gst_ssio_normalization_free (found);
  fail_unless (
      load ("{\"normalize.mean\":{\"dtype\":\"F32\",\"shape\":[2],"
            "\"data_offsets\":[0,8]},\"normalize.std\":{\"dtype\":\"F32\","
            "\"shape\":[2],\"data_offsets\":[8,16]}}",
          floats, 16, &normalize, &found, NULL));
  fail_unless (found->mean[0] == 1.5 && found->deviation[1] == 4);
  gst_ssio_normalization_free (found);
  fail_unless (load ("{\"__metadata__\":{\"normalize\":\"center-xy\"}}", "", 0,
      &normalize, &found, NULL));
  fail_unless_equals_int (normalize, GST_SSIO_NORMALIZE_CENTER_XY);
  fail_unless (found == NULL);
  fail_unless (load ("{\"__metadata__\":{\"format\":\"pt\"}}", "", 0,
      &normalize, &found, NULL));
  fail_unless_equals_int (normalize, GST_SSIO_NORMALIZE_NONE);
}
GST_END_TEST;

static void
check_load_error (const gchar *header, gconstpointer data, gsize size,
    const gchar *part)
{
  GstSsioNormalize normalize;
  GstSsioNormalization *found;
  GError *error = NULL;

  fail_if (load (header, data, size, &normalize, &found, &error));
  fail_unless (found == NULL);
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      part);
}

GST_START_TEST (safetensors_that_say_it_wrongly_are_errors)
{
  const gdouble bad[] = { 1, INFINITY, 3, 4 };
  const gdouble good[] = { 1, 2, 3, 4 };

  check_load_error ("{" TENSORS "}", bad, 32, "finite numbers, found inf");
  check_load_error ("{" TENSORS "}", good, 24, "the file is damaged");
  check_load_error ("{\"normalize.mean\":{\"dtype\":\"F64\",\"shape\":[2],"
                    "\"data_offsets\":[0,16]}}",
      good, 16, "\"normalize.std\": expected shape [2], found none");
  check_load_error ("{\"normalize.mean\":{\"dtype\":\"F64\",\"shape\":[1],"
                    "\"data_offsets\":[0,8]}}",
      bad, 8, "expected shape [2], found [1]; it must have a value for each");
  check_load_error ("{\"normalize.mean\":{\"dtype\":\"I64\",\"shape\":[2],"
                    "\"data_offsets\":[0,16]}}",
      bad, 16, "found I64");
  check_load_error ("{\"__metadata__\":{\"normalize\":\"stats\"}}", "", 0,
      "normalize.mean");
  check_load_error ("{\"__metadata__\":{\"normalize\":\"maybe\"}}", "", 0,
      "found \"maybe\"");
  check_load_error ("{\"__metadata__\":{\"normalize\":3}}", "", 0,
      "expected none, stats or center-xy");
}
GST_END_TEST;

static Suite *
normalization_suite (void)
{
  Suite *suite = suite_create ("normalization");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, mean_and_deviation_are_exact_far_from_zero);
  tcase_add_test (tcase,
      statistics_have_the_same_bits_with_any_number_of_threads);
  tcase_add_test (tcase, nothing_to_measure_is_an_error);
  tcase_add_test (tcase, a_folded_model_sees_inputs_as_normalised);
  tcase_add_test (tcase, centring_moves_x_and_y_by_their_means);
  tcase_add_test (tcase, safetensors_say_how_inputs_are_normalised);
  tcase_add_test (tcase, safetensors_that_say_it_wrongly_are_errors);
  return suite;
}

SSIO_CHECK_MAIN (normalization)
