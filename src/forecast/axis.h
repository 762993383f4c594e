/*
 * axis.h
 *	  The time axis of a series: which step each date is, and which date each step is.
 *
 * Step n lies at the origin plus n times the step, by the interval arithmetic of the server
 * and never by adding to the step before, so no date drifts:
 *
 *	   bigint, dates by days, timestamps without months	 by division
 *	   timestamps with time zone by days; all by months	 by the calendar, at one time of day
 *														 in the time zone of the session
 *	   fields of several kinds							 by adding the fields, then searching
 *
 * By months, dates that all are the last day of their month stay last days: after 28
 * February comes 31 March.  Else the day is the first one that is not the last of its
 * month, and shorter months have their last day instead: 30 January, 28 February, 30 March.
 */
#ifndef TIDEHOLD_FORECAST_AXIS_H
#define TIDEHOLD_FORECAST_AXIS_H

#include "datatype/timestamp.h"

#include "core/forecast/points.h"
#include "core/forecast/step.h"

typedef enum ThAxisType
{
	TH_AXIS_BIGINT,
	TH_AXIS_DATE,		/* days since 2000-01-01 */
	TH_AXIS_TIMESTAMP,	/* microseconds since then */
	TH_AXIS_TIMESTAMPTZ /* the same, in UTC */
} ThAxisType;

/* A step as it was given; compared byte by byte, so made of zeros first. */
typedef struct ThAxisStep
{
	ThAxisType type;
	int64 length;	   /* of TH_AXIS_BIGINT */
	Interval interval; /* of the others */
} ThAxisStep;

typedef enum ThAxisKind
{
	TH_AXIS_EVEN,
	TH_AXIS_DAYS,
	TH_AXIS_MONTHS,
	TH_AXIS_FIELDS
} ThAxisKind;

typedef struct ThAxis
{
	ThAxisStep step;
	ThAxisKind kind;
	int64 origin; /* of step 0, in units of the type */
	int64 length; /* even: units of a step; days, months: how many; fields: about */

	/* Of days and months */
	int64 first;	   /* Julian day, or month */
	int day;		   /* of the month, 31 for the last one */
	int64 time_of_day; /* microseconds */
} ThAxis;

/* Raises an error for a step that leads nowhere. */
extern void th_axis_check_step(const ThAxisStep *step);

/* Of a checked step, for seasonal periods; all zeros of bigint. */
extern ForecastStep th_axis_step_length(const ThAxisStep *step);

/* The axis of n points in ascending order, n above 0; the first of them is step 0. */
extern void th_axis_start(ThAxis *axis, const ThAxisStep *step, const ForecastPoint *point,
						  size_t n);

/*
 * True where at lies on a step; *step is that one, else the last one before it.  at is not
 * before the origin.
 */
extern bool th_axis_find(const ThAxis *axis, int64 at, int64 *step);

/* Where the step lies; false beyond the range of the type. */
extern bool th_axis_at(const ThAxis *axis, int64 step, int64 *at);

extern bool th_axis_is_finite(ThAxisType type, int64 at);
extern int64 th_axis_from_datum(ThAxisType type, Datum value);
extern Datum th_axis_to_datum(ThAxisType type, int64 at);

/* As the type's output function writes it. */
extern char *th_axis_text(ThAxisType type, int64 at);
extern char *th_axis_step_text(const ThAxisStep *step);

#endif /* TIDEHOLD_FORECAST_AXIS_H */
