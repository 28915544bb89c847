/* SPDX-License-Identifier: MIT */
/* Streams: a thread each, which does a queue of operations. */

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "state.h"

struct Stream {
  Object object;
  Stream *next;
  Operation *first;
  Operation **last;
  bool destroyed; /* it goes when its work is done */
};

static Stream *streams;
static uint64_t last_number; /* of an operation */

Context *
fake_get_stream_context (const Stream *stream)
{
  return stream->object.context;
}

static void
free_operation (Operation *operation)
{
  if (operation->mark)
    fake_unref_mark (operation->mark);
  if (operation->kernel)
    fake_free_launch (operation);
  free (operation->staged);
  free (operation);
}

void
fake_queue (Stream *stream, const Operation *operation)
{
  Operation *queued = malloc (sizeof (*queued));

  *queued = *operation;
  queued->stream = stream;
  queued->number = ++last_number;
  *stream->last = queued;
  stream->last = &queued->next;
  fake_signal_change ();
}

static bool
is_lost (const Stream *stream)
{
  return fake_get_stream_context (stream)->lost != CUDA_SUCCESS;
}

/* Waits for the next operation's turn; NULL if there will be none. */
static Operation *
wait_for_turn (const Stream *stream)
{
  while (stream->first ? !is_lost (stream) && !fake_may_start ()
                       : !stream->destroyed)
    fake_wait_for_change ();
  return stream->first;
}

static void
run_operation (Stream *stream, Operation *operation)
{
  unsigned microseconds = is_lost (stream) ? 0 : fake_get_delay ();
  CUresult fault;

  if (microseconds > 0) {
    fake_unlock ();
    usleep (microseconds);
    fake_lock ();
  }
  fault = fake_get_async_fault ();
  if (fault != CUDA_SUCCESS)
    fake_lose_context (fake_get_stream_context (stream), fault);
  if (operation->call == CALL_cuEventRecord
      || (!operation->cancelled && !is_lost (stream)))
    operation->run (operation);
}

static void
remove_stream (Stream *stream)
{
  Stream **place = &streams;

  while (*place != stream)
    place = &(*place)->next;
  *place = stream->next;
  free (stream);
  fake_signal_change ();
}

static void *
run_stream (void *data)
{
  Stream *stream = data;
  Operation *operation;

  fake_lock ();
  while ((operation = wait_for_turn (stream))) {
    run_operation (stream, operation);
    stream->first = operation->next;
    if (!stream->first)
      stream->last = &stream->first;
    free_operation (operation);
    fake_signal_change ();
  }
  remove_stream (stream);
  fake_unlock ();
  return NULL;
}

static bool
has_work (const Stream *stream, uint64_t number)
{
  return stream->first && stream->first->number <= number;
}

void
fake_wait_for_stream (const Stream *stream)
{
  uint64_t number = last_number;
  const Stream *other;

  do {
    other = streams;
    while (other && !(other == stream && has_work (other, number)))
      other = other->next;
    if (other)
      fake_wait_for_change ();
  } while (other);
}

void
fake_wait_for_streams (const Context *context)
{
  uint64_t number = last_number;
  const Stream *stream;

  do {
    stream = streams;
    while (stream
           && !(fake_get_stream_context (stream) == context
                && has_work (stream, number)))
      stream = stream->next;
    if (stream)
      fake_wait_for_change ();
  } while (stream);
}

void
fake_wait_for_destroyed_streams (void)
{
  const Stream *stream;

  do {
    stream = streams;
    while (stream && !stream->destroyed)
      stream = stream->next;
    if (stream)
      fake_wait_for_change ();
  } while (stream);
}

unsigned
fake_cancel_copies (const void *host, size_t size)
{
  const unsigned char *start = host;
  Operation *operation;
  Stream *stream;
  unsigned n = 0;

  for (stream = streams; stream; stream = stream->next)
    for (operation = stream->first; operation; operation = operation->next) {
      const unsigned char *used = operation->host;

      if (!used || used >= start + size || start >= used + operation->size)
        continue;
      operation->cancelled = true;
      n += !is_lost (stream); /* nothing is copied any more there */
    }
  return n;
}

static void
start_thread (Stream *stream)
{
  pthread_t thread;

  if (pthread_create (&thread, NULL, run_stream, stream) != 0)
    abort ();
  pthread_detach (thread);
}

CUresult
cuStreamCreate (CUstream *handle, unsigned int flags)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuStreamCreate, &context);
  Stream *stream;

  if (result == CUDA_SUCCESS && flags & ~CU_STREAM_NON_BLOCKING)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result != CUDA_SUCCESS)
    return fake_end (result);
  stream = fake_new_object (sizeof (*stream), KIND_STREAM, context);
  stream->last = &stream->first;
  stream->next = streams;
  streams = stream;
  start_thread (stream);
  *handle = fake_get_handle (stream);
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuStreamDestroy_v2 (CUstream handle)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuStreamDestroy, &context);
  Stream *stream = context ? fake_find_object (CALL_cuStreamDestroy,
                       KIND_STREAM, handle, context)
                           : NULL;

  if (!stream)
    return fake_end (context ? CUDA_ERROR_INVALID_HANDLE : result);
  fake_forget_object (stream);
  stream->destroyed = true;
  fake_signal_change ();
  return fake_end (result);
}

CUresult
cuStreamSynchronize (CUstream handle)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuStreamSynchronize, &context);
  const Stream *stream;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  stream = fake_find_object (CALL_cuStreamSynchronize, KIND_STREAM, handle,
      context);
  if (!stream)
    return fake_end (CUDA_ERROR_INVALID_HANDLE);
  fake_wait_for_stream (stream);
  return fake_end (context->lost);
}
