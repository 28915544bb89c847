/* SPDX-License-Identifier: MIT */
/* Who shares a context with whom, in pipelines and out of them. */

#include "cudacheck.h"

static GstContext *
wrap (GstSsioCudaContext *context)
{
  GstContext *wrapped = gst_context_new (GST_SSIO_CUDA_CONTEXT_TYPE, TRUE);

  gst_structure_set (gst_context_writable_structure (wrapped), "context",
      GST_TYPE_SSIO_CUDA_CONTEXT, context, NULL);
  return wrapped;
}

/* What the element answers at its source pad. */
static GstSsioCudaContext *
ask (GstElement *element)
{
  GstQuery *query = gst_query_new_context (GST_SSIO_CUDA_CONTEXT_TYPE);
  GstPad *pad = gst_element_get_static_pad (element, "src");
  GstSsioCudaContext *context = NULL;
  GstContext *wrapped = NULL;

  if (gst_pad_query (pad, query)) {
    gst_query_parse_context (query, &wrapped);
    fail_unless (gst_structure_get (gst_context_get_structure (wrapped),
        "context", GST_TYPE_SSIO_CUDA_CONTEXT, &context, NULL));
  }
  gst_object_unref (pad);
  gst_query_unref (query);
  return context;
}

static void
expect_uses (GstElement *element, GstSsioCudaContext *expected)
{
  GstSsioCudaContext *context = ask (element);

  fail_unless (context == expected);
  gst_clear_object (&context);
}

static void
expect_uses_by_name (GstElement *pipeline, const gchar *name,
    GstSsioCudaContext *expected)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);

  expect_uses (element, expected);
  gst_object_unref (element);
}

static void
expect_one_retained (void)
{
  if (ssio_fake_cuda ())
    fail_unless_equals_int (ssio_fake_cuda ()
                                ->count ("cuDevicePrimaryCtxRetain"),
        1);
}

static GstElement *
launch (const gchar *rest)
{
  gchar *path = ssio_check_write_tile (1000, 6);
  GstElement *pipeline
      = ssio_check_launch ("ssiosrc location=%s batch-size=100 ! %s", path,
          rest);

  g_free (path);
  return pipeline;
}

static void
stop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* Runs a pipeline of two uploads called one and other. */
static void
expect_two_share (const gchar *rest)
{
  GstElement *pipeline = launch (rest);
  GstElement *one = gst_bin_get_by_name (GST_BIN (pipeline), "one");
  GstSsioCudaContext *context;

  ssio_check_set_state (pipeline, GST_STATE_PLAYING);
  context = ask (one);
  fail_unless (context != NULL);
  expect_uses_by_name (pipeline, "other", context);
  ssio_check_wait (pipeline, GST_MESSAGE_EOS);
  expect_one_retained ();
  gst_object_unref (context);
  gst_object_unref (one);
  stop (pipeline);
}

GST_START_TEST (uploads_in_two_branches_share_a_context)
{
  expect_two_share ("tee name=t "
                    "t. ! queue ! ssiocudaupload name=one ! fakesink "
                    "t. ! queue ! ssiocudaupload name=other ! fakesink");
}
GST_END_TEST;

GST_START_TEST (uploads_in_a_chain_share_a_context)
{
  expect_two_share ("ssiocudaupload name=one ! queue ! ssiocudadownload ! "
                    "queue ! ssiocudaupload name=other ! fakesink");
}
GST_END_TEST;

#define ONE_UPLOAD "ssiocudaupload name=one ! fakesink"

GST_START_TEST (a_context_that_the_pipeline_was_given_is_used)
{
  GstSsioCudaContext *context = ssio_cuda_new_context ();
  GstContext *wrapped = wrap (context);
  GstElement *pipeline = launch (ONE_UPLOAD);

  gst_element_set_context (pipeline, wrapped);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  expect_uses_by_name (pipeline, "one", context);
  expect_one_retained ();
  stop (pipeline);
  gst_context_unref (wrapped);
  gst_object_unref (context);
}
GST_END_TEST;

