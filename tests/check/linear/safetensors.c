/* SPDX-License-Identifier: MIT */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linear/safetensors.h"
#include "ssiocheck.h"

/* A tensor's entry in a header. */
#define TENSOR(name, dtype, shape, begin, end) \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape \
  ",\"data_offsets\":[" begin "," end "]}"

/* Those of a layer of two inputs and one output. */
#define WEIGHT TENSOR ("0.weight", "F32", "[1,2]", "0", "8")
#define BIAS TENSOR ("0.bias", "F32", "[1]", "8", "12")

static const gfloat small_data[] = { 1.5f, -2.5f, 0.25f };

/* Expects one error that has the file's name and all the parts; frees path. */
static void
check_refused (gchar *path, guint n_in, const gchar *widths, GQuark domain,
    gint code, const gchar *const *parts)
{
  GstSsioModel *model = ssio_check_new_model (n_in, widths);
  GError *error = NULL;

  fail_if (gst_ssio_safetensors_load (path, model, &error), "loaded %s", path);
  fail_unless (error != NULL);
  fail_unless (g_str_has_prefix (error->message, path), "%s", error->message);
  fail_unless (strchr (error->message, '\n') == NULL, "%s", error->message);
  for (; parts[1]; parts++)
    fail_unless (strstr (error->message, parts[0]) != NULL,
        "expected \"%s\" in: %s", parts[0], error->message);
  ssio_check_gerror (&error, domain, code, parts[0]);
  gst_ssio_model_free (model);
  g_free (path);
}

#define PARTS(...) \
  (const gchar *const[]) \
  { \
    __VA_ARGS__, NULL \
  }

/* The same for a file of that header, for a layer of two inputs and one
 * output. */
#define check_header_refused(header, ...) \
  check_refused (ssio_check_write_tensors (header, small_data, 12), 2, "1", \
      GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, PARTS (__VA_ARGS__))

