/* SPDX-License-Identifier: MIT */
/* Primary contexts, and which one is current in a thread. */

#include <stdlib.h>

#include "state.h"

#define MAX_PUSHED 16

static Context *contexts;
static int n_pushed;
static _Thread_local Context *stack[MAX_PUSHED];
static _Thread_local unsigned depth;

Context *
fake_get_current (Call call)
{
  Context *context = depth > 0 ? stack[depth - 1] : NULL;

  if (!context)
    fake_misuse ("no current context in %s", fake_call_name (call));
  else if (context->n_retained == 0)
    fake_misuse ("%s: the current context was released",
        fake_call_name (call));
  return context && context->n_retained > 0 ? context : NULL;
}

bool
fake_is_of (const Context *owner, const Context *context)
{
  return context ? owner == context : owner->n_retained > 0;
}

void
fake_lose_context (Context *context, CUresult code)
{
  context->lost = code;
  fake_signal_change ();
}

void
fake_lose_contexts (CUresult code)
{
  Context *context;

  for (context = contexts; context; context = context->next)
    fake_lose_context (context, code);
}

unsigned
fake_count_contexts (void)
{
  const Context *context;
  unsigned n = 0;

  for (context = contexts; context; context = context->next)
    n += context->n_retained;
  return n;
}

int
fake_get_n_pushed (void)
{
  return n_pushed;
}

static Context *
find_live (CUdevice device)
{
  Context *context = contexts;

  while (context && (context->device != device || context->n_retained == 0))
    context = context->next;
  return context;
}

static Context *
new_context (CUdevice device)
{
  Context *context = calloc (1, sizeof (*context));

  context->handle = fake_new_handle ();
  context->device = device;
  context->next = contexts;
  contexts = context;
  return context;
}

CUresult
cuDevicePrimaryCtxRetain (CUcontext *handle, CUdevice device)
{
  CUresult result = fake_begin (CALL_cuDevicePrimaryCtxRetain);
  Context *context;

  if (result == CUDA_SUCCESS && !fake_is_device (device))
    result = CUDA_ERROR_INVALID_DEVICE;
  if (result != CUDA_SUCCESS)
    return fake_end (result);
  context = find_live (device);
  if (!context)
    context = new_context (device);
  context->n_retained++;
  *handle = (CUcontext) context->handle;
  return fake_end (CUDA_SUCCESS);
}

static unsigned
count_left (const Context *context)
{
  return fake_count_objects (KIND_STREAM, context)
         + fake_count_objects (KIND_EVENT, context)
         + fake_count_objects (KIND_MODULE, context)
         + fake_count_blocks (context) + fake_count_host (false, context)
         + fake_count_host (true, context);
}

CUresult
cuDevicePrimaryCtxRelease_v2 (CUdevice device)
{
  CUresult result = fake_begin (CALL_cuDevicePrimaryCtxRelease);
  Context *context = find_live (device);

  if (result == CUDA_ERROR_NOT_INITIALIZED)
    return fake_end (result);
  if (!context) {
    fake_misuse ("cuDevicePrimaryCtxRelease: device %d is not retained",
        device);
    return fake_end (CUDA_ERROR_INVALID_CONTEXT);
  }
  if (--context->n_retained == 0 && count_left (context) > 0)
    fake_misuse ("cuDevicePrimaryCtxRelease: %u objects are left",
        count_left (context));
  return fake_end (result);
}

CUresult
cuCtxPushCurrent_v2 (CUcontext handle)
{
  CUresult result = fake_begin (CALL_cuCtxPushCurrent);
  Context *context = contexts;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  while (context && context->handle != (uintptr_t) handle)
    context = context->next;
  if (!context || context->n_retained == 0) {
    fake_misuse ("cuCtxPushCurrent: no such context, or it was released");
    return fake_end (CUDA_ERROR_INVALID_CONTEXT);
  }
  if (depth == MAX_PUSHED) {
    fake_misuse ("cuCtxPushCurrent: more than %u in a thread", depth);
    return fake_end (CUDA_ERROR_OUT_OF_MEMORY);
  }
  stack[depth++] = context;
  n_pushed++;
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuCtxPopCurrent_v2 (CUcontext *handle)
{
  CUresult result = fake_begin (CALL_cuCtxPopCurrent);

  if (result == CUDA_ERROR_NOT_INITIALIZED)
    return fake_end (result);
  if (depth == 0) {
    fake_misuse ("no current context in cuCtxPopCurrent");
    return fake_end (CUDA_ERROR_INVALID_CONTEXT);
  }
  depth--;
  n_pushed--;
  if (handle)
    *handle = (CUcontext) stack[depth]->handle;
  return fake_end (result);
}
