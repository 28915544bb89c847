/* SPDX-License-Identifier: MIT */
#include "ssiocuda.h"
#include <gst/ssio/cuda/loader.h>
GST_START_TEST (a_clean_run_is_clean)
{
  fail_unless (ssio_cuda_have_device ());
  ssio_cuda_check_clean ();
}
GST_END_TEST;
static Suite *
fakecuda_suite (void)
{
  Suite *s = suite_create ("fakecuda");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, a_clean_run_is_clean);
  return s;
}
SSIO_CHECK_MAIN (fakecuda)
