/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <string.h>

#include "linear/forward.h"
#include "ssiocheck.h"

#define ALL_TYPES "a:f4,b:f8,c:i1,d:i2,e:i4,f:i8,g:u1,h:u2,i:u4,j:u8,k:f4,l:f4"

#define MAX_POINTS 10007

/* Around the sizes of vectors, tiles and blocks of every instruction set, and
 * of the chunks that threads take. */
#define COUNTS "1,2,15,16,17,47,48,49,63,64,65,127,128,129,1000,4097,10007"

static const gchar *const isas[] = { "baseline", "avx2", "avx512" };

/* A data set whose values are exact in every type and in float32. */
typedef struct {
  GstSsioLayout *layout;
  guint n_fields;
  guint point_size;
  guint8 *points;
  gchar *float_path; /* the same as a table of float32 */
} Points;

static void
store_value (guint8 *to, GstSsioType type, gint value)
{
#define STORE(TYPE, ctype, expression) \
  case GST_SSIO_TYPE_##TYPE: { \
    ctype stored = (expression); \
    memcpy (to, &stored, sizeof (stored)); \
    break; \
  }
  switch (type) {
    STORE (F4, gfloat, value / 64.0f)
    STORE (F8, gdouble, value / 64.0)
    STORE (I1, gint8, value)
    STORE (I2, gint16, value)
    STORE (I4, gint32, value)
    STORE (I8, gint64, value)
    STORE (U1, guint8, ABS (value))
    STORE (U2, guint16, ABS (value))
    STORE (U4, guint32, ABS (value))
    STORE (U8, guint64, ABS (value))
  }
#undef STORE
}

static gfloat
expected_value (GstSsioType type, gint value)
{
  if (type == GST_SSIO_TYPE_F4 || type == GST_SSIO_TYPE_F8)
    return value / 64.0f;
  return *gst_ssio_type_to_string (type) == 'u' ? ABS (value) : value;
}

static Points
make_points (const gchar *layout_text, guint point_size)
{
  Points data;
  GRand *random = g_rand_new_with_seed (7);
  gfloat *table, *to;
  GError *error = NULL;
  guint p, f;

  data.layout
      = gst_ssio_layout_new_from_string (layout_text, point_size, &error);
  fail_unless (data.layout != NULL, "%s", error ? error->message : "");
  data.n_fields = gst_ssio_layout_get_n_fields (data.layout);
  data.point_size = gst_ssio_layout_get_point_size (data.layout);
  data.points = g_malloc0 ((gsize) MAX_POINTS * data.point_size);
  to = table = g_new (gfloat, (gsize) MAX_POINTS * data.n_fields);
  for (p = 0; p < MAX_POINTS; p++) {
    for (f = 0; f < data.n_fields; f++) {
      const GstSsioField *field = gst_ssio_layout_get_field (data.layout, f);
      gint value = g_rand_int_range (random, -100, 101);

      store_value (data.points + (gsize) p * data.point_size + field->offset,
          field->type, value);
      *to++ = expected_value (field->type, value);
    }
  }
  data.float_path = ssio_check_write_file (".f4", table,
      (gsize) MAX_POINTS * data.n_fields * sizeof (gfloat));
  g_free (table);
  g_rand_free (random);
  return data;
}

static void
clear_points (Points *data)
{
  gst_ssio_layout_unref (data->layout);
  g_free (data->points);
  g_free (data->float_path);
}

/* n_fields plain floats. */
static gchar *
float_layout (guint n_fields)
{
  GString *text = g_string_new ("f0");
  guint f;

  for (f = 1; f < n_fields; f++)
    g_string_append_printf (text, ",f%u", f);
  return g_string_free (text, FALSE);
}

/* Runs over an allocation that ends with the last point. */
static void
run_exactly (GstSsioForward *forward, const guint8 *points, guint point_size,
    gsize n_points, gdouble *sums)
{
  guint8 *copy = g_memdup2 (points, n_points * point_size);
  gpointer scratch = gst_ssio_forward_new_scratch (forward);

  gst_ssio_forward_run (forward, scratch, copy, n_points, sums);
  gst_ssio_forward_free_scratch (scratch);
  g_free (copy);
}

/* The rule: a mean may be wrong by 1e-5 of the mean of the outputs' absolute
 * values, over all points and outputs. A mean itself, or the one output of one
 * point, can be as near 0 as chance wants it, and an error relative to it as
 * large. */
