/* SPDX-License-Identifier: MIT */
/* The part of cuBLASLt that is used here, opened at run time. Types, numbers
 * and symbols are the ABI of cublasLt.h (11 to 13), which need not be there to
 * build. The environment variable GST_SSIO_CUBLASLT_LIBRARY names another
 * library than libcublasLt.so.13, .12 or .11. */
#pragma once

#include <stdint.h>

#include <gst/ssio/cuda/driver.h>

G_BEGIN_DECLS

typedef int cublasStatus_t;
typedef struct cublasLtContext *cublasLtHandle_t;
typedef struct cublasLtMatmulDesc *cublasLtMatmulDesc_t;
typedef struct cublasLtMatrixLayout *cublasLtMatrixLayout_t;
typedef struct cublasLtMatmulPreference *cublasLtMatmulPreference_t;

enum {
  CUBLAS_STATUS_SUCCESS = 0,
  CUBLAS_STATUS_NOT_INITIALIZED = 1,
  CUBLAS_STATUS_ALLOC_FAILED = 3,
  CUBLAS_STATUS_INVALID_VALUE = 7,
  CUBLAS_STATUS_EXECUTION_FAILED = 13,
  CUBLAS_OP_T = 1,
  CUBLAS_COMPUTE_32F = 68, /* never TF32 */
  CUDA_R_32F = 0,
  CUBLASLT_MATMUL_DESC_TRANSA = 3,
  CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES = 1,
};

typedef struct {
  uint64_t data[8];
} cublasLtMatmulAlgo_t;

typedef struct {
  cublasLtMatmulAlgo_t algo;
  size_t workspaceSize;
  cublasStatus_t state;
  float wavesCount;
  int reserved[4];
} cublasLtMatmulHeuristicResult_t;

/* F (name, arguments) */
#define GST_SSIO_CUBLASLT_FUNCTIONS(F) \
  F (cublasLtCreate, (cublasLtHandle_t * handle)) \
  F (cublasLtDestroy, (cublasLtHandle_t handle)) \
  F (cublasLtMatmulDescCreate, \
      (cublasLtMatmulDesc_t * desc, int compute_type, int scale_type)) \
  F (cublasLtMatmulDescDestroy, (cublasLtMatmulDesc_t desc)) \
  F (cublasLtMatmulDescSetAttribute, \
      (cublasLtMatmulDesc_t desc, int attribute, const void *value, \
          size_t size)) \
  F (cublasLtMatrixLayoutCreate, \
      (cublasLtMatrixLayout_t * layout, int type, uint64_t rows, \
          uint64_t columns, int64_t leading)) \
  F (cublasLtMatrixLayoutDestroy, (cublasLtMatrixLayout_t layout)) \
  F (cublasLtMatmulPreferenceCreate, \
      (cublasLtMatmulPreference_t * preference)) \
  F (cublasLtMatmulPreferenceDestroy, \
      (cublasLtMatmulPreference_t preference)) \
  F (cublasLtMatmulPreferenceSetAttribute, \
      (cublasLtMatmulPreference_t preference, int attribute, \
          const void *value, size_t size)) \
  F (cublasLtMatmulAlgoGetHeuristic, \
      (cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, \
          cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b, \
          cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d, \
          cublasLtMatmulPreference_t preference, int n_wanted, \
          cublasLtMatmulHeuristicResult_t *results, int *n_found)) \
  F (cublasLtMatmul, \
      (cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, const void *alpha, \
          const void *a, cublasLtMatrixLayout_t a_layout, const void *b, \
          cublasLtMatrixLayout_t b_layout, const void *beta, const void *c, \
          cublasLtMatrixLayout_t c_layout, void *d, \
          cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t *algo, \
          void *workspace, size_t workspace_size, CUstream stream))

#define GST_SSIO_CUBLASLT_DECLARE(name, arguments) \
  cublasStatus_t (*name) arguments;

typedef struct {
  GST_SSIO_CUBLASLT_FUNCTIONS (GST_SSIO_CUBLASLT_DECLARE)
} GstSsioCublasLt;

/* The library, or NULL with error set where there is none. It is never closed:
 * it does not survive that. */
const GstSsioCublasLt *gst_ssio_cublaslt_get (GError **error);

/* Whether a call, of that name, succeeded; else error is set. */
gboolean gst_ssio_cublaslt_check (cublasStatus_t status, const gchar *call,
    GError **error);

#define gst_ssio_cublaslt_call(library, error, function, ...) \
  gst_ssio_cublaslt_check ((library)->function (__VA_ARGS__), #function, error)

G_END_DECLS
