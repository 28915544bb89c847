/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target without libFuzzer: on the files of a folder, and on a
 * number of mutations of them, the same ones each time.
 *
 *   fuzz-FORMAT SEEDS MUTATIONS
 *   fuzz-FORMAT FILE */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define MAX_SIZE (64 << 10)

static GByteArray *
load (const gchar *path)
{
  GError *error = NULL;
  gchar *bytes;
  gsize size;

  if (!g_file_get_contents (path, &bytes, &size, &error))
    g_error ("%s", error->message);
  return g_byte_array_new_take ((guint8 *) bytes, size);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

static GPtrArray *
load_folder (const gchar *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *seeds
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  GError *error = NULL;
  GDir *dir = g_dir_open (folder, 0, &error);
  const gchar *name;
  guint i;

  if (!dir)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_dir_close (dir);
  g_ptr_array_sort (names, compare_names);
  for (i = 0; i < names->len; i++)
    g_ptr_array_add (seeds, load (g_ptr_array_index (names, i)));
  g_ptr_array_unref (names);
  if (seeds->len == 0)
    g_error ("%s: holds no file", folder);
  return seeds;
}

/* Numbers at the ends of types, in binary and in text, and what separates
 * words. */
static void
append_odd (GByteArray *bytes, GRand *rand)
{
  static const gchar *const words[] = { "-1", "0", "1", "255", "65536",
    "2147483648", "4294967295", "9223372036854775807", "18446744073709551616",
    "1e999", "nan", "-inf", "\n", "\r\n", " ", "#", "_" };
  static const guint64 numbers[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff,
    0x7fffffff, 0x80000000, 0xffffffff, G_MAXINT64, G_MAXUINT64 };
  guint i = g_rand_int_range (rand, 0,
      G_N_ELEMENTS (words) + G_N_ELEMENTS (numbers));

  if (i < G_N_ELEMENTS (words))
    g_byte_array_append (bytes, (const guint8 *) words[i], strlen (words[i]));
  else
    g_byte_array_append (bytes,
        (const guint8 *) &numbers[i - G_N_ELEMENTS (words)],
        1 << g_rand_int_range (rand, 0, 4));
}

/* Replaces a part of the bytes by other ones. */
static GByteArray *
splice (GByteArray *bytes, GRand *rand, const GByteArray *other)
{
  GByteArray *result = g_byte_array_new ();
  guint from = g_rand_int_range (rand, 0, bytes->len + 1);
  guint length = g_rand_int_range (rand, 0, 9);
  guint to = MIN (from + length, bytes->len);
  guint start = g_rand_int_range (rand, 0, other->len + 1);
  guint n_others = g_rand_int_range (rand, 0, 65);

  g_byte_array_append (result, bytes->data, from);
  switch (g_rand_int_range (rand, 0, 5)) {
  case 0: /* nothing */
    break;
  case 1: /* nothing, and nothing after them */
    to = g_rand_int_range (rand, 0, 4) == 0 ? bytes->len : to;
    break;
  case 2:
    append_odd (result, rand);
    break;
  case 3:
    g_byte_array_append (result, other->data + start,
        MIN (n_others, other->len - start));
    break;
  default:
    for (; length > 0; length--) {
      guint8 byte = g_rand_int (rand);

      g_byte_array_append (result, &byte, 1);
    }
  }
  g_byte_array_append (result, bytes->data + to, bytes->len - to);
  g_byte_array_unref (bytes);
  if (result->len > MAX_SIZE)
    g_byte_array_set_size (result, MAX_SIZE);
  return result;
}

static const GByteArray *
pick (GPtrArray *seeds, GRand *rand)
{
  return g_ptr_array_index (seeds, g_rand_int_range (rand, 0, seeds->len));
}

/* In memory of its own size, so that what reads behind it is seen. */
static void
run (const GByteArray *bytes)
{
  guint8 *data = g_memdup2 (bytes->data, bytes->len);

  LLVMFuzzerTestOneInput (data, bytes->len);
  g_free (data);
}

static void
run_mutation (GPtrArray *seeds, GRand *rand)
{
  const GByteArray *seed = pick (seeds, rand);
  GByteArray *bytes = g_byte_array_new ();
  gint n = g_rand_int_range (rand, 1, 5);

  g_byte_array_append (bytes, seed->data, seed->len);
  for (; n > 0; n--)
    bytes = splice (bytes, rand, pick (seeds, rand));
  run (bytes);
  g_byte_array_unref (bytes);
}

int
main (int argc, char **argv)
{
  GPtrArray *seeds;
  GRand *rand;
  guint64 n, i;

  if (argc == 2) {
    GByteArray *bytes = load (argv[1]);

    run (bytes);
    g_byte_array_unref (bytes);
    return EXIT_SUCCESS;
  }
  if (argc != 3
      || !g_ascii_string_to_unsigned (argv[2], 10, 0, G_MAXUINT64, &n, NULL))
    g_error ("usage: %s SEEDS MUTATIONS, or FILE", argv[0]);

  seeds = load_folder (argv[1]);
  for (i = 0; i < seeds->len; i++)
    run (g_ptr_array_index (seeds, i));
  rand = g_rand_new_with_seed (1);
  for (i = 0; i < n; i++)
    run_mutation (seeds, rand);
  g_rand_free (rand);
  g_ptr_array_unref (seeds);
  return EXIT_SUCCESS;
}