GST_START_TEST (tensors_of_a_file_become_the_layers)
{
  gchar *path
      = ssio_check_write_tensors ("{\"__metadata__\":{\"format\":\"pt\"}," BIAS
                                  "," WEIGHT "}    ",
          small_data, sizeof (small_data));
  GstSsioModel *model = ssio_check_load_model (2, "1", path);

  fail_unless_equals_float (model->layers[0].weight[0], 1.5);
  fail_unless_equals_float (model->layers[0].weight[1], -2.5);
  fail_unless_equals_float (model->layers[0].bias[0], 0.25);
  gst_ssio_model_free (model);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (header_of_any_length_leaves_the_data_readable)
{
  guint pad;

  for (pad = 0; pad < 8; pad++) {
    gchar *header = g_strdup_printf ("{%s,%s%*s}", WEIGHT, BIAS, pad, "");
    gchar *path = ssio_check_write_tensors (header, small_data, 12);
    GstSsioModel *model = ssio_check_load_model (2, "1", path);

    fail_unless_equals_float (model->layers[0].weight[1], -2.5);
    gst_ssio_model_free (model);
    g_free (path);
    g_free (header);
  }
}
GST_END_TEST;

GST_START_TEST (file_that_the_oracle_has_written_loads)
{
  gchar *path = ssio_check_make_path (".safetensors");
  GstSsioModel *expected = ssio_check_new_model (6, "64,3");
  GstSsioModel *model;

  if (!ssio_check_run_oracle (NULL, "weights", "3", "6,64,3", path, NULL)) {
    ssio_check_skip ("no Python with NumPy");
  } else {
    model = ssio_check_load_model (6, "64,3", path);
    gst_ssio_model_init_random (expected, 3);
    fail_unless (memcmp (model->layers[1].weight, expected->layers[1].weight,
                     3 * 64 * sizeof (gfloat))
                 == 0);
    fail_unless (memcmp (model->layers[0].bias, expected->layers[0].bias,
                     64 * sizeof (gfloat))
                 == 0);
    gst_ssio_model_free (model);
  }
  gst_ssio_model_free (expected);
  g_free (path);
}
GST_END_TEST;

/* Layers of one input and output, named in the file's order; the bias of
 * each is its place in expected, which is in the model's order. */
static void
check_order (const gchar *const *names, const gfloat *places, guint n)
{
  GString *header = g_string_new ("{");
  GString *widths = g_string_new ("1");
  gfloat *data = g_new0 (gfloat, 2 * n);
  GstSsioModel *model;
  gchar *path;
  guint i;

  for (i = 0; i < n; i++) {
    data[2 * i + 1] = places[i];
    g_string_append_printf (header,
        "%s\"%s.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],"
        "\"data_offsets\":[%u,%u]},"
        "\"%s.bias\":{\"dtype\":\"F32\",\"shape\":[1],"
        "\"data_offsets\":[%u,%u]}",
        i ? "," : "", names[i], 8 * i, 8 * i + 4, names[i], 8 * i + 4,
        8 * i + 8);
    if (i > 0)
      g_string_append (widths, ",1");
  }
  g_string_append (header, "}");
  path = ssio_check_write_tensors (header->str, data, 8 * n);
  model = ssio_check_load_model (1, widths->str, path);
  for (i = 0; i < n; i++)
    fail_unless_equals_float (model->layers[i].bias[0], i);
  gst_ssio_model_free (model);
  g_free (path);
  g_free (data);
  g_string_free (widths, TRUE);
  g_string_free (header, TRUE);
}

GST_START_TEST (layers_are_in_the_order_of_their_names_numbers)
{
  check_order ((const gchar *[]){ "10", "0", "2" },
      (const gfloat[]){ 2, 0, 1 }, 3);
  check_order ((const gchar *[]){ "fc10", "fc2", "fc1" },
      (const gfloat[]){ 2, 1, 0 }, 3);
  check_order ((const gchar *[]){ "enc.2.fc10", "enc.10.fc1", "enc.2.fc2" },
      (const gfloat[]){ 1, 2, 0 }, 3);
}
GST_END_TEST;

static gchar *
write_bytes (const gchar *bytes, gsize size)
{
  return ssio_check_write_file (".safetensors", bytes, size);
}

GST_START_TEST (file_without_a_whole_header_is_refused)
{
  check_refused (write_bytes ("", 0), 2, "1", GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, PARTS ("expected", "found", "0 bytes"));
  check_refused (write_bytes ("\2\0\0\0\0\0\0", 7), 2, "1", GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE, PARTS ("expected", "found", "7 bytes"));
  check_refused (write_bytes ("\3\0\0\0\0\0\0\0{}", 10), 2, "1",
      GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      PARTS ("expected", "found 3", "10 bytes"));
  check_refused (write_bytes ("\377\377\377\377\377\377\377\377{}", 10), 2,
      "1", GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      PARTS ("expected", "found 18446744073709551615", "10 bytes"));
}
GST_END_TEST;

GST_START_TEST (header_that_is_no_json_is_refused)
{
  check_header_refused ("{\"0.weight\":", "no JSON");
  check_header_refused ("PK\3\4 this is a PyTorch .pt file", "no JSON");
  check_header_refused ("{\"\377\":1}", "no JSON");
  check_refused (write_bytes ("\3\0\0\0\0\0\0\0{\0}", 11), 2, "1",
      GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, PARTS ("no JSON"));
  /* which a lenient parser would take */
  check_header_refused ("{/* \" */" WEIGHT "," BIAS "}", "no JSON");
  check_header_refused ("{// \"\n" WEIGHT "," BIAS "}", "no JSON");
  check_header_refused ("{'0.weight':1}", "no JSON");
}
GST_END_TEST;

GST_START_TEST (header_that_is_no_object_is_refused)
{
  check_header_refused ("", "no JSON object");
  check_header_refused ("   ", "no JSON object");
  check_header_refused ("[]", "no JSON object");
  check_header_refused ("null", "no JSON object");
  check_header_refused ("1", "no JSON object");
}
GST_END_TEST;

/* Brackets by the megabyte are more than a recursive parser's stack. */
static void
check_nesting_refused (const gchar *start, gchar bracket)
{
  GString *header = g_string_new (start);
  gsize i;

  for (i = 0; i < 1 << 20; i++)
    g_string_append_c (header, bracket);
  check_header_refused (header->str, "nested");
  g_string_free (header, TRUE);
}

GST_START_TEST (header_that_is_nested_deeply_is_refused)
{
  check_nesting_refused ("", '[');
  check_nesting_refused ("{\"a\\\"]\":", '[');
  check_nesting_refused ("{\"__metadata__\":{\"]]]]\":", '[');
  check_header_refused ("{\"a\":[[[[[[[[[1]]]]]]]]]}", "nested");
}
GST_END_TEST;

GST_START_TEST (brackets_in_names_and_metadata_are_no_nesting)
{
  gchar *path = ssio_check_write_tensors (
      "{\"__metadata__\":{\"c\":\"{[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[\"}"
      "," TENSOR ("[[[[[[[[[[.weight", "F32", "[1,2]", "0",
          "8") "," TENSOR ("[[[[[[[[[[.bias", "F32", "[1]", "8", "12") "}",
      small_data, sizeof (small_data));
  GstSsioModel *model = ssio_check_load_model (2, "1", path);

  gst_ssio_model_free (model);
  g_free (path);
}
GST_END_TEST;

GST_START_TEST (layer_without_bias_is_refused)
{
  check_header_refused ("{" WEIGHT "}", "\"0.bias\"", "expected shape [1]",
      "found none");
}
GST_END_TEST;

GST_START_TEST (bias_without_weight_is_refused)
{
  check_header_refused ("{" WEIGHT "," BIAS
                        "," TENSOR ("2.bias", "F32", "[1]", "8", "12") "}",
      "\"2.weight\"", "expected", "found none");
}
GST_END_TEST;

GST_START_TEST (wrong_shape_is_refused_with_both_shapes_and_a_hint)
{
  check_header_refused ("{" TENSOR ("0.weight", "F32", "[2,1]", "0",
                            "8") "," BIAS "}",
      "\"0.weight\"", "expected shape [1, 2]", "found [2, 1]", "set layers",
      "features");
  check_header_refused ("{" TENSOR ("0.weight", "F32", "[2]", "0",
                            "8") "," BIAS "}",
      "\"0.weight\"", "expected shape [1, 2]", "found [2]");
  check_header_refused ("{" TENSOR ("0.weight", "F32", "[]", "0", "8") "," BIAS
                                                                       "}",
      "\"0.weight\"", "found []");
  check_header_refused ("{" TENSOR ("0.weight", "F32", "[1,2,1]", "0",
                            "8") "," BIAS "}",
      "found [1, 2, 1]");
  check_header_refused ("{" WEIGHT
                        "," TENSOR ("0.bias", "F32", "[1,1]", "8", "12") "}",
      "\"0.bias\"", "expected shape [1]", "found [1, 1]");
  check_refused (ssio_check_write_tensors ("{" WEIGHT "," BIAS "}", small_data,
                     12),
      6, "64", GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      PARTS ("\"0.weight\"", "expected shape [64, 6]", "found [1, 2]"));
}
GST_END_TEST;

GST_START_TEST (other_dtypes_are_refused_by_name)
{
  check_header_refused ("{" TENSOR ("0.weight", "F16", "[1,2]", "0",
                            "4") "," BIAS "}",
      "\"0.weight\"", "expected dtype F32", "found F16", "float32");
  check_header_refused ("{" TENSOR ("0.weight", "BF16", "[1,2]", "0",
                            "4") "," BIAS "}",
      "found BF16");
  check_header_refused ("{" WEIGHT
                        "," TENSOR ("0.bias", "F64", "[1]", "0", "8") "}",
      "\"0.bias\"", "found F64");
}
GST_END_TEST;

GST_START_TEST (another_number_of_layers_is_refused)
{
  check_refused (ssio_check_write_tensors ("{" WEIGHT "," BIAS "}", small_data,
                     12),
      2, "1,1", GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      PARTS ("expected 2 layers", "found 1 ", "set layers"));
  check_header_refused ("{" WEIGHT "," BIAS "," TENSOR ("1.weight", "F32",
                            "[1,1]", "8", "12") "," TENSOR ("1.bias", "F32",
                            "[1]", "8", "12") "}",
      "expected 1 layers", "found 2 ");
  check_header_refused ("{}", "expected 1 layers", "found 0 ");
  check_header_refused ("{\"__metadata__\":{}}", "found 0 ");
}
GST_END_TEST;

static void
check_offsets_refused (const gchar *offsets, const gchar *part)
{
  gchar *header
      = g_strdup_printf ("{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],"
                         "\"data_offsets\":%s}," BIAS "}",
          offsets);

  check_header_refused (header, "\"0.weight\"", "expected", part);
  g_free (header);
}

GST_START_TEST (offsets_outside_the_data_are_refused)
{
  check_offsets_refused ("[8,16]", "found bytes 8 to 16 of 12");
  check_offsets_refused ("[12,20]", "found bytes 12 to 20 of 12");
  check_offsets_refused ("[8,0]", "found bytes 8 to 0");
  check_offsets_refused ("[0,4]", "found bytes 0 to 4");
  check_offsets_refused ("[0,12]", "found bytes 0 to 12");
  check_offsets_refused ("[0,9223372036854775807]", "9223372036854775807");
  check_offsets_refused ("[9223372036854775799,9223372036854775807]",
      "9223372036854775807");
}
GST_END_TEST;

GST_START_TEST (offsets_that_are_no_two_natural_numbers_are_refused)
{
  static const gchar *const offsets[] = { "[-8,0]", "[0.0,8.0]", "[0,8.5]",
    "[0]", "[]", "[0,4,8]", "null", "8", "{}", "\"0,8\"", "[\"0\",\"8\"]",
    "[[0],[8]]", "[null,8]", "[true,8]", "[0,99999999999999999999]" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (offsets); i++)
    check_offsets_refused (offsets[i], "data_offsets");
}
GST_END_TEST;

GST_START_TEST (entry_that_describes_no_tensor_is_refused)
{
  check_header_refused ("{\"0.weight\":5," BIAS "}", "\"0.weight\"",
      "expected shape [1, 2]");
  check_header_refused ("{\"0.weight\":null," BIAS "}", "\"0.weight\"");
  check_header_refused ("{\"0.weight\":[1]," BIAS "}", "\"0.weight\"");
  check_header_refused ("{\"0.weight\":{}," BIAS "}", "\"0.weight\"",
      "expected dtype, shape and data_offsets");
  check_header_refused ("{\"0.weight\":{\"dtype\":32,\"shape\":[1,2],\"data_"
                        "offsets\":[0,8]}," BIAS "}",
      "\"0.weight\"", "expected dtype, shape and data_offsets");
  check_header_refused ("{" TENSOR ("0.weight", "F32", "[1,-2]", "0",
                            "8") "," BIAS "}",
      "\"0.weight\"", "expected dtype, shape and data_offsets");
}
GST_END_TEST;

GST_START_TEST (tensors_of_other_models_are_refused_by_name)
{
  check_header_refused ("{" WEIGHT "," BIAS "," TENSOR ("1.running_mean",
                            "F32", "[1]", "8", "12") "}",
      "\"1.running_mean\"", "expected only *.weight and *.bias");
  check_header_refused ("{" TENSOR ("weight", "F32", "[1,2]", "0",
                            "8") "," TENSOR ("bias", "F32", "[1]", "8",
                            "12") "}",
      "expected only *.weight and *.bias");
}
GST_END_TEST;

GST_START_TEST (file_that_cannot_be_read_is_refused)
{
  check_refused (ssio_check_make_path (".safetensors"), 2, "1",
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      PARTS ("cannot read the weights", "No such file"));
}
GST_END_TEST;

GST_START_TEST (what_is_no_regular_file_is_refused_without_reading_it)
{
  gchar *fifo = ssio_check_make_path (".fifo");

  fail_unless_equals_int (mkfifo (fifo, 0600), 0);
  check_refused (fifo, 2, "1", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_READ, PARTS ("expected a regular file", "FIFO"));
  check_refused (g_strdup ("/dev/zero"), 2, "1", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_READ,
      PARTS ("expected a regular file", "device"));
  check_refused (g_strdup (ssio_check_get_directory ()), 2, "1",
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      PARTS ("expected a regular file", "directory"));
}
GST_END_TEST;

GST_START_TEST (file_without_permission_is_refused)
{
  gchar *path
      = ssio_check_write_tensors ("{" WEIGHT "," BIAS "}", small_data, 12);
  gboolean is_root = geteuid () == 0;

  /* root reads everything */
  g_chmod (path, 0);
  if (is_root) {
    g_chmod (ssio_check_get_directory (), 0755);
    fail_unless (seteuid (65534) == 0);
  }
  check_refused (path, 2, "1", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, PARTS ("denied"));
  if (is_root)
    fail_unless (seteuid (0) == 0);
}
GST_END_TEST;

/* Parses an allocation of exactly size bytes. */
static gboolean
parse_exactly (const guint8 *bytes, gsize size)
{
  guint8 *copy = g_memdup2 (bytes, size);
  GstSsioModel *model = ssio_check_new_model (2, "1");
  GError *error = NULL;
  gboolean ok = gst_ssio_safetensors_parse ("name", copy, size, model, &error);

  fail_unless (ok == (error == NULL));
  fail_unless (ok || g_str_has_prefix (error->message, "name: "));
  g_clear_error (&error);
  gst_ssio_model_free (model);
  g_free (copy);
  return ok;
}

GST_START_TEST (damage_anywhere_is_refused_or_harmless)
{
  gchar *path
      = ssio_check_write_tensors ("{" WEIGHT "," BIAS "}", small_data, 12);
  gchar *bytes;
  gsize size, i;
  guint bit;

  fail_unless (g_file_get_contents (path, &bytes, &size, NULL));
  fail_unless (parse_exactly ((guint8 *) bytes, size));
  for (i = 0; i < size; i++)
    fail_if (parse_exactly ((guint8 *) bytes, i), "%" G_GSIZE_FORMAT, i);
  for (i = 0; i < size; i++) {
    for (bit = 0; bit < 8; bit++) {
      bytes[i] ^= 1 << bit;
      parse_exactly ((guint8 *) bytes, size);
      bytes[i] ^= 1 << bit;
    }
  }
  g_free (bytes);
  g_free (path);
}
GST_END_TEST;

static Suite *
safetensors_suite (void)
{
  Suite *suite = suite_create ("safetensors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, tensors_of_a_file_become_the_layers);
  tcase_add_test (tcase, header_of_any_length_leaves_the_data_readable);
  tcase_add_test (tcase, file_that_the_oracle_has_written_loads);
  tcase_add_test (tcase, layers_are_in_the_order_of_their_names_numbers);
  tcase_add_test (tcase, file_without_a_whole_header_is_refused);
  tcase_add_test (tcase, header_that_is_no_json_is_refused);
  tcase_add_test (tcase, header_that_is_no_object_is_refused);
  tcase_add_test (tcase, header_that_is_nested_deeply_is_refused);
  tcase_add_test (tcase, brackets_in_names_and_metadata_are_no_nesting);
  tcase_add_test (tcase, layer_without_bias_is_refused);
  tcase_add_test (tcase, bias_without_weight_is_refused);
  tcase_add_test (tcase, wrong_shape_is_refused_with_both_shapes_and_a_hint);
  tcase_add_test (tcase, other_dtypes_are_refused_by_name);
  tcase_add_test (tcase, another_number_of_layers_is_refused);
  tcase_add_test (tcase, offsets_outside_the_data_are_refused);
  tcase_add_test (tcase, offsets_that_are_no_two_natural_numbers_are_refused);
  tcase_add_test (tcase, entry_that_describes_no_tensor_is_refused);
  tcase_add_test (tcase, tensors_of_other_models_are_refused_by_name);
  tcase_add_test (tcase, file_that_cannot_be_read_is_refused);
  tcase_add_test (tcase,
      what_is_no_regular_file_is_refused_without_reading_it);
  tcase_add_test (tcase, file_without_permission_is_refused);
  tcase_add_test (tcase, damage_anywhere_is_refused_or_harmless);
  return suite;
}

SSIO_CHECK_MAIN (safetensors)
