/*
 * settings.h
 *	  The settings tidehold.*; doc/operations.md lists them.
 */
#ifndef TIDEHOLD_BASE_SETTINGS_H
#define TIDEHOLD_BASE_SETTINGS_H

extern PGDLLEXPORT char *th_setting_cluster_token;	 /* "" is none */
extern int th_setting_escrow_entries;				 /* entries in shared memory */
extern PGDLLEXPORT int th_setting_feed_memory;		 /* kB, of each feed */
extern int th_setting_forecast_memory;				 /* kB, of each series */
extern int th_setting_history_retention;			 /* s, 0 keeps for ever */
extern int th_setting_lost_sale_entries;			 /* in shared memory */
extern int th_setting_maintenance_naptime;			 /* ms */
extern int th_setting_max_feeds;					 /* of the server */
extern int th_setting_node_id;						 /* 0 .. 32767 */
extern int th_setting_observation_ahead_max;		 /* s */
extern int th_setting_observation_first_year;		 /* 1 .. 9999 */
extern int th_setting_request_retention;			 /* s */
extern int th_setting_reservation_lifetime_max;		 /* s, 0 is no limit */
extern int th_setting_reservation_ttl;				 /* s, 0 is for ever */
extern PGDLLEXPORT char *th_setting_revision_reason; /* "" is none */
extern bool th_setting_allow_drop_with_stock;

extern void th_settings_init(void);

#endif /* TIDEHOLD_BASE_SETTINGS_H */
