/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "linear/kernels.h"
#include "ssiocheck.h"

/* What a fat binary starts with. */
static const guint8 magic[] = { 0x50, 0xed, 0x55, 0xba };

GST_START_TEST (build_has_kernels_or_says_why_not)
{
  GError *error = NULL;
  GBytes *image;

  g_unsetenv ("GST_SSIO_CUDA_KERNELS");
  image = gst_ssio_kernels_get_image (&error);
  fail_unless (gst_ssio_kernels_are_built () == (image != NULL));
  if (image) {
    fail_unless (g_bytes_get_size (image) > sizeof (magic));
    fail_unless (memcmp (g_bytes_get_data (image, NULL), magic, sizeof (magic))
                 == 0);
    g_bytes_unref (image);
  } else {
    ssio_check_gerror (&error, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NOT_FOUND, "nvcc");
    ssio_check_skip ("no nvcc");
  }
}
GST_END_TEST;

GST_START_TEST (file_stands_in_for_the_kernels_of_the_build)
{
  gchar *path = ssio_check_write_file (".fatbin", "kernels", 7);
  GError *error = NULL;
  GBytes *image;

  g_setenv ("GST_SSIO_CUDA_KERNELS", path, TRUE);
  fail_unless (gst_ssio_kernels_are_built ());
  image = gst_ssio_kernels_get_image (&error);
  fail_unless (image != NULL, "%s", error ? error->message : "");
  fail_unless_equals_int (g_bytes_get_size (image), 7);
  fail_unless (memcmp (g_bytes_get_data (image, NULL), "kernels", 7) == 0);
  g_bytes_unref (image);
  g_unsetenv ("GST_SSIO_CUDA_KERNELS");
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (file_that_is_missing_is_an_error)
{
  GError *error = NULL;

  g_setenv ("GST_SSIO_CUDA_KERNELS", "/no/such/file", TRUE);
  fail_unless (gst_ssio_kernels_get_image (&error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "/no/such/file");
  g_unsetenv ("GST_SSIO_CUDA_KERNELS");
}
GST_END_TEST;

static Suite *
kernels_suite (void)
{
  Suite *suite = suite_create ("kernels");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, build_has_kernels_or_says_why_not);
  tcase_add_test (tcase, file_stands_in_for_the_kernels_of_the_build);
  tcase_add_test (tcase, file_that_is_missing_is_an_error);
  return suite;
}

SSIO_CHECK_MAIN (kernels)
