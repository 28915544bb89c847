/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "ssiocheck.h"
#include "velodyne/packet.h"
#include "velodynecheck.h"

static guint8 bytes[GST_SSIO_VELODYNE_PACKET_BYTES];
static GstSsioVelodyneParser parser;
static GstSsioVelodynePacket packet;

static void
set_up (void)
{
  memset (&parser, 0, sizeof (parser));
}

static void
fill (guint8 product_id, guint8 return_mode, guint azimuth, guint step)
{
  VelodyneCheck sensor;

  velodyne_check_init (&sensor);
  sensor.product_id = product_id;
  sensor.return_mode = return_mode;
  sensor.azimuth = azimuth;
  sensor.step = step;
  sensor.time = 123456000;
  velodyne_check_fill (&sensor, bytes);
}

static GstSsioVelodyneKind
parse (void)
{
  return gst_ssio_velodyne_parse (&parser, bytes, sizeof (bytes), &packet);
}

static void
expect_kind (GstSsioVelodyneKind kind)
{
  fail_unless_equals_int (parse (), kind);
}

GST_START_TEST (test_vlp16_has_two_firings_a_block)
{
  fill (VLP16, STRONGEST, 100, 40);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_unless_equals_string (parser.model->name, "vlp16");
  fail_unless_equals_int (packet.timestamp, 123456);
  fail_unless_equals_int (packet.n_firings, 24);
  fail_unless_equals_int (packet.span_ns, PACKET_NS);
  fail_unless_equals_float (packet.firings[0].azimuth, 100);
  fail_unless_equals_float (packet.firings[1].azimuth, 120);
  fail_unless_equals_float (packet.firings[2].azimuth, 140);
  fail_unless_equals_float (packet.firings[2].gap, 20);
  fail_unless_equals_int (packet.firings[3].offset_ns, 3 * 55296);
  fail_unless (packet.firings[0].first == bytes + 4);
  fail_unless (packet.firings[3].first == bytes + 100 + 4 + 48);
  fail_unless (packet.firings[0].second == NULL);
}
GST_END_TEST

GST_START_TEST (test_hdl32e_has_one_firing_a_block)
{
  fill (HDL32E, STRONGEST, 100, 17);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_unless_equals_string (parser.model->name, "hdl32e");
  fail_unless_equals_int (packet.n_firings, 12);
  fail_unless_equals_int (packet.span_ns, 12 * 46080);
  fail_unless_equals_float (packet.firings[11].azimuth, 100 + 11 * 17);
  fail_unless_equals_float (packet.firings[11].gap, 17);
  fail_unless_equals_int (packet.firings[11].offset_ns, 11 * 46080);
}
GST_END_TEST

GST_START_TEST (test_dual_return_has_two_blocks_of_the_same_firings)
{
  fill (VLP16, DUAL, 100, 40);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_unless (packet.is_dual);
  fail_unless_equals_int (packet.n_firings, 12);
  fail_unless_equals_int (packet.span_ns, PACKET_NS / 2);
  fail_unless_equals_float (packet.firings[2].azimuth, 140);
  fail_unless (packet.firings[2].first == bytes + 200 + 4);
  fail_unless (packet.firings[2].second == bytes + 300 + 4);
}
GST_END_TEST

GST_START_TEST (test_azimuths_go_on_after_a_full_turn)
{
  fill (VLP16, STRONGEST, 35990, 40);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_if (packet.has_jump);
  fail_unless_equals_float (packet.firings[1].azimuth, 10);
  fail_unless_equals_float (packet.firings[2].azimuth, 30);
}
GST_END_TEST

/* A limited field of view makes the azimuth jump: the sensor has not turned
 * any faster. */
GST_START_TEST (test_a_jump_does_not_change_the_speed)
{
  guint i;

  fill (VLP16, STRONGEST, 100, 40);
  for (i = 6; i < 12; i++)
    velodyne_check_put_azimuth (bytes, i, 20000 + i * 40);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_unless (packet.has_jump);
  fail_unless_equals_int (packet.n_firings, 24);
  fail_unless_equals_float (packet.firings[11].azimuth, 100 + 5 * 40 + 20);
  fail_unless_equals_float (packet.firings[12].azimuth, 20000 + 6 * 40);
}
GST_END_TEST

/* What is dark takes as long as the turn over it. */
GST_START_TEST (test_a_jump_takes_time)
{
  guint i;

  fill (VLP16, STRONGEST, 100, 40);
  for (i = 6; i < 12; i++)
    velodyne_check_put_azimuth (bytes, i, 20000 + i * 40);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_unless_equals_int (packet.firings[11].dark_ns, 0);
  for (i = 12; i < 24; i++) {
    fail_unless_equals_int (packet.firings[i].offset_ns, i * 55296);
    fail_unless_equals_int (packet.firings[i].dark_ns,
        (20000 - 100) * G_GUINT64_CONSTANT (110592) / 40);
  }
}
GST_END_TEST

