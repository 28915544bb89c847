/* SPDX-License-Identifier: MIT */

#include <gst/ssio/order.h>
#include <gst/ssio/permutation.h>

#include "ssiocheck.h"

GST_START_TEST (a_permutation_has_each_number_once)
{
  static const guint64 sizes[] = { 1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000 };
  guint s, stream;
  guint64 i;

  for (s = 0; s < G_N_ELEMENTS (sizes); s++) {
    for (stream = 0; stream < 5; stream++) {
      guint8 *seen = g_new0 (guint8, sizes[s]);
      GstSsioPermutation permutation;

      gst_ssio_permutation_init (&permutation, sizes[s], 7, stream);
      for (i = 0; i < sizes[s]; i++) {
        guint64 number = gst_ssio_permutation_get (&permutation, i);

        fail_unless (number < sizes[s]);
        fail_unless_equals_int (seen[number]++, 0);
        fail_unless_equals_uint64 (gst_ssio_permutation_find (&permutation,
                                       number),
            i);
      }
      g_free (seen);
    }
  }
}
GST_END_TEST;

GST_START_TEST (a_permutation_of_very_many_numbers_works)
{
  static const guint64 sizes[]
      = { G_MAXUINT64, G_MAXINT64, G_MAXUINT, 1ull << 62, 3ull << 40 };
  guint s;
  guint64 i;

  for (s = 0; s < G_N_ELEMENTS (sizes); s++) {
    GstSsioPermutation permutation;

    gst_ssio_permutation_init (&permutation, sizes[s], 1, 2);
    for (i = 0; i < 100; i++) {
      guint64 place = sizes[s] - 1 - i * (sizes[s] / 101);
      guint64 number = gst_ssio_permutation_get (&permutation, place);

      fail_unless (number < sizes[s]);
      fail_unless_equals_uint64 (gst_ssio_permutation_find (&permutation,
                                     number),
          place);
    }
  }
}
GST_END_TEST;

/* The order is part of the interface: a stream that is resumed on another
 * machine, or by a later version, goes on with the same batches. */
GST_START_TEST (an_order_is_the_same_everywhere_and_always)
{
  static const guint64 expected[] = { 3, 1, 9, 4, 0, 6, 2, 5, 8, 7 };
  GstSsioPermutation permutation;
  guint64 i;

  gst_ssio_permutation_init (&permutation, 10, 42, 3);
  for (i = 0; i < 10; i++)
    fail_unless_equals_uint64 (gst_ssio_permutation_get (&permutation, i),
        expected[i]);
}
GST_END_TEST;

/* Mean distance of numbers that follow each other is a third of n in a random
 * order, and each number's place is anywhere. */
GST_START_TEST (a_permutation_mixes)
{
  const guint64 n = 1000;
  const guint n_streams = 200;
  gdouble distance = 0;
  gdouble place_of_0 = 0;
  guint stream;
  guint64 i;

  for (stream = 0; stream < n_streams; stream++) {
    GstSsioPermutation permutation;
    guint64 before = 0;

    gst_ssio_permutation_init (&permutation, n, 5, stream);
    for (i = 0; i < n; i++) {
      guint64 number = gst_ssio_permutation_get (&permutation, i);

      if (i > 0)
        distance += number > before ? number - before : before - number;
      before = number;
    }
    place_of_0 += gst_ssio_permutation_find (&permutation, 0);
  }
  distance /= n_streams * (n - 1.0);
  place_of_0 /= n_streams;
  fail_unless (ABS (distance - n / 3.0) < 10, "%g", distance);
  fail_unless (ABS (place_of_0 - n / 2.0) < 100, "%g", place_of_0);
}
GST_END_TEST;

/* Every order of few numbers should be as likely: chi-squared over the place of
 * a number and over pairs of first ones, whose mean is 1 a degree of freedom. */
