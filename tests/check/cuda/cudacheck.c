/* SPDX-License-Identifier: MIT */

#include <gmodule.h>

#include "cudacheck.h"

/* Long enough for a thread that does not wait to end. */
#define MOMENT (G_TIME_SPAN_SECOND / 20)

static void
begin (void)
{
  if (ssio_fake_cuda ())
    ssio_fake_cuda ()->reset ();
}

TCase *
ssio_cuda_add_case (Suite *suite)
{
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, begin, ssio_cuda_check_clean);
  return tcase;
}

GstSsioCudaContext *
ssio_cuda_new_context (void)
{
  GError *error = NULL;
  GstSsioCudaContext *context = gst_ssio_cuda_context_new (0, &error);

  fail_unless (context != NULL, "%s", error ? error->message : "");
  fail_unless (error == NULL);
  return context;
}

GstSsioCudaStream *
ssio_cuda_new_stream (GstSsioCudaContext *context)
{
  GstSsioCudaStream *stream = gst_ssio_cuda_stream_new (context, NULL);

  fail_unless (stream != NULL);
  return stream;
}

GstSsioCudaStream *
ssio_cuda_new_only_stream (void)
{
  GstSsioCudaContext *context = ssio_cuda_new_context ();
  GstSsioCudaStream *stream = ssio_cuda_new_stream (context);

  gst_object_unref (context);
  return stream;
}

guint8
ssio_cuda_byte (gsize index)
{
  return index * 7 + index / 251;
}

void
ssio_cuda_fill_bytes (guint8 *bytes, gsize start, gsize size)
{
  gsize i;

  for (i = 0; i < size; i++)
    bytes[i] = ssio_cuda_byte (start + i);
}

void
ssio_cuda_expect_bytes (const guint8 *bytes, gsize start, gsize size)
{
  gsize i;

  for (i = 0; i < size; i++)
    fail_unless (bytes[i] == ssio_cuda_byte (start + i),
        "byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ": %u, expected %u", i,
        size, bytes[i], ssio_cuda_byte (start + i));
}

void
ssio_cuda_expect_memory (GstMemory *memory, gsize start, gsize size)
{
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, size);
  ssio_cuda_expect_bytes (map.data, start, size);
  gst_memory_unmap (memory, &map);
}

GstMemory *
ssio_cuda_new_blank (GstSsioCudaStream *stream, gsize size)
{
  GError *error = NULL;
  GstMemory *memory = gst_ssio_cuda_memory_new (stream, size, &error);

  fail_unless (memory != NULL, "%s", error ? error->message : "");
  return memory;
}

GstMemory *
ssio_cuda_upload (GstSsioCudaStream *stream, gconstpointer bytes, gsize size)
{
  GstMemory *memory = ssio_cuda_new_blank (stream, size);
  GstSsioCudaContext *context = ssio_cuda_push (stream);

  fail_unless (gst_ssio_cuda_call (gst_ssio_cuda_context_get_driver (context),
      NULL, cuMemcpyHtoDAsync,
      gst_ssio_cuda_memory_get_device_pointer (memory), bytes, size,
      gst_ssio_cuda_stream_get_handle (stream)));
  fail_unless (gst_ssio_cuda_memory_end_write (memory, NULL));
  gst_ssio_cuda_context_pop (context);
  return memory;
}

GstMemory *
ssio_cuda_new_filled (GstSsioCudaStream *stream, gsize size)
{
  guint8 *bytes = g_malloc (size);
  GstMemory *memory;

  ssio_cuda_fill_bytes (bytes, 0, size);
  memory = ssio_cuda_upload (stream, bytes, size);
  g_free (bytes);
  return memory;
}

void
ssio_cuda_use (GstMemory *memory, GstSsioCudaStream *stream)
{
  GstSsioCudaContext *context = ssio_cuda_push (stream);
  gpointer handle = gst_ssio_cuda_stream_get_handle (stream);

  fail_unless (gst_ssio_cuda_memory_begin_use (memory, handle, NULL));
  fail_unless (gst_ssio_cuda_memory_end_use (memory, handle, NULL));
  gst_ssio_cuda_context_pop (context);
}

