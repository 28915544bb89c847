/* SPDX-License-Identifier: MIT */
/* Page-locked host memory. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state.h"

typedef struct Range Range;
struct Range {
  Range *next;
  Context *context;
  unsigned char *start;
  size_t size;
  unsigned flags;
  bool registered;
};

static Range *ranges;
static unsigned n_unaligned;

static bool
overlaps (const Range *range, const void *pointer, size_t size)
{
  const unsigned char *start = pointer;

  return start < range->start + range->size && range->start < start + size;
}

static Range *
find_overlap (const void *pointer, size_t size)
{
  Range *range = ranges;

  while (range
         && !(fake_is_of (range->context, NULL)
              && overlaps (range, pointer, size)))
    range = range->next;
  return range;
}

static Range *
find_start (const void *start, bool registered)
{
  Range *range = ranges;

  while (range && (range->start != start || range->registered != registered))
    range = range->next;
  return range;
}

Host
fake_classify_host (const void *pointer, size_t size, const Context *context)
{
  const unsigned char *start = pointer;
  const Range *range = find_overlap (pointer, size);

  if (!range)
    return HOST_PAGEABLE;
  if (start < range->start || start + size > range->start + range->size)
    return HOST_MIXED;
  if (range->context != context
      && !(range->flags & CU_MEMHOSTREGISTER_PORTABLE))
    return HOST_PAGEABLE;
  if (range->registered && range->flags & CU_MEMHOSTREGISTER_READ_ONLY)
    return HOST_READ_ONLY;
  return HOST_LOCKED;
}

unsigned
fake_count_host (bool registered, const Context *context)
{
  const Range *range;
  unsigned n = 0;

  for (range = ranges; range; range = range->next)
    n += range->registered == registered
         && fake_is_of (range->context, context);
  return n;
}

unsigned
fake_get_n_unaligned (void)
{
  return n_unaligned;
}

void
fake_reset_host_stats (void)
{
  n_unaligned = 0;
}

static void
add_range (void *start, size_t size, unsigned flags, bool registered,
    Context *context)
{
  Range *range = calloc (1, sizeof (*range));

  *range = (Range){ ranges, context, start, size, flags, registered };
  ranges = range;
}

/* Copies that still use the memory are a misuse, and do not happen. */
static void
remove_range (Range *range, const char *call)
{
  Range **place = &ranges;

  if (fake_cancel_copies (range->start, range->size) > 0)
    fake_misuse ("%s: a queued copy uses the memory", call);
  while (*place != range)
    place = &(*place)->next;
  *place = range->next;
  if (!range->registered)
    free (range->start);
  free (range);
}

CUresult
cuMemHostAlloc (void **pointer, size_t size, unsigned int flags)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuMemHostAlloc, &context);

  if (result == CUDA_SUCCESS && size == 0)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result != CUDA_SUCCESS)
    return fake_end (result);
  if (posix_memalign (pointer, sysconf (_SC_PAGESIZE), size) != 0)
    return fake_end (CUDA_ERROR_OUT_OF_MEMORY);
  memset (*pointer, POISON_NEW, size);
  add_range (*pointer, size, flags, false, context);
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuMemFreeHost (void *pointer)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuMemFreeHost, &context);
  Range *range = find_start (pointer, false);

  if (!context)
    return fake_end (result);
  if (!range) {
    fake_misuse ("cuMemFreeHost: no such memory, or it was freed before");
    return fake_end (CUDA_ERROR_INVALID_VALUE);
  }
  remove_range (range, "cuMemFreeHost");
  return fake_end (result);
}

/* Whether the whole range is mapped, and may be written to if that matters. */
static bool
is_mapped (const void *pointer, size_t size, bool writable)
{
  FILE *maps = fopen ("/proc/self/maps", "re");
  uintptr_t at = (uintptr_t) pointer;
  uintptr_t end = at + size;
  uintptr_t first, last;
  char write;

  while (at < end
         && fscanf (maps, "%" SCNxPTR "-%" SCNxPTR " %*c%c%*[^\n]", &first,
                &last, &write)
                == 3)
    if (first <= at && at < last && (write == 'w' || !writable))
      at = last;
  fclose (maps);
  return at >= end;
}

static CUresult
check_register (const void *pointer, size_t size, unsigned flags)
{
  bool read_only = flags & CU_MEMHOSTREGISTER_READ_ONLY;

  if (size == 0 || !pointer
      || flags & ~(CU_MEMHOSTREGISTER_PORTABLE | CU_MEMHOSTREGISTER_READ_ONLY)
      || !is_mapped (pointer, size, !read_only))
    return CUDA_ERROR_INVALID_VALUE;
  if (read_only && !fake_devices.read_only_register)
    return CUDA_ERROR_NOT_SUPPORTED;
  if (find_overlap (pointer, size))
    return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
  return CUDA_SUCCESS;
}

CUresult
cuMemHostRegister_v2 (void *pointer, size_t size, unsigned int flags)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuMemHostRegister, &context);

  if (result == CUDA_SUCCESS)
    result = check_register (pointer, size, flags);
  if (result != CUDA_SUCCESS)
    return fake_end (result);
  n_unaligned += (uintptr_t) pointer % sysconf (_SC_PAGESIZE) != 0;
  add_range (pointer, size, flags, true, context);
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuMemHostUnregister (void *pointer)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuMemHostUnregister, &context);
  Range *range = find_start (pointer, true);

  if (!context)
    return fake_end (result);
  if (!range)
    return fake_end (find_start (pointer, false)
                         ? CUDA_ERROR_INVALID_VALUE
                         : CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  if (!is_mapped (range->start, range->size, false))
    fake_misuse ("cuMemHostUnregister: the memory was unmapped before");
  remove_range (range, "cuMemHostUnregister");
  return fake_end (result);
}
