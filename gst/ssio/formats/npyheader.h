/* SPDX-License-Identifier: MIT */
/* The header of NumPy's .npy, versions 1 to 3, for those who write it:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#pragma once

#include <gst/ssio/ssio-prelude.h>

G_BEGIN_DECLS

/* descr is a Python literal in UTF-8: '<f4' with its quotes, or a list of a
 * structured type's fields. The array has n_columns of them in a row, or one
 * and no dimension of its own where n_columns is 0. Rows begin after the
 * header, at a multiple of 64 bytes: at the same one for any number of rows, so
 * that it can be set when it is known. Free with g_string_free(). */
GST_SSIO_API
GString *gst_ssio_npy_header_make (const gchar *descr, guint64 n_rows,
    guint n_columns);

G_END_DECLS
