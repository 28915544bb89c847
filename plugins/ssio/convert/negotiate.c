/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/ssio/origin.h>

#include "negotiate.h"
#include "target.h"

#define N_AXES 3

/* More than any number of casts. */
#define COST_OF_A_BYTE (2 * GST_SSIO_LAYOUT_MAX_FIELDS)
#define COST_OF_THE_IMPOSSIBLE G_MAXUINT64

/* Larger batches are allocated one by one, for what they hold. */
#define MAX_POOLED_BYTES (256 << 20)

typedef struct {
  const GstSsioConvertWish *wish;
  GstSsioLayout *input;
  guint batch_size;
  guint64 cost;
  GstCaps *caps; /* the best so far */
} Choice;

guint
gst_ssio_convert_caps_get_int (const GstCaps *caps, const gchar *field)
{
  gint value = 0;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), field, &value);
  return MAX (value, 0);
}

/* Coordinates that had an origin subtracted are multiplied and moved: so is
 * the sum that adding it again gives, which stays a coordinate. */
static void
normalize_origin (GstCaps *caps, const GstSsioLayout *normalize)
{
  static const gchar *const axes[N_AXES] = { "x", "y", "z" };
  GstSsioOrigin origin = { GST_SSIO_ORIGIN_GIVEN, { 0 } };
  gboolean is_any = gst_ssio_origin_from_caps (caps, origin.values);
  guint i;

  for (i = 0; i < N_AXES; i++) {
    gint index = gst_ssio_layout_find_field (normalize, axes[i]);
    const GstSsioField *field;

    if (index < 0)
      continue;
    field = gst_ssio_layout_get_field (normalize, index);
    origin.values[i] = origin.values[i] * field->scale - field->origin;
    is_any |= origin.values[i] != 0;
  }
  if (is_any)
    gst_ssio_origin_add_to_caps (&origin, caps);
}

static void
forget_layout (GstCaps *caps)
{
  gst_structure_remove_fields (gst_caps_get_structure (caps, 0), "layout",
      "point-size", NULL);
}

static void
set_layout (GstCaps *caps, const GstSsioLayout *layout)
{
  gchar *text = gst_ssio_layout_to_string (layout);

  gst_caps_set_simple (caps, "layout", G_TYPE_STRING, text, "point-size",
      G_TYPE_INT, gst_ssio_layout_get_point_size (layout), NULL);
  g_free (text);
}

/* The layout that the wish makes of one, as far as it does not depend on what
 * follows: NULL where it is not known, or cannot be. */
static GstSsioLayout *
find_target (const GstSsioConvertWish *wish, const GstCaps *caps)
{
  GstSsioLayout *input, *target;

  if ((!wish->fields && !wish->normalize) || !gst_caps_is_fixed (caps)
      || !(input = gst_ssio_layout_new_from_caps (caps, NULL, NULL)))
    return NULL;
  target = gst_ssio_convert_make_target (wish->fields, input, wish->normalize,
      NULL);
  gst_ssio_layout_unref (input);
  return target;
}

/* What one, caps of one structure, can become. */
static GstCaps *
output_for (const GstSsioConvertWish *wish, GstCaps *one)
{
  GstSsioLayout *target = find_target (wish, one);
  GstCaps *any = gst_caps_copy (one);

  if (wish->normalize)
    normalize_origin (any, wish->normalize);
  forget_layout (any);
  if (!wish->fields && !wish->normalize)
    return gst_caps_merge (gst_caps_ref (one), any);
  if (!target)
    return any;
  if (!wish->fields) {
    GstCaps *best = gst_caps_copy (any);

    set_layout (best, target);
    any = gst_caps_merge (best, any);
  } else {
    set_layout (any, target);
  }
  gst_ssio_layout_unref (target);
  return any;
}

GstCaps *
gst_ssio_convert_caps_for_output (const GstSsioConvertWish *wish,
    const GstCaps *caps)
{
  GstCaps *result = gst_caps_new_empty ();
  guint i;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    GstCaps *one = gst_caps_copy_nth (caps, i);

    result = gst_caps_merge (result, output_for (wish, one));
    gst_caps_unref (one);
  }
  return result;
}

