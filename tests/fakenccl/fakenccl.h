/* SPDX-License-Identifier: MIT */
/* A stand-in for NCCL, for tests on machines without a GPU: it has the
 * functions of plugins/ssio/linear/distributed/nccl.h over the stand-in driver
 * and memory that the ranks' processes, or threads, share. These functions
 * control it. */
#pragma once

#define FAKENCCL_API __attribute__ ((visibility ("default")))

/* The nth call of a function from now on, counted from 1, fails once; with 0
 * none does. */
FAKENCCL_API void fakenccl_fail (const char *name, unsigned nth, int status);

/* Calls of a function so far, failed ones too. */
FAKENCCL_API unsigned fakenccl_count (const char *name);

/* Whether ranks are as on one machine: they do not see that another one has
 * gone, and one that aborts waits until all others do. Not so at first. */
FAKENCCL_API void fakenccl_set_deaf (int is_deaf);

/* Communicators that are neither destroyed nor aborted. */
FAKENCCL_API unsigned fakenccl_count_live (void);
