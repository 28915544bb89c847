/* SPDX-License-Identifier: MIT */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <sys/utsname.h>

#include <json-glib/json-glib.h>

#include "program.h"
#include "report.h"

/* bench-python.py prints its rows the same way. */
#define ROW "%-26s %14s  %s\n"
#define AIM_DECIMALS 3

struct _SsioReport {
  JsonBuilder *json;
};

SsioReport *
ssio_report_new (void)
{
  SsioReport *report = g_new0 (SsioReport, 1);

  report->json = json_builder_new ();
  json_builder_begin_object (report->json);
  return report;
}

void
ssio_report_add_text (SsioReport *report, const gchar *name,
    const gchar *value)
{
  g_print ("%-26s %s\n", name, value);
  json_builder_set_member_name (report->json, name);
  json_builder_add_string_value (report->json, value);
}

/* Linux names the CPU on x86; elsewhere the architecture has to do. */
static gchar *
get_cpu_name (const struct utsname *system)
{
  const gchar *key = "model name";
  gchar *text = NULL, *line, *name;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup (system->machine);
  line = strstr (text, key);
  if (line)
    line = strchr (line, ':');
  name = line ? g_strndup (line + 1, strcspn (line + 1, "\n"))
              : g_strdup (system->machine);
  g_free (text);
  return g_strstrip (name);
}

void
ssio_report_add_machine (SsioReport *report)
{
  struct utsname system;
  GDateTime *now = g_date_time_new_now_utc ();
  gchar *date = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  gchar *cpu, *kernel;

  if (uname (&system) != 0)
    memset (&system, 0, sizeof (system));
  cpu = get_cpu_name (&system);
  kernel = g_strdup_printf ("%s %s %s", system.sysname, system.release,
      system.machine);
  ssio_report_add_text (report, "cpu", cpu);
  ssio_report_add_value (report, "cores", g_get_num_processors (), 0,
      "that this process may use");
  ssio_report_add_text (report, "kernel", kernel);
  ssio_report_add_text (report, "date", date);
  g_free (kernel);
  g_free (cpu);
  g_free (date);
  g_date_time_unref (now);
}

static void
add_row (SsioReport *report, const gchar *name, gdouble value, guint decimals,
    const gchar *text)
{
  gchar *value_text = g_strdup_printf ("%.*f", decimals, value);

  g_print (ROW, name, value_text, text);
  json_builder_set_member_name (report->json, name);
  json_builder_add_double_value (report->json, value);
  g_free (value_text);
}

void
ssio_report_add_value (SsioReport *report, const gchar *name, gdouble value,
    guint decimals, const gchar *text)
{
  add_row (report, name, value, decimals, text);
}

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a;
  gdouble y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

gdouble
ssio_report_get_median (GArray *samples)
{
  g_array_sort (samples, compare_doubles);
  return g_array_index (samples, gdouble, samples->len / 2);
}

gdouble
ssio_report_add_samples (SsioReport *report, const gchar *name,
    GArray *samples, guint decimals, const gchar *text)
{
  gchar *list_name = g_strconcat (name, "_samples", NULL);
  gdouble median = ssio_report_get_median (samples);
  gchar *range;

  range = g_strdup_printf ("%s (%.*f to %.*f)", text, decimals,
      g_array_index (samples, gdouble, 0), decimals,
      g_array_index (samples, gdouble, samples->len - 1));
  add_row (report, name, median, decimals, range);
  ssio_report_add_list (report, list_name, samples);
  g_free (range);
  g_free (list_name);
  return median;
}

void
ssio_report_add_aim (SsioReport *report, const gchar *name, gdouble value,
    SsioAim direction, gdouble aim)
{
  gboolean at_most = direction == SSIO_AIM_AT_MOST;
  gboolean met = at_most ? value <= aim : value >= aim;
  gchar *text = g_strdup_printf ("aim %s %g: %s", at_most ? "<=" : ">=", aim,
      met ? "met" : "missed");

  add_row (report, name, value, AIM_DECIMALS, text);
  g_free (text);
}

void
ssio_report_add_list (SsioReport *report, const gchar *name,
    const GArray *values)
{
  guint i;

  json_builder_set_member_name (report->json, name);
  json_builder_begin_array (report->json);
  for (i = 0; i < values->len; i++)
    json_builder_add_double_value (report->json,
        g_array_index (values, gdouble, i));
  json_builder_end_array (report->json);
}

static void
write_json (SsioReport *report, const gchar *path)
{
  JsonGenerator *generator = json_generator_new ();
  JsonNode *root = json_builder_get_root (report->json);
  GError *error = NULL;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  if (!json_generator_to_file (generator, path, &error))
    ssio_fail ("%s", error->message);
  json_node_unref (root);
  g_object_unref (generator);
}

void
ssio_report_end (SsioReport *report, const gchar *path)
{
  json_builder_end_object (report->json);
  if (path)
    write_json (report, path);
  g_object_unref (report->json);
  g_free (report);
}
