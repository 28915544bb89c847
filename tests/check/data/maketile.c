/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "ssiocheck.h"

#define POINT_SIZE 24
#define SIDE 500
#define N_CLASSES 9 /* and 0, which does not occur */
#define MANY "500000"

/* sha256sum of what --points 100000 --seed 1 makes. It may change only when
 * the scene is meant to. */
#define PINNED_POINTS "100000"
#define PINNED_SUM \
  "47c1dea131d833232eb8519b690f526049441dad0c80fdc6b97f2e6d640fb78c"

typedef struct {
  gfloat x, y, z;
  gfloat intensity;
  gfloat sem_class;
  gfloat ins_class;
} Point;

typedef struct {
  Point *points;
  gsize n;
} Tile;

/* Runs the program; returns its exit status and, where asked, what it says on
 * stderr. */
static gint
run_program (GSpawnChildSetupFunc setup, gchar **message,
    const gchar *const *arguments)
{
  GPtrArray *argv = g_ptr_array_new ();
  gchar *errors = NULL;
  GError *error = NULL;
  gint status;

  g_ptr_array_add (argv, (gpointer) g_getenv ("SSIO_CHECK_MAKE_TILE"));
  for (; *arguments; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  fail_unless (g_spawn_sync (NULL, (gchar **) argv->pdata, NULL,
                   G_SPAWN_STDOUT_TO_DEV_NULL, setup, NULL, NULL, &errors,
                   &status, &error),
      "%s", error ? error->message : "");
  fail_unless (WIFEXITED (status), "%s", errors);
  if (message)
    *message = g_steal_pointer (&errors);
  g_free (errors);
  g_ptr_array_unref (argv);
  return WEXITSTATUS (status);
}

#define RUN(setup, message, ...) \
  run_program (setup, message, (const gchar *const[]){ __VA_ARGS__, NULL })

/* Makes a tile and returns its path. */
static gchar *
make_file (const gchar *suffix, const gchar *points, const gchar *seed,
    const gchar *threads)
{
  gchar *path = ssio_check_make_path (suffix);
  gchar *message;

  fail_unless_equals_int (RUN (NULL, &message, "--points", points, "--seed",
                              seed, "--threads", threads, path),
      0);
  fail_unless_equals_string (message, "");
  g_free (message);
  return path;
}

static Tile
make_tile (const gchar *points, const gchar *seed)
{
  gchar *path = make_file (".bin", points, seed, "0");
  Tile tile;

  fail_unless (g_file_get_contents (path, (gchar **) &tile.points, &tile.n,
      NULL));
  fail_unless_equals_int (tile.n % POINT_SIZE, 0);
  tile.n /= POINT_SIZE;
  g_remove (path);
  g_free (path);
  return tile;
}

static gchar *
sum_file (const gchar *path)
{
  gchar *bytes, *sum;
  gsize size;

  fail_unless (g_file_get_contents (path, &bytes, &size, NULL));
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes,
      size);
  g_free (bytes);
  return sum;
}

static gchar *
sum_tile (const gchar *points, const gchar *seed, const gchar *threads)
{
  gchar *path = make_file (".bin", points, seed, threads);
  gchar *sum = sum_file (path);

  g_remove (path);
  g_free (path);
  return sum;
}

GST_START_TEST (same_arguments_give_the_same_bytes_on_any_number_of_threads)
{
  static const gchar *threads[] = { "0", "1", "2", "3", "16" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++) {
    gchar *sum = sum_tile (PINNED_POINTS, "1", threads[i]);

    fail_unless_equals_string (sum, PINNED_SUM);
    g_free (sum);
  }
}
GST_END_TEST;

GST_START_TEST (another_seed_or_size_gives_other_points)
{
  gchar *sums[] = {
    sum_tile ("1000", "0", "0"),
    sum_tile ("1000", "1", "0"),
    sum_tile ("1000", "9223372036854775807", "0"),
  };
  Tile small = make_tile ("1000", "0");
  Tile large = make_tile ("1001", "0");

  fail_unless (strcmp (sums[0], sums[1]) != 0);
  fail_unless (strcmp (sums[0], sums[2]) != 0);
  fail_unless (strcmp (sums[1], sums[2]) != 0);
  fail_unless (memcmp (small.points, large.points, small.n * POINT_SIZE) != 0);
  g_free (small.points);
  g_free (large.points);
  g_free (sums[0]);
  g_free (sums[1]);
  g_free (sums[2]);
}
GST_END_TEST;

