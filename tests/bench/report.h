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

/* Writes the report as JSON, where path is not NULL, and frees it. */
void ssio_report_end (SsioReport *report, const gchar *path);

G_END_DECLS
