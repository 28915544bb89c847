/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pages.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

/* One guarded mapping. Nodes are reused and never freed, since the signal
 * handler walks their list without a lock; size is 0 while a node is free. */
struct _GstSsioGuard {
  GstSsioGuard *next;
  atomic_bool taken;
  atomic_uintptr_t start;
  atomic_size_t size;
  atomic_bool damaged;
};

static _Atomic (GstSsioGuard *) guards;
static struct sigaction previous_action;
static gsize page_size;

static gsize
get_page_size (void)
{
  static gsize size = 0;

  if (g_once_init_enter (&size))
    g_once_init_leave (&size, (gsize) sysconf (_SC_PAGESIZE));
  return size;
}

gint
gst_ssio_pages_populate (const guint8 *start, gsize size)
{
  gsize slack = (guintptr) start & (get_page_size () - 1);

  while (madvise ((gpointer) (start - slack), size + slack, MADV_POPULATE_READ)
         != 0) {
    if (errno == EINVAL) {
      gst_ssio_pages_touch (start, size);
      return 0;
    }
    if (errno != EINTR && errno != EAGAIN)
      return errno;
  }
  return 0;
}

void
gst_ssio_pages_touch (const guint8 *start, gsize size)
{
  const volatile guint8 *bytes = start;
  gsize step = get_page_size ();
  gsize at;

  if (size == 0)
    return;
  for (at = 0; at < size; at += step)
    (void) bytes[at];
  (void) bytes[size - 1];
}

void
gst_ssio_pages_set_random (const guint8 *start, gsize size)
{
  if (madvise ((gpointer) start, size, MADV_RANDOM) != 0)
    GST_INFO ("cannot advise of reads in no order: %s", g_strerror (errno));
}

void
gst_ssio_pages_drop (const guint8 *start, gsize size)
{
  if (madvise ((gpointer) start, size, MADV_DONTNEED) != 0)
    GST_WARNING ("cannot drop %" G_GSIZE_FORMAT " bytes at %p: %s", size,
        start, g_strerror (errno));
}

/* Sent by a process, and no fault: there is no address. */
static bool
is_sent (const siginfo_t *info)
{
  return info->si_code <= 0;
}

static void
pass_on_signal (int number, siginfo_t *info, void *context)
{
  if (previous_action.sa_flags & SA_SIGINFO) {
    previous_action.sa_sigaction (number, info, context);
  } else if (previous_action.sa_handler != SIG_DFL
             && previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler (number);
  } else {
    /* a faulting instruction runs again and ends the process as usual */
    sigaction (number, &previous_action, NULL);
    if (is_sent (info))
      raise (number);
  }
}

/* Puts zero pages from the faulting one to the mapping's end: whatever the
 * file held there is gone. Only what is safe in a signal handler. */
static void
handle_bus_error (int number, siginfo_t *info, void *context)
{
  uintptr_t address = (uintptr_t) info->si_addr;
  GstSsioGuard *guard;

  for (guard = is_sent (info) ? NULL : atomic_load (&guards); guard;
       guard = guard->next) {
    size_t size = atomic_load (&guard->size);
    uintptr_t start = atomic_load (&guard->start);
    uintptr_t page = address & ~(uintptr_t) (page_size - 1);

    /* size is read again, since another thread may be reusing the guard */
    if (address < start || address - start >= size
        || atomic_load (&guard->size) != size)
      continue;
    if (mmap ((void *) page, start + size - page, PROT_READ,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
        == MAP_FAILED)
      break;
    atomic_store (&guard->damaged, true);
    return;
  }
  pass_on_signal (number, info, context);
}

static void
install_handler (void)
{
  static gsize installed = 0;
  struct sigaction action = { 0 };

  if (!g_once_init_enter (&installed))
    return;
  page_size = get_page_size ();
  action.sa_sigaction = handle_bus_error;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  sigemptyset (&action.sa_mask);
  if (sigaction (SIGBUS, &action, &previous_action) != 0)
    GST_WARNING ("cannot handle SIGBUS: %s", g_strerror (errno));
  g_once_init_leave (&installed, 1);
}

static GstSsioGuard *
take_guard (void)
{
  GstSsioGuard *guard;

  for (guard = atomic_load (&guards); guard; guard = guard->next) {
    bool expected = false;

    if (atomic_compare_exchange_strong (&guard->taken, &expected, true))
      return guard;
  }
  guard = g_new0 (GstSsioGuard, 1);
  atomic_init (&guard->taken, true);
  guard->next = atomic_load (&guards);
  while (!atomic_compare_exchange_weak (&guards, &guard->next, guard))
    ;
  return guard;
}

GstSsioGuard *
gst_ssio_guard_new (guint8 *start, gsize size)
{
  GstSsioGuard *guard;

  install_handler ();
  guard = take_guard ();
  atomic_store (&guard->damaged, false);
  atomic_store (&guard->start, (uintptr_t) start);
  atomic_store (&guard->size, size);
  return guard;
}

gboolean
gst_ssio_guard_is_damaged (GstSsioGuard *guard)
{
  return atomic_load (&guard->damaged);
}

void
gst_ssio_guard_free (GstSsioGuard *guard)
{
  atomic_store (&guard->size, 0);
  atomic_store (&guard->taken, false);
}
