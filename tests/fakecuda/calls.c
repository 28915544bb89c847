/* SPDX-License-Identifier: MIT */
/* The lock, and what all calls begin and end with. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

#define CALL_NAME(name, symbol, arguments) #name,

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static const char *const names[N_CALLS]
    = { GST_SSIO_CUDA_FUNCTIONS (CALL_NAME) };
static unsigned counts[N_CALLS];

void
fake_lock (void)
{
  pthread_mutex_lock (&lock);
}

void
fake_unlock (void)
{
  pthread_mutex_unlock (&lock);
}

void
fake_wait_for_change (void)
{
  pthread_cond_wait (&changed, &lock);
}

void
fake_signal_change (void)
{
  pthread_cond_broadcast (&changed);
}

const char *
fake_call_name (Call call)
{
  return names[call];
}

Call
fake_find_call (const char *name)
{
  unsigned i;

  for (i = 0; i < N_CALLS; i++)
    if (strcmp (names[i], name) == 0)
      return i;
  fprintf (stderr, "fakecuda: there is no function %s\n", name);
  abort ();
}

unsigned
fake_get_count (Call call)
{
  return counts[call];
}

void
fake_reset_counts (void)
{
  memset (counts, 0, sizeof (counts));
}

static CUresult
begin (Call call)
{
  fake_lock ();
  counts[call]++;
  fake_signal_change ();
  if (call == CALL_cuInit || call == CALL_cuGetErrorString
      || fake_is_initialized ())
    return CUDA_SUCCESS;
  fake_misuse ("%s before cuInit", names[call]);
  return CUDA_ERROR_NOT_INITIALIZED;
}

CUresult
fake_begin (Call call)
{
  CUresult result = begin (call);

  return result == CUDA_SUCCESS ? fake_get_fault (call) : result;
}

CUresult
fake_begin_in_context (Call call, Context **context)
{
  CUresult result = begin (call);

  *context = NULL;
  if (result != CUDA_SUCCESS)
    return result;
  *context = fake_get_current (call);
  if (!*context)
    return CUDA_ERROR_INVALID_CONTEXT;
  result = fake_get_fault (call);
  return (*context)->lost != CUDA_SUCCESS ? (*context)->lost : result;
}

CUresult
fake_end (CUresult result)
{
  fake_unlock ();
  return result;
}
