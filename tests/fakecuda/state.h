/* SPDX-License-Identifier: MIT */
/* What the files of the stand-in share. One lock guards all state: what is
 * declared here wants it held, unless a comment says otherwise. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fakecuda.h"
#include "kernels.h"

#define DECLARE_DRIVER(name, symbol, arguments) \
  FAKECUDA_API CUresult symbol arguments;
GST_SSIO_CUDA_FUNCTIONS (DECLARE_DRIVER)

#define CALL_VALUE(name, symbol, arguments) CALL_##name,
typedef enum { GST_SSIO_CUDA_FUNCTIONS (CALL_VALUE) N_CALLS } Call;

#define POISON_NEW 0xff /* floats are NaN */
#define POISON_FREED 0xfb

typedef struct Context Context;
typedef struct Stream Stream;
typedef struct Operation Operation;

/* calls.c */
/* Locks, counts the call, and returns why it has to fail. */
CUresult fake_begin (Call call);
/* The same for a call that needs a current context, which is NULL where there
 * is none: otherwise, what frees goes on even if the call has to fail. */
CUresult fake_begin_in_context (Call call, Context **context);
/* Unlocks. */
CUresult fake_end (CUresult result);
void fake_lock (void);
void fake_unlock (void);
/* Until fake_signal_change() of another thread. */
void fake_wait_for_change (void);
void fake_signal_change (void);
const char *fake_call_name (Call call);
Call fake_find_call (const char *name);
unsigned fake_get_count (Call call);
void fake_reset_counts (void);

/* faults.c */
CUresult fake_get_fault (Call call);
CUresult fake_get_async_fault (void);
void fake_reset_faults (void);

/* report.c */
void fake_misuse (const char *format, ...)
    __attribute__ ((format (printf, 1, 2)));
void fake_reset_report (void);

/* devices.c */
extern FakecudaDevices fake_devices;
bool fake_is_initialized (void);
bool fake_is_device (CUdevice device);
void fake_reset_devices (void);

/* objects.c */
typedef enum {
  KIND_STREAM,
  KIND_EVENT,
  KIND_MODULE,
  KIND_FUNCTION,
  N_KINDS
} Kind;

/* The start of all that has a handle. A handle is a number that is never used
 * again, so that one of what was destroyed is known for what it is. */
typedef struct Object {
  struct Object *next;
  Kind kind;
  uintptr_t handle;
  Context *context;
} Object;

void *fake_new_object (size_t size, Kind kind, Context *context);
void *fake_get_handle (const void *object);
/* NULL, and a misuse, unless handle is one of context, or any if that is NULL.
 */
void *fake_find_object (Call call, Kind kind, const void *handle,
    const Context *context);
/* Forgets the handle. */
void fake_forget_object (void *object);
unsigned fake_count_objects (Kind kind, const Context *context);
uintptr_t fake_new_handle (void);

/* contexts.c */
struct Context {
  Context *next;
  uintptr_t handle;
  CUdevice device;
  unsigned n_retained; /* 0: dead, and kept for what may still refer to it */
  CUresult lost;
};

/* NULL, and a misuse, if this thread has none. */
Context *fake_get_current (Call call);
/* Whether owner is context, or is alive if that is NULL: what a dead one left
 * is no more. */
bool fake_is_of (const Context *owner, const Context *context);
void fake_lose_context (Context *context, CUresult code);
void fake_lose_contexts (CUresult code);
unsigned fake_count_contexts (void);
int fake_get_n_pushed (void);

/* memory.c */
/* The number of the live block which has the range, or 0. */
uint64_t fake_find_block (const void *pointer, size_t size);
/* The same with a misuse if there is none, or it is of another context. */
uint64_t fake_use_block (Call call, const void *pointer, size_t size,
    const Context *context);
void fake_check_blocks (void);
unsigned fake_count_blocks (const Context *context);
void fake_get_memory_stats (FakecudaStats *stats);
void fake_reset_memory_stats (void);

/* hostmemory.c */
typedef enum { HOST_PAGEABLE, HOST_LOCKED, HOST_READ_ONLY, HOST_MIXED } Host;

Host fake_classify_host (const void *pointer, size_t size,
    const Context *context);
unsigned fake_count_host (bool registered, const Context *context);
unsigned fake_get_n_unaligned (void);
void fake_reset_host_stats (void);

/* copies.c */
void fake_get_copy_stats (FakecudaStats *stats);
void fake_reset_copy_stats (void);

/* events.c */
/* One record of an event, which outlives the event. */
typedef struct {
  unsigned n_references;
  bool done;
} Mark;

void fake_unref_mark (Mark *mark);

/* streams.c */
struct Operation {
  Operation *next;
  Call call;
  Stream *stream;
  uint64_t number; /* in the order of the calls */
  void (*run) (Operation *operation);
  bool cancelled;
  void *to;
  const void *from;
  size_t size;
  uint64_t to_block; /* what fake_find_block() said at the call, else 0 */
  uint64_t from_block;
  const void *host; /* page-locked memory, which may not go, else NULL */
  uint64_t checksum;
  void *staged;
  unsigned char value;
  Mark *mark;
  const FakecudaKernel *kernel;
  FakecudaLaunch launch;
  void **parameters;
};

/* A copy of operation, which runs at its turn with the lock held, and then is
 * freed with all that it has. */
void fake_queue (Stream *stream, const Operation *operation);
Context *fake_get_stream_context (const Stream *stream);
/* Waits until all that was queued by now is done. */
void fake_wait_for_stream (const Stream *stream);
void fake_wait_for_streams (const Context *context);
void fake_wait_for_destroyed_streams (void);
/* Cancels copies that are queued and use the memory, and returns how many. */
unsigned fake_cancel_copies (const void *host, size_t size);

/* pace.c */
void fake_reset_pace (void);
/* Of the next operation, in microseconds. */
unsigned fake_get_delay (void);
/* Whether an operation may start, which then is counted. */
bool fake_may_start (void);

/* modules.c */
void fake_free_launch (Operation *operation);
