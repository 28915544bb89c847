/* SPDX-License-Identifier: MIT */
/* Device memory: heap blocks between guards, poisoned when they are new and
 * when they are freed. Freed ones are kept for a while, so that their addresses
 * are known. */

#include <stdlib.h>
#include <string.h>

#include "state.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN
#endif
#endif

#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void) (start), (void) (size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) \
  ((void) (start), (void) (size))
#endif

#define GUARD 256 /* also the alignment */
#define GUARD_BYTE 0xad
#define MAX_FREED_BLOCKS 64
#define MAX_FREED_BYTES (32 << 20)

typedef struct Block Block;
struct Block {
  Block *next;
  Context *context;
  uint64_t number;
  unsigned char *bytes;
  size_t size;
  bool is_being_freed;
};

static Block *blocks;
static Block *freed; /* the last one comes first */
static size_t peak;

static size_t
count_bytes (const Context *context)
{
  const Block *block;
  size_t size = 0;

  for (block = blocks; block; block = block->next)
    if (fake_is_of (block->context, context))
      size += block->size;
  return size;
}

static bool
has_only (const unsigned char *bytes, size_t size, unsigned char value)
{
  size_t i;

  for (i = 0; i < size; i++)
    if (bytes[i] != value)
      return false;
  return true;
}

static void
set_guard (unsigned char *bytes)
{
  memset (bytes, GUARD_BYTE, GUARD);
  ASAN_POISON_MEMORY_REGION (bytes, GUARD);
}

/* A guard that was written to is made new, to be told of once. */
static void
check_guard (unsigned char *bytes, const char *where, const Block *block)
{
  ASAN_UNPOISON_MEMORY_REGION (bytes, GUARD);
  if (!has_only (bytes, GUARD, GUARD_BYTE))
    fake_misuse ("bytes %s device memory of %zu bytes were written to", where,
        block->size);
  set_guard (bytes);
}

static void
check_guards (const Block *block)
{
  check_guard (block->bytes - GUARD, "before", block);
  check_guard (block->bytes + block->size, "after", block);
}

static Block *
new_block (size_t size, Context *context)
{
  static uint64_t last_number;
  unsigned char *start
      = aligned_alloc (GUARD, (size + 3 * GUARD - 1) / GUARD * GUARD);
  Block *block;

  if (!start)
    return NULL;
  block = calloc (1, sizeof (*block));
  block->context = context;
  block->number = ++last_number;
  block->bytes = start + GUARD;
  block->size = size;
  memset (block->bytes, POISON_NEW, size);
  set_guard (start);
  set_guard (block->bytes + size);
  block->next = blocks;
  blocks = block;
  return block;
}

/* The last block of the list goes for good. */
static void
delete_last (Block **list)
{
  Block *block;

  while ((*list)->next)
    list = &(*list)->next;
  block = *list;
  *list = NULL;
  ASAN_UNPOISON_MEMORY_REGION (block->bytes - GUARD, block->size + 2 * GUARD);
  if (!has_only (block->bytes, block->size, POISON_FREED))
    fake_misuse ("device memory of %zu bytes was written to after it was "
                 "freed",
        block->size);
  free (block->bytes - GUARD);
  free (block);
}

static void
limit_freed (unsigned max_blocks, size_t max_bytes)
{
  const Block *block;
  unsigned n = 0;
  size_t size = 0;

  for (block = freed; block; block = block->next) {
    n++;
    size += block->size;
  }
  while (freed && (n > max_blocks || size > max_bytes)) {
    for (block = freed; block->next; block = block->next)
      ;
    n--;
    size -= block->size;
    delete_last (&freed);
  }
}

static void
free_block (Block *block)
{
  Block **place = &blocks;

  while (*place != block)
    place = &(*place)->next;
  *place = block->next;
  check_guards (block);
  memset (block->bytes, POISON_FREED, block->size);
  ASAN_POISON_MEMORY_REGION (block->bytes, block->size);
  block->next = freed;
  freed = block;
  limit_freed (MAX_FREED_BLOCKS, MAX_FREED_BYTES);
}

static Block *
find (Block *block, const void *pointer, size_t size)
{
  const unsigned char *bytes = pointer;

  while (block
         && !(bytes >= block->bytes && size <= block->size
              && (size_t) (bytes - block->bytes) <= block->size - size))
    block = block->next;
  return block;
}

uint64_t
fake_find_block (const void *pointer, size_t size)
{
  const Block *block = find (blocks, pointer, size);

  return block ? block->number : 0;
}

uint64_t
fake_use_block (Call call, const void *pointer, size_t size,
    const Context *context)
{
  const Block *block = find (blocks, pointer, size);
  const char *name = fake_call_name (call);

  if (block && block->context == context)
    return block->number;
  if (block)
    fake_misuse ("%s: the device memory is of another context", name);
  else if (find (freed, pointer, size))
    fake_misuse ("%s: the device memory was freed", name);
  else
    fake_misuse ("%s: %zu bytes at %p are not in one block of device memory",
        name, size, pointer);
  return 0;
}

void
fake_check_blocks (void)
{
  const Block *block;

  for (block = blocks; block; block = block->next)
    check_guards (block);
  limit_freed (0, 0);
}

unsigned
fake_count_blocks (const Context *context)
{
  const Block *block;
  unsigned n = 0;

  for (block = blocks; block; block = block->next)
    n += fake_is_of (block->context, context);
  return n;
}

void
fake_get_memory_stats (FakecudaStats *stats)
{
  stats->device_bytes = count_bytes (NULL);
  stats->peak_device_bytes = peak;
}

void
fake_reset_memory_stats (void)
{
  peak = count_bytes (NULL);
}

static size_t
get_free_bytes (const Context *context)
{
  size_t used = count_bytes (context);

  return used < fake_devices.total_memory ? fake_devices.total_memory - used
                                          : 0;
}

CUresult
cuMemGetInfo_v2 (size_t *available, size_t *total)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuMemGetInfo, &context);

  if (result == CUDA_SUCCESS) {
    *available = get_free_bytes (context);
    *total = fake_devices.total_memory;
  }
  return fake_end (result);
}

CUresult
cuMemAlloc_v2 (CUdeviceptr *pointer, size_t size)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuMemAlloc, &context);
  const Block *block;

  if (result == CUDA_SUCCESS && size == 0)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result != CUDA_SUCCESS)
    return fake_end (result);
  block = size <= get_free_bytes (context) ? new_block (size, context) : NULL;
  if (!block)
    return fake_end (CUDA_ERROR_OUT_OF_MEMORY);
  if (count_bytes (NULL) > peak)
    peak = count_bytes (NULL);
  *pointer = (CUdeviceptr) block->bytes;
  return fake_end (CUDA_SUCCESS);
}

static void
say_not_freeable (const void *pointer)
{
  if (find (freed, pointer, 1))
    fake_misuse ("cuMemFree: the device memory was freed before");
  else
    fake_misuse ("cuMemFree: no device memory starts at %p", pointer);
}

CUresult
cuMemFree_v2 (CUdeviceptr pointer)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuMemFree, &context);
  void *start = (void *) pointer;
  Block *block;

  if (!context)
    return fake_end (result);
  block = find (blocks, start, 1);
  if (!block || block->bytes != start || block->is_being_freed) {
    say_not_freeable (start);
    return fake_end (CUDA_ERROR_INVALID_VALUE);
  }
  if (block->context != context)
    fake_misuse ("cuMemFree: the device memory is of another context");
  block->is_being_freed = true;
  fake_wait_for_streams (block->context);
  free_block (block);
  return fake_end (context->lost != CUDA_SUCCESS ? context->lost : result);
}
