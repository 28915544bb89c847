/* SPDX-License-Identifier: MIT */

#include "linear/distributed/patience.h"
#include "ssiocheck.h"

/* What this process prints, from whatever thread. */
static GAsyncQueue *printed;

static void
take (const gchar *text)
{
  g_async_queue_push (printed, g_strdup (text));
}

GST_START_TEST (long_wait_is_told_of_while_it_lasts)
{
  GPrintFunc print = g_set_printerr_handler (take);
  GstSsioPatience *patience;
  gchar *text;

  printed = g_async_queue_new_full (g_free);
  patience = gst_ssio_patience_new (0, "waits for others");
  text = g_async_queue_pop (printed);
  gst_ssio_patience_free (patience);
  g_set_printerr_handler (print);
  fail_unless_equals_string (text, "waits for others\n");
  fail_unless_equals_int (g_async_queue_length (printed), 0);
  g_free (text);
  g_async_queue_unref (printed);
}
GST_END_TEST;

GST_START_TEST (short_wait_is_not_told_of)
{
  GPrintFunc print = g_set_printerr_handler (take);

  printed = g_async_queue_new_full (g_free);
  gst_ssio_patience_free (gst_ssio_patience_new (3600, "waits for others"));
  g_set_printerr_handler (print);
  fail_unless_equals_int (g_async_queue_length (printed), 0);
  g_async_queue_unref (printed);
}
GST_END_TEST;

static Suite *
patience_suite (void)
{
  Suite *suite = suite_create ("patience");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, long_wait_is_told_of_while_it_lasts);
  tcase_add_test (tcase, short_wait_is_not_told_of);
  return suite;
}

SSIO_CHECK_MAIN (patience)
