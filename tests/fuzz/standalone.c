/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target without a fuzzer: the files of a directory, and mutations
 * of them that are the same each time.
 *
 *   fuzz_FORMAT SEED_DIRECTORY N_MUTATIONS */

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "fuzz.h"

#define RANDOM_SEED 20240229
#define MAX_STEPS 4

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

static GPtrArray *
list_names (const gchar *directory)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GError *error = NULL;
  GDir *dir = g_dir_open (directory, 0, &error);
  const gchar *name;

  if (!dir)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_dir_close (dir);
  /* whose order is any */
  g_ptr_array_sort (names, compare_names);
  return names;
}

static GPtrArray *
read_seeds (const gchar *directory)
{
  GPtrArray *names = list_names (directory);
  GPtrArray *seeds
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint i;

  for (i = 0; i < names->len; i++) {
    gchar *path = g_build_filename (directory, names->pdata[i], NULL);
    GError *error = NULL;
    gchar *data;
    gsize size;

    if (!g_file_get_contents (path, &data, &size, &error))
      g_error ("%s", error->message);
    g_ptr_array_add (seeds, g_bytes_new_take (data, size));
    g_free (path);
  }
  g_ptr_array_unref (names);
  return seeds;
}

/* In an allocation that ends with them, so that reading on is seen. */
static void
run (const guint8 *data, gsize size)
{
  guint8 *copy = g_malloc (size);

  if (size > 0)
    memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
  g_free (copy);
}

static guint
random_below (GRand *random, guint end)
{
  return end > 1 ? (guint) g_rand_int_range (random, 0, end) : 0;
}

/* Writes a number that is often the one too many. */
static void
put_number (GRand *random, GByteArray *bytes)
{
  static const guint64 numbers[] = { 0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000,
    0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff,
    0x8000000000000000, 0x7ff8000000000000, 0xffffffffffffffff };
  guint64 value = numbers[random_below (random, G_N_ELEMENTS (numbers))];
  guint size = 1 << random_below (random, 4);

  if (size <= bytes->len)
    memcpy (bytes->data + random_below (random, bytes->len - size + 1), &value,
        size);
}

static void
move_bytes (GRand *random, GByteArray *bytes)
{
  guint from = random_below (random, bytes->len);
  guint to = random_below (random, bytes->len);
  guint size = random_below (random, bytes->len - MAX (from, to) + 1);

  memmove (bytes->data + to, bytes->data + from, size);
}

static void
grow (GRand *random, GByteArray *bytes)
{
  guint length = bytes->len;

  g_byte_array_set_size (bytes, length + 1 + random_below (random, 256));
  memset (bytes->data + length, random_below (random, 256),
      bytes->len - length);
}

static void
mutate (GRand *random, GByteArray *bytes)
{
  guint at = random_below (random, bytes->len);

  if (bytes->len == 0) {
    grow (random, bytes);
    return;
  }
  switch (random_below (random, 6)) {
  case 0:
    bytes->data[at] ^= 1 << random_below (random, 8);
    break;
  case 1:
    bytes->data[at] = random_below (random, 256);
    break;
  case 2:
    put_number (random, bytes);
    break;
  case 3:
    move_bytes (random, bytes);
    break;
  case 4:
    g_byte_array_set_size (bytes, at);
    break;
  default:
    grow (random, bytes);
    break;
  }
}

static void
run_mutation (GRand *random, GBytes *seed)
{
  GByteArray *bytes = g_byte_array_new ();
  guint n_steps = 1 + random_below (random, MAX_STEPS);
  gsize size;
  gconstpointer data = g_bytes_get_data (seed, &size);

  g_byte_array_append (bytes, data, size);
  while (n_steps-- > 0)
    mutate (random, bytes);
  run (bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}

int
main (int argc, char **argv)
{
  GPtrArray *seeds;
  GRand *random;
  guint n_mutations, i;

  if (argc != 3)
    g_error ("usage: %s SEED_DIRECTORY N_MUTATIONS", argv[0]);
  seeds = read_seeds (argv[1]);
  n_mutations = strtoul (argv[2], NULL, 10);
  if (seeds->len == 0)
    g_error ("%s: no seed", argv[1]);

  for (i = 0; i < seeds->len; i++) {
    gsize size;
    gconstpointer data = g_bytes_get_data (seeds->pdata[i], &size);

    run (data, size);
  }
  random = g_rand_new_with_seed (RANDOM_SEED);
  for (i = 0; i < n_mutations; i++)
    run_mutation (random, seeds->pdata[i % seeds->len]);
  g_rand_free (random);
  g_print ("%u seeds, %u mutations\n", seeds->len, n_mutations);
  g_ptr_array_unref (seeds);
  return 0;
}
