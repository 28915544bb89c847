/* SPDX-License-Identifier: MIT */
/* Figures as a table for people on stdout, and as JSON for programs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SsioReport SsioReport;

typedef enum {
  SSIO_AIM_AT_MOST,
  SSIO_AIM_AT_LEAST,
} SsioAim;

SsioReport *ssio_report_new (void);
void ssio_report_free (SsioReport *report);

/* The CPU, its cores, the kernel and the date. */
void ssio_report_add_machine (SsioReport *report);

void ssio_report_add_text (SsioReport *report, const gchar *name,
    const gchar *value);
void ssio_report_add_value (SsioReport *report, const gchar *name,
    gdouble value, guint decimals, const gchar *text);

/* Sorts samples, an array of gdouble with at least one. */
gdouble ssio_report_get_median (GArray *samples);

/* Sorts samples, an array of gdouble with at least one, and returns their
 * median, which is the figure; the table shows their range as well. */
gdouble ssio_report_add_samples (SsioReport *report, const gchar *name,
    GArray *samples, guint decimals, const gchar *text);

/* A figure that ought to be at most, or at least, so much. */
void ssio_report_add_aim (SsioReport *report, const gchar *name, gdouble value,
    SsioAim direction, gdouble aim);

/* Numbers of type gdouble, for programs only. */
void ssio_report_add_list (SsioReport *report, const gchar *name,
    const GArray *values);

/* Ends the report. */
gboolean ssio_report_write (SsioReport *report, const gchar *path,
    GError **error);

G_END_DECLS
