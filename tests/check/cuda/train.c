/* SPDX-License-Identifier: MIT */
/* ssiolinear that trains where there is a device. */

#include "cudacheck.h"

#define N_POINTS 20011

/* Some bits of a float are the class. */
#define LAYOUT "x:f4,y:f4,z:f4,class:u4&3145728>>20"

/* Runs to the end, and counts warnings. Returns the weights that it leaves. */
static GBytes *
train (const gchar *tile, const gchar *between, guint *n_warnings)
{
  gchar *weights = ssio_check_make_path (".safetensors");
  GstElement *pipeline = ssio_check_launch (
      "ssiosrc location=%s batch-size=1000 epochs=2 layout=\"" LAYOUT
      "\" ! %s ! ssiolinear label=class features=x,y,z layers=16,4 "
      "normalize=stats train=true save-weights=%s",
      tile, between, weights);
  GstMessageType type = GST_MESSAGE_UNKNOWN;
  gchar *bytes;
  gsize size;

  *n_warnings = 0;
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (type != GST_MESSAGE_EOS) {
    GstMessage *message = ssio_check_pop (pipeline,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);

    fail_unless (message != NULL);
    type = GST_MESSAGE_TYPE (message);
    fail_if (type == GST_MESSAGE_ERROR);
    *n_warnings += type == GST_MESSAGE_WARNING;
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  fail_unless (g_file_get_contents (weights, &bytes, &size, NULL));
  g_free (weights);
  return g_bytes_new_take (bytes, size);
}

GST_START_TEST (training_is_the_cpus_with_one_warning)
{
  gchar *tile = ssio_check_write_tile (N_POINTS, 4);
  GBytes *expected, *found;
  guint n_warnings;

  expected = train (tile, "queue", &n_warnings);
  fail_unless_equals_int (n_warnings, 0);
  found = train (tile, "ssiocudaupload ! queue", &n_warnings);
  fail_unless_equals_int (n_warnings, 1);
  fail_unless (g_bytes_equal (expected, found));
  g_bytes_unref (expected);
  g_bytes_unref (found);
  ssio_cuda_check_clean ();
  g_free (tile);
}
GST_END_TEST;

static Suite *
cuda_train_suite (void)
{
  Suite *suite = suite_create ("cuda-train");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, training_is_the_cpus_with_one_warning);
  return suite;
}

SSIO_CHECK_MAIN (cuda_train)