static GstBusSyncReply
give_context (GstBus *bus, GstMessage *message, gpointer wrapped)
{
  const gchar *type;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_NEED_CONTEXT
      && gst_message_parse_context_type (message, &type)
      && g_strcmp0 (type, GST_SSIO_CUDA_CONTEXT_TYPE) == 0)
    gst_element_set_context (GST_ELEMENT (GST_MESSAGE_SRC (message)), wrapped);
  return GST_BUS_PASS;
}

GST_START_TEST (a_context_that_the_application_answers_with_is_used)
{
  GstSsioCudaContext *context = ssio_cuda_new_context ();
  GstContext *wrapped = wrap (context);
  GstElement *pipeline = launch (ONE_UPLOAD);
  GstBus *bus = gst_element_get_bus (pipeline);

  gst_bus_set_sync_handler (bus, give_context, wrapped, NULL);
  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  expect_uses_by_name (pipeline, "one", context);
  expect_one_retained ();
  stop (pipeline);
  gst_object_unref (bus);
  gst_context_unref (wrapped);
  gst_object_unref (context);
}
GST_END_TEST;

GST_START_TEST (a_context_that_was_made_is_told_of)
{
  GstElement *pipeline = launch (ONE_UPLOAD);
  GstSsioCudaContext *context = NULL;
  GstContext *wrapped = NULL;
  GstMessage *message;

  ssio_check_set_state (pipeline, GST_STATE_PAUSED);
  message = ssio_check_pop (pipeline, GST_MESSAGE_HAVE_CONTEXT);
  fail_unless (message != NULL);
  gst_message_parse_have_context (message, &wrapped);
  fail_unless (gst_structure_get (gst_context_get_structure (wrapped),
      "context", GST_TYPE_SSIO_CUDA_CONTEXT, &context, NULL));
  expect_uses_by_name (pipeline, "one", context);
  gst_object_unref (context);
  gst_context_unref (wrapped);
  gst_message_unref (message);
  stop (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_second_start_uses_the_same_context)
{
  GstElement *pipeline = launch (ONE_UPLOAD);
  guint i;

  for (i = 0; i < 3; i++) {
    ssio_check_set_state (pipeline, GST_STATE_PAUSED);
    ssio_check_set_state (pipeline, GST_STATE_NULL);
  }
  expect_one_retained ();
  stop (pipeline);
}
GST_END_TEST;

static GstSsioCudaContext *
ensure (GstElement *element, guint device_id)
{
  GstSsioCudaContext *context
      = gst_ssio_cuda_context_ensure (element, device_id, NULL);

  fail_unless (context != NULL);
  fail_unless_equals_int (gst_ssio_cuda_context_get_device_id (context),
      device_id);
  return context;
}

static void
add_second_device (void)
{
  FakecudaDevices devices;

  ssio_fake_cuda ()->get_devices (&devices);
  devices.n_devices = 2;
  ssio_fake_cuda ()->set_devices (&devices);
}

GST_START_TEST (a_given_context_of_another_device_is_left_alone)
{
  GstElement *element = gst_element_factory_make ("identity", NULL);
  GstSsioCudaContext *first, *second, *again;

  ssio_cuda_skip_without_fake ();
  add_second_device ();
  first = ensure (element, 0);
  second = ensure (element, 1);
  again = ensure (element, 1);
  fail_unless (second != first);
  fail_unless (again == second);
  gst_object_unref (again);
  gst_object_unref (second);
  gst_object_unref (first);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (a_context_that_is_no_context_is_left_alone)
{
  GstElement *element = gst_element_factory_make ("identity", NULL);
  GstContext *empty = gst_context_new (GST_SSIO_CUDA_CONTEXT_TYPE, TRUE);

  gst_element_set_context (element, empty);
  gst_object_unref (ensure (element, 0));
  gst_context_unref (empty);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (without_a_device_none_is_shared)
{
  GstElement *element = gst_element_factory_make ("identity", NULL);
  GError *error = NULL;

  fail_unless (gst_ssio_cuda_context_ensure (element, 99, &error) == NULL);
  ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "no CUDA device 99");
  gst_object_unref (element);
}
GST_END_TEST;

typedef struct {
  GstElement *upload;
  GstElement *neighbour;
  GstSsioCudaContext *context;
} Pair;

/* An upload with its context, and what is linked to it in no bin. */
static Pair
begin_pair (gboolean upstream)
{
  Pair pair = { gst_element_factory_make ("ssiocudaupload", NULL),
    gst_element_factory_make ("identity", NULL), NULL };

  fail_unless (upstream ? gst_element_link (pair.neighbour, pair.upload)
                        : gst_element_link (pair.upload, pair.neighbour));
  ssio_check_set_state (pair.upload, GST_STATE_PAUSED);
  pair.context = ask (pair.upload);
  fail_unless (pair.context != NULL);
  return pair;
}

static void
end_pair (Pair *pair)
{
  gst_element_set_state (pair->upload, GST_STATE_NULL);
  gst_object_unref (pair->upload);
  gst_object_unref (pair->neighbour);
  gst_object_unref (pair->context);
}

GST_START_TEST (a_neighbour_is_asked_up_and_down_the_stream)
{
  GstSsioCudaContext *found;
  gint upstream;

  for (upstream = FALSE; upstream <= TRUE; upstream++) {
    Pair pair = begin_pair (upstream);

    found = ensure (pair.neighbour, 0);
    fail_unless (found == pair.context);
    gst_object_unref (found);
    end_pair (&pair);
  }
}
GST_END_TEST;

GST_START_TEST (a_neighbour_with_another_device_is_not_followed)
{
  GstSsioCudaContext *found;
  Pair pair;

  ssio_cuda_skip_without_fake ();
  add_second_device ();
  pair = begin_pair (FALSE);
  found = ensure (pair.neighbour, 1);
  fail_unless (found != pair.context);
  gst_object_unref (found);
  end_pair (&pair);
}
GST_END_TEST;

GST_START_TEST (only_a_query_for_this_context_is_answered)
{
  GstSsioCudaContext *context = ssio_cuda_new_context ();
  GstQuery *right = gst_query_new_context (GST_SSIO_CUDA_CONTEXT_TYPE);
  GstQuery *other = gst_query_new_context ("gst.gl.GLDisplay");
  GstQuery *latency = gst_query_new_latency ();

  fail_if (gst_ssio_cuda_context_answer_query (context, other));
  fail_if (gst_ssio_cuda_context_answer_query (context, latency));
  fail_if (gst_ssio_cuda_context_answer_query (NULL, right));
  fail_unless (gst_ssio_cuda_context_answer_query (context, right));
  gst_query_unref (latency);
  gst_query_unref (other);
  gst_query_unref (right);
  gst_object_unref (context);
}
GST_END_TEST;

static Suite *
sharing_suite (void)
{
  Suite *suite = suite_create ("sharing");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, uploads_in_two_branches_share_a_context);
  tcase_add_test (tcase, uploads_in_a_chain_share_a_context);
  tcase_add_test (tcase, a_context_that_the_pipeline_was_given_is_used);
  tcase_add_test (tcase, a_context_that_the_application_answers_with_is_used);
  tcase_add_test (tcase, a_context_that_was_made_is_told_of);
  tcase_add_test (tcase, a_second_start_uses_the_same_context);
  tcase_add_test (tcase, a_given_context_of_another_device_is_left_alone);
  tcase_add_test (tcase, a_context_that_is_no_context_is_left_alone);
  tcase_add_test (tcase, without_a_device_none_is_shared);
  tcase_add_test (tcase, a_neighbour_is_asked_up_and_down_the_stream);
  tcase_add_test (tcase, a_neighbour_with_another_device_is_not_followed);
  tcase_add_test (tcase, only_a_query_for_this_context_is_answered);
  return suite;
}

SSIO_CHECK_MAIN (sharing)
