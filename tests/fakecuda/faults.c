/* SPDX-License-Identifier: MIT */
/* Calls and operations that have to fail. */

#include <string.h>

#include "state.h"

typedef struct {
  unsigned left; /* calls until the one that fails, which is 1; 0: none */
  CUresult once;
  CUresult every;
} Fault;

static Fault faults[N_CALLS];
static Fault async;

static CUresult
count_down (Fault *fault)
{
  if (fault->left > 0 && --fault->left == 0)
    return fault->once;
  return fault->every;
}

CUresult
fake_get_fault (Call call)
{
  return count_down (&faults[call]);
}

CUresult
fake_get_async_fault (void)
{
  return count_down (&async);
}

void
fake_reset_faults (void)
{
  memset (faults, 0, sizeof (faults));
  memset (&async, 0, sizeof (async));
}

void
fakecuda_fail_call (const char *name, unsigned nth, CUresult code)
{
  Fault *fault = &faults[fake_find_call (name)];

  fake_lock ();
  fault->left = nth;
  fault->once = code;
  fake_unlock ();
}

void
fakecuda_fail_calls (const char *name, CUresult code)
{
  Fault *fault = &faults[fake_find_call (name)];

  fake_lock ();
  fault->every = code;
  fake_unlock ();
}

void
fakecuda_fail_operation (unsigned nth, CUresult code)
{
  fake_lock ();
  async.left = nth;
  async.once = code;
  fake_unlock ();
}

void
fakecuda_lose_device (CUresult code)
{
  fake_lock ();
  fake_lose_contexts (code);
  fake_unlock ();
}
