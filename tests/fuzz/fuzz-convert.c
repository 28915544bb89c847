/* SPDX-License-Identifier: MIT */
/* Four lines, a layout, the properties fields and normalize, and another
 * layout, then points of the first. Vectors must find what loops do. */

#include <string.h>

#include "convert/plan.h"
#include "convert/target.h"
#include "fuzz.h"

#define N_LINES 4

typedef struct {
  gchar *lines[N_LINES];
  const guint8 *points;
  gsize size;
} Input;

static gboolean
read_input (Input *input, const guint8 *data, gsize size)
{
  guint i;

  for (i = 0; i < N_LINES; i++) {
    const guint8 *end = size > 0 ? memchr (data, '\n', size) : NULL;

    if (!end)
      return FALSE;
    input->lines[i] = g_strndup ((const gchar *) data, end - data);
    size -= end + 1 - data;
    data = end + 1;
  }
  input->points = data;
  input->size = size;
  return TRUE;
}

/* Either a value and no error, or the other way round. */
static void
check (gpointer value, GError *error)
{
  g_assert ((value == NULL) == (error != NULL));
  g_clear_error (&error);
}

static void
run_plan (const GstSsioConvertPlan *plan, const Input *input)
{
  const gsize n = input->size / plan->from_size;
  guint8 *from = g_memdup2 (input->points, n * plan->from_size);
  guint8 *to = g_malloc (n * plan->to_size);
  guint8 *expected = g_malloc (n * plan->to_size);

  gst_ssio_convert_plan_run (plan, from, n, to);
  if (!plan->is_identity) {
    gst_ssio_convert_plan_run_scalar (plan, from, n, expected);
    g_assert (n == 0 || memcmp (to, expected, n * plan->to_size) == 0);
  }
  g_free (from);
  g_free (to);
  g_free (expected);
}

static void
convert (const Input *input, const GstSsioLayout *from,
    const GstSsioLayout *to, const GstSsioLayout *normalize)
{
  GError *error = NULL;
  GstSsioConvertPlan *plan
      = gst_ssio_convert_plan_new (from, to, normalize, FALSE, &error);

  check (plan, error);
  if (!plan)
    plan = gst_ssio_convert_plan_new (from, to, normalize, TRUE, NULL);
  if (plan) {
    run_plan (plan, input);
    gst_ssio_convert_plan_free (plan);
  }
}

static void
convert_from (const Input *input, const GstSsioLayout *from)
{
  GError *error = NULL;
  GstSsioLayout *normalize
      = gst_ssio_convert_parse_normalize (input->lines[2], &error);
  GstSsioLayout *target, *to;

  check (normalize, g_steal_pointer (&error));
  target = gst_ssio_convert_make_target (input->lines[1], from, normalize,
      &error);
  check (target, g_steal_pointer (&error));
  to = gst_ssio_layout_new_from_string (input->lines[3], 0, NULL);
  if (target)
    convert (input, from, target, normalize);
  if (to)
    convert (input, from, to, normalize);
  g_clear_pointer (&normalize, gst_ssio_layout_unref);
  g_clear_pointer (&target, gst_ssio_layout_unref);
  g_clear_pointer (&to, gst_ssio_layout_unref);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Input input = { 0 };
  GstSsioLayout *from = NULL;
  guint i;

  if (read_input (&input, data, size))
    from = gst_ssio_layout_new_from_string (input.lines[0], 0, NULL);
  if (from) {
    convert_from (&input, from);
    gst_ssio_layout_unref (from);
  }
  for (i = 0; i < N_LINES; i++)
    g_free (input.lines[i]);
  return 0;
}