void
ssio_cuda_keep_busy (GstSsioCudaStream *stream, GstMemory *scratch)
{
  GstSsioCudaContext *context = ssio_cuda_push (stream);
  guint i;

  for (i = 0; i < 20; i++)
    fail_unless (
        gst_ssio_cuda_call (gst_ssio_cuda_context_get_driver (context), NULL,
            cuMemsetD8Async, gst_ssio_cuda_memory_get_device_pointer (scratch),
            i, scratch->size, gst_ssio_cuda_stream_get_handle (stream)));
  fail_unless (gst_ssio_cuda_memory_end_write (scratch, NULL));
  gst_ssio_cuda_context_pop (context);
}

GstSsioCudaContext *
ssio_cuda_push (GstSsioCudaStream *stream)
{
  GstSsioCudaContext *context = gst_ssio_cuda_stream_get_context (stream);

  fail_unless (gst_ssio_cuda_context_push (context, NULL));
  return context;
}

gpointer
ssio_cuda_find_fake (const gchar *variable, const gchar *name)
{
  GModule *module = g_module_open (g_getenv (variable), G_MODULE_BIND_LAZY);
  gpointer function = NULL;

  fail_unless (module != NULL && g_module_symbol (module, name, &function),
      "%s", g_module_error ());
  g_module_make_resident (module);
  g_module_close (module);
  return function;
}

/* FALSE where the call was used less than nth times. */
static gboolean
expect_failure (const gchar *call, guint nth, SsioCudaAttempt attempt,
    gpointer data)
{
  guint before = ssio_fake_cuda ()->count (call);
  gchar *text = g_strdup_printf ("CUDA: %s failed: ", call);
  GError *error = NULL;
  gboolean done, used;

  ssio_fake_cuda ()->fail_call (call, nth, CUDA_ERROR_UNKNOWN);
  done = attempt (data, &error);
  used = ssio_fake_cuda ()->count (call) - before >= nth;
  ssio_fake_cuda ()->fail_call (call, 0, CUDA_SUCCESS);
  fail_unless (done == !used, "%s number %u", call, nth);
  if (used)
    ssio_check_gerror (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        text);
  fail_unless (error == NULL);
  g_free (text);
  return used;
}

void
ssio_cuda_expect_failures_of (const gchar *call, SsioCudaAttempt attempt,
    void (*finish) (gpointer data), gpointer data)
{
  guint nth = 0;
  gboolean failed;

  do {
    failed = expect_failure (call, ++nth, attempt, data);
    finish (data);
  } while (failed);
  fail_unless (nth > 1, "%s is not used", call);
}

static void
finish_nothing (gpointer data)
{
}

void
ssio_cuda_expect_failures (const gchar *call, SsioCudaAttempt attempt,
    gpointer data)
{
  ssio_cuda_expect_failures_of (call, attempt, finish_nothing, data);
}

void
ssio_cuda_stats (FakecudaStats *stats)
{
  ssio_fake_cuda ()->get_stats (stats);
}

typedef struct {
  GThreadFunc func;
  gpointer data;
  gint ended;
} Waiter;

static gpointer
run_waiter (gpointer data)
{
  Waiter *waiter = data;

  waiter->func (waiter->data);
  g_atomic_int_set (&waiter->ended, TRUE);
  return NULL;
}

void
ssio_cuda_expect_waits (GThreadFunc func, gpointer data)
{
  Waiter waiter = { func, data, FALSE };
  GThread *thread = g_thread_new (NULL, run_waiter, &waiter);

  g_usleep (MOMENT);
  fail_if (g_atomic_int_get (&waiter.ended), "it did not wait");
  ssio_fake_cuda ()->resume ();
  g_thread_join (thread);
}
