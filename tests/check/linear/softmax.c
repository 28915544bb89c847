/* SPDX-License-Identifier: MIT */
/* The softmax of a block of outputs on each instruction set, against libm in
 * float64. */

#include <math.h>
#include <string.h>

#include "linear/forward-private.h"
#include "linear/forward.h"
#include "ssiocheck.h"

#define MAX_OUTPUTS 70

static const gchar *const isas[] = { "baseline", "avx2", "avx512" };

/* The kernel of an instruction set, or NULL where this machine lacks it. */
static const GstSsioForwardKernel *
find_kernel (const gchar *isa)
{
  static const guint fields[] = { 0 };
  GstSsioLayout *layout = gst_ssio_layout_new_from_string ("x:f4", 0, NULL);
  GstSsioModel *model = ssio_check_new_model (1, "2");
  GstSsioForward *forward = gst_ssio_forward_new (model, layout, fields);
  const GstSsioForwardKernel *kernel = NULL;

  if (gst_ssio_forward_set_isa (forward, isa))
    kernel = gst_ssio_forward_get_kernel (forward);
  gst_ssio_forward_free (forward);
  gst_ssio_model_free (model);
  gst_ssio_layout_unref (layout);
  return kernel;
}

typedef struct {
  const GstSsioForwardKernel *kernel;
  gfloat *outputs;
  gfloat *exponentials;
  GstSsioSoftmax result;
} Block;

static void
clear_block (Block *block)
{
  g_aligned_free (block->outputs);
  g_aligned_free (block->exponentials);
}

static gfloat *
new_columns (void)
{
  return g_aligned_alloc0 (MAX_OUTPUTS * GST_SSIO_FORWARD_MAX_BLOCK,
      sizeof (gfloat), 64);
}

static gboolean
init_block (Block *block, const gchar *isa)
{
  memset (block, 0, sizeof (*block));
  block->kernel = find_kernel (isa);
  if (!block->kernel)
    return FALSE;
  block->outputs = new_columns ();
  block->exponentials = new_columns ();
  return TRUE;
}

static gfloat *
at (const Block *block, gfloat *columns, guint output, guint point)
{
  return &columns[output * block->kernel->block + point];
}

static void
check_point (const Block *block, guint n_outputs, guint point)
{
  gfloat largest = *at (block, block->outputs, 0, point);
  gdouble others = 0;
  gdouble others_allowed = 0;
  guint class_index = 0;
  guint o;

  for (o = 1; o < n_outputs; o++) {
    if (*at (block, block->outputs, o, point) > largest) {
      largest = *at (block, block->outputs, o, point);
      class_index = o;
    }
  }
  for (o = 0; o < n_outputs; o++) {
    /* the difference is rounded to a float */
    const gdouble power
        = (gdouble) *at (block, block->outputs, o, point) - largest;
    const gdouble expected = exp (power);
    const gdouble allowed = (2e-7 - 6e-8 * power) * expected + 2e-38;
    const gdouble found = *at (block, block->exponentials, o, point);

    fail_unless (fabs (found - expected) <= allowed,
        "%s, output %u: expected %.9g, found %.9g", block->kernel->name, o,
        expected, found);
    if (o != class_index) {
      others += expected;
      others_allowed += allowed;
    }
  }
  fail_unless (block->result.largest[point] == largest);
  fail_unless_equals_int (block->result.classes[point], class_index);
  fail_unless (fabs (block->result.others[point] - others)
                   <= others_allowed + 3e-7 * others,
      "%s: expected %.9g, found %.9g", block->kernel->name, others,
      block->result.others[point]);
}

static void
run (Block *block, guint n_outputs, guint n_points)
{
  block->kernel->softmax (block->outputs, n_outputs, n_points, &block->result,
      block->exponentials);
}

GST_START_TEST (softmax_is_that_of_libm_for_all_sizes_and_magnitudes)
{
  static const gdouble magnitudes[] = { 1e-3, 1, 30, 1e3, 1e30 };
  GRand *random = g_rand_new_with_seed (4);
  guint i, n_outputs, m, o, p;

  for (i = 0; i < G_N_ELEMENTS (isas); i++) {
    Block block;

    if (!init_block (&block, isas[i])) {
      ssio_check_skip ("no %s here", isas[i]);
      continue;
    }
    for (n_outputs = 1; n_outputs <= MAX_OUTPUTS; n_outputs += 3) {
      for (m = 0; m < G_N_ELEMENTS (magnitudes); m++) {
        const guint n = g_rand_int_range (random, 1, block.kernel->block + 1);

        for (o = 0; o < n_outputs; o++) {
          for (p = 0; p < block.kernel->block; p++)
            *at (&block, block.outputs, o, p)
                = magnitudes[m] * g_rand_double_range (random, -1, 1);
        }
        run (&block, n_outputs, n);
        for (p = 0; p < n; p++)
          check_point (&block, n_outputs, p);
      }
    }
    clear_block (&block);
  }
  g_rand_free (random);
}
GST_END_TEST;

GST_START_TEST (of_equal_outputs_the_first_is_the_largest)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (isas); i++) {
    Block block;

    if (!init_block (&block, isas[i]))
      continue;
    *at (&block, block.outputs, 0, 0) = -1;
    *at (&block, block.outputs, 1, 0) = 4;
    *at (&block, block.outputs, 2, 0) = 4;
    run (&block, 3, 2);
    fail_unless_equals_int (block.result.classes[0], 1);
    fail_unless_equals_int (block.result.classes[1], 0);
    fail_unless (block.result.others[1] == 2);
    clear_block (&block);
  }
}
GST_END_TEST;

/* As for PyTorch: a NaN is the largest and makes the loss one, and so do two
 * infinities. */
GST_START_TEST (what_is_no_number_shows)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (isas); i++) {
    Block block;

    if (!init_block (&block, isas[i]))
      continue;
    *at (&block, block.outputs, 1, 0) = NAN;
    *at (&block, block.outputs, 2, 0) = NAN;
    *at (&block, block.outputs, 0, 1) = INFINITY;
    *at (&block, block.outputs, 0, 2) = -INFINITY;
    run (&block, 3, 3);
    fail_unless_equals_int (block.result.classes[0], 1);
    fail_unless (isnan (block.result.others[0]));
    fail_unless_equals_int (block.result.classes[1], 0);
    fail_unless (block.result.others[1] == 0);
    fail_unless (isnan (*at (&block, block.exponentials, 0, 1)));
    fail_unless_equals_int (block.result.classes[2], 1);
    fail_unless (block.result.others[2] == 1);
    fail_unless (*at (&block, block.exponentials, 0, 2) == 0);
    clear_block (&block);
  }
}
GST_END_TEST;

static Suite *
softmax_suite (void)
{
  Suite *suite = suite_create ("softmax");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, softmax_is_that_of_libm_for_all_sizes_and_magnitudes);
  tcase_add_test (tcase, of_equal_outputs_the_first_is_the_largest);
  tcase_add_test (tcase, what_is_no_number_shows);
  return suite;
}

SSIO_CHECK_MAIN (softmax)