static void
check_means (GstSsioForward *forward, const Points *data, guint n_out,
    const gchar *count_text, const gchar *line)
{
  gchar **expected = g_strsplit (line, " ", -1);
  gdouble *sums = g_new0 (gdouble, n_out);
  guint n_points = atoi (count_text);
  gdouble size = 0;
  guint o;

  fail_unless_equals_int (g_strv_length (expected), 2 * n_out);
  run_exactly (forward, data->points, data->point_size, n_points, sums);
  for (o = 0; o < n_out; o++)
    size += g_ascii_strtod (expected[n_out + o], NULL) / n_out;
  for (o = 0; o < n_out; o++) {
    gdouble mean = g_ascii_strtod (expected[o], NULL);

    fail_unless (fabs (sums[o] / n_points - mean) <= 1e-5 * size,
        "%s, %u points, output %u: expected %.9g, found %.9g (of size %.3g)",
        gst_ssio_forward_get_isa (forward), n_points, o, mean,
        sums[o] / n_points, size);
  }
  g_free (sums);
  g_strfreev (expected);
}

/* Runs a network over the first of the points, as many as each of COUNTS,
 * with every instruction set, and compares with NumPy. features are indices
 * of fields; FALSE where there is no NumPy. */
static gboolean
check_network (const Points *data, const gchar *features, const gchar *widths)
{
  gchar *weights = ssio_check_make_path (".safetensors");
  gchar **counts = g_strsplit (COUNTS, ",", -1);
  gchar **indices = g_strsplit (features, ",", -1);
  guint n_in = g_strv_length (indices);
  gchar *all_widths = g_strdup_printf ("%u,%s", n_in, widths);
  gchar *n_fields = g_strdup_printf ("%u", data->n_fields);
  guint *fields = g_new (guint, n_in);
  gchar *output = NULL;
  gchar **lines = NULL;
  gboolean have_oracle;
  guint i, c;

  for (i = 0; i < n_in; i++)
    fields[i] = atoi (indices[i]);
  have_oracle = ssio_check_run_oracle (NULL, "weights", "11", all_widths,
      weights, NULL);
  if (have_oracle) {
    GstSsioModel *model = ssio_check_load_model (n_in, widths, weights);
    GstSsioForward *forward
        = gst_ssio_forward_new (model, data->layout, fields);

    ssio_check_run_oracle (&output, "forward", weights, data->float_path,
        n_fields, features, COUNTS, NULL);
    lines = g_strsplit (g_strchomp (output), "\n", -1);
    for (i = 0; i < G_N_ELEMENTS (isas); i++) {
      if (!gst_ssio_forward_set_isa (forward, isas[i]))
        continue;
      for (c = 0; counts[c]; c++)
        check_means (forward, data, gst_ssio_model_get_n_outputs (model),
            counts[c], lines[c]);
    }
    gst_ssio_forward_free (forward);
    gst_ssio_model_free (model);
  }
  g_strfreev (lines);
  g_free (output);
  g_free (fields);
  g_free (n_fields);
  g_free (all_widths);
  g_strfreev (indices);
  g_strfreev (counts);
  g_free (weights);
  return have_oracle;
}

/* A network whose inputs are all of n_in floats. */
static gboolean
check_floats (guint n_in, const gchar *widths)
{
  gchar *layout = float_layout (n_in);
  Points data = make_points (layout, 0);
  GString *features = g_string_new ("0");
  gboolean have_oracle;
  guint i;

  for (i = 1; i < n_in; i++)
    g_string_append_printf (features, ",%u", i);
  have_oracle = check_network (&data, features->str, widths);
  g_string_free (features, TRUE);
  clear_points (&data);
  g_free (layout);
  return have_oracle;
}

GST_START_TEST (every_instruction_set_of_this_machine_is_tested)
{
  GstSsioLayout *layout = gst_ssio_layout_new_from_string ("x", 0, NULL);
  GstSsioModel *model = ssio_check_new_model (1, "1");
  const guint field = 0;
  GstSsioForward *forward = gst_ssio_forward_new (model, layout, &field);
  const gchar *best = gst_ssio_forward_get_isa (forward);
  gboolean best_is_known = FALSE;
  guint i;

  fail_if (gst_ssio_forward_set_isa (forward, "abacus"));
  fail_unless_equals_string (gst_ssio_forward_get_isa (forward), best);
  for (i = 0; i < G_N_ELEMENTS (isas); i++) {
    best_is_known |= strcmp (isas[i], best) == 0;
    if (gst_ssio_forward_set_isa (forward, isas[i])) {
      fail_unless_equals_string (gst_ssio_forward_get_isa (forward), isas[i]);
      continue;
    }
    ssio_check_skip ("%s is not on this machine", isas[i]);
  }
  fail_unless (best_is_known, "%s is not tested", best);
  fail_unless (gst_ssio_forward_set_isa (forward, "baseline"));
  gst_ssio_forward_free (forward);
  gst_ssio_model_free (model);
  gst_ssio_layout_unref (layout);
}
GST_END_TEST;

