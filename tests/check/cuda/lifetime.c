/* SPDX-License-Identifier: MIT */
/* When memory on a device may be written again, and when it goes. */

#include "cudacheck.h"

#define SIZE 4099
#define SLOW 2000 /* microseconds an operation */

typedef struct {
  GstSsioCudaContext *context;
  GstSsioCudaStream *writer;
  GstSsioCudaStream *reader;
  GstSsioCudaStream *other;
  GstMemory *memory;
} Scene;

static Scene
begin_scene (void)
{
  GstSsioCudaContext *context = ssio_cuda_new_context ();
  GstSsioCudaStream *writer = ssio_cuda_new_stream (context);

  return (Scene){ context, writer, ssio_cuda_new_stream (context),
    ssio_cuda_new_stream (context), ssio_cuda_new_filled (writer, SIZE) };
}

static void
end_scene (Scene *scene)
{
  g_clear_pointer (&scene->memory, gst_memory_unref);
  gst_ssio_cuda_stream_unref (scene->writer);
  gst_ssio_cuda_stream_unref (scene->reader);
  gst_ssio_cuda_stream_unref (scene->other);
  gst_object_unref (scene->context);
}

static guint
count_blocks (void)
{
  FakecudaStats stats;

  ssio_cuda_stats (&stats);
  return stats.n_blocks;
}

static gpointer
unref_memory (gpointer memory)
{
  gst_memory_unref (memory);
  return NULL;
}

GST_START_TEST (memory_goes_when_its_consumers_are_done)
{
  Scene scene;

  ssio_cuda_skip_without_fake ();
  scene = begin_scene ();
  ssio_fake_cuda ()->hold ();
  ssio_cuda_use (scene.memory, scene.reader);
  ssio_cuda_use (scene.memory, scene.other);
  ssio_cuda_expect_waits (unref_memory, g_steal_pointer (&scene.memory));
  fail_unless_equals_int (count_blocks (), 0);
  end_scene (&scene);
}
GST_END_TEST;

GST_START_TEST (memory_goes_when_it_is_written)
{
  Scene scene;

  ssio_cuda_skip_without_fake ();
  scene = begin_scene ();
  gst_memory_unref (scene.memory);
  ssio_fake_cuda ()->hold ();
  scene.memory = ssio_cuda_new_filled (scene.writer, SIZE);
  ssio_cuda_expect_waits (unref_memory, g_steal_pointer (&scene.memory));
  end_scene (&scene);
}
GST_END_TEST;

GST_START_TEST (a_block_goes_with_the_last_of_its_parts)
{
  GstMemory *part, *inner;
  Scene scene;

  ssio_cuda_skip_without_fake ();
  scene = begin_scene ();
  part = gst_memory_share (scene.memory, 1, 100);
  inner = gst_memory_share (part, 1, 10);
  g_clear_pointer (&scene.memory, gst_memory_unref);
  gst_memory_unref (part);
  fail_unless_equals_int (count_blocks (), 1);
  gst_memory_unref (inner);
  fail_unless_equals_int (count_blocks (), 0);
  end_scene (&scene);
}
GST_END_TEST;

static CUresult
query_done (GstMemory *memory)
{
  GstSsioCudaContext *context
      = ssio_cuda_push (gst_ssio_cuda_memory_get_stream (memory));
  CUresult result
      = gst_ssio_cuda_context_get_driver (context)
            ->cuEventQuery (gst_ssio_cuda_memory_get_ready_event (memory));

  gst_ssio_cuda_context_pop (context);
  return result;
}

/* Writes, and waits on the CPU until that is done. */
static void
write_through (Scene *scene)
{
  const GstSsioCudaDriver *driver
      = gst_ssio_cuda_context_get_driver (scene->context);

  fail_unless (gst_ssio_cuda_context_push (scene->context, NULL));
  fail_unless (gst_ssio_cuda_memory_begin_write (scene->memory, NULL));
  fail_unless (gst_ssio_cuda_memory_end_write (scene->memory, NULL));
  fail_unless_equals_int (
      driver->cuEventSynchronize (
          gst_ssio_cuda_memory_get_ready_event (scene->memory)),
      CUDA_SUCCESS);
  gst_ssio_cuda_context_pop (scene->context);
}

/* The slow one comes first, so that the last to use the memory would be done
 * long before. */
static void
check_waits_for_readers (gboolean are_two)
{
  GstMemory *scratch;
  Scene scene = begin_scene ();

  scratch = ssio_cuda_new_blank (scene.reader, SIZE);
  ssio_fake_cuda ()->set_delay (SLOW);
  ssio_cuda_keep_busy (scene.reader, scratch);
  ssio_cuda_use (scene.memory, scene.reader);
  if (are_two)
    ssio_cuda_use (scene.memory, scene.other);
  fail_unless_equals_int (query_done (scratch), CUDA_ERROR_NOT_READY);
  write_through (&scene);
  fail_unless_equals_int (query_done (scratch), CUDA_SUCCESS);
  gst_memory_unref (scratch);
  end_scene (&scene);
}

