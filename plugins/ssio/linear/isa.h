/* SPDX-License-Identifier: MIT */
/* The instruction sets that kernels are compiled for. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The best first. */
typedef enum {
#ifdef HAVE_X86_KERNELS
  GST_SSIO_ISA_AVX512,
  GST_SSIO_ISA_AVX2,
#endif
  GST_SSIO_ISA_BASELINE,
  GST_SSIO_N_ISAS
} GstSsioIsa;

/* The best that this machine has, or the one of that name where it is not
 * NULL. FALSE where this machine or build does not have it. */
gboolean gst_ssio_isa_find (const gchar *name, GstSsioIsa *isa);

G_END_DECLS
