/* SPDX-License-Identifier: MIT */
/* The CUDA kernels, compiled for the host and run without any driver, against
 * the forward pass on the CPU. */

#include <math.h>
#include <string.h>

#include <gst/ssio/gather.h>

#include "linear/forward.h"
#include "linear/hostkernels.h"
#include "linear/kernelplan.h"
#include "linear/sweepplan.h"
#include "ssiocheck.h"

/* Shared memory that a block can have on devices of compute capability 9.0,
 * 8.6 and 7.5, and less than any has. */
static const guint shared_sizes[] = { 232448, 101376, 65536, 40000 };

#define N_MULTIPROCESSORS 2
#define MAX_POINTS 4000

typedef struct {
  GstSsioLayout *layout;
  guint n_fields;
  guint point_size;
  guint8 *points; /* MAX_POINTS */
} Data;

/* Numbers of any size as integers, and of moderate size as floats. */
static void
fill_field (GRand *random, const GstSsioField *field, guint8 *to)
{
  const gdouble value = g_rand_double_range (random, -100, 100);
  const gfloat single = value;
  const guint32 bits[] = { g_rand_int (random), g_rand_int (random) };

  if (field->type == GST_SSIO_TYPE_F4)
    memcpy (to, &single, sizeof (single));
  else if (field->type == GST_SSIO_TYPE_F8)
    memcpy (to, &value, sizeof (value));
  else
    memcpy (to, bits, gst_ssio_type_get_size (field->type));
}

static Data
make_data (const gchar *layout_text, guint point_size)
{
  GRand *random = g_rand_new_with_seed (5);
  GError *error = NULL;
  Data data;
  guint p, f;

  data.layout
      = gst_ssio_layout_new_from_string (layout_text, point_size, &error);
  fail_unless (data.layout != NULL, "%s", error ? error->message : "");
  data.n_fields = gst_ssio_layout_get_n_fields (data.layout);
  data.point_size = gst_ssio_layout_get_point_size (data.layout);
  data.points = g_malloc0 ((gsize) MAX_POINTS * data.point_size);
  for (p = 0; p < MAX_POINTS; p++) {
    for (f = 0; f < data.n_fields; f++) {
      const GstSsioField *field = gst_ssio_layout_get_field (data.layout, f);

      fill_field (random, field,
          data.points + (gsize) p * data.point_size + field->offset);
    }
  }
  g_rand_free (random);
  return data;
}

static Data
make_floats (guint n_fields)
{
  GString *text = g_string_new ("f0");
  Data data;
  guint f;

  for (f = 1; f < n_fields; f++)
    g_string_append_printf (text, ",f%u", f);
  data = make_data (text->str, 0);
  g_string_free (text, TRUE);
  return data;
}

static void
clear_data (Data *data)
{
  gst_ssio_layout_unref (data->layout);
  g_free (data->points);
}

/* Adds up the partial sums, and expects them to be 0 then. */
static void
collect (gdouble *partials, guint n_rows, guint width, gdouble *sums)
{
  SsioCollectParams params = { partials, sums, n_rows, width };
  guint i;

  ssio_host_kernel_launch ("ssio_collect_partials", width, 1,
      SSIO_KERNEL_THREADS * sizeof (gdouble), &params, sizeof (params));
  for (i = 0; i < n_rows * width; i++)
    fail_unless (partials[i] == 0);
}

/* Runs the plan's kernel over an allocation that ends with the last point, and
 * starts shift bytes after an aligned address. */
static void
run_plan (GstSsioSweepPlan *plan, const guint8 *points, guint64 n_points,
    guint shift, gdouble *sums)
{
  SsioSweep *sweep = &plan->params.sweep;
  const gsize size = n_points * sweep->records.point_size;
  const guint n_rows = plan->max_blocks * N_MULTIPROCESSORS;
  const guint64 n_tiles
      = (n_points + sweep->records.tile - 1) / sweep->records.tile;
  guint8 *copy = g_malloc (shift + size);
  gdouble *partials = g_new0 (gdouble, n_rows * plan->n_outputs);

  memcpy (copy + shift, points, size);
  sweep->records.points = copy + shift;
  sweep->records.n_points = n_points;
  sweep->records.fields = plan->fields;
  sweep->weights = g_aligned_alloc0 (sweep->n_weights, sizeof (gfloat), 16);
  memcpy ((gfloat *) sweep->weights, plan->weights,
      sweep->n_weights * sizeof (gfloat));
  sweep->partials = partials;
  ssio_host_kernel_launch (plan->kernel, MIN (n_tiles, n_rows), 1,
      plan->shared_bytes, &plan->params, sizeof (plan->params));
  collect (partials, n_rows, plan->n_outputs, sums);
  g_aligned_free ((gfloat *) sweep->weights);
  g_free (partials);
  g_free (copy);
}

