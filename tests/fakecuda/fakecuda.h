/* SPDX-License-Identifier: MIT */
/* A stand-in for the NVIDIA driver, for tests on machines without a GPU: it
 * has the functions of gst/ssio/cuda/driver.h over the heap and threads, and
 * tells of each misuse. These functions control it; they may be called at any
 * time, from any thread, with or without a context. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <gst/ssio/cuda/driver.h>

#define FAKECUDA_API __attribute__ ((visibility ("default")))

/* What all devices are like. */
typedef struct {
  int n_devices;           /* 1; with 0, cuInit says so as well */
  int capability_major;    /* 9 */
  int capability_minor;    /* 0 */
  int n_multiprocessors;   /* 2 */
  int max_shared_bytes;    /* of a block that asks for it: 227 KiB */
  bool read_only_register; /* memory may be registered as read-only: true */
  size_t total_memory;     /* bytes of each device: 256 MiB */
} FakecudaDevices;

typedef struct {
  size_t to_device; /* bytes of copies that were accepted, since the reset */
  size_t to_host;
  size_t device_bytes; /* allocated now */
  size_t peak_device_bytes;
  /* what is live now */
  unsigned n_blocks; /* of device memory */
  unsigned n_host_blocks;
  unsigned n_registrations;
  unsigned n_streams;
  unsigned n_events;
  unsigned n_modules;
  unsigned n_contexts; /* retained, each as often as it is */
  int n_pushed;        /* contexts that are current in some thread */
  /* since the reset: legal, but seldom meant */
  unsigned n_unaligned_registrations; /* that start inside a page */
} FakecudaStats;

/* Back to the defaults: devices, delays, no hold, counts, faults (a lost
 * device works again) and the report are cleared, live objects stay. A report
 * that nobody took still makes the process fail in the end. */
FAKECUDA_API void fakecuda_reset (void);

FAKECUDA_API void fakecuda_get_devices (FakecudaDevices *devices);
FAKECUDA_API void fakecuda_set_devices (const FakecudaDevices *devices);
FAKECUDA_API void fakecuda_get_stats (FakecudaStats *stats);

/* Calls of a function since the reset, failed ones too. Here and below, names
 * are those of cuda.h without a version's suffix. */
FAKECUDA_API unsigned fakecuda_count (const char *name);

/* Each operation of a stream takes that long, or up to that long by chance. */
FAKECUDA_API void fakecuda_set_delay (unsigned microseconds);
FAKECUDA_API void fakecuda_set_random_delay (unsigned max_microseconds,
    unsigned seed);

/* From now on no stream starts an operation (a copy, memset, launch, record of
 * an event or wait for one) until it is resumed, but for as many as are let
 * through. Those of a lost device end at once, held or not. */
FAKECUDA_API void fakecuda_hold (void);
FAKECUDA_API void fakecuda_step (unsigned n_operations);
FAKECUDA_API void fakecuda_resume (void);

/* The nth call of a function from now on, counted from 1, fails once, or every
 * call until the reset. A call that fails does nothing, but functions that
 * free, release or destroy do so nevertheless. */
FAKECUDA_API void fakecuda_fail_call (const char *name, unsigned nth,
    CUresult code);
FAKECUDA_API void fakecuda_fail_calls (const char *name, CUresult code);

/* The nth operation that a stream starts from now on fails, and with it the
 * device: its context's calls return the code from then on, and what is
 * queued ends without being done. */
FAKECUDA_API void fakecuda_fail_operation (unsigned nth, CUresult code);

/* The same at once, for all devices that are in use. */
FAKECUDA_API void fakecuda_lose_device (CUresult code);

/* Waits for the work of destroyed streams (which resumes them), checks what
 * surrounds the blocks of device memory, and adds live objects and contexts
 * that are still current to the report. */
FAKECUDA_API void fakecuda_check_leaks (void);

/* A line for each misuse since the last call, to be freed with free(), or NULL
 * if there was none. A process that ends with a report that nobody took has
 * the exit status FAKECUDA_EXIT_MISUSE. */
FAKECUDA_API char *fakecuda_take_report (void);

#define FAKECUDA_EXIT_MISUSE 86