GST_START_TEST (a_tile_has_as_many_points_as_asked_for)
{
  /* around the size of a block, too */
  static const gchar *sizes[]
      = { "1", "2", "17", "1000", "32767", "32768", "32769", "65537" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Tile tile = make_tile (sizes[i], "0");

    fail_unless_equals_uint64 (tile.n, g_ascii_strtoull (sizes[i], NULL, 10));
    g_free (tile.points);
  }
}
GST_END_TEST;

static void
check_npy (const gchar *n_points)
{
  gchar *npy = make_file (".npy", n_points, "3", "0");
  GstSsioLayout *layout
      = gst_ssio_layout_new_from_string (GST_SSIO_DEFAULT_LAYOUT, 0, NULL);
  GError *error = NULL;
  GstSsioPointFile *file
      = gst_ssio_point_file_open (npy, layout, GST_SSIO_IO_MODE_AUTO, &error);
  Tile tile = make_tile (n_points, "3");
  guint64 offset;
  gchar *bytes;
  gsize size;

  fail_unless (file != NULL, "%s", error ? error->message : "");
  fail_unless_equals_uint64 (gst_ssio_point_file_get_n_points (file), tile.n);
  offset = gst_ssio_point_file_get_data_offset (file);
  fail_unless_equals_int (offset % 64, 0);
  fail_unless (g_file_get_contents (npy, &bytes, &size, NULL));
  fail_unless_equals_uint64 (size, offset + tile.n * POINT_SIZE);
  fail_unless (memcmp (bytes + offset, tile.points, tile.n * POINT_SIZE) == 0);
  fail_unless_equals_int (bytes[offset - 1], '\n');
  g_free (bytes);
  g_free (tile.points);
  gst_ssio_point_file_unref (file);
  gst_ssio_layout_unref (layout);
  g_free (npy);
}

GST_START_TEST (npy_holds_the_same_points_with_their_names)
{
  check_npy ("1");
  check_npy ("17");
  check_npy ("100000");
}
GST_END_TEST;

GST_START_TEST (points_are_finite_whole_and_within_the_tile)
{
  Tile tile = make_tile (MANY, "0");
  gsize i;

  for (i = 0; i < tile.n; i++) {
    const Point *point = &tile.points[i];

    fail_unless (point->x >= 0 && point->x <= SIDE, "%g", point->x);
    fail_unless (point->y >= 0 && point->y <= SIDE, "%g", point->y);
    fail_unless (point->z > 0 && point->z < 150, "%g", point->z);
    fail_unless (point->intensity >= 0 && point->intensity <= 255);
    fail_unless (point->intensity == floorf (point->intensity));
    fail_unless (point->sem_class >= 1 && point->sem_class < N_CLASSES);
    fail_unless (point->sem_class == floorf (point->sem_class));
    fail_unless (point->ins_class >= 0 && point->ins_class < 1 << 20);
    fail_unless (point->ins_class == floorf (point->ins_class));
    fail_unless ((point->ins_class == 0) == (point->sem_class == 1));
  }
  g_free (tile.points);
}
GST_END_TEST;

GST_START_TEST (a_tile_of_any_size_is_covered)
{
  static const gchar *sizes[] = { "400", "3001", "100000" };
  guint i;
  gsize n;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Tile tile = make_tile (sizes[i], "2");
    guint counts[5][5] = { { 0 } };
    guint *count = &counts[0][0];

    for (n = 0; n < tile.n; n++)
      counts[MIN (4, (guint) (tile.points[n].y / 100))]
            [MIN (4, (guint) (tile.points[n].x / 100))]++;
    for (n = 0; n < 25; n++)
      fail_unless (ABS (count[n] * 25.0 / tile.n - 1) < 0.3, "%u of %s",
          count[n], sizes[i]);
    g_free (tile.points);
  }
}
GST_END_TEST;

