/* SPDX-License-Identifier: MIT */
/* The part of NCCL that is used here, opened at run time. Types, numbers and
 * symbols are the ABI of nccl.h (2.4 and newer), which need not be there to
 * build. The environment variable GST_SSIO_NCCL_LIBRARY names another library
 * than libnccl.so.2. */
#pragma once

#include <gst/ssio/cuda/driver.h>

G_BEGIN_DECLS

typedef int ncclResult_t;
typedef struct ncclComm *ncclComm_t;

typedef struct {
  char internal[128];
} ncclUniqueId;

enum {
  ncclSuccess = 0,
  ncclUnhandledCudaError = 1,
  ncclRemoteError = 6,
  ncclInProgress = 7,
  ncclFloat64 = 8,
  ncclSum = 0,
};

/* F (name, type, arguments) */
#define GST_SSIO_NCCL_FUNCTIONS(F) \
  F (ncclGetVersion, ncclResult_t, (int *version)) \
  F (ncclGetUniqueId, ncclResult_t, (ncclUniqueId * id)) \
  F (ncclCommInitRank, ncclResult_t, \
      (ncclComm_t * comm, int n_ranks, ncclUniqueId id, int rank)) \
  F (ncclCommDestroy, ncclResult_t, (ncclComm_t comm)) \
  F (ncclCommAbort, ncclResult_t, (ncclComm_t comm)) \
  F (ncclCommGetAsyncError, ncclResult_t, \
      (ncclComm_t comm, ncclResult_t * status)) \
  F (ncclGetErrorString, const char *, (ncclResult_t status)) \
  F (ncclAllReduce, ncclResult_t, \
      (const void *from, void *to, size_t n, int type, int operation, \
          ncclComm_t comm, CUstream stream))

#define GST_SSIO_NCCL_DECLARE(name, type, arguments) type (*name) arguments;

typedef struct {
  GST_SSIO_NCCL_FUNCTIONS (GST_SSIO_NCCL_DECLARE)
} GstSsioNccl;

/* The library, or NULL with error set where there is none. */
const GstSsioNccl *gst_ssio_nccl_get (GError **error);

/* Whether a call, of that name, succeeded; else error is set. */
gboolean gst_ssio_nccl_check (const GstSsioNccl *nccl, ncclResult_t status,
    const gchar *call, GError **error);

#define gst_ssio_nccl_call(nccl, error, function, ...) \
  gst_ssio_nccl_check (nccl, (nccl)->function (__VA_ARGS__), #function, error)

G_END_DECLS