/* Sums of each output and, in size, the mean of the outputs' absolute values,
 * added up over the points, on the CPU. */
static void
run_cpu (const GstSsioModel *model, const Data *data, const guint *fields,
    guint n_points, gdouble *sums, gdouble *size)
{
  const guint n_out = gst_ssio_model_get_n_outputs (model);
  GstSsioForward *forward = gst_ssio_forward_new (model, data->layout, fields);
  gpointer scratch = gst_ssio_forward_new_scratch (forward);
  gdouble *outputs = g_new (gdouble, n_out);
  guint p, o;

  for (p = 0; p < n_points; p++) {
    memset (outputs, 0, n_out * sizeof (gdouble));
    gst_ssio_forward_run (forward, scratch,
        data->points + (gsize) p * data->point_size, 1, outputs);
    for (o = 0; o < n_out; o++) {
      sums[o] += outputs[o];
      *size += fabs (outputs[o]) / n_out;
    }
  }
  g_free (outputs);
  gst_ssio_forward_free_scratch (scratch);
  gst_ssio_forward_free (forward);
}

/* The rule is that of the forward pass on the CPU: an error of 1e-5 of the
 * mean of the outputs' absolute values. */
static void
check_sums (const GstSsioModel *model, const Data *data, const guint *fields,
    GstSsioSweepPlan *plan, guint n_points, guint shift)
{
  gdouble *expected = g_new0 (gdouble, plan->n_outputs);
  gdouble *sums = g_new0 (gdouble, plan->n_outputs);
  gdouble size = 0;
  guint o;

  run_cpu (model, data, fields, n_points, expected, &size);
  run_plan (plan, data->points, n_points, shift, sums);
  for (o = 0; o < plan->n_outputs; o++)
    fail_unless (fabs (sums[o] - expected[o]) <= 1e-5 * size
                     || (isinf (expected[o]) && sums[o] == expected[o])
                     || (isnan (expected[o]) && isnan (sums[o])),
        "%s, %u points, shift %u, output %u: expected %.9g, found %.9g",
        plan->kernel, n_points, shift, o, expected[o], sums[o]);
  g_free (sums);
  g_free (expected);
}

static GstSsioModel *
make_model (guint n_in, const gchar *widths)
{
  GstSsioModel *model = ssio_check_new_model (n_in, widths);

  gst_ssio_model_init_random (model, 3);
  return model;
}

static void
check_model (const Data *data, const guint *fields, guint n_in,
    const gchar *widths, guint max_shared)
{
  GstSsioModel *model = make_model (n_in, widths);
  GstSsioSweepPlan *plan
      = gst_ssio_sweep_plan_new (model, data->layout, fields, max_shared);
  static const guint shifts[] = { 0, 1, 4 };
  const guint counts[] = { 1, 7, 8, 9, plan->params.sweep.records.tile - 1,
    plan->params.sweep.records.tile, plan->params.sweep.records.tile + 1,
    3 * plan->params.sweep.records.tile + 5 };
  guint i, s;

  fail_unless (plan != NULL);
  fail_unless (plan->shared_bytes <= max_shared);
  for (i = 0; i < G_N_ELEMENTS (counts); i++) {
    for (s = 0; s < G_N_ELEMENTS (shifts); s++) {
      if (counts[i] < 10 || s == i % G_N_ELEMENTS (shifts))
        check_sums (model, data, fields, plan, counts[i], shifts[s]);
    }
  }
  gst_ssio_sweep_plan_free (plan);
  gst_ssio_model_free (model);
}

static const guint first_fields[]
    = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

GST_START_TEST (two_layers_of_any_shape_are_as_on_the_cpu)
{
  static const gchar *const widths[] = { "64,1", "63,2", "65,3", "1,4" };
  guint n_in, w;

  for (n_in = 1; n_in <= SSIO_PAIR_MAX_INPUTS; n_in++) {
    Data data = make_floats (n_in);

    for (w = 0; w < G_N_ELEMENTS (widths); w++)
      check_model (&data, first_fields, n_in, widths[w], shared_sizes[w]);
    clear_data (&data);
  }
}
GST_END_TEST;

GST_START_TEST (layers_of_any_number_and_width_are_as_on_the_cpu)
{
  static const gchar *const widths[] = { "3", "5", "64,5", "9,65", "63,1,7",
    "16,33,8", "5,6,7,8", "1,1,1,1" };
  static const guint inputs[] = { 1, 2, 3, 6, 9, 17 };
  guint i, w;

  for (i = 0; i < G_N_ELEMENTS (inputs); i++) {
    Data data = make_floats (inputs[i]);

    for (w = 0; w < G_N_ELEMENTS (widths); w++)
      check_model (&data, first_fields, inputs[i], widths[w],
          shared_sizes[w % G_N_ELEMENTS (shared_sizes)]);
    /* in the smallest tile */
    check_model (&data, first_fields, inputs[i], "100,80", shared_sizes[2]);
    clear_data (&data);
  }
}
GST_END_TEST;