GST_START_TEST (means_are_numpys_for_any_number_of_inputs)
{
  if (!(check_floats (1, "64,3") && check_floats (2, "64,3")
          && check_floats (5, "64,3") && check_floats (6, "64,3")
          && check_floats (17, "64,3") && check_floats (64, "64,3")
          && check_floats (300, "64,3")))
    ssio_check_skip ("no Python with NumPy");
}
GST_END_TEST;

GST_START_TEST (means_are_numpys_for_any_width_of_the_hidden_layer)
{
  if (!(check_floats (6, "1,3") && check_floats (6, "3,3")
          && check_floats (6, "100,3") && check_floats (6, "256,3")
          && check_floats (6, "301,3")))
    ssio_check_skip ("no Python with NumPy");
}
GST_END_TEST;

GST_START_TEST (means_are_numpys_for_any_number_of_outputs)
{
  if (!(check_floats (6, "64,1") && check_floats (6, "64,2")
          && check_floats (6, "64,4") && check_floats (6, "64,5")
          && check_floats (5, "7,70") && check_floats (6, "8,300")))
    ssio_check_skip ("no Python with NumPy");
}
GST_END_TEST;

GST_START_TEST (means_are_numpys_for_any_number_of_layers)
{
  if (!(check_floats (6, "3") && check_floats (1, "1")
          && check_floats (17, "5") && check_floats (6, "128,64,33,8")
          && check_floats (2, "5,100,1,2")))
    ssio_check_skip ("no Python with NumPy");
}
GST_END_TEST;

GST_START_TEST (fields_of_every_type_are_inputs)
{
  Points data = make_points (ALL_TYPES, 0);

  if (!check_network (&data, "0,1,2,3,4,5,6,7,8,9,10,11", "64,3"))
    ssio_check_skip ("no Python with NumPy");
  clear_points (&data);
}
GST_END_TEST;

GST_START_TEST (fields_are_inputs_in_any_order_and_repeated)
{
  Points data = make_points (ALL_TYPES, 0);
  Points padded = make_points (ALL_TYPES, 67);
  Points floats = make_points ("a,b,c,d,e,f,g", 0);

  if (!(check_network (&data, "11,10,9,0", "64,3")
          && check_network (&data, "5", "64,3")
          && check_network (&data, "10,11,10,11,10,11,1,1", "8,3")
          && check_network (&padded, "11,0,11,4,5", "8,3")
          && check_network (&floats, "4,5,6", "8,3")
          && check_network (&floats, "6,5,4,3,2,1,0", "8,3")
          && check_network (&floats, "3,4,5,6,0,1,2,3,4,0", "8,3")))
    ssio_check_skip ("no Python with NumPy");
  clear_points (&data);
  clear_points (&padded);
  clear_points (&floats);
}
GST_END_TEST;

static gboolean
is_same_double (gdouble a, gdouble b)
{
  return isnan (a) ? isnan (b) : a == b;
}

/* What PyTorch computes for one input, one hidden unit and one output. */
GST_START_TEST (nan_and_infinity_pass_as_pytorch_passes_them)
{
  const gfloat inf = INFINITY;
  const gfloat nan = NAN;
  const struct {
    gfloat input, weight, next_weight;
    gdouble output;
  } cases[] = {
    { nan, 1, 1, nan },
    { -nan, 1, 1, nan },
    { nan, 0, 1, nan },
    { nan, 1, 0, nan },
    { inf, 1, 1, inf },
    { inf, 1, -2, -inf },
    { inf, 0, 1, nan },
    { inf, 1, 0, nan },
    { inf, -1, 1, 0 },
    { -inf, 1, 1, 0 },
    { -inf, 1, 0, 0 },
    { -inf, -1, 1, inf },
    { 3e38f, 10, 1, inf },
    { -1, 1, inf, nan },
    { 1, 1, inf, inf },
  };
  static const guint counts[] = { 1, 2, 16, 17, 100, 128, 257 };
  GstSsioLayout *layout = gst_ssio_layout_new_from_string ("x", 0, NULL);
  GstSsioModel *model = ssio_check_new_model (1, "1,1");
  const guint field = 0;
  guint c, i, n;

  for (c = 0; c < G_N_ELEMENTS (cases); c++) {
    GstSsioForward *forward;

    model->layers[0].weight[0] = cases[c].weight;
    model->layers[1].weight[0] = cases[c].next_weight;
    forward = gst_ssio_forward_new (model, layout, &field);
    for (i = 0; i < G_N_ELEMENTS (isas); i++) {
      if (!gst_ssio_forward_set_isa (forward, isas[i]))
        continue;
      for (n = 0; n < G_N_ELEMENTS (counts); n++) {
        gfloat *points = g_new0 (gfloat, counts[n]);
        gdouble sum = 0;

        /* the other points are 0 and add nothing, but that an infinite
         * weight makes NaN of them */
        points[counts[n] - 1] = cases[c].input;
        run_exactly (forward, (guint8 *) points, 4, counts[n], &sum);
        fail_unless (is_same_double (sum, cases[c].output)
                         || (counts[n] > 1 && isinf (cases[c].next_weight)),
            "%s, %u points, case %u: expected %g, found %g", isas[i],
            counts[n], c, cases[c].output, sum);
        g_free (points);
      }
    }
    gst_ssio_forward_free (forward);
  }
  gst_ssio_model_free (model);
  gst_ssio_layout_unref (layout);
}
GST_END_TEST;