GST_START_TEST (small_permutations_are_all_as_likely)
{
  const guint n_streams = 20000;
  guint n, stream, i;

  for (n = 2; n <= 12; n++) {
    guint places[12] = { 0 };
    guint pairs[12 * 12] = { 0 };
    gdouble place_sum = 0;
    gdouble pair_sum = 0;

    for (stream = 0; stream < n_streams; stream++) {
      GstSsioPermutation permutation;

      gst_ssio_permutation_init (&permutation, n, 11, stream);
      places[gst_ssio_permutation_find (&permutation, 0)]++;
      pairs[gst_ssio_permutation_get (&permutation, 0) * 12
            + gst_ssio_permutation_get (&permutation, 1)]++;
    }
    for (i = 0; i < n; i++) {
      const gdouble expected = n_streams / (gdouble) n;

      place_sum += (places[i] - expected) * (places[i] - expected) / expected;
    }
    for (i = 0; i < 12 * 12; i++) {
      const gdouble expected = n_streams / (n * (n - 1.0));

      if (i / 12 < n && i % 12 < n && i / 12 != i % 12)
        pair_sum += (pairs[i] - expected) * (pairs[i] - expected) / expected;
    }
    fail_unless (place_sum / (n - 1) < 4, "%u: %g", n, place_sum / (n - 1));
    fail_unless (pair_sum / (n * (n - 1) - 1) < 4, "%u: %g", n,
        pair_sum / (n * (n - 1) - 1));
  }
}
GST_END_TEST;

/* Files of every kind for a batch size of 10. */
static const guint64 file_points[] = { 35, 10, 1, 20, 9, 100, 0, 11, 3 };
#define N_FILES G_N_ELEMENTS (file_points)
#define N_POINTS 189
#define N_BATCHES 22
#define N_FULL 17

static GstSsioOrder *
new_order (GstSsioOrderConfig config)
{
  config.batch_size = 10;
  if (config.n_shards == 0)
    config.n_shards = 1;
  return gst_ssio_order_new (&config, file_points, N_FILES);
}

/* Counts each point of an epoch of a shard in seen, and checks that batches
 * and positions agree. */
static void
count_points (GstSsioOrder *order, guint8 seen[N_FILES][100])
{
  guint64 n_batches = gst_ssio_order_get_n_batches (order);
  guint64 position = 0;
  guint64 i, p;

  for (i = 0; i < n_batches; i++) {
    GstSsioBatch batch, found;

    gst_ssio_order_get_batch (order, i, &batch);
    fail_unless_equals_uint64 (batch.index, i);
    fail_unless_equals_uint64 (batch.position, position);
    fail_unless (batch.n_points >= 1 && batch.n_points <= 10);
    fail_unless (batch.first_point % 10 == 0);
    fail_unless (batch.first_point + batch.n_points
                 <= file_points[batch.file]);
    for (p = 0; p < batch.n_points; p++) {
      gst_ssio_order_find_batch (order, position + p, &found);
      fail_unless_equals_uint64 (found.index, i);
      seen[batch.file][batch.first_point + p]++;
    }
    position += batch.n_points;
  }
  fail_unless_equals_uint64 (gst_ssio_order_get_n_points (order), position);
}

/* Of how many points a count is. */
static guint
count_seen (guint8 seen[N_FILES][100], guint times)
{
  guint n = 0;
  guint f, p;

  for (f = 0; f < N_FILES; f++) {
    for (p = 0; p < file_points[f]; p++)
      n += seen[f][p] == times;
  }
  return n;
}

GST_START_TEST (each_point_comes_once_in_an_epoch)
{
  guint shuffle, n_shards, shard, epoch;

  for (shuffle = 0; shuffle < 2; shuffle++) {
    for (n_shards = 1; n_shards <= 25; n_shards++) {
      for (epoch = 0; epoch < 3; epoch++) {
        guint8 seen[N_FILES][100] = { { 0 } };

        for (shard = 0; shard < n_shards; shard++) {
          GstSsioOrder *order
              = new_order ((GstSsioOrderConfig){ .shuffle = shuffle,
                  .seed = 9,
                  .n_shards = n_shards,
                  .shard = shard });

          gst_ssio_order_set_epoch (order, epoch);
          count_points (order, seen);
          gst_ssio_order_free (order);
        }
        fail_unless_equals_int (count_seen (seen, 1), N_POINTS);
      }
    }
  }
}
GST_END_TEST;