#define ALL_TYPES "a:f4,b:f8,c:i1,d:i2,e:i4,f:i8,g:u1,h:u2,i:u4,j:u8,k:f4,l:f4"

static const struct {
  const gchar *text;
  guint point_size;
} layouts[] = {
  { ALL_TYPES, 0 },
  { ALL_TYPES, 67 },
  { "x:i4*0.01+636000,y:i4*0.01-849000,z:i4*0.001,i:u2,n:u1@14&7,c:u1@15&31",
      34 },
  { "a:f4@1,b:i8@5,c:u8@13,d:f8@21,e:i2@29,f:u4@31", 0 },
  { "a:f4*2+1,b:f8*0.1-3,c:i1*0.5,d:u8*1e-9+1,e:i2&4080>>4,f:i8&65535>>3*0.25",
      0 },
  { "a,b,c,d,e,f", 64 },
  { "a,b,c,d,e,f", 104 },
  { "a:f4@400,b:f4@4,c:f4@2000,d:f4@1024,e:f4@3000,f:f4@4092", 0 },
  { "a,b,c,d,e,f", 25 },
};

/* Models of both kinds, on devices of all sizes. */
GST_START_TEST (records_of_any_layout_are_as_on_the_cpu)
{
  static const guint order[] = { 3, 0, 5, 4, 1, 2, 0, 3 };
  guint l, s;

  for (l = 0; l < G_N_ELEMENTS (layouts); l++) {
    Data data = make_data (layouts[l].text, layouts[l].point_size);

    for (s = 0; s < G_N_ELEMENTS (shared_sizes); s++) {
      check_model (&data, order, 6, "9,3", shared_sizes[s]);
      check_model (&data, order, 8, "4,5,2", shared_sizes[s]);
    }
    clear_data (&data);
  }
}
GST_END_TEST;

/* Rounding and all: what goes into a layer. */
GST_START_TEST (gathered_rows_have_the_bits_of_the_cpus_columns)
{
  guint l, i, p;

  for (l = 0; l < G_N_ELEMENTS (layouts); l++) {
    Data data = make_data (layouts[l].text, layouts[l].point_size);
    const guint n = data.n_fields;
    gfloat *columns = g_new (gfloat, MAX_POINTS * n);
    gfloat *rows = g_new (gfloat, MAX_POINTS * n);
    GstSsioGather *gather = gst_ssio_gather_new (data.layout, first_fields, n);
    SsioKernelField *fields
        = gst_ssio_kernel_plan_make_fields (data.layout, first_fields, n);
    SsioGatherParams params = {
      .records = { .points = data.points,
          .n_points = MAX_POINTS,
          .fields = fields,
          .n_inputs = n,
          .point_size = data.point_size },
      .rows = rows,
    };

    gst_ssio_gather_columns (gather, data.points, MAX_POINTS, columns,
        MAX_POINTS);
    ssio_host_kernel_launch ("ssio_gather_rows", 7, 1, 0, &params,
        sizeof (params));
    for (i = 0; i < n; i++) {
      for (p = 0; p < MAX_POINTS; p++)
        fail_unless (memcmp (&rows[p * n + i], &columns[i * MAX_POINTS + p],
                         sizeof (gfloat))
                         == 0,
            "%s, field %u, point %u: expected %.9g, found %.9g",
            layouts[l].text, i, p, columns[i * MAX_POINTS + p],
            rows[p * n + i]);
    }
    g_free (fields);
    gst_ssio_gather_free (gather);
    g_free (rows);
    g_free (columns);
    clear_data (&data);
  }
}
GST_END_TEST;