GST_START_TEST (nan_in_one_run_is_not_in_the_next)
{
  GstSsioLayout *layout = gst_ssio_layout_new_from_string ("x,y", 0, NULL);
  GstSsioModel *model = ssio_check_new_model (2, "5,3");
  static const guint fields[] = { 0, 1 };
  GstSsioForward *forward;
  gfloat points[2 * 300];
  guint i, p;

  gst_ssio_model_init_random (model, 1);
  forward = gst_ssio_forward_new (model, layout, fields);
  for (i = 0; i < G_N_ELEMENTS (isas); i++) {
    gdouble sums[3] = { 0 };
    gdouble alone[3] = { 0 };
    gpointer scratch;

    if (!gst_ssio_forward_set_isa (forward, isas[i]))
      continue;
    scratch = gst_ssio_forward_new_scratch (forward);
    for (p = 0; p < G_N_ELEMENTS (points); p++)
      points[p] = NAN;
    gst_ssio_forward_run (forward, scratch, (guint8 *) points, 300, sums);
    fail_unless (isnan (sums[0]) && isnan (sums[1]) && isnan (sums[2]));
    points[0] = points[1] = 1;
    memset (sums, 0, sizeof (sums));
    gst_ssio_forward_run (forward, scratch, (guint8 *) points, 1, sums);
    gst_ssio_forward_free_scratch (scratch);
    run_exactly (forward, (guint8 *) points, 8, 1, alone);
    fail_unless (memcmp (sums, alone, sizeof (sums)) == 0);
    fail_if (isnan (sums[0]) || isnan (sums[1]) || isnan (sums[2]));
  }
  gst_ssio_forward_free (forward);
  gst_ssio_model_free (model);
  gst_ssio_layout_unref (layout);
}
GST_END_TEST;

GST_START_TEST (sums_are_added_to_what_is_there)
{
  GstSsioLayout *layout = gst_ssio_layout_new_from_string ("x", 0, NULL);
  GstSsioModel *model = ssio_check_new_model (1, "1");
  const guint field = 0;
  const gfloat points[] = { 1, 2, 4 };
  gdouble sum = 100;
  GstSsioForward *forward;

  model->layers[0].weight[0] = 1;
  forward = gst_ssio_forward_new (model, layout, &field);
  run_exactly (forward, (const guint8 *) points, 4, 3, &sum);
  fail_unless_equals_float (sum, 107);
  run_exactly (forward, (const guint8 *) points, 4, 0, &sum);
  fail_unless_equals_float (sum, 107);
  gst_ssio_forward_free (forward);
  gst_ssio_model_free (model);
  gst_ssio_layout_unref (layout);
}
GST_END_TEST;

static Suite *
forward_suite (void)
{
  Suite *suite = suite_create ("forward");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, every_instruction_set_of_this_machine_is_tested);
  tcase_add_test (tcase, means_are_numpys_for_any_number_of_inputs);
  tcase_add_test (tcase, means_are_numpys_for_any_width_of_the_hidden_layer);
  tcase_add_test (tcase, means_are_numpys_for_any_number_of_outputs);
  tcase_add_test (tcase, means_are_numpys_for_any_number_of_layers);
  tcase_add_test (tcase, fields_of_every_type_are_inputs);
  tcase_add_test (tcase, fields_are_inputs_in_any_order_and_repeated);
  tcase_add_test (tcase, nan_and_infinity_pass_as_pytorch_passes_them);
  tcase_add_test (tcase, nan_in_one_run_is_not_in_the_next);
  tcase_add_test (tcase, sums_are_added_to_what_is_there);
  return suite;
}

SSIO_CHECK_MAIN (forward)
