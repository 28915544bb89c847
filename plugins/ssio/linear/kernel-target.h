/* SPDX-License-Identifier: MIT */
/* What lets the same source be CUDA C++ for a device and C for the host, where
 * it serves tests. There, one thread runs a block: a kernel is written in
 * phases, FOR_EACH_THREAD followed by BARRIER, and what a thread keeps from
 * one phase to the next is PRIVATE. */
#pragma once

#include <stdint.h>

typedef struct {
  unsigned index;
  unsigned index_y;
  unsigned n_blocks;
  unsigned n_blocks_y;
  unsigned n_threads;
  unsigned char *shared;
} Block;

#ifdef __CUDACC__

#define DEVICE static __device__ __forceinline__
#define UNROLL _Pragma ("unroll")
#define UNROLL_TWICE _Pragma ("unroll 2")
#define FOR_EACH_THREAD(block, thread) \
  for (unsigned thread = threadIdx.x, pending = 1; pending; pending = 0)
#define BARRIER() __syncthreads ()
#define PRIVATE(type, name, n) type name[1][n]
#define OF(thread) (0 * (thread))

/* Of 64 bits in device memory, and of 32 in shared memory. */
#define ATOMIC_ADD(place, value) \
  atomicAdd ((unsigned long long *) (place), (unsigned long long) (value))
#define ATOMIC_MIN(place, value) \
  atomicMin ((unsigned long long *) (place), (unsigned long long) (value))
#define ATOMIC_ADD_SHARED(place, value) atomicAdd (place, value)

DEVICE float
multiply_add (float a, float b, float c)
{
  return fmaf (a, b, c);
}

DEVICE float
exponential (float value)
{
  return expf (value);
}

DEVICE double
log_of_one_and (double value)
{
  return log1p (value);
}

/* Rounds twice, as the CPU's rules have it. */
DEVICE double
scale_and_move (double value, double scale, double origin)
{
  return __dadd_rn (__dmul_rn (value, scale), origin);
}

/* max (0, value) that leaves a NaN one, as PyTorch does. */
DEVICE float
rectify (float value)
{
#if __CUDA_ARCH__ >= 800
  float rectified;

  asm("max.NaN.f32 %0, %1, 0f00000000;" : "=f"(rectified) : "f"(value));
  return rectified;
#else
  return value < 0.0f ? 0.0f : value;
#endif
}

DEVICE float
bits_to_float (uint32_t bits)
{
  return __uint_as_float (bits);
}

DEVICE double
bits_to_double (uint64_t bits)
{
  return __longlong_as_double ((long long) bits);
}

/* Copies of 16 or 4 bytes to shared memory that have happened after
 * wait_for_copies(), each thread for its own. */
DEVICE void
copy_16 (unsigned char *to, const unsigned char *from)
{
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;"
               :
               : "r"((unsigned) __cvta_generic_to_shared (to)),
               "l"(__cvta_generic_to_global (from))
               : "memory");
#else
  *(float4 *) to = *(const float4 *) from;
#endif
}

DEVICE void
copy_4 (unsigned char *to, const unsigned char *from)
{
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;"
               :
               : "r"((unsigned) __cvta_generic_to_shared (to)),
               "l"(__cvta_generic_to_global (from))
               : "memory");
#else
  *(float *) to = *(const float *) from;
#endif
}

DEVICE void
wait_for_copies (void)
{
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_all;" : : : "memory");
#endif
}

#else /* !__CUDACC__ */

#include <math.h>
#include <string.h>

#define ATOMIC_ADD(place, value) (*(place) += (value))
#define ATOMIC_MIN(place, value) \
  (*(place) = *(place) < (value) ? *(place) : (value))
#define ATOMIC_ADD_SHARED(place, value) (*(place) += (value))
#define DEVICE static inline __attribute__ ((always_inline))
#define UNROLL
#define UNROLL_TWICE
#define FOR_EACH_THREAD(block, thread) \
  for (unsigned thread = 0; thread < (block)->n_threads; thread++)
#define BARRIER() \
  do { \
  } while (0)
#define PRIVATE(type, name, n) type name[SSIO_KERNEL_THREADS][n]
#define OF(thread) (thread)

typedef struct {
  float x, y, z, w;
} __attribute__ ((aligned (16))) float4;

DEVICE float
multiply_add (float a, float b, float c)
{
  return a * b + c;
}

DEVICE float
exponential (float value)
{
  return expf (value);
}

DEVICE double
log_of_one_and (double value)
{
  return log1p (value);
}

DEVICE double
scale_and_move (double value, double scale, double origin)
{
  return value * scale + origin;
}

DEVICE float
rectify (float value)
{
  return value < 0.0f ? 0.0f : value;
}

DEVICE float
bits_to_float (uint32_t bits)
{
  float value;

  memcpy (&value, &bits, sizeof (value));
  return value;
}

DEVICE double
bits_to_double (uint64_t bits)
{
  double value;

  memcpy (&value, &bits, sizeof (value));
  return value;
}

DEVICE void
copy_16 (unsigned char *to, const unsigned char *from)
{
  *(float4 *) to = *(const float4 *) from;
}

DEVICE void
copy_4 (unsigned char *to, const unsigned char *from)
{
  *(uint32_t *) to = *(const uint32_t *) from;
}

DEVICE void
wait_for_copies (void)
{
}

#endif
