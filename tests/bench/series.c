/* SPDX-License-Identifier: MIT */

#include "series.h"

typedef struct {
  gchar *name;
  gchar *text; /* NULL for a figure with an aim */
  guint decimals;
  SsioAim direction;
  gdouble aim;
  GArray *samples;
} Figure;

struct _SsioSeries {
  GPtrArray *figures;
};

static void
free_figure (gpointer data)
{
  Figure *figure = data;

  g_array_unref (figure->samples);
  g_free (figure->text);
  g_free (figure->name);
  g_free (figure);
}

SsioSeries *
ssio_series_new (void)
{
  SsioSeries *series = g_new (SsioSeries, 1);

  series->figures = g_ptr_array_new_with_free_func (free_figure);
  return series;
}

void
ssio_series_free (SsioSeries *series)
{
  g_ptr_array_unref (series->figures);
  g_free (series);
}

static Figure *
find (SsioSeries *series, const gchar *name)
{
  Figure *figure;
  guint i;

  for (i = 0; i < series->figures->len; i++) {
    figure = g_ptr_array_index (series->figures, i);
    if (g_str_equal (figure->name, name))
      return figure;
  }
  figure = g_new0 (Figure, 1);
  figure->name = g_strdup (name);
  figure->samples = g_array_new (FALSE, FALSE, sizeof (gdouble));
  g_ptr_array_add (series->figures, figure);
  return figure;
}

void
ssio_series_add (SsioSeries *series, const gchar *name, gdouble value,
    guint decimals, const gchar *text)
{
  Figure *figure = find (series, name);

  if (!figure->text)
    figure->text = g_strdup (text);
  figure->decimals = decimals;
  g_array_append_val (figure->samples, value);
}

void
ssio_series_add_aim (SsioSeries *series, const gchar *name, gdouble value,
    SsioAim direction, gdouble aim)
{
  Figure *figure = find (series, name);

  figure->direction = direction;
  figure->aim = aim;
  g_array_append_val (figure->samples, value);
}

static void
report_aim (SsioReport *report, const Figure *figure)
{
  gchar *list_name = g_strconcat (figure->name, "_samples", NULL);

  ssio_report_add_aim (report, figure->name,
      ssio_report_get_median (figure->samples), figure->direction,
      figure->aim);
  ssio_report_add_list (report, list_name, figure->samples);
  g_free (list_name);
}

void
ssio_series_report (SsioSeries *series, SsioReport *report)
{
  guint i;

  for (i = 0; i < series->figures->len; i++) {
    Figure *figure = g_ptr_array_index (series->figures, i);

    if (figure->text)
      ssio_report_add_samples (report, figure->name, figure->samples,
          figure->decimals, figure->text);
  }
  g_print ("\n");
  for (i = 0; i < series->figures->len; i++) {
    Figure *figure = g_ptr_array_index (series->figures, i);

    if (!figure->text)
      report_aim (report, figure);
  }
}