static void
check_shares (const gchar *seed)
{
  /* of all points: at least and at most */
  static const gdouble shares[N_CLASSES][2] = {
    { 0, 0 }, { 0.5, 0.85 }, /* ground */
    { 0.08, 0.4 },           /* vegetation */
    { 0.004, 0.04 },         /* cars */
    { 0.0008, 0.02 },        /* trucks */
    { 0.0015, 0.01 },        /* power lines */
    { 0.0005, 0.01 },        /* fences */
    { 0.00008, 0.002 },      /* poles */
    { 0.04, 0.25 },          /* buildings */
  };
  Tile tile = make_tile (MANY, seed);
  gdouble counts[N_CLASSES] = { 0 };
  guint c;
  gsize i;

  for (i = 0; i < tile.n; i++)
    counts[(guint) tile.points[i].sem_class]++;
  for (c = 0; c < N_CLASSES; c++)
    fail_unless (counts[c] >= shares[c][0] * tile.n
                     && counts[c] <= shares[c][1] * tile.n,
        "seed %s, class %u: %g points", seed, c, counts[c]);
  g_free (tile.points);
}

GST_START_TEST (every_class_occurs_with_a_plausible_share)
{
  static const gchar *seeds[] = { "0", "1", "2", "3", "4", "5", "6", "7" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (seeds); i++)
    check_shares (seeds[i]);
}
GST_END_TEST;

GST_START_TEST (intensity_depends_on_the_class)
{
  static const gdouble means[N_CLASSES]
      = { 0, 82, 57, 114, 155, 18, 77, 30, 138 };
  Tile tile = make_tile (MANY, "0");
  gdouble sums[N_CLASSES] = { 0 };
  guint counts[N_CLASSES] = { 0 };
  guint c;
  gsize i;

  for (i = 0; i < tile.n; i++) {
    c = tile.points[i].sem_class;
    sums[c] += tile.points[i].intensity;
    counts[c]++;
  }
  for (c = 1; c < N_CLASSES; c++)
    fail_unless (ABS (sums[c] / counts[c] - means[c]) < 12, "class %u: %g", c,
        sums[c] / counts[c]);
  g_free (tile.points);
}
GST_END_TEST;

GST_START_TEST (ground_is_smooth_and_things_stand_on_it)
{
  Tile tile = make_tile (MANY, "0");
  gsize i;

  for (i = 1; i < tile.n; i++) {
    const Point *point = &tile.points[i];
    const Point *before = point - 1;

    /* 0.7 m apart */
    if (before->sem_class == 1 && point->sem_class == 1)
      fail_unless (ABS (point->z - before->z) < 0.4, "point %" G_GSIZE_FORMAT,
          i);
    else if (before->sem_class == 1)
      fail_unless (point->z > before->z - 0.4 && point->z < before->z + 35);
  }
  g_free (tile.points);
}
GST_END_TEST;

GST_START_TEST (points_come_line_by_line)
{
  Tile tile = make_tile (MANY, "0");
  const gsize n_line = sqrt (tile.n);
  guint turns = 0;
  gdouble direction = 0;
  gsize i;

  for (i = n_line; i < tile.n; i++)
    fail_unless (tile.points[i].y > tile.points[i - n_line].y - 1);
  /* the sweep goes to the other side and back */
  for (i = 10; i < tile.n; i += 10) {
    gdouble step = tile.points[i].x - tile.points[i - 10].x;

    if (step * direction < 0)
      turns++;
    direction = step;
  }
  fail_unless (ABS ((gdouble) turns - n_line) < 30, "%u turns", turns);
  g_free (tile.points);
}
GST_END_TEST;

static gboolean
has_file (const gchar *path, const gchar *suffix)
{
  gchar *name = g_strconcat (path, suffix, NULL);
  gboolean has = g_file_test (name, G_FILE_TEST_IS_REGULAR);

  g_free (name);
  return has;
}

static void
check_message (gchar *message, const gchar *path, const gchar *part)
{
  fail_unless (g_str_has_prefix (message, "ssio-make-tile: "), "%s", message);
  fail_unless (strstr (message, path) != NULL, "%s", message);
  fail_unless (strstr (message, part) != NULL, "%s", message);
  fail_unless (g_str_has_suffix (message, "\n"), "%s", message);
  g_free (message);
}

/* Runs the program with an option; it must refuse with that message. */
static void
check_refused (gchar *path, const gchar *option, const gchar *part)
{
  gchar *message;

  fail_unless_equals_int (RUN (NULL, &message, option, path), 1);
  check_message (message, path, part);
  fail_if (has_file (path, "") || has_file (path, ".part"));
  g_free (path);
}

