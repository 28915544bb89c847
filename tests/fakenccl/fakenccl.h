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

/* Communicators that are neither destroyed nor aborted. */
FAKENCCL_API unsigned fakenccl_count_live (void);
