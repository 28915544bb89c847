/* SPDX-License-Identifier: MIT */
/* Makes a file of points that looks like an airborne LiDAR tile, for tests,
 * benchmarks and first steps where there is no real one. */

#include <locale.h>

#include "tilefile.h"

static gint64 n_points = 2000000;
static gint64 seed;
static gint n_threads;

static GOptionEntry entries[] = {
  { "points", 'n', 0, G_OPTION_ARG_INT64, &n_points,
      "Points of the tile (2000000)", "N" },
  { "seed", 's', 0, G_OPTION_ARG_INT64, &seed,
      "Which tile; each seed is another one (0)", "S" },
  { "threads", 't', 0, G_OPTION_ARG_INT, &n_threads,
      "Threads that make it; the bytes are the same (0 = one for each core)",
      "N" },
  { NULL },
};

static const gchar summary[]
    = "Makes an airborne LiDAR tile of 500 m by 500 m: ground, buildings, "
      "trees, cars,\ntrucks, power lines, poles and fences, in scan-line "
      "order. The same arguments\ngive the same bytes on every machine.";

static const gchar description[]
    = "OUT.bin is headerless records of six little-endian float32, 24 bytes a "
      "point:\nx, y, z in metres, intensity (0 to 255), sem_class (1 ground, 2 "
      "vegetation,\n3 cars, 4 trucks, 5 power lines, 6 fences, 7 poles, 8 "
      "buildings), ins_class\n(the object's number; 0 for ground). OUT.npy is "
      "the same as a NumPy structured\narray.";

static gboolean
check_arguments (gint argc, gchar **argv, GError **error)
{
  const gchar *problem = NULL;

  if (argc != 2)
    problem = "expected one file to write, OUT.bin or OUT.npy";
  else if (!g_str_has_suffix (argv[1], ".bin")
           && !g_str_has_suffix (argv[1], ".npy"))
    problem = "expected a name that ends in .bin or .npy";
  else if (n_points < 1 || n_points > (gint64) TILE_FILE_MAX_POINTS)
    problem = "--points: expected 1 to 2^40";
  else if (seed < 0)
    problem = "--seed: expected 0 or more";
  else if (n_threads < 0)
    problem = "--threads: expected 0 or more";
  if (!problem)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s%s%s",
      argc == 2 ? argv[1] : "", argc == 2 ? ": " : "", problem);
  return FALSE;
}

static gboolean
parse_arguments (gint *argc, gchar ***argv, GError **error)
{
  GOptionContext *context = g_option_context_new ("OUT.bin|OUT.npy");
  gboolean parsed;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  parsed = g_option_context_parse (context, argc, argv, error)
           && check_arguments (*argc, *argv, error);
  g_option_context_free (context);
  return parsed;
}

int
main (int argc, char **argv)
{
  GError *error = NULL;

  setlocale (LC_ALL, "");
  if (!parse_arguments (&argc, &argv, &error)
      || !tile_file_write (argv[1], n_points, seed, n_threads, &error)) {
    g_printerr ("ssio-make-tile: %s\n", error->message);
    g_error_free (error);
    return 1;
  }
  return 0;
}
