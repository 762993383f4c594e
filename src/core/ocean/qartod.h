/*
 * qartod.h
 *	  Quality control of observations after QARTOD.  Pure C11: no PostgreSQL, no memory of
 *	  its own, no clock.
 *
 * The tests are those of the QARTOD manuals (IOOS, Quality Assurance/Quality Control of
 * Real-Time Oceanographic Data) in the reading of ioos_qc, the field's implementation, which
 * is matched flag for flag; where a manual and ioos_qc differ, ioos_qc is followed.
 *
 * A value that is NaN or infinite is missing, and gets QARTOD_MISSING from every test of
 * values.  A threshold that is NaN is not set, and flags nothing.  Times are microseconds
 * since 2000-01-01 00:00 UTC.  Neighbours are rows in order of time, missing ones included.
 */
#ifndef TIDEHOLD_CORE_OCEAN_QARTOD_H
#define TIDEHOLD_CORE_OCEAN_QARTOD_H

#include <stdbool.h>
#include <stdint.h>

/* Primary flags; numbers of the scheme, never change. */
#define QARTOD_GOOD 1
#define QARTOD_NOT_EVALUATED 2
#define QARTOD_SUSPECT 3
#define QARTOD_FAIL 4
#define QARTOD_MISSING 9

/* Both ends belong to it. */
typedef struct QartodSpan
{
	double low;
	double high;
} QartodSpan;

#define QARTOD_EVERYWHERE ((QartodSpan){ -INFINITY, INFINITY })

typedef struct QartodGrossRange
{
	QartodSpan fail;	/* outside: fail */
	QartodSpan suspect; /* outside: suspect; lies inside fail */
} QartodGrossRange;

typedef enum QartodSpikeMethod
{
	QARTOD_SPIKE_AVERAGE,	  /* distance from the mean of both neighbours */
	QARTOD_SPIKE_DIFFERENTIAL /* smaller step of a row that is above or below both */
} QartodSpikeMethod;

typedef struct QartodSpike
{
	QartodSpikeMethod method;
	double suspect; /* above it: suspect */
	double fail;
} QartodSpike;

typedef struct QartodRate
{
	double suspect_per_s;
	double fail_per_s;
} QartodRate;

#define QARTOD_NEVER INT32_MAX

typedef struct QartodFlatLine
{
	int32_t suspect_rows; /* this many intervals without change: suspect; or QARTOD_NEVER */
	int32_t fail_rows;
	double tolerance; /* a range below it is no change */
} QartodFlatLine;

typedef enum QartodSpread
{
	QARTOD_STANDARD_DEVIATION, /* of the population: divided by n */
	QARTOD_RANGE
} QartodSpread;

typedef struct QartodAttenuated
{
	QartodSpread spread;
	double suspect; /* below it: suspect */
	double fail;
	int64_t period_us; /* rows later than this before the row, and the row */
	int32_t min_observations;
	int32_t rows_max; /* of the period no more than this many, the latest */
} QartodAttenuated;

typedef struct QartodGap
{
	double suspect_s; /* longer since the row before: suspect */
	double fail_s;
} QartodGap;

typedef enum QartodPeriod
{
	QARTOD_ABSOLUTE, /* time_span is in microseconds since 2000 */
	QARTOD_MONTH,
	QARTOD_WEEK_OF_YEAR, /* ISO 8601 */
	QARTOD_DAY_OF_YEAR,	 /* 1 to 366, as the calendar counts */
	QARTOD_QUARTER
} QartodPeriod;

/* What is expected of values at some time and depth. */
typedef struct QartodMember
{
	QartodPeriod period;
	int64_t time_low;
	int64_t time_high;
	QartodSpan value; /* outside: suspect */
	QartodSpan fail;  /* outside: fail */
	bool has_depth;
	QartodSpan depth_m; /* a row without depth, or outside, is not the member's */
} QartodMember;

/* ---- one value or row ---- */

bool qartod_is_missing(double value);
int qartod_gross_range(const QartodGrossRange *test, double value);

/* A neighbour that is not there is missing. */
int qartod_spike(const QartodSpike *test, double before, double value, double after);

/* Good where the value before is missing or not there: a jump across a gap is never seen. */
int qartod_rate_of_change(const QartodRate *test, double before, double value, double seconds);

/* Later members overrule earlier ones; without any, not evaluated. */
int qartod_climatology(const QartodMember *member, int count, int64_t time_us, double value,
					   double depth_m);

/* seconds is NaN where no row is before: not evaluated. */
int qartod_time_gap(const QartodGap *test, double seconds);

/* The worse of two flags: 4 over 3 over 1 over 2 over 9. */
int qartod_worse(int one, int other);

/* ---- a row among those of its stream ---- */

typedef struct QartodRows
{
	const int64_t *time_us; /* ascending */
	const double *value;
	int count;
} QartodRows;

/* Intervals that make so many seconds; at least one. */
int32_t qartod_intervals(double seconds, double interval_s);