/* The same points are best where they can pass through. */
GstCaps *
gst_ssio_convert_caps_for_input (const GstSsioConvertWish *wish,
    const GstCaps *caps)
{
  const gboolean may_pass = !wish->fields && !wish->normalize;
  GstCaps *result = may_pass ? gst_caps_copy (caps) : gst_caps_new_empty ();
  guint i;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    GstCaps *any = gst_caps_copy_nth (caps, i);

    forget_layout (any);
    if (wish->normalize)
      gst_structure_remove_field (gst_caps_get_structure (any, 0), "origin");
    result = gst_caps_merge (result, any);
  }
  return result;
}

static guint64
find_cost (const GstSsioConvertWish *wish, const GstSsioLayout *input,
    const GstSsioLayout *layout)
{
  GstSsioConvertPlan *plan = gst_ssio_convert_plan_new (input, layout,
      wish->normalize, wish->allow_lossy, NULL);
  guint64 cost = 0;

  if (!plan)
    return COST_OF_THE_IMPOSSIBLE;
  if (!plan->is_identity)
    cost = (guint64) plan->to_size * COST_OF_A_BYTE + plan->n_casts;
  gst_ssio_convert_plan_free (plan);
  return cost;
}

/* Fixes a copy of caps of one structure with that layout. */
static GstCaps *
fix (const Choice *choice, const GstCaps *caps, const gchar *text,
    guint point_size)
{
  GstCaps *fixed = gst_caps_copy (caps);
  GstStructure *structure = gst_caps_get_structure (fixed, 0);

  gst_structure_set (structure, "layout", G_TYPE_STRING, text, NULL);
  if (gst_structure_has_field (structure, "point-size"))
    gst_structure_fixate_field_nearest_int (structure, "point-size",
        point_size);
  else
    gst_structure_set (structure, "point-size", G_TYPE_INT, point_size, NULL);
  if (gst_structure_has_field (structure, "batch-size"))
    gst_structure_fixate_field_nearest_int (structure, "batch-size",
        choice->batch_size);
  return gst_caps_fixate (fixed);
}

/* The bytes that a point of that layout has where nobody asks for more. */
static guint
get_natural_size (const gchar *text)
{
  GstSsioLayout *layout = gst_ssio_layout_new_from_string (text, 0, NULL);
  guint size = layout ? gst_ssio_layout_get_point_size (layout) : 1;

  g_clear_pointer (&layout, gst_ssio_layout_unref);
  return size;
}

static void
consider (Choice *choice, const GstCaps *caps, const gchar *text,
    guint point_size)
{
  GstCaps *fixed = fix (choice, caps, text, point_size);
  GstSsioLayout *layout = gst_ssio_layout_new_from_caps (fixed, NULL, NULL);
  guint64 cost = COST_OF_THE_IMPOSSIBLE;

  if (layout) {
    cost = find_cost (choice->wish, choice->input, layout);
    gst_ssio_layout_unref (layout);
  }
  if (choice->caps && cost >= choice->cost) {
    gst_caps_unref (fixed);
    return;
  }
  gst_clear_caps (&choice->caps);
  choice->caps = fixed;
  choice->cost = cost;
}

static void
consider_layout (Choice *choice, const GstCaps *caps,
    const GstSsioLayout *layout)
{
  gchar *text = gst_ssio_layout_to_string (layout);

  consider (choice, caps, text, gst_ssio_layout_get_point_size (layout));
  g_free (text);
}

/* What points become where the layout is left open. */
static void
consider_any (Choice *choice, const GstCaps *caps)
{
  const GstSsioConvertWish *wish = choice->wish;
  GstSsioLayout *target = NULL;

  if (wish->fields || wish->normalize)
    target = gst_ssio_convert_make_target (wish->fields, choice->input,
        wish->normalize, NULL);
  consider_layout (choice, caps, target ? target : choice->input);
  g_clear_pointer (&target, gst_ssio_layout_unref);
}

static void
consider_texts (Choice *choice, const GstCaps *caps, const GValue *value)
{
  guint i;

  if (G_VALUE_HOLDS_STRING (value)) {
    const gchar *text = g_value_get_string (value);

    consider (choice, caps, text, get_natural_size (text));
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      consider_texts (choice, caps, gst_value_list_get_value (value, i));
  }
}

