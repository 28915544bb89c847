/* SPDX-License-Identifier: MIT */
/* When the streams' operations start. */

#include "state.h"

static bool is_held;
static unsigned n_steps; /* that may start although it is held */
static unsigned max_delay;
static bool is_random;
static uint32_t random_state;

unsigned
fake_get_delay (void)
{
  if (!is_random)
    return max_delay;
  random_state = random_state * 1664525 + 1013904223;
  return (random_state >> 8) % (max_delay + 1);
}

bool
fake_may_start (void)
{
  if (!is_held)
    return true;
  if (n_steps == 0)
    return false;
  n_steps--;
  return true;
}

static void
set_delay (unsigned microseconds, bool random, unsigned seed)
{
  fake_lock ();
  max_delay = microseconds;
  is_random = random;
  random_state = seed;
  fake_unlock ();
}

void
fakecuda_set_delay (unsigned microseconds)
{
  set_delay (microseconds, false, 0);
}

void
fakecuda_set_random_delay (unsigned max_microseconds, unsigned seed)
{
  set_delay (max_microseconds, true, seed);
}

static void
set_held (bool held, unsigned n)
{
  is_held = held;
  n_steps = n;
  fake_signal_change ();
}

void
fakecuda_hold (void)
{
  fake_lock ();
  set_held (true, 0);
  fake_unlock ();
}

void
fakecuda_step (unsigned n_operations)
{
  fake_lock ();
  set_held (is_held, n_steps + n_operations);
  fake_unlock ();
}

void
fakecuda_resume (void)
{
  fake_lock ();
  set_held (false, 0);
  fake_unlock ();
}

void
fake_reset_pace (void)
{
  max_delay = 0;
  is_random = false;
  set_held (false, 0);
}
