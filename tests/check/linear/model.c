/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "linear/model.h"
#include "ssiocheck.h"

static gboolean
is_same_model (const GstSsioModel *a, const GstSsioModel *b)
{
  guint i;

  for (i = 0; i < a->n_layers; i++) {
    const GstSsioLinearLayer *layer = &a->layers[i];

    if (memcmp (layer->weight, b->layers[i].weight,
            sizeof (gfloat) * layer->n_in * layer->n_out)
            != 0
        || memcmp (layer->bias, b->layers[i].bias,
               sizeof (gfloat) * layer->n_out)
               != 0)
      return FALSE;
  }
  return TRUE;
}

GST_START_TEST (random_weights_are_the_same_bits_as_numpys)
{
  static const gchar *const seeds[]
      = { "0", "1", "42", "1234567", "4294967295" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (seeds); i++) {
    gchar *path = ssio_check_make_path (".safetensors");
    GstSsioModel *model = ssio_check_new_model (6, "64,7,3");
    GstSsioModel *expected;

    if (!ssio_check_run_oracle (NULL, "weights", seeds[i], "6,64,7,3", path,
            NULL)) {
      ssio_check_skip ("no Python with NumPy");
    } else {
      expected = ssio_check_load_model (6, "64,7,3", path);
      gst_ssio_model_init_random (model,
          g_ascii_strtoull (seeds[i], NULL, 10));
      fail_unless (is_same_model (model, expected), "seed %s", seeds[i]);
      gst_ssio_model_free (expected);
    }
    gst_ssio_model_free (model);
    g_free (path);
  }
}
GST_END_TEST;

GST_START_TEST (same_seed_gives_the_same_weights_and_another_others)
{
  GstSsioModel *a = ssio_check_new_model (6, "64,3");
  GstSsioModel *b = ssio_check_new_model (6, "64,3");

  gst_ssio_model_init_random (a, 5);
  gst_ssio_model_init_random (b, 5);
  fail_unless (is_same_model (a, b));
  gst_ssio_model_init_random (b, 6);
  fail_if (is_same_model (a, b));
  gst_ssio_model_free (a);
  gst_ssio_model_free (b);
}
GST_END_TEST;

GST_START_TEST (widths_are_parsed_or_refused_with_an_example)
{
  static const gchar *const bad[]
      = { "", " ", "a", "0", "-1", "+1", "1.5", "64,,3", "64,3,", ",3",
          "70000", "65537", "18446744073709551617", "64;3", "64 3", "0x10" };
  GString *many = g_string_new ("1");
  GArray *widths = NULL;
  GError *error = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    fail_if (gst_ssio_model_parse_widths (bad[i], &widths, &error), "%s",
        bad[i]);
    fail_unless (widths == NULL);
    ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "\"64,3\"");
  }
  fail_if (gst_ssio_model_parse_widths ("65536,65536", &widths, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "expected at most 268435456 weights, found 4294967296");
  fail_unless (gst_ssio_model_parse_widths (" 64 , 65536,3", &widths, NULL));
  fail_unless_equals_int (widths->len, 3);
  fail_unless_equals_int (g_array_index (widths, guint, 1), 65536);
  g_array_unref (widths);

  for (i = 1; i < GST_SSIO_MODEL_MAX_LAYERS; i++)
    g_string_append (many, ",1");
  fail_unless (gst_ssio_model_parse_widths (many->str, &widths, NULL));
  fail_unless_equals_int (widths->len, GST_SSIO_MODEL_MAX_LAYERS);
  g_array_unref (widths);
  g_string_append (many, ",1");
  fail_if (gst_ssio_model_parse_widths (many->str, &widths, &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "1 to 64 widths");
  g_string_free (many, TRUE);
}
GST_END_TEST;

static Suite *
model_suite (void)
{
  Suite *suite = suite_create ("model");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, random_weights_are_the_same_bits_as_numpys);
  tcase_add_test (tcase, same_seed_gives_the_same_weights_and_another_others);
  tcase_add_test (tcase, widths_are_parsed_or_refused_with_an_example);
  return suite;
}

SSIO_CHECK_MAIN (model)
