/* SPDX-License-Identifier: MIT */
/* The report of misuses, and what is counted. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state.h"

#define MAX_LINE 256

static char *report;
static bool was_overlooked;

void
fake_misuse (const char *format, ...)
{
  size_t length = report ? strlen (report) : 0;
  char line[MAX_LINE];
  va_list args;

  va_start (args, format);
  vsnprintf (line, sizeof (line), format, args);
  va_end (args);
  fprintf (stderr, "fakecuda: misuse: %s\n", line);
  report = realloc (report, length + strlen (line) + 2);
  sprintf (report + length, "%s\n", line);
}

void
fake_reset_report (void)
{
  was_overlooked |= report != NULL;
  free (report);
  report = NULL;
}

char *
fakecuda_take_report (void)
{
  char *taken;

  fake_lock ();
  taken = report;
  report = NULL;
  fake_unlock ();
  return taken;
}

static void __attribute__ ((destructor)) refuse_to_overlook (void)
{
  fake_lock ();
  fake_reset_report ();
  if (was_overlooked) {
    fprintf (stderr, "fakecuda: a misuse, see above, was overlooked\n");
    _exit (FAKECUDA_EXIT_MISUSE);
  }
  fake_unlock ();
}

static void
get_stats (FakecudaStats *stats)
{
  memset (stats, 0, sizeof (*stats));
  fake_get_copy_stats (stats);
  fake_get_memory_stats (stats);
  stats->n_blocks = fake_count_blocks (NULL);
  stats->n_host_blocks = fake_count_host (false, NULL);
  stats->n_registrations = fake_count_host (true, NULL);
  stats->n_streams = fake_count_objects (KIND_STREAM, NULL);
  stats->n_events = fake_count_objects (KIND_EVENT, NULL);
  stats->n_modules = fake_count_objects (KIND_MODULE, NULL);
  stats->n_contexts = fake_count_contexts ();
  stats->n_pushed = fake_get_n_pushed ();
  stats->n_unaligned_registrations = fake_get_n_unaligned ();
}

void
fakecuda_get_stats (FakecudaStats *stats)
{
  fake_lock ();
  get_stats (stats);
  fake_unlock ();
}

unsigned
fakecuda_count (const char *name)
{
  Call call = fake_find_call (name);
  unsigned count;

  fake_lock ();
  count = fake_get_count (call);
  fake_unlock ();
  return count;
}

static void
report_leak (int n, const char *what)
{
  if (n != 0)
    fake_misuse ("leak: %d %s", n, what);
}

void
fakecuda_check_leaks (void)
{
  FakecudaStats stats;

  fakecuda_resume ();
  fake_lock ();
  fake_wait_for_destroyed_streams ();
  fake_check_blocks ();
  get_stats (&stats);
  report_leak (stats.n_blocks, "blocks of device memory");
  report_leak (stats.n_host_blocks, "blocks of page-locked memory");
  report_leak (stats.n_registrations, "ranges of registered memory");
  report_leak (stats.n_streams, "streams");
  report_leak (stats.n_events, "events");
  report_leak (stats.n_modules, "modules");
  report_leak (stats.n_contexts, "references to contexts");
  report_leak (stats.n_pushed, "contexts pushed and not popped");
  fake_unlock ();
}

void
fakecuda_reset (void)
{
  fake_lock ();
  fake_reset_devices ();
  fake_reset_counts ();
  fake_reset_faults ();
  fake_lose_contexts (CUDA_SUCCESS);
  fake_reset_memory_stats ();
  fake_reset_host_stats ();
  fake_reset_copy_stats ();
  fake_reset_pace ();
  fake_reset_report ();
  fake_unlock ();
}
