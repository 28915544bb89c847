/* SPDX-License-Identifier: MIT */
/* Modules, and launches of their kernels. */

#include <stdlib.h>
#include <string.h>

#include "state.h"

#define DEFAULT_SHARED_BYTES (48 << 10)
#define MAX_THREADS 1024
#define MAX_GRID_YZ 65535
#define MAX_BLOCK_Z 64

typedef struct Function Function;

typedef struct {
  Object object;
  Function *functions;
} Module;

struct Function {
  Object object;
  Function *next;
  const SsioHostKernel *kernel;
  size_t max_shared_bytes;
};

CUresult
cuModuleLoadData (CUmodule *handle, const void *image)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuModuleLoadData, &context);

  if (result == CUDA_SUCCESS && !image)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result == CUDA_SUCCESS)
    *handle = fake_get_handle (fake_new_object (sizeof (Module), KIND_MODULE,
        context));
  return fake_end (result);
}

CUresult
cuModuleUnload (CUmodule handle)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuModuleUnload, &context);
  Module *module = context ? fake_find_object (CALL_cuModuleUnload,
                       KIND_MODULE, handle, context)
                           : NULL;
  Function *function;

  if (!module)
    return fake_end (context ? CUDA_ERROR_INVALID_HANDLE : result);
  while ((function = module->functions)) {
    module->functions = function->next;
    fake_forget_object (function);
    free (function);
  }
  fake_forget_object (module);
  free (module);
  return fake_end (result);
}

static const SsioHostKernel *
find_kernel_in (const SsioHostKernel *kernels, const char *name)
{
  while (kernels->name && strcmp (kernels->name, name) != 0)
    kernels++;
  return kernels->name ? kernels : NULL;
}

static const SsioHostKernel *
find_kernel (const char *name)
{
  const SsioHostKernel *kernel = find_kernel_in (ssio_host_kernels, name);

  return kernel ? kernel : find_kernel_in (fakecuda_kernels, name);
}

static Function *
new_function (Module *module, const SsioHostKernel *kernel)
{
  Function *function = fake_new_object (sizeof (*function), KIND_FUNCTION,
      module->object.context);

  function->kernel = kernel;
  function->max_shared_bytes = DEFAULT_SHARED_BYTES;
  function->next = module->functions;
  module->functions = function;
  return function;
}

CUresult
cuModuleGetFunction (CUfunction *handle, CUmodule module_handle,
    const char *name)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuModuleGetFunction, &context);
  const SsioHostKernel *kernel = find_kernel (name);
  Function *function;
  Module *module;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  module = fake_find_object (CALL_cuModuleGetFunction, KIND_MODULE,
      module_handle, context);
  if (!module)
    return fake_end (CUDA_ERROR_INVALID_HANDLE);
  if (!kernel)
    return fake_end (CUDA_ERROR_NOT_FOUND);
  function = module->functions;
  while (function && function->kernel != kernel)
    function = function->next;
  if (!function)
    function = new_function (module, kernel);
  *handle = fake_get_handle (function);
  return fake_end (CUDA_SUCCESS);
}

CUresult
cuFuncSetAttribute (CUfunction handle, int attribute, int value)
{
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuFuncSetAttribute, &context);
  Function *function;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  function = fake_find_object (CALL_cuFuncSetAttribute, KIND_FUNCTION, handle,
      context);
  if (!function)
    return fake_end (CUDA_ERROR_INVALID_HANDLE);
  if (attribute == CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT)
    return fake_end (value >= -1 && value <= 100 ? CUDA_SUCCESS
                                                 : CUDA_ERROR_INVALID_VALUE);
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES || value < 0
      || value > fake_devices.max_shared_bytes)
    return fake_end (CUDA_ERROR_INVALID_VALUE);
  function->max_shared_bytes = value;
  return fake_end (CUDA_SUCCESS);
}

