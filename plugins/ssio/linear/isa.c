/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "isa.h"

gboolean
gst_ssio_isa_can_run (const gchar *name)
{
#ifdef HAVE_X86_KERNELS
  if (strcmp (name, "avx512") == 0)
    return __builtin_cpu_supports ("avx512f");
  if (strcmp (name, "avx2") == 0)
    return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#endif
  return TRUE;
}