GstCaps *
gst_ssio_convert_caps_choose (const GstSsioConvertWish *wish,
    const GstCaps *in, GstCaps *caps)
{
  Choice choice = { .wish = wish };
  guint i;

  choice.input = gst_ssio_layout_new_from_caps (in, &choice.batch_size, NULL);
  for (i = 0; choice.input && i < gst_caps_get_size (caps); i++) {
    GstCaps *one = gst_caps_copy_nth (caps, i);
    const GValue *value
        = gst_structure_get_value (gst_caps_get_structure (one, 0), "layout");

    if (value)
      consider_texts (&choice, one, value);
    else
      consider_any (&choice, one);
    gst_caps_unref (one);
  }
  g_clear_pointer (&choice.input, gst_ssio_layout_unref);
  if (!choice.caps)
    return gst_caps_fixate (caps);
  gst_caps_unref (caps);
  return choice.caps;
}

GstCaps *
gst_ssio_convert_caps_settle (const GstSsioConvertWish *wish,
    const GstCaps *in, GstCaps *caps, GstPad *pad)
{
  GstCaps *taken;

  if (!wish->normalize || wish->fields || !gst_caps_is_fixed (in))
    return caps;
  taken = gst_pad_peer_query_caps (pad, caps);
  if (gst_caps_is_empty (taken)) {
    gst_caps_unref (taken);
    return caps;
  }
  gst_caps_unref (caps);
  return gst_ssio_convert_caps_choose (wish, in, taken);
}

static void
set_peer_error (GError **error, const GstCaps *possible, GstPad *pad)
{
  GstCaps *expected = gst_pad_peer_query_caps (pad, NULL);
  gchar *expected_text = gst_caps_to_string (expected);
  gchar *text = gst_caps_to_string (possible);

  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
      "points become %s: what follows expected %s; change the fields property, "
      "or caps before or after this element",
      text, expected_text);
  g_free (text);
  g_free (expected_text);
  gst_caps_unref (expected);
}

gboolean
gst_ssio_convert_caps_check_peer (GstCaps *possible, GstPad *pad,
    GError **error)
{
  GstCaps *taken = gst_pad_peer_query_caps (pad, possible);
  const gboolean are_any = !gst_caps_is_empty (taken);

  gst_caps_unref (taken);
  if (!are_any)
    set_peer_error (error, possible, pad);
  return are_any;
}

GstCaps *
gst_ssio_convert_caps_take_system (GstCaps *caps)
{
  GstCaps *system = gst_caps_new_empty_simple (GST_SSIO_CAPS_NAME);
  GstCaps *left
      = gst_caps_intersect_full (caps, system, GST_CAPS_INTERSECT_FIRST);

  gst_caps_unref (system);
  gst_caps_unref (caps);
  return left;
}

void
gst_ssio_convert_choose_pool (GstQuery *query)
{
  GstBufferPool *pool = NULL;
  guint min = 0;
  guint max = 0;
  guint size = 0;
  guint64 bytes;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  bytes = (guint64) gst_ssio_convert_caps_get_int (caps, "point-size")
          * gst_ssio_convert_caps_get_int (caps, "batch-size");
  while (bytes > MAX_POOLED_BYTES
         && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_remove_nth_allocation_pool (query, 0);
  if (gst_query_get_n_allocation_pools (query) > 0) {
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
    gst_query_set_nth_allocation_pool (query, 0, pool, MAX (size, bytes), min,
        max);
    gst_clear_object (&pool);
  } else if (bytes <= MAX_POOLED_BYTES) {
    gst_query_add_allocation_pool (query, NULL, bytes, 0, 0);
  }
}

GstSsioConvertPlan *
gst_ssio_convert_caps_plan (const GstSsioConvertWish *wish, const GstCaps *in,
    const GstCaps *out, GError **error)
{
  GstSsioLayout *from = gst_ssio_layout_new_from_caps (in, NULL, error);
  GstSsioLayout *to
      = from ? gst_ssio_layout_new_from_caps (out, NULL, error) : NULL;
  GstSsioLayout *target = NULL;
  GstSsioConvertPlan *plan = NULL;

  if (to && wish->fields) /* whose names may be wrong */
    target = gst_ssio_convert_make_target (wish->fields, from, wish->normalize,
        error);
  if (to && (target || !wish->fields))
    plan = gst_ssio_convert_plan_new (from, to, wish->normalize,
        wish->allow_lossy, error);
  g_clear_pointer (&target, gst_ssio_layout_unref);
  g_clear_pointer (&from, gst_ssio_layout_unref);
  g_clear_pointer (&to, gst_ssio_layout_unref);
  return plan;
}
