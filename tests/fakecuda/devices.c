/* SPDX-License-Identifier: MIT */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "state.h"

#define DEVICE_NAME "Fake CUDA device"

#define DEFAULT_DEVICES \
  { \
    .n_devices = 1, .capability_major = 9, .n_multiprocessors = 2, \
    .max_shared_bytes = 227 << 10, .read_only_register = true, \
    .total_memory = 256 << 20, \
  }

FakecudaDevices fake_devices = DEFAULT_DEVICES;
static bool is_initialized;

bool
fake_is_initialized (void)
{
  return is_initialized;
}

void
fake_reset_devices (void)
{
  fake_devices = (FakecudaDevices) DEFAULT_DEVICES;
}

void
fakecuda_get_devices (FakecudaDevices *devices)
{
  fake_lock ();
  *devices = fake_devices;
  fake_unlock ();
}

void
fakecuda_set_devices (const FakecudaDevices *devices)
{
  fake_lock ();
  fake_devices = *devices;
  fake_unlock ();
}

CUresult
cuInit (unsigned int flags)
{
  CUresult result = fake_begin (CALL_cuInit);

  if (result == CUDA_SUCCESS && flags != 0)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result == CUDA_SUCCESS && fake_devices.n_devices == 0)
    result = CUDA_ERROR_NO_DEVICE;
  is_initialized |= result == CUDA_SUCCESS;
  return fake_end (result);
}

CUresult
cuGetErrorString (CUresult code, const char **text)
{
  CUresult result = fake_begin (CALL_cuGetErrorString);

  *text = NULL;
  if (result != CUDA_SUCCESS)
    return fake_end (result);
  switch (code) {
  case CUDA_SUCCESS:
    *text = "no error";
    break;
  case CUDA_ERROR_INVALID_VALUE:
    *text = "invalid argument";
    break;
  case CUDA_ERROR_OUT_OF_MEMORY:
    *text = "out of memory";
    break;
  case CUDA_ERROR_NO_DEVICE:
    *text = "no CUDA-capable device is detected";
    break;
  case CUDA_ERROR_INVALID_DEVICE:
    *text = "invalid device ordinal";
    break;
  case CUDA_ERROR_INVALID_CONTEXT:
    *text = "invalid device context";
    break;
  case CUDA_ERROR_NO_BINARY_FOR_GPU:
    *text = "no kernel image is available for execution on the device";
    break;
  case CUDA_ERROR_ILLEGAL_ADDRESS:
    *text = "an illegal memory access was encountered";
    break;
  case CUDA_ERROR_LAUNCH_FAILED:
    *text = "unspecified launch failure";
    break;
  default:
    *text = "an error of the stand-in";
    break;
  }
  return fake_end (result);
}

CUresult
cuDeviceGetCount (int *count)
{
  CUresult result = fake_begin (CALL_cuDeviceGetCount);

  if (result == CUDA_SUCCESS)
    *count = fake_devices.n_devices;
  return fake_end (result);
}

bool
fake_is_device (CUdevice device)
{
  return device >= 0 && device < fake_devices.n_devices;
}

CUresult
cuDeviceGet (CUdevice *device, int ordinal)
{
  CUresult result = fake_begin (CALL_cuDeviceGet);

  if (result == CUDA_SUCCESS && !fake_is_device (ordinal))
    result = CUDA_ERROR_INVALID_DEVICE;
  if (result == CUDA_SUCCESS)
    *device = ordinal;
  return fake_end (result);
}

CUresult
cuDeviceGetName (char *name, int length, CUdevice device)
{
  CUresult result = fake_begin (CALL_cuDeviceGetName);

  if (result == CUDA_SUCCESS && !fake_is_device (device))
    result = CUDA_ERROR_INVALID_DEVICE;
  if (result == CUDA_SUCCESS)
    snprintf (name, length, "%s", DEVICE_NAME);
  return fake_end (result);
}

/* Each process has devices of its own. */
CUresult
cuDeviceGetUuid_v2 (CUuuid *uuid, CUdevice device)
{
  CUresult result = fake_begin (CALL_cuDeviceGetUuid);
  const pid_t process = getpid ();

  if (result == CUDA_SUCCESS && !fake_is_device (device))
    result = CUDA_ERROR_INVALID_DEVICE;
  if (result == CUDA_SUCCESS) {
    memset (uuid, 0, sizeof (*uuid));
    memcpy (uuid->bytes, &process, sizeof (process));
    memcpy (uuid->bytes + sizeof (process), &device, sizeof (device));
  }
  return fake_end (result);
}

static CUresult
get_attribute (int *value, int attribute)
{
  switch (attribute) {
  case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
    *value = fake_devices.n_multiprocessors;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
    *value = fake_devices.capability_major;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
    *value = fake_devices.capability_minor;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
    *value = fake_devices.max_shared_bytes;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_READ_ONLY_HOST_REGISTER_SUPPORTED:
    *value = fake_devices.read_only_register;
    return CUDA_SUCCESS;
  default:
    return CUDA_ERROR_INVALID_VALUE;
  }
}

CUresult
cuDeviceGetAttribute (int *value, int attribute, CUdevice device)
{
  CUresult result = fake_begin (CALL_cuDeviceGetAttribute);

  if (result == CUDA_SUCCESS && !fake_is_device (device))
    result = CUDA_ERROR_INVALID_DEVICE;
  if (result == CUDA_SUCCESS)
    result = get_attribute (value, attribute);
  return fake_end (result);
}