GST_START_TEST (what_it_cannot_do_is_refused_by_name)
{
  check_refused (ssio_check_make_path (".las"), "--points=10", ".bin or .npy");
  check_refused (ssio_check_make_path (""), "--points=10", ".bin or .npy");
  check_refused (ssio_check_make_path (".bin"), "--points=0", "--points");
  check_refused (ssio_check_make_path (".npy"), "--points=-5", "--points");
  check_refused (ssio_check_make_path (".bin"), "--points=2000000000000",
      "--points");
  check_refused (ssio_check_make_path (".bin"), "--seed=-1", "--seed");
  check_refused (ssio_check_make_path (".bin"), "--threads=-1", "--threads");
  check_refused (g_strdup ("/nonexistent/tile.bin"), "--points=10",
      "No such file or directory");
}
GST_END_TEST;

GST_START_TEST (wrong_command_lines_are_refused)
{
  gchar *path = ssio_check_make_path (".bin");
  gchar *message;

  fail_unless_equals_int (RUN (NULL, &message, "--points=10"), 1);
  check_message (message, "OUT.bin", "one file");
  fail_unless_equals_int (RUN (NULL, &message, path, path), 1);
  check_message (message, "OUT.bin", "one file");
  fail_unless_equals_int (RUN (NULL, &message, "--point=10", path), 1);
  check_message (message, "--point", "");
  fail_unless_equals_int (RUN (NULL, &message, "--points=ten", path), 1);
  check_message (message, "ten", "");
  fail_if (has_file (path, "") || has_file (path, ".part"));
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_directory_of_that_name_is_an_error)
{
  gchar *path = ssio_check_make_path (".bin");

  g_mkdir (path, 0700);
  check_refused (g_strdup (path), "--points=10", "directory");
  g_rmdir (path);
  g_free (path);
}
GST_END_TEST;

/* As good as a full disk, to the one who writes. */
static void
limit_files (gpointer user_data)
{
  struct rlimit limit = { 1000000, 1000000 };

  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &limit);
}

GST_START_TEST (a_file_that_cannot_be_finished_is_no_file)
{
  gchar *path = ssio_check_make_path (".bin");
  gchar *message;

  fail_unless_equals_int (RUN (limit_files, &message, "--points=" MANY, path),
      1);
  check_message (message, path, "too large");
  fail_if (has_file (path, "") || has_file (path, ".part"));
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (a_failure_leaves_the_file_that_was_there)
{
  gchar *path = ssio_check_write_file (".bin", "before", 6);
  gchar *text;

  fail_unless_equals_int (RUN (limit_files, NULL, "--points=" MANY, path), 1);
  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  fail_unless_equals_string (text, "before");
  g_free (text);
  fail_unless_equals_int (RUN (limit_files, NULL, "--points=2", path), 0);
  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  fail_unless (memcmp (text, "before", 6) != 0);
  fail_if (has_file (path, ".part"));
  g_free (text);
  g_free (path);
}
GST_END_TEST;

static Suite *
maketile_suite (void)
{
  Suite *suite = suite_create ("maketile");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase,
      same_arguments_give_the_same_bytes_on_any_number_of_threads);
  tcase_add_test (tcase, another_seed_or_size_gives_other_points);
  tcase_add_test (tcase, a_tile_has_as_many_points_as_asked_for);
  tcase_add_test (tcase, npy_holds_the_same_points_with_their_names);
  tcase_add_test (tcase, points_are_finite_whole_and_within_the_tile);
  tcase_add_test (tcase, a_tile_of_any_size_is_covered);
  tcase_add_test (tcase, every_class_occurs_with_a_plausible_share);
  tcase_add_test (tcase, intensity_depends_on_the_class);
  tcase_add_test (tcase, ground_is_smooth_and_things_stand_on_it);
  tcase_add_test (tcase, points_come_line_by_line);
  tcase_add_test (tcase, what_it_cannot_do_is_refused_by_name);
  tcase_add_test (tcase, wrong_command_lines_are_refused);
  tcase_add_test (tcase, a_directory_of_that_name_is_an_error);
  tcase_add_test (tcase, a_file_that_cannot_be_finished_is_no_file);
  tcase_add_test (tcase, a_failure_leaves_the_file_that_was_there);
  return suite;
}

SSIO_CHECK_MAIN (maketile)
