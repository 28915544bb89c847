/* SPDX-License-Identifier: MIT */
/* The CUDA evaluator, on the stand-in driver with the kernels for the host. */

#include <math.h>
#include <string.h>

#include "cudacheck.h"
#include "fakecublaslt.h"
#include "linear/evaluator.h"

#define N_FIELDS 6
#define POINT_SIZE (N_FIELDS * sizeof (gfloat))
#define MAX_OUTPUTS 64

/* Enough where it is about errors. */
#define FEW_POINTS 40

static const guint fields[] = { 0, 1, 2, 3, 4, 5 };

/* Too wide for a device's shared memory, or for what set_up() leaves of it. */
#define WIDE (ssio_fake_cuda () ? "9,7,5" : "600,500,5")
#define LITTLE_SHARED 2000

typedef struct {
  GstSsioLayout *layout;
  GstSsioModel *model;
  guint n_outputs;
  guint max_points; /* of a batch */
  GstSsioCudaContext *context;
  GstSsioCudaStream *stream; /* of the uploads */
  GstSsioEvaluator *cpu;
  GstSsioEvaluator *cuda;
} Fixture;

#define FAKE(name) \
  ((__typeof__ (&name)) ssio_cuda_find_fake ("GST_SSIO_CUBLASLT_LIBRARY", \
      #name))

static void
limit_shared (guint bytes)
{
  FakecudaDevices devices;

  ssio_fake_cuda ()->get_devices (&devices);
  devices.max_shared_bytes = bytes;
  ssio_fake_cuda ()->set_devices (&devices);
}

static void
set_up (Fixture *fixture, const gchar *widths)
{
  GError *error = NULL;

  memset (fixture, 0, sizeof (*fixture));
  if (ssio_fake_cuda ()) {
    ssio_fake_cuda ()->reset ();
    if (strcmp (widths, WIDE) == 0)
      limit_shared (LITTLE_SHARED);
  }
  fixture->max_points = G_MAXUINT;
  fixture->layout
      = gst_ssio_layout_new_from_string (GST_SSIO_DEFAULT_LAYOUT, 0, NULL);
  fixture->model = ssio_check_new_model (N_FIELDS, widths);
  gst_ssio_model_init_random (fixture->model, 1);
  fixture->n_outputs = gst_ssio_model_get_n_outputs (fixture->model);
  fixture->context = gst_ssio_cuda_context_new (0, &error);
  fail_unless (fixture->context != NULL, "%s", error ? error->message : "");
  fixture->stream = gst_ssio_cuda_stream_new (fixture->context, NULL);
  fixture->cpu = gst_ssio_cpu_evaluator_new (fixture->model, fixture->layout,
      fields, 1);
}

static void
open_cuda (Fixture *fixture)
{
  GError *error = NULL;

  fixture->cuda = gst_ssio_cuda_evaluator_new (fixture->context,
      fixture->model, fixture->layout, fields, &error);
  fail_unless (fixture->cuda != NULL, "%s", error ? error->message : "");
}

static void
tear_down (Fixture *fixture)
{
  g_clear_pointer (&fixture->cuda, gst_ssio_evaluator_free);
  gst_ssio_evaluator_free (fixture->cpu);
  gst_ssio_cuda_stream_unref (fixture->stream);
  gst_object_unref (fixture->context);
  gst_ssio_model_free (fixture->model);
  gst_ssio_layout_unref (fixture->layout);
  ssio_cuda_check_clean ();
  if (ssio_fake_cuda ())
    fail_unless_equals_int (FAKE (fakecublaslt_count_live) (), 0);
}

static GstBuffer *
new_points (gsize n_points, guint first)
{
  gfloat *values = g_new (gfloat, n_points * N_FIELDS);
  gsize i;

  for (i = 0; i < n_points * N_FIELDS; i++)
    values[i] = (first + i * 7919) % 1000 / 640.0f;
  return gst_buffer_new_wrapped (values, n_points * POINT_SIZE);
}

/* Starts an upload on its own stream. */
static GstMemory *
upload (Fixture *fixture, GstBuffer *buffer, GError **error)
{
  const GstSsioCudaDriver *driver
      = gst_ssio_cuda_context_get_driver (fixture->context);
  GstMapInfo map;
  GstMemory *memory;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  memory = gst_ssio_cuda_memory_new (fixture->stream, map.size, error);
  if (!memory) {
    gst_buffer_unmap (buffer, &map);
    return NULL;
  }
  gst_ssio_cuda_context_push (fixture->context, NULL);
  gst_ssio_cuda_memory_begin_write (memory, NULL);
  driver->cuMemcpyHtoDAsync (gst_ssio_cuda_memory_get_device_pointer (memory),
      map.data, map.size, gst_ssio_cuda_stream_get_handle (fixture->stream));
  gst_ssio_cuda_memory_end_write (memory, NULL);
  gst_ssio_cuda_context_pop (fixture->context);
  gst_buffer_unmap (buffer, &map);
  return memory;
}

/* Pushes buffers of several sizes to both; those in device memory have two
 * memories now and then. The buffers for the CPU are kept until the end. */
static gboolean
evaluate (Fixture *fixture, gdouble *expected, gdouble *sums, GError **error)
{
  static const guint counts[] = { 1, 1023, 1024, 5000, 7 };
  GPtrArray *kept
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  gboolean is_done = TRUE;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (counts) && is_done; i++) {
    GstBuffer *points = new_points (MIN (counts[i], fixture->max_points), i);
    GstBuffer *batch = gst_buffer_new ();

    GstMemory *memory = upload (fixture, points, error);

    g_ptr_array_add (kept, points);
    if (!memory) {
      is_done = FALSE;
      gst_buffer_unref (batch);
      break;
    }
    gst_buffer_append_memory (batch, memory);
    if (i == 3) {
      GstMemory *whole = gst_buffer_get_all_memory (batch);

      gst_buffer_remove_all_memory (batch);
      gst_buffer_append_memory (batch,
          gst_memory_share (whole, 0, 33 * POINT_SIZE));
      gst_buffer_append_memory (batch,
          gst_memory_share (whole, 33 * POINT_SIZE, -1));
      gst_memory_unref (whole);
    }
    fail_unless (gst_ssio_evaluator_push (fixture->cpu, points, NULL));
    is_done = gst_ssio_evaluator_push (fixture->cuda, batch, error);
    gst_buffer_unref (batch);
  }
  fail_unless (gst_ssio_evaluator_collect (fixture->cpu, expected, NULL));
  if (is_done)
    is_done = gst_ssio_evaluator_collect (fixture->cuda, sums, error);
  gst_ssio_cuda_context_push (fixture->context, NULL);
  gst_ssio_cuda_context_get_driver (fixture->context)
      ->cuStreamSynchronize (gst_ssio_cuda_stream_get_handle (fixture
                                                                  ->stream));
  gst_ssio_cuda_context_pop (fixture->context);
  g_ptr_array_unref (kept);
  return is_done;
}

static void
check_model (const gchar *widths, const gchar *kernel)
{
  Fixture fixture;
  gchar *description;
  guint epoch, o;

  set_up (&fixture, widths);
  open_cuda (&fixture);
  description = gst_ssio_evaluator_describe (fixture.cuda);
  fail_unless (strstr (description, kernel) != NULL, "%s", description);
  g_free (description);
  if (ssio_fake_cuda ())
    ssio_fake_cuda ()->set_random_delay (300, 3);
  for (epoch = 0; epoch < 3; epoch++) {
    gdouble expected[MAX_OUTPUTS] = { 0 };
    gdouble sums[MAX_OUTPUTS] = { 0 };
    GError *error = NULL;

    fail_unless (evaluate (&fixture, expected, sums, &error), "%s",
        error ? error->message : "");
    for (o = 0; o < fixture.n_outputs; o++)
      fail_unless (fabs (sums[o] - expected[o]) <= 1e-5 * 7055,
          "%s, output %u: expected %.9g, found %.9g", widths, o, expected[o],
          sums[o]);
  }
  tear_down (&fixture);
}

GST_START_TEST (sums_are_those_of_the_cpu)
{
  check_model ("64,3", "ssio_sweep_pair_6_3");
  check_model ("5", "ssio_sweep_layers");
  check_model ("33,17,64", "ssio_sweep_layers");
  check_model (WIDE, "cuBLASLt");
}
GST_END_TEST;

GST_START_TEST (memory_that_it_cannot_read_is_refused)
{
  Fixture fixture;
  GstBuffer *points = new_points (10, 0);
  GstBuffer *batch = gst_buffer_new ();
  GError *error = NULL;

  set_up (&fixture, "64,3");
  open_cuda (&fixture);
  fail_if (gst_ssio_evaluator_push (fixture.cuda, points, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "memory of the CUDA device");
  gst_buffer_append_memory (batch, upload (&fixture, points, NULL));
  gst_buffer_set_size (batch, POINT_SIZE + 1);
  fail_if (gst_ssio_evaluator_push (fixture.cuda, batch, &error));
  ssio_check_gerror (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "multiple of 24 bytes");
  gst_buffer_unref (batch);
  tear_down (&fixture);
  gst_buffer_unref (points);
}
GST_END_TEST;

static const gchar *const calls[] = { "cuModuleLoadData", "cuStreamCreate",
  "cuMemAlloc", "cuMemsetD8Async", "cuMemHostAlloc", "cuMemcpyHtoDAsync",
  "cuModuleGetFunction", "cuFuncSetAttribute", "cuStreamWaitEvent",
  "cuLaunchKernel", "cuEventRecord", "cuMemcpyDtoHAsync" };

/* Whether something failed, with one error and nothing left behind, where the
 * nth call of a function does. */
static gboolean
fails_cleanly (const gchar *widths, const gchar *call, guint nth)
{
  gdouble expected[MAX_OUTPUTS] = { 0 };
  gdouble sums[MAX_OUTPUTS] = { 0 };
  GError *error = NULL;
  Fixture fixture;
  guint before;
  gboolean is_done = FALSE;

  set_up (&fixture, widths);
  fixture.max_points = FEW_POINTS;
  before = ssio_fake_cuda ()->count (call);
  ssio_fake_cuda ()->fail_call (call, nth, CUDA_ERROR_LAUNCH_FAILED);
  fixture.cuda = gst_ssio_cuda_evaluator_new (fixture.context, fixture.model,
      fixture.layout, fields, &error);
  if (fixture.cuda)
    is_done = evaluate (&fixture, expected, sums, &error);
  else
    fail_unless (error != NULL);
  fail_unless (is_done == (error == NULL));
  if (ssio_fake_cuda ()->count (call) < before + nth)
    fail_unless (is_done);
  g_clear_error (&error);
  ssio_fake_cuda ()->reset ();
  tear_down (&fixture);
  return !is_done;
}

GST_START_TEST (every_call_that_fails_is_an_error_and_leaks_nothing)
{
  guint c, nth;

  ssio_cuda_skip_without_fake ();
  for (c = 0; c < G_N_ELEMENTS (calls); c++) {
    for (nth = 1; fails_cleanly ("64,3", calls[c], nth); nth++)
      ;
    for (nth = 1; fails_cleanly (WIDE, calls[c], nth); nth++)
      ;
  }
}
GST_END_TEST;

GST_START_TEST (every_call_of_cublaslt_that_fails_is_an_error)
{
  guint nth, calls_made = 1;

  ssio_cuda_skip_without_fake ();
  for (nth = 1; nth <= calls_made; nth++) {
    gdouble expected[MAX_OUTPUTS] = { 0 };
    gdouble sums[MAX_OUTPUTS] = { 0 };
    GError *error = NULL;
    Fixture fixture;
    guint before = FAKE (fakecublaslt_count) ();

    set_up (&fixture, WIDE);
    fixture.max_points = FEW_POINTS;
    FAKE (fakecublaslt_fail) (nth, 7);
    fixture.cuda = gst_ssio_cuda_evaluator_new (fixture.context, fixture.model,
        fixture.layout, fields, &error);
    if (fixture.cuda)
      evaluate (&fixture, expected, sums, &error);
    calls_made = MAX (calls_made, FAKE (fakecublaslt_count) () - before + 1);
    if (FAKE (fakecublaslt_count) () - before >= nth)
      ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
          "cuBLASLt");
    FAKE (fakecublaslt_fail) (0, 0);
    g_clear_error (&error);
    tear_down (&fixture);
  }
  fail_unless (nth > 20);
}
GST_END_TEST;

static Suite *
cuda_evaluator_suite (void)
{
  Suite *suite = suite_create ("cuda-evaluator");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, sums_are_those_of_the_cpu);
  tcase_add_test (tcase, memory_that_it_cannot_read_is_refused);
  tcase_add_test (tcase, every_call_that_fails_is_an_error_and_leaks_nothing);
  tcase_add_test (tcase, every_call_of_cublaslt_that_fails_is_an_error);
  return suite;
}

SSIO_CHECK_MAIN (cuda_evaluator)