static void
run_launch (Operation *operation)
{
  SsioHostLaunch *launch = &operation->launch;

  fake_unlock ();
  if (launch->shared_bytes > 0)
    launch->shared = malloc (launch->shared_bytes);
  operation->kernel->run (launch, operation->parameters);
  free (launch->shared);
  fake_lock ();
}

static void **
copy_parameters (const SsioHostKernel *kernel, void **parameters)
{
  void **copies = calloc (kernel->n_parameters, sizeof (void *));
  unsigned i;

  for (i = 0; i < kernel->n_parameters; i++) {
    copies[i] = malloc (kernel->parameter_sizes[i]);
    memcpy (copies[i], parameters[i], kernel->parameter_sizes[i]);
  }
  return copies;
}

void
fake_free_launch (Operation *operation)
{
  unsigned i;

  for (i = 0; i < operation->kernel->n_parameters; i++)
    free (operation->parameters[i]);
  free (operation->parameters);
}

static bool
can_launch (const SsioHostLaunch *launch, const Function *function)
{
  const unsigned *grid = launch->grid;
  const unsigned *block = launch->block;
  unsigned i;

  for (i = 0; i < 3; i++)
    if (grid[i] == 0 || block[i] == 0 || block[i] > MAX_THREADS)
      return false;
  return grid[0] <= INT32_MAX && grid[1] <= MAX_GRID_YZ
         && grid[2] <= MAX_GRID_YZ && block[2] <= MAX_BLOCK_Z
         && block[0] * block[1] * block[2] <= MAX_THREADS
         && launch->shared_bytes <= function->max_shared_bytes;
}

CUresult
cuLaunchKernel (CUfunction handle, unsigned int grid_x, unsigned int grid_y,
    unsigned int grid_z, unsigned int block_x, unsigned int block_y,
    unsigned int block_z, unsigned int shared_bytes, CUstream stream_handle,
    void **parameters, void **extra)
{
  SsioHostLaunch launch = {
    .grid = { grid_x, grid_y, grid_z },
    .block = { block_x, block_y, block_z },
    .shared_bytes = shared_bytes,
  };
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuLaunchKernel, &context);
  const Function *function;
  Stream *stream;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  function
      = fake_find_object (CALL_cuLaunchKernel, KIND_FUNCTION, handle, context);
  stream = fake_find_object (CALL_cuLaunchKernel, KIND_STREAM, stream_handle,
      context);
  if (!function || !stream)
    return fake_end (CUDA_ERROR_INVALID_HANDLE);
  if (extra || !can_launch (&launch, function)
      || (function->kernel->n_parameters > 0 && !parameters))
    return fake_end (CUDA_ERROR_INVALID_VALUE);
  fake_queue (stream,
      &(Operation){ .call = CALL_cuLaunchKernel,
          .run = run_launch,
          .kernel = function->kernel,
          .launch = launch,
          .parameters = copy_parameters (function->kernel, parameters) });
  return fake_end (CUDA_SUCCESS);
}

static void
run_enqueued (const SsioHostLaunch *launch, void **parameters)
{
  void (*run) (void *data) = *(void (**) (void *)) parameters[0];

  run (*(void **) parameters[1]);
}

CUresult
fakecuda_enqueue (CUstream stream_handle, void (*run) (void *data), void *data)
{
  static const size_t sizes[] = { sizeof (run), sizeof (data) };
  static const SsioHostKernel kernel = { "enqueued", run_enqueued, 2, sizes };
  Context *context;
  CUresult result = fake_begin_in_context (CALL_cuLaunchKernel, &context);
  Stream *stream;

  if (result != CUDA_SUCCESS)
    return fake_end (result);
  stream = fake_find_object (CALL_cuLaunchKernel, KIND_STREAM, stream_handle,
      context);
  if (!stream)
    return fake_end (CUDA_ERROR_INVALID_HANDLE);
  fake_queue (stream, &(Operation){ .call = CALL_cuLaunchKernel,
                          .run = run_launch,
                          .kernel = &kernel,
                          .parameters = copy_parameters (&kernel,
                              (void *[]){ &run, &data }) });
  return fake_end (CUDA_SUCCESS);
}
