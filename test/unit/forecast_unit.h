/*
 * forecast_unit.h
 *	  What the tests of src/core/forecast share: memory, series at the limits, and rows of
 *	  reference values, which are skipped where the shared data is not there.
 */
#ifndef TIDEHOLD_TEST_FORECAST_UNIT_H
#define TIDEHOLD_TEST_FORECAST_UNIT_H

#include "core/forecast/forecast.h"

#include "../lib/shared_data.h"
#include "unit.h"

#define FORECAST_UNIT_VALUES 4096
#define FORECAST_UNIT_STEPS 64

/* ---- memory ---- */

/* Each piece is the sanitizer's own, so that a step beyond its end is seen. */
static void *pieces[100000];
static size_t piece_count;
static int interruptions_left = -1; /* -1: never asked to stop */
static int allocations_left = -1;	/* -1: there is always memory */

static inline void *
piece_allocate(void *context, size_t size)
{
	(void) context;
	if (piece_count == sizeof(pieces) / sizeof(pieces[0]) || allocations_left == 0)
		return NULL;
	if (allocations_left > 0)
		allocations_left--;
	return pieces[piece_count++] = calloc(1, size);
}

static inline bool
piece_interrupted(void *context)
{
	(void) context;
	if (interruptions_left > 0)
		interruptions_left--;
	return interruptions_left == 0;
}

static const ForecastWork unit_work = { piece_allocate, piece_interrupted, NULL };

static inline void
drop_pieces(void)
{
	while (piece_count > 0)
		free(pieces[--piece_count]);
}

/* ---- comparison ---- */

static inline bool
near(double actual, double expected, double relative)
{
	return fabs(actual - expected) <= relative * fmax(fabs(expected), 1e-300);
}

/* ---- series at the limits ---- */

typedef bool (*SeriesUser)(const ForecastSeries *series);

static inline void
fill(double *value, int n, double (*of)(int t))
{
	for (int t = 0; t < n; t++)
		value[t] = of(t);
}

static inline double
of_zero(int t)
{
	return 0 * t;
}
static inline double
of_constant(int t)
{
	return 0.1 + 0 * t;
}
static inline double
of_nothing(int t)
{
	return t < 0 ? 0 : NAN;
}
static inline double
of_line(int t)
{
	return 3.0 * t - 7;
}
static inline double
of_spike(int t)
{
	return t == 17 ? 1e6 : 0;
}
static inline double
of_last_spike(int t)
{
	return t == 39 ? 1 : 0;
}
static inline double
of_huge(int t)
{
	return (t % 2 ? 1 : 0.9) * 1e300;
}
static inline double
of_largest(int t)
{
	return t % 3 ? 1.7e308 : -1.7e308;
}
static inline double
of_tiny(int t)
{
	return (t % 4 + 1) * 1e-310;
}
static inline double
of_both(int t)
{
	return t % 2 ? 1e-300 : 1e300;
}
static inline double
of_gaps(int t)
{
	return t % 5 == 2 || t < 3 || t > 37 ? NAN : 10 + t % 4;
}
static inline double
of_one_known(int t)
{
	return t == 20 ? 4 : NAN;
}
static inline double
of_growth(int t)
{
	return exp(0.9 * t);
}
static inline double
of_season(int t)
{
	return 50 + t + 9 * sin(t * 1.5707963267948966);
}

static double (*const limit_series[])(int) = {
	of_zero, of_constant, of_nothing, of_line, of_spike, of_last_spike, of_huge,
	of_largest, of_tiny, of_both, of_gaps, of_one_known, of_growth, of_season
};

/* Every such series at every length up to 40, without period and with short and long ones. */
static inline void
at_the_limits(SeriesUser use)
{
	static const int period[][2] = { { 0, 0 }, { 4, 0 }, { 12, 0 }, { 1000, 0 }, { 3, 7 } };
	double values[40];

	for (size_t kind = 0; kind < sizeof(limit_series) / sizeof(limit_series[0]); kind++)
	{
		for (int i = 0; i < 5 * 41; i++)
		{
			int n = i % 41;
			ForecastSeries series = { .value = values + 40 - n, .n = n };

			fill(values, 40, limit_series[kind]);
			for (int k = 0; k < 2 && period[i / 41][k] > 0; k++)
				series.period[series.period_count++] = period[i / 41][k];
			if (!CHECK(use(&series)))
				fprintf(stderr, "  series %d, n = %d, period %d\n", (int) kind, n, period[i / 41][0]);
			drop_pieces();
		}
	}
}

/* All finite where the status is FORECAST_OK; a variance is not below 0. */
static inline bool
sound(ForecastStatus status, int h, const double *mean, const double *variance)
{
	for (int i = 0; i < h && status == FORECAST_OK; i++)
	{
		if (!isfinite(mean[i]) || variance[i] < 0 || isinf(variance[i]))
			return false;
	}
	return true;
}

/* ---- reference values ---- */

typedef struct ReferenceRow
{
	char set[32];
	char file[32];
	char id[64];
	ForecastSeries series;
	double value[FORECAST_UNIT_VALUES];
	int h;
	double mean[FORECAST_UNIT_STEPS];
	double lower[FORECAST_UNIT_STEPS];
	double upper[FORECAST_UNIT_STEPS];
} ReferenceRow;

static inline bool
read_series(ReferenceRow *row)
{
	char below[128];
	SharedFile file;
	bool found = false;

	snprintf(below, sizeof(below), "data/forecast/%s/%s_train.csv.gz", row->set, row->file);
	if (!shared_open(&file, below))
		return false;
	while (!found && shared_next(&file))
	{
		found = strcmp(file.field[0], row->id) == 0;
		if (found)
			row->series.n = shared_numbers(file.field[4], row->value, FORECAST_UNIT_VALUES);
	}
	while (shared_next(&file))
		;
	shared_close(&file);
	return found;
}

static inline bool
read_reference(const SharedFile *file, ReferenceRow *row)
{
	int period = (int) strtol(file->field[3], NULL, 10);

	memset(row, 0, sizeof(*row));
	snprintf(row->set, sizeof(row->set), "%s", file->field[0]);
	snprintf(row->file, sizeof(row->file), "%s", file->field[1]);
	snprintf(row->id, sizeof(row->id), "%s", file->field[2]);
	row->series.value = row->value;
	row->series.period_count = period > 1;
	row->series.period[0] = period > 1 ? period : 0;
	row->h = shared_numbers(file->field[10], row->mean, FORECAST_UNIT_STEPS);
	shared_numbers(file->field[11], row->lower, FORECAST_UNIT_STEPS);
	shared_numbers(file->field[12], row->upper, FORECAST_UNIT_STEPS);
	return read_series(row);
}

/* Calls use for the rows of a method; how many they were, 0 where the data is not there. */
static inline int
each_reference(const char *method, void (*use)(const ReferenceRow *row))
{
	static ReferenceRow row;
	SharedFile file;
	int rows = 0;

	if (!shared_open(&file, "data/forecast/reference_r.csv.gz"))
	{
		unit_skip("no ../shared/data/forecast/reference_r.csv.gz");
		return 0;
	}
	while (shared_next(&file))
	{
		if (strcmp(file.field[5], method) != 0)
			continue;
		rows++;
		if (CHECK(read_reference(&file, &row)))
			use(&row);
		drop_pieces();
	}
	shared_close(&file);
	CHECK(rows > 0);
	return rows;
}

#endif
