/*
 * settings.c
 *	  Defines the settings tidehold.*, in alphabetical order.
 */
#include "postgres.h"

#include <limits.h>

#include "utils/guc.h"

#include "base/settings.h"

#define SECONDS_PER_DAY 86400

char *th_setting_cluster_token = NULL;
int th_setting_escrow_entries = 100000;
int th_setting_feed_memory = 64 * 1024;
int th_setting_forecast_memory = 256 * 1024;
int th_setting_history_retention = 365 * SECONDS_PER_DAY;
int th_setting_lost_sale_entries = 16384;
int th_setting_maintenance_naptime = 500;
int th_setting_max_feeds = 32;
int th_setting_node_id = 0;
int th_setting_observation_ahead_max = SECONDS_PER_DAY;
int th_setting_observation_first_year = 1850;
int th_setting_request_retention = 7 * SECONDS_PER_DAY;
int th_setting_reservation_lifetime_max = SECONDS_PER_DAY;
int th_setting_reservation_ttl = 15 * 60;
char *th_setting_revision_reason = NULL;
bool th_setting_allow_drop_with_stock = false;

static void
define_limits(void)
{
	/* An entry takes 64 bytes and a hash bucket 4 to 8: a million fit in 100 MB. */
	DefineCustomIntVariable("tidehold.escrow_entries",
							"Number of stock entries kept in shared memory.",
							"One entry is one item at one location in one lot.",
							&th_setting_escrow_entries, 100000, 128, 100000000,
							PGC_POSTMASTER, 0, NULL, NULL, NULL);
	/* With its bucket and the slots of request ids an entry takes 136 bytes and more. */
	DefineCustomIntVariable("tidehold.lost_sale_entries",
							"Number of items and places whose refused quantities are kept until they are written.",
							"0 counts nothing.",
							&th_setting_lost_sale_entries, 16384, 0, 10000000,
							PGC_POSTMASTER, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("tidehold.node_id",
							"Number of this server in the upper 16 bits of new ids.",
							NULL,
							&th_setting_node_id, 0, 0, PG_INT16_MAX,
							PGC_POSTMASTER, 0, NULL, NULL, NULL);
}

static void
define_feed(void)
{
	/* Whoever knows the token can make a copy of the cluster publish as the cluster. */
	DefineCustomStringVariable("tidehold.cluster_token",
							   "Names this cluster to its feeds; a copy of the cluster without it publishes nothing.",
							   "Keep it outside the data directory: in the environment of the service or in an included file.",
							   &th_setting_cluster_token, "",
							   PGC_SIGHUP, GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	DefineCustomIntVariable("tidehold.feed_memory",
							"Memory of each feed for what its sink has not acknowledged.",
							"Decoding takes logical_decoding_work_mem on top of it.",
							&th_setting_feed_memory, 64 * 1024, 8 * 1024, MAX_KILOBYTES,
							PGC_SIGHUP, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("tidehold.max_feeds",
							"Number of feeds that all databases of the server can have together.",
							NULL,
							&th_setting_max_feeds, 32, 0, 1024,
							PGC_POSTMASTER, 0, NULL, NULL, NULL);
}

static void
define_forecast(void)
{
	DefineCustomIntVariable("tidehold.forecast_memory",
							"Memory that the forecast of one series may take, with its rows.",
							"Many series are read side by side: see work_mem for all of them together.",
							&th_setting_forecast_memory, 256 * 1024, 1024, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
}

static void
define_observation(void)
{
	DefineCustomIntVariable("tidehold.observation_ahead_max",
							"How far ahead of the clock the time of an observation may be.",
							NULL,
							&th_setting_observation_ahead_max, SECONDS_PER_DAY, 0, INT_MAX,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("tidehold.observation_first_year",
							"Observations of earlier years are refused.",
							NULL,
							&th_setting_observation_first_year, 1850, 1, 9999,
							PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("tidehold.revision_reason",
							   "Why observations are corrected, for ocean.observation_revision.",
							   NULL,
							   &th_setting_revision_reason, "",
							   PGC_USERSET, 0, NULL, NULL, NULL);
}

static void
define_times(void)
{
	DefineCustomIntVariable("tidehold.history_retention",
							"How long ended reservations are kept; 0 keeps them for ever.",
							NULL,
							&th_setting_history_retention, 365 * SECONDS_PER_DAY, 0, INT_MAX,
							PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("tidehold.maintenance_naptime",
							"Pause between two rounds of a maintenance worker.",
							NULL,
							&th_setting_maintenance_naptime, 500, 10, 3600000,
							PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("tidehold.request_retention",
							"How long a request id answers with its first result.",
							NULL,
							&th_setting_request_retention, 7 * SECONDS_PER_DAY, 1, INT_MAX,
							PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("tidehold.reservation_lifetime_max",
							"How long after it was made a reservation can be extended to; 0 is no limit.",
							NULL,
							&th_setting_reservation_lifetime_max, SECONDS_PER_DAY, 0, INT_MAX,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("tidehold.reservation_ttl",
							"Time to live of a reservation for which none is given; 0 is for ever.",
							NULL,
							&th_setting_reservation_ttl, 15 * 60, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_S, NULL, NULL, NULL);
}

void
th_settings_init(void)
{
	DefineCustomBoolVariable("tidehold.allow_drop_with_stock",
							 "Lets DROP EXTENSION and DROP SCHEMA drop tables that hold stock.",
							 NULL,
							 &th_setting_allow_drop_with_stock, false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	define_limits();
	define_feed();
	define_forecast();
	define_observation();
	define_times();
	MarkGUCPrefixReserved("tidehold");
}
