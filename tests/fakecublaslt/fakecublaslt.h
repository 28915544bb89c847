/* SPDX-License-Identifier: MIT */
/* A stand-in for cuBLASLt, for tests on machines without a GPU: the functions
 * of plugins/ssio/linear/cublaslt.h for float32. It refuses what the real one
 * would, and multiplies on the host, in the order of the stand-in driver's
 * streams. GST_SSIO_CUBLASLT_LIBRARY names it. */
#pragma once

#define FAKECUBLASLT_API __attribute__ ((visibility ("default")))

/* The nth call from now on, of any function that can fail, counted from 1,
 * returns status and does nothing else; 0 for none. */
FAKECUBLASLT_API void fakecublaslt_fail (unsigned nth, int status);

/* Calls of such functions until now. */
FAKECUBLASLT_API unsigned fakecublaslt_count (void);

/* Handles, descriptors and layouts that were not destroyed. */
FAKECUBLASLT_API unsigned fakecublaslt_count_live (void);