GST_START_TEST (what_is_written_waits_for_who_reads)
{
  ssio_cuda_skip_without_fake ();
  check_waits_for_readers (FALSE);
}
GST_END_TEST;

GST_START_TEST (what_is_written_waits_for_all_who_read)
{
  ssio_cuda_skip_without_fake ();
  check_waits_for_readers (TRUE);
}
GST_END_TEST;

typedef gboolean (*Step) (GstMemory *memory, gpointer stream, GError **error);

static gboolean
write_begins (GstMemory *memory, gpointer stream, GError **error)
{
  return gst_ssio_cuda_memory_begin_write (memory, error);
}

static gboolean
write_ends (GstMemory *memory, gpointer stream, GError **error)
{
  return gst_ssio_cuda_memory_end_write (memory, error);
}

typedef struct {
  Scene *scene;
  Step step;
} Attempt;

static gboolean
try_step (gpointer data, GError **error)
{
  Attempt *attempt = data;

  return attempt->step (attempt->scene->memory,
      gst_ssio_cuda_stream_get_handle (attempt->scene->reader), error);
}

GST_START_TEST (each_step_of_use_tells_of_a_device_that_fails)
{
  static const struct {
    Step step;
    const gchar *call;
  } steps[] = {
    { gst_ssio_cuda_memory_begin_use, "cuStreamWaitEvent" },
    { gst_ssio_cuda_memory_end_use, "cuStreamWaitEvent" },
    { gst_ssio_cuda_memory_end_use, "cuEventRecord" },
    { write_begins, "cuStreamWaitEvent" },
    { write_ends, "cuEventRecord" },
  };
  Scene scene;
  guint i;

  ssio_cuda_skip_without_fake ();
  scene = begin_scene ();
  fail_unless (gst_ssio_cuda_context_push (scene.context, NULL));
  for (i = 0; i < G_N_ELEMENTS (steps); i++)
    ssio_cuda_expect_failures (steps[i].call, try_step,
        &(Attempt){ &scene, steps[i].step });
  gst_ssio_cuda_context_pop (scene.context);
  end_scene (&scene);
}
GST_END_TEST;

GST_START_TEST (what_is_on_a_lost_device_goes_all_the_same)
{
  GstMemory *part;
  GstMapInfo map;
  Scene scene;

  ssio_cuda_skip_without_fake ();
  scene = begin_scene ();
  part = gst_memory_share (scene.memory, 1, 2);
  ssio_fake_cuda ()->hold ();
  ssio_cuda_use (scene.memory, scene.reader);
  ssio_fake_cuda ()->lose_device (CUDA_ERROR_ILLEGAL_ADDRESS);
  fail_if (gst_memory_map (part, &map, GST_MAP_READ));
  fail_unless (gst_memory_copy (part, 0, -1) == NULL);
  gst_memory_unref (part);
  end_scene (&scene);
}
GST_END_TEST;

GST_START_TEST (work_on_a_stream_that_was_let_go_still_gets_done)
{
  GstSsioCudaContext *context;
  GstSsioCudaStream *stream;
  GstMemory *memory;
  FakecudaStats stats;

  ssio_cuda_skip_without_fake ();
  context = ssio_cuda_new_context ();
  stream = ssio_cuda_new_stream (context);
  memory = ssio_cuda_new_blank (stream, SIZE);
  ssio_fake_cuda ()->hold ();
  ssio_cuda_use (memory, stream);
  gst_ssio_cuda_stream_unref (stream);
  ssio_cuda_stats (&stats);
  fail_unless_equals_int (stats.n_streams, 1);
  ssio_cuda_expect_waits (unref_memory, memory);
  gst_object_unref (context);
}
GST_END_TEST;

static Suite *
lifetime_suite (void)
{
  Suite *suite = suite_create ("lifetime");
  TCase *tcase = ssio_cuda_add_case (suite);

  tcase_add_test (tcase, memory_goes_when_its_consumers_are_done);
  tcase_add_test (tcase, memory_goes_when_it_is_written);
  tcase_add_test (tcase, a_block_goes_with_the_last_of_its_parts);
  tcase_add_test (tcase, what_is_written_waits_for_who_reads);
  tcase_add_test (tcase, what_is_written_waits_for_all_who_read);
  tcase_add_test (tcase, each_step_of_use_tells_of_a_device_that_fails);
  tcase_add_test (tcase, what_is_on_a_lost_device_goes_all_the_same);
  tcase_add_test (tcase, work_on_a_stream_that_was_let_go_still_gets_done);
  return suite;
}

SSIO_CHECK_MAIN (lifetime)
