/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "isa.h"

static const gchar *const names[GST_SSIO_N_ISAS] = {
#ifdef HAVE_X86_KERNELS
  [GST_SSIO_ISA_AVX512] = "avx512",
  [GST_SSIO_ISA_AVX2] = "avx2",
#endif
  [GST_SSIO_ISA_BASELINE] = "baseline",
};

static gboolean
can_run (GstSsioIsa isa)
{
#ifdef HAVE_X86_KERNELS
  if (isa == GST_SSIO_ISA_AVX512)
    return __builtin_cpu_supports ("avx512f");
  if (isa == GST_SSIO_ISA_AVX2)
    return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#endif
  return TRUE;
}

gboolean
gst_ssio_isa_find (const gchar *name, GstSsioIsa *isa)
{
  guint i;

  for (i = 0; i < GST_SSIO_N_ISAS; i++) {
    if ((!name || g_str_equal (names[i], name)) && can_run (i)) {
      *isa = i;
      return TRUE;
    }
  }
  return FALSE;
}