/* One that is dark before and after a single block would need a field of view
 * of less than a degree. */
GST_START_TEST (test_a_wrong_azimuth_is_no_jump)
{
  guint i;

  fill (VLP16, STRONGEST, 100, 40);
  velodyne_check_put_azimuth (bytes, 6, 20000);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_if (packet.has_jump);
  for (i = 0; i < 24; i++)
    fail_unless_equals_int (packet.firings[i].dark_ns, 0);
}
GST_END_TEST

GST_START_TEST (test_a_bad_block_is_left_out)
{
  fill (VLP16, STRONGEST, 100, 40);
  bytes[100] = 0xdd;
  velodyne_check_put_azimuth (bytes, 4, 36000);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_if (packet.has_jump);
  fail_unless_equals_int (packet.n_firings, 20);
  fail_unless_equals_float (packet.firings[2].azimuth, 180);
  fail_unless_equals_int (packet.firings[2].offset_ns, 4 * 55296);
}
GST_END_TEST

GST_START_TEST (test_dual_return_leaves_out_both_blocks_where_one_is_bad)
{
  fill (VLP16, DUAL, 100, 40);
  bytes[100] = 0xdd;
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_unless_equals_int (packet.n_firings, 10);
  fail_unless (packet.firings[0].first == bytes + 200 + 4);
}
GST_END_TEST

GST_START_TEST (test_other_packets_are_told_apart)
{
  guint i;

  fill (VLP16, STRONGEST, 100, 40);
  fail_unless_equals_int (gst_ssio_velodyne_parse (&parser, bytes,
                              sizeof (bytes) - 1, &packet),
      GST_SSIO_VELODYNE_OTHER_SIZE);
  fail_unless_equals_int (gst_ssio_velodyne_parse (&parser, NULL, 0, &packet),
      GST_SSIO_VELODYNE_OTHER_SIZE);
  fail_unless_equals_int (gst_ssio_velodyne_parse (&parser, bytes, 512,
                              &packet),
      GST_SSIO_VELODYNE_POSITION);
  for (i = 0; i < 12; i++)
    bytes[100 * i] = 0;
  expect_kind (GST_SSIO_VELODYNE_OTHER_CONTENT);
}
GST_END_TEST

GST_START_TEST (test_a_model_stays_the_first_one)
{
  fill (0x28, STRONGEST, 100, 40);
  expect_kind (GST_SSIO_VELODYNE_OTHER_MODEL);
  fail_unless_equals_int (packet.product_id, 0x28);
  fail_unless (parser.model == NULL);
  fill (HDL32E, STRONGEST, 100, 40);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fill (VLP16, STRONGEST, 100, 40);
  expect_kind (GST_SSIO_VELODYNE_OTHER_MODEL);
  fill (0, STRONGEST, 100, 40);
  expect_kind (GST_SSIO_VELODYNE_OTHER_MODEL);
}
GST_END_TEST

GST_START_TEST (test_a_given_model_need_not_be_in_the_packets)
{
  parser.model = gst_ssio_velodyne_model_find ("hdl32e");
  parser.is_given = TRUE;
  fill (0, 0, 100, 17);
  expect_kind (GST_SSIO_VELODYNE_DATA);
  fail_unless_equals_int (packet.n_firings, 12);
  fill (VLP16, STRONGEST, 100, 40);
  expect_kind (GST_SSIO_VELODYNE_OTHER_MODEL);
}
GST_END_TEST

static Suite *
packet_suite (void)
{
  Suite *suite = suite_create ("velodyne packets");
  TCase *tcase = tcase_create ("packets");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, NULL);
  tcase_add_test (tcase, test_vlp16_has_two_firings_a_block);
  tcase_add_test (tcase, test_hdl32e_has_one_firing_a_block);
  tcase_add_test (tcase, test_dual_return_has_two_blocks_of_the_same_firings);
  tcase_add_test (tcase, test_azimuths_go_on_after_a_full_turn);
  tcase_add_test (tcase, test_a_jump_does_not_change_the_speed);
  tcase_add_test (tcase, test_a_jump_takes_time);
  tcase_add_test (tcase, test_a_wrong_azimuth_is_no_jump);
  tcase_add_test (tcase, test_a_bad_block_is_left_out);
  tcase_add_test (tcase,
      test_dual_return_leaves_out_both_blocks_where_one_is_bad);
  tcase_add_test (tcase, test_other_packets_are_told_apart);
  tcase_add_test (tcase, test_a_model_stays_the_first_one);
  tcase_add_test (tcase, test_a_given_model_need_not_be_in_the_packets);
  return suite;
}

SSIO_CHECK_MAIN (packet)
