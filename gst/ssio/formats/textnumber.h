/* SPDX-License-Identifier: MIT */
/* Words of text that are numbers, in no locale. */
#pragma once

#include "../gstssiolayout.h"

G_BEGIN_DECLS

typedef enum {
  GST_SSIO_TEXT_NUMBER_OK,
  GST_SSIO_TEXT_NUMBER_MALFORMED,
  GST_SSIO_TEXT_NUMBER_OUT_OF_RANGE,
} GstSsioTextNumber;

/* Writes the word's value to bytes as that type. A blank or a zero byte must
 * follow the word. Floats are decimal, "nan" or "inf", integers are digits
 * with or without a sign. */
GstSsioTextNumber gst_ssio_text_number_parse (const gchar *word, gsize length,
    GstSsioType type, guint8 *bytes);

G_END_DECLS
