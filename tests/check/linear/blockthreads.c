/* SPDX-License-Identifier: MIT */
/* The CUDA kernels on the host, with a thread for each of a block: what they do
 * to shared memory without a barrier between them shows under ThreadSanitizer.
 * Asynchronous copies happen as late as they may. */

#include <glib.h>
#include <pthread.h>
#include <string.h>

#include "linear/kernel-abi.h"
#include "linear/kernel-host.h"
#include "linear/kernel-target.h"

/* What differs from the kernels that a thread runs block by block. */
#undef FOR_EACH_THREAD
#undef BARRIER
#undef PRIVATE
#undef OF
#undef ATOMIC_ADD
#undef ATOMIC_ADD_SHARED
#undef ATOMIC_MIN
#define FOR_EACH_THREAD(block, thread) \
  for (unsigned thread = own->index, pending = 1; pending; pending = 0)
#define BARRIER() wait_for_block ()
#define PRIVATE(type, name, n) type name[1][n]
#define OF(thread) (0 * (thread))
#define ATOMIC_ADD(place, value) \
  __atomic_fetch_add (place, value, __ATOMIC_RELAXED)
#define ATOMIC_ADD_SHARED(place, value) ATOMIC_ADD (place, value)
#define ATOMIC_MIN(place, value) set_least (place, value)
#define copy_16(to, from) put_copy (to, from, 16)
#define copy_4(to, from) put_copy (to, from, 4)
#define wait_for_copies() make_copies ()

typedef struct {
  unsigned char *to;
  const unsigned char *from;
  unsigned size;
} Copy;

typedef void (*RunBlock) (const Block *block, const void *params);

typedef struct {
  unsigned index;
  const SsioHostLaunch *launch;
  const void *params;
  RunBlock run;
  pthread_barrier_t *barrier; /* of the block */
  GArray *copies;             /* that are under way */
  guint n_barriers;
} Thread;

static __thread Thread *own;

static void
wait_for_block (void)
{
  own->n_barriers++;
  pthread_barrier_wait (own->barrier);
}

static void
set_least (uint64_t *place, uint64_t value)
{
  uint64_t found = __atomic_load_n (place, __ATOMIC_RELAXED);

  while (value < found
         && !__atomic_compare_exchange_n (place, &found, value, 0,
             __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    ;
}

static void
put_copy (unsigned char *to, const unsigned char *from, unsigned size)
{
  const Copy copy = { to, from, size };

  g_assert ((uintptr_t) to % size == 0 && (uintptr_t) from % size == 0);
  g_array_append_val (own->copies, copy);
}

static void
make_copies (void)
{
  guint i;

  for (i = 0; i < own->copies->len; i++) {
    const Copy *copy = &g_array_index (own->copies, Copy, i);

    memcpy (copy->to, copy->from, copy->size);
  }
  g_array_set_size (own->copies, 0);
}

/* Shared memory begins with anything, which is no number here. */
static void
run_block (const Block *block)
{
  if (own->index == 0 && block->shared)
    memset (block->shared, 0xff, own->launch->shared_bytes);
  pthread_barrier_wait (own->barrier);
  own->run (block, own->params);
  make_copies ();
  pthread_barrier_wait (own->barrier);
}

static gpointer
run_thread (gpointer data)
{
  Block block = { 0 };

  own = data;
  block.n_blocks = own->launch->grid[0];
  block.n_blocks_y = own->launch->grid[1];
  block.n_threads = own->launch->block[0];
  block.shared = own->launch->shared;
  for (; block.index_y < block.n_blocks_y; block.index_y++) {
    for (block.index = 0; block.index < block.n_blocks; block.index++)
      run_block (&block);
  }
  return NULL;
}

/* All threads of a block come to the same barriers. */
static void
run_launch (const SsioHostLaunch *launch, const void *params, RunBlock run)
{
  const unsigned n = launch->block[0];
  GThread **threads = g_new (GThread *, n);
  Thread *state = g_new0 (Thread, n);
  pthread_barrier_t barrier;
  unsigned t;

  pthread_barrier_init (&barrier, NULL, n);
  for (t = 0; t < n; t++) {
    state[t] = (Thread){ t, launch, params, run, &barrier,
      g_array_new (FALSE, FALSE, sizeof (Copy)), 0 };
    threads[t] = g_thread_new ("block", run_thread, &state[t]);
  }
  for (t = 0; t < n; t++) {
    g_thread_join (threads[t]);
    g_assert_cmpuint (state[t].n_barriers, ==, state[0].n_barriers);
    g_array_unref (state[t].copies);
  }
  pthread_barrier_destroy (&barrier);
  g_free (state);
  g_free (threads);
}

#include "convert/kernel-convert.h"
#include "linear/kernel-layers.h"
#include "linear/kernel-list.h"
#include "linear/kernel-pair.h"
#include "linear/kernel-rows.h"
#include "linear/kernel-score.h"
#include "linear/kernel-train.h"

#define DEFINE_KERNEL(name, Params, blocks, call) \
  static void name##_block (const Block *block, const void *data) \
  { \
    const Params *params = data; \
\
    call; \
  } \
\
  static void name (const SsioHostLaunch *launch, void **parameters) \
  { \
    run_launch (launch, parameters[0], name##_block); \
  }

#define DEFINE_PAIR_KERNEL(n_in, n_out, blocks) \
  DEFINE_KERNEL (ssio_sweep_pair_##n_in##_##n_out, SsioPairParams, blocks, \
      sweep_pair (block, params, n_in, n_out))

#define DESCRIBE_KERNEL(name, Params, blocks, call) \
  { #name, name, 1, (const size_t[]){ sizeof (Params) } },

#define DESCRIBE_PAIR_KERNEL(n_in, n_out, blocks) \
  DESCRIBE_KERNEL (ssio_sweep_pair_##n_in##_##n_out, SsioPairParams, blocks, )

SSIO_PAIR_SHAPES (DEFINE_PAIR_KERNEL)
SSIO_OTHER_KERNELS (DEFINE_KERNEL)

const SsioHostKernel ssio_host_kernels[] = {
  SSIO_PAIR_SHAPES (DESCRIBE_PAIR_KERNEL)
      SSIO_OTHER_KERNELS (DESCRIBE_KERNEL){ NULL, NULL, 0, NULL },
};