GST_START_TEST (even_shards_have_as_many_batches)
{
  guint drop, n_shards, shard;

  for (drop = 0; drop < 2; drop++) {
    const guint n_all = drop ? N_FULL : N_BATCHES;

    for (n_shards = 1; n_shards <= 3 * n_all; n_shards++) {
      const guint n_each
          = drop ? n_all / n_shards : (n_all + n_shards - 1) / n_shards;
      guint8 seen[N_FILES][100] = { { 0 } };

      for (shard = 0; shard < n_shards; shard++) {
        GstSsioOrder *order
            = new_order ((GstSsioOrderConfig){ .drop_last = drop,
                .shuffle = TRUE,
                .n_shards = n_shards,
                .shard = shard,
                .even = TRUE });

        fail_unless_equals_uint64 (gst_ssio_order_get_n_batches (order),
            n_each);
        count_points (order, seen);
        gst_ssio_order_free (order);
      }
      /* nothing is left out but with drop-last, and nothing comes more often
       * than it must */
      if (!drop)
        fail_unless_equals_int (count_seen (seen, 0), 0);
      if (n_shards <= n_all)
        fail_unless_equals_int (count_seen (seen, 1) + count_seen (seen, 2)
                                    + count_seen (seen, 0),
            N_POINTS);
    }
  }
}
GST_END_TEST;

GST_START_TEST (drop_last_leaves_out_what_is_not_full)
{
  GstSsioOrder *order = new_order ((GstSsioOrderConfig){ .drop_last = TRUE });
  guint8 seen[N_FILES][100] = { { 0 } };

  fail_unless_equals_uint64 (gst_ssio_order_get_n_batches (order), N_FULL);
  fail_unless_equals_uint64 (gst_ssio_order_get_n_points (order), 10 * N_FULL);
  count_points (order, seen);
  fail_unless_equals_int (count_seen (seen, 1), 10 * N_FULL);
  gst_ssio_order_free (order);
}
GST_END_TEST;

GST_START_TEST (epochs_and_seeds_have_orders_of_their_own)
{
  GstSsioOrder *order = new_order ((GstSsioOrderConfig){ .shuffle = TRUE });
  GstSsioOrder *other
      = new_order ((GstSsioOrderConfig){ .shuffle = TRUE, .seed = 1 });
  guint n_same_epoch = 0;
  guint n_same_seed = 0;
  guint64 i;

  for (i = 0; i < N_BATCHES; i++) {
    GstSsioBatch first, second, third;

    gst_ssio_order_set_epoch (order, 0);
    gst_ssio_order_get_batch (order, i, &first);
    gst_ssio_order_set_epoch (order, 1);
    gst_ssio_order_get_batch (order, i, &second);
    gst_ssio_order_get_batch (other, i, &third);
    n_same_epoch += first.file == second.file
                    && first.first_point == second.first_point;
    n_same_seed
        += first.file == third.file && first.first_point == third.first_point;
  }
  fail_unless (n_same_epoch < 10);
  fail_unless (n_same_seed < 10);
  gst_ssio_order_free (order);
  gst_ssio_order_free (other);
}
GST_END_TEST;

GST_START_TEST (nothing_to_stream_is_an_order_of_no_batches)
{
  const guint64 few = 5;
  const GstSsioOrderConfig config
      = { .batch_size = 10, .drop_last = TRUE, .n_shards = 1 };
  const GstSsioOrderConfig many_shards
      = { .batch_size = 10, .n_shards = 4, .shard = 3 };
  GstSsioOrder *order = gst_ssio_order_new (&config, &few, 1);

  fail_unless_equals_uint64 (gst_ssio_order_get_n_batches (order), 0);
  fail_unless_equals_uint64 (gst_ssio_order_get_n_points (order), 0);
  gst_ssio_order_free (order);
  order = gst_ssio_order_new (&many_shards, &few, 1);
  fail_unless_equals_uint64 (gst_ssio_order_get_n_batches (order), 0);
  fail_unless_equals_uint64 (gst_ssio_order_get_n_points (order), 0);
  gst_ssio_order_free (order);
}
GST_END_TEST;

static Suite *
order_suite (void)
{
  Suite *suite = suite_create ("order");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_permutation_has_each_number_once);
  tcase_add_test (tcase, a_permutation_of_very_many_numbers_works);
  tcase_add_test (tcase, an_order_is_the_same_everywhere_and_always);
  tcase_add_test (tcase, a_permutation_mixes);
  tcase_add_test (tcase, small_permutations_are_all_as_likely);
  tcase_add_test (tcase, each_point_comes_once_in_an_epoch);
  tcase_add_test (tcase, even_shards_have_as_many_batches);
  tcase_add_test (tcase, drop_last_leaves_out_what_is_not_full);
  tcase_add_test (tcase, epochs_and_seeds_have_orders_of_their_own);
  tcase_add_test (tcase, nothing_to_stream_is_an_order_of_no_batches);
  return suite;
}

SSIO_CHECK_MAIN (order)
