/* SPDX-License-Identifier: MIT */
/* Copies and memsets. They run with the lock held, so that no memory of them
 * can go meanwhile. */

#include <stdlib.h>
#include <string.h>

#include "state.h"

static size_t to_device;
static size_t to_host;

void
fake_get_copy_stats (FakecudaStats *stats)
{
  stats->to_device = to_device;
  stats->to_host = to_host;
}

void
fake_reset_copy_stats (void)
{
  to_device = to_host = 0;
}

static uint64_t
get_checksum (const unsigned char *bytes, size_t size)
{
  uint64_t sum = 0xcbf29ce484222325;
  size_t i;

  for (i = 0; i < size; i++)
    sum = (sum ^ bytes[i]) * 0x100000001b3;
  return sum;
}

static bool
is_same_block (const void *pointer, size_t size, uint64_t number)
{
  return number == 0 || fake_find_block (pointer, size) == number;
}

static bool
check_blocks (const Operation *operation)
{
  if (is_same_block (operation->to, operation->size, operation->to_block)
      && is_same_block (operation->from, operation->size,
          operation->from_block))
    return true;
  fake_misuse ("%s: the device memory was freed before it ran",
      fake_call_name (operation->call));
  return false;
}

static void
run_copy (Operation *operation)
{
  if (!check_blocks (operation))
    return;
  if (operation->host && operation->host == operation->from
      && get_checksum (operation->host, operation->size)
             != operation->checksum)
    fake_misuse ("%s: the source changed before its copy ran",
        fake_call_name (operation->call));
  memmove (operation->to, operation->from, operation->size);
}

static void
run_memset (Operation *operation)
{
  if (check_blocks (operation))
    memset (operation->to, operation->value, operation->size);
}

/* NULL, with the result of the call, where there is nothing to queue. */
static Stream *
begin_transfer (Call call, size_t size, CUstream handle, CUresult *result)
{
  Context *context;
  Stream *stream;

  *result = fake_begin_in_context (call, &context);
  if (*result != CUDA_SUCCESS || size == 0)
    return NULL;
  stream = fake_find_object (call, KIND_STREAM, handle, context);
  if (!stream)
    *result = CUDA_ERROR_INVALID_HANDLE;
  return stream;
}

static uint64_t
use_block (const Operation *operation, const void *pointer,
    const Stream *stream)
{
  return fake_use_block (operation->call, pointer, operation->size,
      fake_get_stream_context (stream));
}

static Host
classify (const Operation *operation, const void *pointer,
    const Stream *stream)
{
  Host host = fake_classify_host (pointer, operation->size,
      fake_get_stream_context (stream));

  if (host == HOST_MIXED)
    fake_misuse ("%s: only a part of the memory is page-locked, or two are",
        fake_call_name (operation->call));
  return host;
}

/* Pageable memory is copied at the call, as the driver does. */
static void
use_source (Operation *operation, Host host)
{
  if (host == HOST_PAGEABLE) {
    operation->staged = malloc (operation->size);
    memcpy (operation->staged, operation->from, operation->size);
    operation->from = operation->staged;
  } else {
    operation->host = operation->from;
    operation->checksum = get_checksum (operation->from, operation->size);
  }
}

CUresult
cuMemcpyHtoDAsync_v2 (CUdeviceptr to, const void *from, size_t size,
    CUstream handle)
{
  Operation operation = {
    .call = CALL_cuMemcpyHtoDAsync,
    .run = run_copy,
    .to = (void *) to,
    .from = from,
    .size = size,
  };
  CUresult result;
  Stream *stream = begin_transfer (operation.call, size, handle, &result);
  Host host;

  if (!stream)
    return fake_end (result);
  operation.to_block = use_block (&operation, operation.to, stream);
  host = classify (&operation, from, stream);
  if (!operation.to_block || host == HOST_MIXED)
    return fake_end (CUDA_ERROR_INVALID_VALUE);
  use_source (&operation, host);
  to_device += size;
  fake_queue (stream, &operation);
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuMemcpyDtoHAsync_v2 (void *to, CUdeviceptr from, size_t size, CUstream handle)
{
  Operation operation = {
    .call = CALL_cuMemcpyDtoHAsync,
    .run = run_copy,
    .to = to,
    .from = (const void *) from,
    .size = size,
  };
  CUresult result;
  Stream *stream = begin_transfer (operation.call, size, handle, &result);
  const Context *context;
  Host host;

  if (!stream)
    return fake_end (result);
  context = fake_get_stream_context (stream);
  operation.from_block = use_block (&operation, operation.from, stream);
  host = classify (&operation, to, stream);
  if (host == HOST_READ_ONLY)
    fake_misuse ("cuMemcpyDtoHAsync: the memory is registered as read-only");
  if (!operation.from_block || host == HOST_MIXED || host == HOST_READ_ONLY)
    return fake_end (CUDA_ERROR_INVALID_VALUE);
  operation.host = host == HOST_LOCKED ? to : NULL;
  to_host += size;
  fake_queue (stream, &operation);
  if (host == HOST_LOCKED)
    return fake_end (CUDA_SUCCESS);
  fake_wait_for_stream (stream);
  return fake_end (context->lost);
}

CUresult
cuMemcpyDtoDAsync_v2 (CUdeviceptr to, CUdeviceptr from, size_t size,
    CUstream handle)
{
  Operation operation = {
    .call = CALL_cuMemcpyDtoDAsync,
    .run = run_copy,
    .to = (void *) to,
    .from = (const void *) from,
    .size = size,
  };
  CUresult result;
  Stream *stream = begin_transfer (operation.call, size, handle, &result);

  if (!stream)
    return fake_end (result);
  operation.to_block = use_block (&operation, operation.to, stream);
  operation.from_block = use_block (&operation, operation.from, stream);
  if (!operation.to_block || !operation.from_block)
    return fake_end (CUDA_ERROR_INVALID_VALUE);
  fake_queue (stream, &operation);
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuMemsetD8Async (CUdeviceptr to, unsigned char value, size_t size,
    CUstream handle)
{
  Operation operation = {
    .call = CALL_cuMemsetD8Async,
    .run = run_memset,
    .to = (void *) to,
    .size = size,
    .value = value,
  };
  CUresult result;
  Stream *stream = begin_transfer (operation.call, size, handle, &result);

  if (!stream)
    return fake_end (result);
  operation.to_block = use_block (&operation, operation.to, stream);
  if (!operation.to_block)
    return fake_end (CUDA_ERROR_INVALID_VALUE);
  fake_queue (stream, &operation);
  return fake_end (CUDA_SUCCESS);
}