GST_START_TEST (rows_get_their_bias_and_become_sums)
{
  enum { N_ROWS = 1001, WIDTH = 131, N_PARTIALS = 6 };
  gfloat *rows = g_new (gfloat, N_ROWS * WIDTH);
  gfloat bias[WIDTH];
  gdouble *partials = g_new0 (gdouble, N_PARTIALS * WIDTH);
  gdouble expected[WIDTH] = { 0 };
  gdouble sums[WIDTH];
  SsioRowsParams params = { rows, bias, partials, N_ROWS, WIDTH };
  guint r, c;

  for (c = 0; c < WIDTH; c++)
    bias[c] = c / 8.0f;
  for (r = 0; r < N_ROWS; r++) {
    for (c = 0; c < WIDTH; c++) {
      rows[r * WIDTH + c] = (gint) (r * 7919 + c * 31) % 64 - 48;
      expected[c] += MAX (0, rows[r * WIDTH + c] + bias[c]) + bias[c];
    }
  }
  ssio_host_kernel_launch ("ssio_activate_rows", 2, 5, 0, &params,
      sizeof (params));
  ssio_host_kernel_launch ("ssio_add_rows", 2, N_PARTIALS, 0, &params,
      sizeof (params));
  collect (partials, N_PARTIALS, WIDTH, sums);
  for (c = 0; c < WIDTH; c++)
    fail_unless_equals_float (sums[c], expected[c]);
  g_free (partials);
  g_free (rows);
}
GST_END_TEST;

GST_START_TEST (nan_and_infinity_pass_as_on_the_cpu)
{
  static const gfloat values[]
      = { NAN, -NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-42f, -0.0f };
  static const gchar *const widths[] = { "4,3", "1,1", "5", "3,4,5" };
  Data data = make_floats (5);
  gfloat *points = (gfloat *) data.points;
  guint v, w, i;

  for (w = 0; w < G_N_ELEMENTS (widths); w++) {
    GstSsioModel *model = make_model (5, widths[w]);
    GstSsioSweepPlan *plan = gst_ssio_sweep_plan_new (model, data.layout,
        first_fields, shared_sizes[0]);

    for (v = 0; v < G_N_ELEMENTS (values); v++) {
      for (i = 0; i < 5; i++) {
        gfloat before = points[50 + i];

        points[50 + i] = values[v];
        check_sums (model, &data, first_fields, plan, 11, 0);
        check_sums (model, &data, first_fields, plan, 10, 0);
        check_sums (model, &data, first_fields, plan, 1000, 0);
        points[50 + i] = before;
      }
    }
    gst_ssio_sweep_plan_free (plan);
    gst_ssio_model_free (model);
  }
  clear_data (&data);
}
GST_END_TEST;

GST_START_TEST (shared_memory_decides_how_records_are_read)
{
  Data data = make_floats (6);
  GstSsioModel *model = make_model (6, "64,3");
  static const guint n_stages[] = { 2, 1, 1, 1 };
  static const guint n_blocks[] = { 4, 3, 2, 1 };
  guint s;

  for (s = 0; s < G_N_ELEMENTS (shared_sizes); s++) {
    GstSsioSweepPlan *plan = gst_ssio_sweep_plan_new (model, data.layout,
        first_fields, shared_sizes[s]);

    fail_unless_equals_string (plan->kernel, "ssio_sweep_pair_6_3");
    fail_if (plan->params.sweep.records.converts);
    fail_unless_equals_int (plan->params.sweep.records.n_stages, n_stages[s]);
    fail_unless_equals_int (plan->max_blocks, n_blocks[s]);
    gst_ssio_sweep_plan_free (plan);
  }
  gst_ssio_model_free (model);
  clear_data (&data);
}
GST_END_TEST;

GST_START_TEST (model_that_shared_memory_cannot_hold_has_no_plan)
{
  static const gchar *const widths[]
      = { "8192,8", "300,300,3", "65536", "4000,2" };
  Data data = make_floats (6);
  guint w;

  for (w = 0; w < G_N_ELEMENTS (widths); w++) {
    GstSsioModel *model = ssio_check_new_model (6, widths[w]);

    fail_unless (gst_ssio_sweep_plan_new (model, data.layout, first_fields,
                     shared_sizes[2])
                 == NULL);
    fail_unless (gst_ssio_sweep_plan_new (model, data.layout, first_fields, 0)
                 == NULL);
    gst_ssio_model_free (model);
  }
  clear_data (&data);
}
GST_END_TEST;

static Suite *
forward_cuda_suite (void)
{
  Suite *suite = suite_create ("forward-cuda");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, two_layers_of_any_shape_are_as_on_the_cpu);
  tcase_add_test (tcase, layers_of_any_number_and_width_are_as_on_the_cpu);
  tcase_add_test (tcase, records_of_any_layout_are_as_on_the_cpu);
  tcase_add_test (tcase, gathered_rows_have_the_bits_of_the_cpus_columns);
  tcase_add_test (tcase, rows_get_their_bias_and_become_sums);
  tcase_add_test (tcase, nan_and_infinity_pass_as_on_the_cpu);
  tcase_add_test (tcase, shared_memory_decides_how_records_are_read);
  tcase_add_test (tcase, model_that_shared_memory_cannot_hold_has_no_plan);
  return suite;
}

SSIO_CHECK_MAIN (forward_cuda)
