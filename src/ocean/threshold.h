/*
 * threshold.h
 *	  Thresholds of quality control, from JSON.
 */
#ifndef TIDEHOLD_OCEAN_THRESHOLD_H
#define TIDEHOLD_OCEAN_THRESHOLD_H

#include "utils/jsonb.h"

#include "core/ocean/qartod.h"

/* Rows that a window of a test may hold; what is longer is cut to it. */
#define TH_QC_WINDOW_ROWS_MAX 10000

/* Where a moored station may be. */
typedef struct ThWatchCircle
{
	double latitude;
	double longitude;
	double max_distance_m;
} ThWatchCircle;

typedef struct ThThresholds
{
	QartodRules rules; /* its windows in rows are set by th_thresholds_apply */
	double flat_suspect_s;
	double flat_fail_s;
	ThWatchCircle circle;
} ThThresholds;

/* Raises an error that names the threshold which is wrong.  Members are palloc'd. */
extern void th_thresholds_read(Jsonb *json, ThThresholds *thresholds);

/* The rules for rows at this interval. */
extern void th_thresholds_apply(const ThThresholds *thresholds, double interval_s,
								QartodRules *rules);

/* Members of a climatology alone; path names them in errors. */
extern QartodMember *th_threshold_members(JsonbContainer *array, const char *path, int *count);

/* Of a station that is there. */
extern int th_watch_circle_flag(const ThWatchCircle *circle, double latitude, double longitude);

#endif /* TIDEHOLD_OCEAN_THRESHOLD_H */
