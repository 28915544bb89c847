/* SPDX-License-Identifier: MIT */
/* Drives a libFuzzer target where there is no libFuzzer: runs the files of a
 * directory, then so many mutations of them, always the same ones.
 *
 *   fuzz-FORMAT DIRECTORY MUTATIONS */

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#define MAX_SIZE (1 << 16)
#define MAX_EDITS 6
#define RANDOM_SEED 1

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static GPtrArray *
load_seeds (const gchar *directory)
{
  GPtrArray *seeds
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  GError *error = NULL;
  GDir *dir = g_dir_open (directory, 0, &error);
  GList *names = NULL;
  GList *at;
  const gchar *name;

  if (!dir)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir)))
    names = g_list_prepend (names, g_build_filename (directory, name, NULL));
  g_dir_close (dir);

  /* a directory is in no order, the mutations are */
  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (at = names; at; at = at->next) {
    gchar *bytes;
    gsize size;

    if (!g_file_get_contents (at->data, &bytes, &size, &error))
      g_error ("%s", error->message);
    g_ptr_array_add (seeds, g_byte_array_new_take ((guint8 *) bytes, size));
  }
  g_list_free_full (names, g_free);
  return seeds;
}

/* From 0 to limit, both included. */
static guint
draw (GRand *rand, guint limit)
{
  return limit == 0 ? 0 : g_rand_int (rand) % (limit + 1);
}

static void
insert (GByteArray *input, guint at, const guint8 *bytes, guint size)
{
  guint tail = input->len - at;

  if (input->len + size > MAX_SIZE)
    return;
  g_byte_array_set_size (input, input->len + size);
  memmove (input->data + at + size, input->data + at, tail);
  memcpy (input->data + at, bytes, size);
}

/* Puts a part of other, which may be input itself, into input. */
static void
insert_part (GRand *rand, GByteArray *input, const GByteArray *other)
{
  guint from = draw (rand, other->len);
  guint size = draw (rand, MIN (other->len - from, 64));
  guint8 *part = g_memdup2 (other->data + from, size);

  if (size > 0)
    insert (input, draw (rand, input->len), part, size);
  g_free (part);
}

static void
edit (GRand *rand, GByteArray *input, const GPtrArray *seeds)
{
  static const guint8 bytes[]
      = { 0, 1, 0x7f, 0x80, 0xff, ' ', '\t', '\n', '\r', '-', '.', '0', '9' };
  guint at = draw (rand, input->len);
  guint left = input->len - at;

  switch (draw (rand, 6)) {
  case 0:
    if (left > 0)
      input->data[at] ^= 1 << draw (rand, 7);
    break;
  case 1:
    if (left > 0)
      input->data[at] = bytes[draw (rand, G_N_ELEMENTS (bytes) - 1)];
    break;
  case 2:
    insert (input, at, &bytes[draw (rand, G_N_ELEMENTS (bytes) - 1)], 1);
    break;
  case 3:
    g_byte_array_remove_range (input, at, draw (rand, MIN (left, 32)));
    break;
  case 4:
    g_byte_array_set_size (input, at);
    break;
  case 5:
    insert_part (rand, input, input);
    break;
  default:
    insert_part (rand, input,
        g_ptr_array_index (seeds, draw (rand, seeds->len - 1)));
    break;
  }
}

/* A copy that ends where the input does, so that a sanitizer sees what is
 * read past it. */
static void
run (const GByteArray *input)
{
  guint8 *bytes = g_memdup2 (input->data, input->len);

  LLVMFuzzerTestOneInput (bytes, input->len);
  g_free (bytes);
}

static void
run_mutation (GRand *rand, const GPtrArray *seeds)
{
  const GByteArray *seed
      = g_ptr_array_index (seeds, draw (rand, seeds->len - 1));
  GByteArray *input = g_byte_array_new ();
  guint edits = 1 + draw (rand, MAX_EDITS - 1);

  g_byte_array_append (input, seed->data, seed->len);
  while (edits-- > 0)
    edit (rand, input, seeds);
  run (input);
  g_byte_array_unref (input);
}

int
main (int argc, char **argv)
{
  GPtrArray *seeds;
  GRand *rand;
  guint64 n_mutations, i;

  if (argc != 3
      || !g_ascii_string_to_unsigned (argv[2], 10, 0, G_MAXINT64, &n_mutations,
          NULL)) {
    g_printerr ("usage: %s DIRECTORY MUTATIONS\n", argv[0]);
    return EXIT_FAILURE;
  }
  seeds = load_seeds (argv[1]);
  if (seeds->len == 0)
    g_error ("%s: holds no seeds", argv[1]);
  for (i = 0; i < seeds->len; i++)
    run (g_ptr_array_index (seeds, i));
  rand = g_rand_new_with_seed (RANDOM_SEED);
  for (i = 0; i < n_mutations; i++)
    run_mutation (rand, seeds);
  g_rand_free (rand);
  g_print ("%u seeds and %" G_GUINT64_FORMAT " mutations\n", seeds->len,
      n_mutations);
  g_ptr_array_unref (seeds);
  return EXIT_SUCCESS;
}
