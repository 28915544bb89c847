/* SPDX-License-Identifier: MIT */

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fakecublaslt.h"
#include "linear/cublaslt.h"

#define EXPORT __attribute__ ((visibility ("default")))

/* What the stand-in driver has for this library: runs a function when all that
 * was put on the stream before is done. */
typedef CUresult (*Enqueue) (CUstream stream, void (*run) (void *data),
    void *data);

typedef struct Job Job;

struct cublasLtContext {
  Job *jobs; /* freed with the handle, which outlives the work */
};

struct cublasLtMatmulDesc {
  int32_t transposes_a;
};

struct cublasLtMatrixLayout {
  uint64_t rows;
  uint64_t columns;
  int64_t leading;
};

struct cublasLtMatmulPreference {
  uint64_t workspace;
};

/* The shapes that an algorithm was found for. */
typedef struct {
  uint64_t rows;
  uint64_t columns;
  uint64_t inner;
} Shape;

struct Job {
  Job *next;
  Shape shape;
  float alpha;
  const float *a, *b;
  float *d;
  int64_t leading_a, leading_b, leading_d;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static unsigned n_calls;
static unsigned n_live;
static unsigned failing_call;
static cublasStatus_t failing_status;

void
fakecublaslt_fail (unsigned nth, int status)
{
  pthread_mutex_lock (&lock);
  failing_call = nth > 0 ? n_calls + nth : 0;
  failing_status = status;
  pthread_mutex_unlock (&lock);
}

unsigned
fakecublaslt_count (void)
{
  unsigned n;

  pthread_mutex_lock (&lock);
  n = n_calls;
  pthread_mutex_unlock (&lock);
  return n;
}

unsigned
fakecublaslt_count_live (void)
{
  unsigned n;

  pthread_mutex_lock (&lock);
  n = n_live;
  pthread_mutex_unlock (&lock);
  return n;
}

static cublasStatus_t
begin (void)
{
  cublasStatus_t status;

  pthread_mutex_lock (&lock);
  status = ++n_calls == failing_call ? failing_status : CUBLAS_STATUS_SUCCESS;
  pthread_mutex_unlock (&lock);
  return status;
}

static cublasStatus_t
make (void *to, size_t size)
{
  void *made = calloc (1, size);

  memcpy (to, &made, sizeof (made));
  pthread_mutex_lock (&lock);
  n_live++;
  pthread_mutex_unlock (&lock);
  return CUBLAS_STATUS_SUCCESS;
}

static cublasStatus_t
destroy (void *object)
{
  free (object);
  pthread_mutex_lock (&lock);
  n_live--;
  pthread_mutex_unlock (&lock);
  return CUBLAS_STATUS_SUCCESS;
}

EXPORT cublasStatus_t cublasLtCreate (cublasLtHandle_t *handle);

cublasStatus_t
cublasLtCreate (cublasLtHandle_t *handle)
{
  cublasStatus_t status = begin ();

  return status ? status : make (handle, sizeof (**handle));
}

EXPORT cublasStatus_t cublasLtDestroy (cublasLtHandle_t handle);

cublasStatus_t
cublasLtDestroy (cublasLtHandle_t handle)
{
  while (handle->jobs) {
    Job *job = handle->jobs;

    handle->jobs = job->next;
    free (job);
  }
  return destroy (handle);
}

EXPORT cublasStatus_t cublasLtMatmulDescCreate (cublasLtMatmulDesc_t *desc,
    int compute_type, int scale_type);

cublasStatus_t
cublasLtMatmulDescCreate (cublasLtMatmulDesc_t *desc, int compute_type,
    int scale_type)
{
  cublasStatus_t status = begin ();

  if (status)
    return status;
  if (compute_type != CUBLAS_COMPUTE_32F || scale_type != CUDA_R_32F)
    return CUBLAS_STATUS_INVALID_VALUE;
  return make (desc, sizeof (**desc));
}

EXPORT cublasStatus_t cublasLtMatmulDescDestroy (cublasLtMatmulDesc_t desc);

cublasStatus_t
cublasLtMatmulDescDestroy (cublasLtMatmulDesc_t desc)
{
  return destroy (desc);
}

EXPORT cublasStatus_t
cublasLtMatmulDescSetAttribute (cublasLtMatmulDesc_t desc, int attribute,
    const void *value, size_t size);

cublasStatus_t
cublasLtMatmulDescSetAttribute (cublasLtMatmulDesc_t desc, int attribute,
    const void *value, size_t size)
{
  cublasStatus_t status = begin ();

  if (status)
    return status;
  if (attribute != CUBLASLT_MATMUL_DESC_TRANSA || size != sizeof (int32_t))
    return CUBLAS_STATUS_INVALID_VALUE;
  memcpy (&desc->transposes_a, value, size);
  return CUBLAS_STATUS_SUCCESS;
}

EXPORT cublasStatus_t
cublasLtMatrixLayoutCreate (cublasLtMatrixLayout_t *layout, int type,
    uint64_t rows, uint64_t columns, int64_t leading);

cublasStatus_t
cublasLtMatrixLayoutCreate (cublasLtMatrixLayout_t *layout, int type,
    uint64_t rows, uint64_t columns, int64_t leading)
{
  cublasStatus_t status = begin ();

  if (status)
    return status;
  if (type != CUDA_R_32F || rows == 0 || columns == 0
      || leading < (int64_t) rows)
    return CUBLAS_STATUS_INVALID_VALUE;
  make (layout, sizeof (**layout));
  **layout = (struct cublasLtMatrixLayout){ rows, columns, leading };
  return CUBLAS_STATUS_SUCCESS;
}

EXPORT cublasStatus_t
cublasLtMatrixLayoutDestroy (cublasLtMatrixLayout_t layout);

cublasStatus_t
cublasLtMatrixLayoutDestroy (cublasLtMatrixLayout_t layout)
{
  return destroy (layout);
}

EXPORT cublasStatus_t
cublasLtMatmulPreferenceCreate (cublasLtMatmulPreference_t *preference);

cublasStatus_t
cublasLtMatmulPreferenceCreate (cublasLtMatmulPreference_t *preference)
{
  cublasStatus_t status = begin ();

  return status ? status : make (preference, sizeof (**preference));
}

EXPORT cublasStatus_t
cublasLtMatmulPreferenceDestroy (cublasLtMatmulPreference_t preference);

cublasStatus_t
cublasLtMatmulPreferenceDestroy (cublasLtMatmulPreference_t preference)
{
  return destroy (preference);
}

EXPORT cublasStatus_t
cublasLtMatmulPreferenceSetAttribute (cublasLtMatmulPreference_t preference,
    int attribute, const void *value, size_t size);

cublasStatus_t
cublasLtMatmulPreferenceSetAttribute (cublasLtMatmulPreference_t preference,
    int attribute, const void *value, size_t size)
{
  cublasStatus_t status = begin ();

  if (status)
    return status;
  if (attribute != CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES
      || size != sizeof (uint64_t))
    return CUBLAS_STATUS_INVALID_VALUE;
  memcpy (&preference->workspace, value, size);
  return CUBLAS_STATUS_SUCCESS;
}

/* Of the product of a transposed matrix and another one. */
static cublasStatus_t
find_shape (cublasLtMatmulDesc_t desc, cublasLtMatrixLayout_t a,
    cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t d, Shape *shape)
{
  if (desc->transposes_a != CUBLAS_OP_T || a->rows != b->rows
      || a->columns != d->rows || b->columns != d->columns)
    return CUBLAS_STATUS_INVALID_VALUE;
  *shape = (Shape){ d->rows, d->columns, a->rows };
  return CUBLAS_STATUS_SUCCESS;
}

EXPORT cublasStatus_t cublasLtMatmulAlgoGetHeuristic (cublasLtHandle_t handle,
    cublasLtMatmulDesc_t desc, cublasLtMatrixLayout_t a,
    cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
    cublasLtMatrixLayout_t d, cublasLtMatmulPreference_t preference,
    int n_wanted, cublasLtMatmulHeuristicResult_t *results, int *n_found);

cublasStatus_t
cublasLtMatmulAlgoGetHeuristic (cublasLtHandle_t handle,
    cublasLtMatmulDesc_t desc, cublasLtMatrixLayout_t a,
    cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
    cublasLtMatrixLayout_t d, cublasLtMatmulPreference_t preference,
    int n_wanted, cublasLtMatmulHeuristicResult_t *results, int *n_found)
{
  cublasStatus_t status = begin ();
  Shape shape;

  if (!status)
    status = find_shape (desc, a, b, d, &shape);
  if (status)
    return status;
  if (!handle || c != d || n_wanted < 1)
    return CUBLAS_STATUS_INVALID_VALUE;
  memset (results, 0, sizeof (*results));
  memcpy (&results->algo, &shape, sizeof (shape));
  results->workspaceSize = preference->workspace;
  *n_found = 1;
  return CUBLAS_STATUS_SUCCESS;
}

static void
run_job (void *data)
{
  const Job *job = data;
  uint64_t row, column, i;

  for (column = 0; column < job->shape.columns; column++) {
    for (row = 0; row < job->shape.rows; row++) {
      const float *a = job->a + row * job->leading_a;
      const float *b = job->b + column * job->leading_b;
      float sum = 0;

      for (i = 0; i < job->shape.inner; i++)
        sum += a[i] * b[i];
      job->d[column * job->leading_d + row] = job->alpha * sum;
    }
  }
}

EXPORT cublasStatus_t cublasLtMatmul (cublasLtHandle_t handle,
    cublasLtMatmulDesc_t desc, const void *alpha, const void *a,
    cublasLtMatrixLayout_t a_layout, const void *b,
    cublasLtMatrixLayout_t b_layout, const void *beta, const void *c,
    cublasLtMatrixLayout_t c_layout, void *d, cublasLtMatrixLayout_t d_layout,
    const cublasLtMatmulAlgo_t *algo, void *workspace, size_t workspace_size,
    CUstream stream);

cublasStatus_t
cublasLtMatmul (cublasLtHandle_t handle, cublasLtMatmulDesc_t desc,
    const void *alpha, const void *a, cublasLtMatrixLayout_t a_layout,
    const void *b, cublasLtMatrixLayout_t b_layout, const void *beta,
    const void *c, cublasLtMatrixLayout_t c_layout, void *d,
    cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t *algo,
    void *workspace, size_t workspace_size, CUstream stream)
{
  Enqueue enqueue = (Enqueue) dlsym (RTLD_DEFAULT, "fakecuda_enqueue");
  cublasStatus_t status = begin ();
  Shape shape;
  Job *job;

  if (!status)
    status = find_shape (desc, a_layout, b_layout, d_layout, &shape);
  if (status)
    return status;
  if (!enqueue || memcmp (algo, &shape, sizeof (shape)) != 0 || !workspace
      || c != d || c_layout != d_layout || *(const float *) beta != 0)
    return CUBLAS_STATUS_INVALID_VALUE;
  job = calloc (1, sizeof (*job));
  *job = (Job){ handle->jobs, shape, *(const float *) alpha, a, b, d,
    a_layout->leading, b_layout->leading, d_layout->leading };
  handle->jobs = job;
  return enqueue (stream, run_job, job) == CUDA_SUCCESS
             ? CUBLAS_STATUS_SUCCESS
             : CUBLAS_STATUS_EXECUTION_FAILED;
}
