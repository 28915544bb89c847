/* SPDX-License-Identifier: MIT */

#include "linear/cublaslt.h"
#include "ssiocheck.h"

GST_START_TEST (library_that_is_missing_is_an_error_that_says_what_to_do)
{
  GError *error = NULL;

  g_setenv ("GST_SSIO_CUBLASLT_LIBRARY", "/no/such/library.so", TRUE);
  fail_unless (gst_ssio_cublaslt_get (&error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "install it");
  g_unsetenv ("GST_SSIO_CUBLASLT_LIBRARY");
}
GST_END_TEST;

GST_START_TEST (library_without_the_functions_is_an_error)
{
  GError *error = NULL;

  g_setenv ("GST_SSIO_CUBLASLT_LIBRARY", "libm.so.6", TRUE);
  fail_unless (gst_ssio_cublaslt_get (&error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "cublasLtCreate");
  g_unsetenv ("GST_SSIO_CUBLASLT_LIBRARY");
}
GST_END_TEST;

GST_START_TEST (status_of_a_call_becomes_an_error)
{
  GError *error = NULL;

  fail_unless (gst_ssio_cublaslt_check (CUBLAS_STATUS_SUCCESS, "call", NULL));
  fail_if (gst_ssio_cublaslt_check (CUBLAS_STATUS_ALLOC_FAILED, "call",
      &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "call failed: status 3");
  fail_if (gst_ssio_cublaslt_check (CUBLAS_STATUS_INVALID_VALUE, "call",
      &error));
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
      "status 7");
}
GST_END_TEST;

static Suite *
cublaslt_suite (void)
{
  Suite *suite = suite_create ("cublaslt");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase,
      library_that_is_missing_is_an_error_that_says_what_to_do);
  tcase_add_test (tcase, library_without_the_functions_is_an_error);
  tcase_add_test (tcase, status_of_a_call_becomes_an_error);
  return suite;
}

SSIO_CHECK_MAIN (cublaslt)
