/* SPDX-License-Identifier: MIT */
/* The part of the CUDA driver API that is used here, as a table of functions.
 * Types, numbers and symbols are the ABI of the CUDA Toolkit's cuda.h (11.8 to
 * 13), which need not be there to build. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;

typedef struct {
  char bytes[16];
} CUuuid;

enum {
  CUDA_SUCCESS = 0,
  CUDA_ERROR_INVALID_VALUE = 1,
  CUDA_ERROR_OUT_OF_MEMORY = 2,
  CUDA_ERROR_NOT_INITIALIZED = 3,
  CUDA_ERROR_DEVICE_UNAVAILABLE = 46,
  CUDA_ERROR_NO_DEVICE = 100,
  CUDA_ERROR_INVALID_DEVICE = 101,
  CUDA_ERROR_INVALID_IMAGE = 200,
  CUDA_ERROR_INVALID_CONTEXT = 201,
  CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
  CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
  CUDA_ERROR_OPERATING_SYSTEM = 304,
  CUDA_ERROR_INVALID_HANDLE = 400,
  CUDA_ERROR_NOT_FOUND = 500,
  CUDA_ERROR_NOT_READY = 600,
  CUDA_ERROR_ILLEGAL_ADDRESS = 700,
  CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED = 712,
  CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED = 713,
  CUDA_ERROR_LAUNCH_FAILED = 719,
  CUDA_ERROR_NOT_PERMITTED = 800,
  CUDA_ERROR_NOT_SUPPORTED = 801,
  CUDA_ERROR_UNKNOWN = 999,
};

enum {
  CU_STREAM_NON_BLOCKING = 1,
  CU_EVENT_BLOCKING_SYNC = 1,
  CU_EVENT_DISABLE_TIMING = 2,
  CU_MEMHOSTALLOC_PORTABLE = 1,
  CU_MEMHOSTREGISTER_PORTABLE = 1,
  CU_MEMHOSTREGISTER_READ_ONLY = 8,
};

/* CUdevice_attribute */
enum {
  CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97,
  CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS_USES_HOST_PAGE_TABLES = 100,
  CU_DEVICE_ATTRIBUTE_READ_ONLY_HOST_REGISTER_SUPPORTED = 113,
};

/* CUfunction_attribute */
enum {
  CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
  CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT = 9,
};

/* F (name, symbol, arguments): the symbol has the version of the ABI. */
#define GST_SSIO_CUDA_FUNCTIONS(F) \
  F (cuInit, cuInit, (unsigned int flags)) \
  F (cuGetErrorString, cuGetErrorString, \
      (CUresult result, const char **text)) \
  F (cuDeviceGetCount, cuDeviceGetCount, (int *count)) \
  F (cuDeviceGet, cuDeviceGet, (CUdevice * device, int ordinal)) \
  F (cuDeviceGetName, cuDeviceGetName, \
      (char *name, int length, CUdevice device)) \
  F (cuDeviceGetUuid, cuDeviceGetUuid_v2, (CUuuid * uuid, CUdevice device)) \
  F (cuDeviceGetAttribute, cuDeviceGetAttribute, \
      (int *value, int attribute, CUdevice device)) \
  F (cuDevicePrimaryCtxRetain, cuDevicePrimaryCtxRetain, \
      (CUcontext * context, CUdevice device)) \
  F (cuDevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease_v2, \
      (CUdevice device)) \
  F (cuCtxPushCurrent, cuCtxPushCurrent_v2, (CUcontext context)) \
  F (cuCtxPopCurrent, cuCtxPopCurrent_v2, (CUcontext * context)) \
  F (cuMemGetInfo, cuMemGetInfo_v2, (size_t * free, size_t * total)) \
  F (cuMemAlloc, cuMemAlloc_v2, (CUdeviceptr * pointer, size_t size)) \
  F (cuMemFree, cuMemFree_v2, (CUdeviceptr pointer)) \
  F (cuMemHostAlloc, cuMemHostAlloc, \
      (void **pointer, size_t size, unsigned int flags)) \
  F (cuMemFreeHost, cuMemFreeHost, (void *pointer)) \
  F (cuMemHostRegister, cuMemHostRegister_v2, \
      (void *pointer, size_t size, unsigned int flags)) \
  F (cuMemHostUnregister, cuMemHostUnregister, (void *pointer)) \
  F (cuMemcpyHtoDAsync, cuMemcpyHtoDAsync_v2, \
      (CUdeviceptr to, const void *from, size_t size, CUstream stream)) \
  F (cuMemcpyDtoHAsync, cuMemcpyDtoHAsync_v2, \
      (void *to, CUdeviceptr from, size_t size, CUstream stream)) \
  F (cuMemcpyDtoDAsync, cuMemcpyDtoDAsync_v2, \
      (CUdeviceptr to, CUdeviceptr from, size_t size, CUstream stream)) \
  F (cuMemsetD8Async, cuMemsetD8Async, \
      (CUdeviceptr to, unsigned char value, size_t size, CUstream stream)) \
  F (cuStreamCreate, cuStreamCreate, (CUstream * stream, unsigned int flags)) \
  F (cuStreamDestroy, cuStreamDestroy_v2, (CUstream stream)) \
  F (cuStreamSynchronize, cuStreamSynchronize, (CUstream stream)) \
  F (cuStreamWaitEvent, cuStreamWaitEvent, \
      (CUstream stream, CUevent event, unsigned int flags)) \
  F (cuEventCreate, cuEventCreate, (CUevent * event, unsigned int flags)) \
  F (cuEventDestroy, cuEventDestroy_v2, (CUevent event)) \
  F (cuEventRecord, cuEventRecord, (CUevent event, CUstream stream)) \
  F (cuEventQuery, cuEventQuery, (CUevent event)) \
  F (cuEventSynchronize, cuEventSynchronize, (CUevent event)) \
  F (cuModuleLoadData, cuModuleLoadData, \
      (CUmodule * module, const void *image)) \
  F (cuModuleUnload, cuModuleUnload, (CUmodule module)) \
  F (cuModuleGetFunction, cuModuleGetFunction, \
      (CUfunction * function, CUmodule module, const char *name)) \
  F (cuFuncSetAttribute, cuFuncSetAttribute, \
      (CUfunction function, int attribute, int value)) \
  F (cuLaunchKernel, cuLaunchKernel, \
      (CUfunction function, unsigned int grid_x, unsigned int grid_y, \
          unsigned int grid_z, unsigned int block_x, unsigned int block_y, \
          unsigned int block_z, unsigned int shared_bytes, CUstream stream, \
          void **parameters, void **extra))

#define GST_SSIO_CUDA_DECLARE(name, symbol, arguments) \
  CUresult (*name) arguments;

typedef struct {
  GST_SSIO_CUDA_FUNCTIONS (GST_SSIO_CUDA_DECLARE)
} GstSsioCudaDriver;

G_END_DECLS
