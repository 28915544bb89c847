/* SPDX-License-Identifier: MIT */

#include <stdlib.h>

#include "state.h"

typedef struct {
  Object object;
  Mark *mark; /* of the last record, NULL before the first */
} Event;

void
fake_unref_mark (Mark *mark)
{
  if (--mark->n_references == 0)
    free (mark);
}

static Mark *
ref_mark (Mark *mark)
{
  mark->n_references++;
  return mark;
}

static void
set_mark (Event *event, Mark *mark)
{
  if (event->mark)
    fake_unref_mark (event->mark);
  event->mark = mark;
}

static void
finish_record (Operation *operation)
{
  operation->mark->done = true;
}

static void
wait_for_mark (const Mark *mark, const Context *context)
{
  while (!mark->done && context->lost == CUDA_SUCCESS)
    fake_wait_for_change ();
}

static void
wait_in_stream (Operation *operation)
{
  wait_for_mark (operation->mark, fake_get_stream_context (operation->stream));
}

CUresult
cuEventCreate (CUevent *handle, unsigned int flags)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuEventCreate, &context);

  if (result == CUDA_SUCCESS
      && flags & ~(CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING))
    result = CUDA_ERROR_INVALID_VALUE;
  if (result == CUDA_SUCCESS)
    *handle = fake_get_handle (fake_new_object (sizeof (Event), KIND_EVENT,
        context));
  return fake_end (result);
}

CUresult
cuEventDestroy_v2 (CUevent handle)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuEventDestroy, &context);
  Event *event = context ? fake_find_object (CALL_cuEventDestroy, KIND_EVENT,
                     handle, context)
                         : NULL;

  if (!event)
    return fake_end (context ? CUDA_ERROR_INVALID_HANDLE : result);
  fake_forget_object (event);
  set_mark (event, NULL);
  free (event);
  return fake_end (result);
}

CUresult
cuEventRecord (CUevent handle, CUstream stream_handle)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuEventRecord, &context);
  Stream *stream;
  Event *event;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  event = fake_find_object (CALL_cuEventRecord, KIND_EVENT, handle, context);
  stream = fake_find_object (CALL_cuEventRecord, KIND_STREAM, stream_handle,
      context);
  if (!event || !stream)
    return fake_end (CUDA_ERROR_INVALID_HANDLE);
  set_mark (event, ref_mark (calloc (1, sizeof (Mark))));
  fake_queue (stream, &(Operation){ .call = CALL_cuEventRecord,
                          .run = finish_record,
                          .mark = ref_mark (event->mark) });
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuStreamWaitEvent (CUstream stream_handle, CUevent handle, unsigned int flags)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuStreamWaitEvent, &context);
  Stream *stream;
  Event *event;

  if (result == CUDA_SUCCESS && flags != 0)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result != CUDA_SUCCESS)
    return fake_end (result);
  stream = fake_find_object (CALL_cuStreamWaitEvent, KIND_STREAM,
      stream_handle, context);
  /* streams may wait for other devices */
  event = fake_find_object (CALL_cuStreamWaitEvent, KIND_EVENT, handle, NULL);
  if (!event || !stream)
    return fake_end (CUDA_ERROR_INVALID_HANDLE);
  if (!event->mark)
    return fake_end (CUDA_SUCCESS);
  fake_queue (stream, &(Operation){ .call = CALL_cuStreamWaitEvent,
                          .run = wait_in_stream,
                          .mark = ref_mark (event->mark) });
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuEventQuery (CUevent handle)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuEventQuery, &context);
  const Event *event;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  event = fake_find_object (CALL_cuEventQuery, KIND_EVENT, handle, context);
  if (!event)
    result = CUDA_ERROR_INVALID_HANDLE;
  else if (event->mark && !event->mark->done)
    result = CUDA_ERROR_NOT_READY;
  return fake_end (result);
}

CUresult
cuEventSynchronize (CUevent handle)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuEventSynchronize, &context);
  const Event *event;
  Mark *mark;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  event = fake_find_object (CALL_cuEventSynchronize, KIND_EVENT, handle,
      context);
  if (!event)
    return fake_end (CUDA_ERROR_INVALID_HANDLE);
  if (!event->mark)
    return fake_end (CUDA_SUCCESS);
  mark = ref_mark (event->mark);
  wait_for_mark (mark, context);
  fake_unref_mark (mark);
  return fake_end (context->lost);
}
