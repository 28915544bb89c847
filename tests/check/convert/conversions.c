/* SPDX-License-Identifier: MIT */
/* Points of hundreds of layouts, and what NumPy finds that they are in others:
 * every pair of types, scales, bits, orders and gaps. */

#include <string.h>

#include <glib/gstdio.h>

#include "convert/device.h"
#include "convert/plan.h"
#include "convert/target.h"
#include "linear/hostkernels.h"
#include "ssiocheck.h"

#define N_POINTS 203 /* as the oracle has it */

#define CANARY 0xa5
#define CANARY_BYTES 64

typedef struct {
  gchar *line;
  GstSsioConvertPlan *plan;
  guint8 *in;
  guint8 *out;
} Case;

typedef void (*Run) (const GstSsioConvertPlan *plan, const guint8 *from,
    gsize n_points, guint8 *to);

static GstSsioLayout *
read_layout (const gchar *text, const gchar *point_size)
{
  GError *error = NULL;
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (text,
      g_ascii_strtoull (point_size, NULL, 10), &error);

  fail_unless (layout != NULL, "%s", error ? error->message : "");
  return layout;
}

static GstSsioConvertPlan *
read_plan (const gchar *line)
{
  gchar **parts = g_strsplit (line, "|", -1);
  GstSsioLayout *from = read_layout (parts[0], parts[1]);
  GstSsioLayout *to = read_layout (parts[2], parts[3]);
  GstSsioLayout *normalize = NULL;
  GstSsioConvertPlan *plan;
  GError *error = NULL;

  if (*parts[4])
    normalize = gst_ssio_convert_parse_normalize (parts[4], &error);
  plan = gst_ssio_convert_plan_new (from, to, normalize, TRUE, &error);
  fail_unless (plan != NULL, "%s: %s", line, error ? error->message : "");
  gst_ssio_layout_unref (from);
  gst_ssio_layout_unref (to);
  g_clear_pointer (&normalize, gst_ssio_layout_unref);
  g_strfreev (parts);
  return plan;
}

static gchar *
read_file (const gchar *directory, const gchar *name, gsize *size)
{
  gchar *path = g_build_filename (directory, name, NULL);
  gchar *bytes;

  fail_unless (g_file_get_contents (path, &bytes, size, NULL));
  g_free (path);
  return bytes;
}

/* As a device does it. */
static void
run_kernel (const GstSsioConvertPlan *plan, const guint8 *from, gsize n_points,
    guint8 *to)
{
  SsioConvertMove *moves = g_new (SsioConvertMove, plan->moves->len);
  SsioConvertParams params;
  guint shared_bytes = gst_ssio_convert_device_prepare (plan, &params, moves);

  params.from = from;
  params.to = to;
  params.n_points = n_points;
  params.moves = moves;
  ssio_host_kernel_launch ("ssio_convert_points", 2, 1, shared_bytes, &params,
      sizeof (params));
  g_free (moves);
}

static void
check_run (const Case *one, Run run, gsize first, gsize n)
{
  const gsize from_size = one->plan->from_size;
  const gsize to_size = one->plan->to_size;
  guint8 canary[CANARY_BYTES];
  /* exactly as long as the points: reading on is seen */
  guint8 *in = g_memdup2 (one->in + first * from_size, n * from_size);
  guint8 *out = g_malloc (n * to_size + CANARY_BYTES);
  gsize i;

  memset (canary, CANARY, sizeof (canary));
  memset (out, CANARY, n * to_size + CANARY_BYTES);
  run (one->plan, in, n, out);
  for (i = 0; i < n; i++) {
    if (memcmp (out + i * to_size, one->out + (first + i) * to_size, to_size)
        != 0)
      fail ("%s: point %u of %u from %u", one->line, (guint) i, (guint) n,
          (guint) first);
  }
  fail_unless (memcmp (out + n * to_size, canary, sizeof (canary)) == 0,
      "%s: writes past the last of %u points", one->line, (guint) n);
  g_free (in);
  g_free (out);
}

static void
check_case (const Case *one)
{
  static const gsize counts[] = { 0, 1, 2, 3, 7 };
  guint i;

  check_run (one, gst_ssio_convert_plan_run, 0, N_POINTS);
  check_run (one, gst_ssio_convert_plan_run_scalar, 0, N_POINTS);
  check_run (one, run_kernel, 0, N_POINTS);
  check_run (one, run_kernel, 1, 3);
  for (i = 0; i < G_N_ELEMENTS (counts); i++)
    check_run (one, gst_ssio_convert_plan_run, i, counts[i]);
}