/* Good where there are fewer than 3 rows in all. */
int qartod_flat_line(const QartodFlatLine *test, const QartodRows *rows, int row);
int qartod_attenuated(const QartodAttenuated *test, const QartodRows *rows, int row);

/* ---- series: one flag for each of count rows ---- */

typedef struct QartodPositions
{
	const double *longitude; /* degrees east */
	const double *latitude;
	int count;
} QartodPositions;

typedef enum QartodDistance
{
	QARTOD_SPHERE, /* great circle */
	QARTOD_WGS84   /* ellipsoid */
} QartodDistance;

/* All rows have the flag of the spread of the whole series, missing ones excepted. */
void qartod_attenuated_series(const QartodAttenuated *test, const double *value, int count,
							  uint8_t *flag);

/*
 * Values of density down or up a profile: both rows of a step in which density falls with
 * depth by more than the (negative) threshold are flagged; a row after a missing one is
 * missing too.
 */
void qartod_density_inversion(double suspect, double fail, const double *density,
							  const double *depth_m, int count, uint8_t *flag);

/*
 * Suspect outside the percentiles (0 to 100, linear between ranks) of the series, widened by
 * pad.  sorted has room for count values.
 */
void qartod_percentile_range(double low, double high, double pad, const double *value, int count,
							 double *sorted, uint8_t *flag);

/*
 * Fail where it is no position or half of one, missing where both are missing, suspect
 * where it is farther than range_max_m (NaN: any) from the row before.
 */
void qartod_location(const QartodPositions *positions, double range_max_m, QartodDistance distance,
					 uint8_t *flag);

/* Fail inside, or outside, a polygon of corners; its border is outside. */
void qartod_location_bounds(const QartodPositions *positions, const QartodPositions *polygon,
							bool fail_inside, uint8_t *flag);

/* ---- all tests of a stream ---- */

/* Order of the packed flags; never changes. */
typedef enum QartodTest
{
	QARTOD_TEST_GROSS_RANGE,
	QARTOD_TEST_SPIKE,
	QARTOD_TEST_RATE_OF_CHANGE,
	QARTOD_TEST_FLAT_LINE,
	QARTOD_TEST_CLIMATOLOGY,
	QARTOD_TEST_ATTENUATED_SIGNAL,
	QARTOD_TEST_LOCATION,
	QARTOD_TEST_TIME_GAP,
	QARTOD_TEST_SUPPLIED, /* what came with the row */
	QARTOD_TEST_COUNT
} QartodTest;

typedef struct QartodRules
{
	uint32_t tests; /* bit 1 << QartodTest of each that is configured */
	QartodGrossRange gross_range;
	QartodSpike spike;
	QartodRate rate_of_change;
	QartodFlatLine flat_line;
	QartodAttenuated attenuated;
	QartodGap time_gap;
	const QartodMember *member;
	int member_count;
} QartodRules;

/* What the stream says of itself. */
typedef struct QartodPlace
{
	double depth_m;	   /* NaN: unknown */
	int location_flag; /* of the station's position */
} QartodPlace;

/* A flag of 0 is of a test that is not configured. */
typedef struct QartodVerdict
{
	uint8_t test[QARTOD_TEST_COUNT];
	uint8_t flag; /* aggregate */
} QartodVerdict;

/*
 * Judges a row of a stream; rows before it are there as far as qartod_rows_before says, and
 * the one after it where there is one.  supplied is a flag that came with the row, 0 if none.
 * The aggregate of a missing value is missing, whatever its place and time say.
 */
void qartod_judge(const QartodRules *rules, const QartodPlace *place, const QartodRows *rows,
				  int row, int supplied, QartodVerdict *verdict);

/* Rows before one that its verdict may depend on; as many after it may depend on it. */
int qartod_rows_before(const QartodRules *rules);

/*
 * Flags of the tests in three bits each, the first test lowest: 0 not configured, 1 to 4 the
 * flag, 7 missing.  The spike test has 6 for good or not evaluated: which of the two it is
 * depends on the rows before and after, good if both have a value.  So the row before need
 * not be written again for every row that arrives.
 */
#define QARTOD_PACKED_BITS 3
#define QARTOD_PACKED_NO_SPIKE 6
#define QARTOD_PACKED_MISSING 7
/* Above the tests: a person has set the flag of the row, and it stays. */
#define QARTOD_BY_HAND (1 << (QARTOD_PACKED_BITS * QARTOD_TEST_COUNT))
/* Above that, in every packed verdict: so 0 is a row that nobody has judged. */
#define QARTOD_JUDGED (QARTOD_BY_HAND << 1)

int32_t qartod_pack(const QartodVerdict *verdict);

/*
 * The flag of one test; 0 where it is not configured.  has_neighbours: the rows before and
 * after are there and have a value.
 */
int qartod_unpack(int32_t packed, QartodTest test, bool has_neighbours);

/* What came with the row, 0 if nothing did. */
int qartod_supplied(int32_t packed);

#endif /* TIDEHOLD_CORE_OCEAN_QARTOD_H */
