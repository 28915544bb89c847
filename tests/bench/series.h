/* SPDX-License-Identifier: MIT */
/* Figures that are measured again in each round, by name. */
#pragma once

#include "report.h"

G_BEGIN_DECLS

typedef struct _SsioSeries SsioSeries;

SsioSeries *ssio_series_new (void);
void ssio_series_free (SsioSeries *series);

/* A sample of a figure. Its name, its text and the number of decimals are
 * those of its first sample. */
void ssio_series_add (SsioSeries *series, const gchar *name, gdouble value,
    guint decimals, const gchar *text);

/* The same of a figure that ought to be at most, or at least, so much. */
void ssio_series_add_aim (SsioSeries *series, const gchar *name, gdouble value,
    SsioAim direction, gdouble aim);

/* Medians, those with an aim last, each in the order of their first
 * samples. */
void ssio_series_report (SsioSeries *series, SsioReport *report);

G_END_DECLS