/* The points of a case stand behind those of the one before. */
static void
check_cases (const gchar *directory)
{
  gsize in_size, out_size, in_at, out_at;
  gchar *text = read_file (directory, "cases", NULL);
  gchar *in = read_file (directory, "in", &in_size);
  gchar *out = read_file (directory, "out", &out_size);
  gchar **lines = g_strsplit (text, "\n", -1);
  guint n;

  in_at = out_at = 0;
  for (n = 0; lines[n]; n++) {
    Case one = { lines[n], read_plan (lines[n]), (guint8 *) in + in_at,
      (guint8 *) out + out_at };

    in_at += N_POINTS * one.plan->from_size;
    out_at += N_POINTS * one.plan->to_size;
    fail_unless (in_at <= in_size && out_at <= out_size);
    check_case (&one);
    gst_ssio_convert_plan_free (one.plan);
  }
  fail_unless (n > 800, "%u cases", n);
  fail_unless (in_at == in_size && out_at == out_size);
  g_strfreev (lines);
  g_free (text);
  g_free (in);
  g_free (out);
}

GST_START_TEST (points_become_what_numpy_says)
{
  gchar *directory = ssio_check_make_path ("");

  fail_unless_equals_int (g_mkdir (directory, 0700), 0);
  if (ssio_check_run_oracle (NULL, "conversions", directory, NULL))
    check_cases (directory);
  else
    ssio_check_skip ("no Python with NumPy");
  ssio_check_remove_folder (directory);
}
GST_END_TEST;

/* Too large for shared memory, too large for a block's. */
GST_START_TEST (a_device_converts_points_of_any_size)
{
  static const gchar *const lines[] = {
    "x:f8@1000,y:i2@40|1100|y:f4,x:f4|8|",
    "x:f8@1000,y:i2@40|1100|y:f4@900,x:f4@4|1000|",
    "x:f8@100000,y:i2@40|100008|y:f4@65000,x:f4@4|65004|y*0.5-1",
  };
  const guint n = 300;
  guint i, b;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    GstSsioConvertPlan *plan = read_plan (lines[i]);
    guint8 *in = g_malloc (n * plan->from_size);
    guint8 *out = g_malloc (n * plan->to_size);
    guint8 *expected = g_malloc (n * plan->to_size);

    for (b = 0; b < n * plan->from_size; b++)
      in[b] = (b * 2654435761u) >> 24;
    run_kernel (plan, in, n, out);
    gst_ssio_convert_plan_run (plan, in, n, expected);
    fail_unless (memcmp (out, expected, n * plan->to_size) == 0, "%s",
        lines[i]);
    g_free (in);
    g_free (out);
    g_free (expected);
    gst_ssio_convert_plan_free (plan);
  }
}
GST_END_TEST;

/* Blocks of many points, whose ends are none of the batch's. */
GST_START_TEST (many_points_become_the_same_as_few)
{
  const guint n = 100000;
  GstSsioConvertPlan *plan = read_plan (
      "x:i4*0.01,y:i4*0.01,z:i4*0.01,i:u2,b:u1&7|16|x:f4,y:f4,z:f4,i:f4,b|20|");
  guint8 *in = g_malloc (n * 16);
  guint8 *out = g_malloc (n * 20);
  guint8 one[20];
  guint i;

  for (i = 0; i < n * 16; i++)
    in[i] = (i * 2654435761u) >> 24;
  gst_ssio_convert_plan_run (plan, in, n, out);
  for (i = 0; i < n; i++) {
    gst_ssio_convert_plan_run_scalar (plan, in + 16 * i, 1, one);
    if (memcmp (one, out + 20 * i, 20) != 0)
      fail ("point %u", i);
  }
  gst_ssio_convert_plan_free (plan);
  g_free (in);
  g_free (out);
}
GST_END_TEST;

static Suite *
conversions_suite (void)
{
  Suite *suite = suite_create ("conversions");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, points_become_what_numpy_says);
  tcase_add_test (tcase, a_device_converts_points_of_any_size);
  tcase_add_test (tcase, many_points_become_the_same_as_few);
  return suite;
}

SSIO_CHECK_MAIN (conversions)
