/*
 * grid.c
 *	  Sorting, steps, duplicates and gaps of one series.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "base/errors.h"
#include "forecast/grid.h"

/* ---- what is wrong with a series ---- */

/* To begin a message with. */
static const char *
name_of(const ThGridSource *source)
{
	const char *name = source->options->series;

	return name == NULL ? "a series" : psprintf("series \"%s\"", name);
}

static char *
date_of(const ThGridSource *source, int64 at)
{
	return th_axis_text(source->series->terms->step.type, at);
}

/* What a person needs in order to find a series that has no name. */
static char *
extent(const ThGridSource *source, const ForecastPoint *point)
{
	return psprintf("It has " INT64_FORMAT " rows from %s to %s.", source->series->count,
					date_of(source, point[0].at),
					date_of(source, point[source->series->count - 1].at));
}

static const char *
refuse_duplicate(const ThGridSource *source, const ForecastPoint *point, int64 at)
{
	const char *date = date_of(source, at);

	if (source->options->duplicates == FORECAST_DUPLICATES_STATUS)
		return psprintf("duplicate at %s", date);
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s has several rows at %s", name_of(source), date),
			 errdetail_internal("%s", extent(source, point)),
			 errhint("Say what they mean by tidehold.forecast_options(duplicates => ...): "
					 "sum, mean, first, last or status.")));
	return NULL;
}

static void
refuse_order(const ThGridSource *source, const ForecastPoint *point, int64 at)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s has several rows at %s, and none of them is first or last",
					name_of(source), date_of(source, at)),
			 errdetail_internal("%s", extent(source, point)),
			 errhint("Say the order inside the aggregate: "
					 "tidehold.forecast(... ORDER BY day, entered_at).")));
}

/* Of the steps between two rows, which are more than one apart. */
static const char *
refuse_gap(const ThGridSource *source, const ThAxis *axis, int64 before, int64 after)
{
	int64 missing;
	int64 from;
	int64 to;
	const char *date;

	if (!th_axis_at(axis, before + 1, &missing) || !th_axis_at(axis, before, &from) ||
		!th_axis_at(axis, after, &to))
		elog(ERROR, "a step between two others is out of range");
	date = date_of(source, missing);
	if (source->options->gaps == FORECAST_GAPS_STATUS)
		return psprintf("gap at %s", date);
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s has no row at %s", name_of(source), date),
			 errdetail("After %s the next row is at %s, and the step is %s.",
					   date_of(source, from), date_of(source, to),
					   th_axis_step_text(&axis->step)),
			 errhint("Say what it means by tidehold.forecast_options(gaps => ...): "
					 "missing, zero, previous, linear or status.")));
	return NULL;
}

static const char *
refuse_between(const ThGridSource *source, const ThAxis *axis, int64 at, int64 step)
{
	const char *date = date_of(source, at);
	int64 before;
	int64 after;

	if (source->options->gaps == FORECAST_GAPS_STATUS)
		return psprintf("between two steps at %s", date);
	if (!th_axis_at(axis, step, &before) || !th_axis_at(axis, step + 1, &after))
		after = before = at;
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s has a row at %s, which lies between two steps", name_of(source), date),
			 errdetail("The nearest steps of %s from %s on are %s and %s.",
					   th_axis_step_text(&axis->step), date_of(source, axis->origin),
					   date_of(source, before), date_of(source, after))));
	return NULL;
}

static void
refuse_span(const ThGridSource *source, const ThAxis *axis, int64 at)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("%s is longer than %d steps", name_of(source), FORECAST_STEPS_MAX),
			 errdetail("It begins at %s and has a row at %s, and the step is %s.",
					   date_of(source, axis->origin), date_of(source, at),
					   th_axis_step_text(&axis->step)),
			 errhint("Leave out dates that cannot be, or use a longer step.")));
}

/* ---- from rows to steps ---- */

/* The earliest value that is no number. */
static const char *
refuse_wild(const ThGridSource *source, const ForecastPoint *point)
{
	for (int64 i = 0; i < source->series->count; i++)
	{
		if (isfinite(point[i].value) || th_series_is_missing(point[i].value))
			continue;
		return psprintf("%s at %s", isnan(point[i].value) ? "NaN" : "infinity",
						date_of(source, point[i].at));
	}
	return NULL;
}

/* Rows of one time from start on. */
static int64
run_length(const ForecastPoint *point, int64 start, int64 count)
{
	int64 end = start + 1;

	while (end < count && point[end].at == point[start].at)
		end++;
	return end - start;
}

/*
 * Puts one point for each step that has rows to the front, with the number of the step in
 * place of the time; *steps is how many there are.
 */
static const char *
merge_steps(const ThGridSource *source, const ThAxis *axis,
			const ForecastPoint *sorted, ForecastPoint *point, ForecastPoint *scratch,
			int64 *steps)
{
	const ThForecastOptions *options = source->options;
	bool by_order = options->duplicates == FORECAST_DUPLICATES_FIRST ||
					options->duplicates == FORECAST_DUPLICATES_LAST;
	int64 length;

	*steps = 0;
	for (int64 i = 0; i < source->series->count; i += length)
	{
		int64 at = sorted[i].at;
		int64 step;
		bool on_step;

		CHECK_FOR_INTERRUPTS();
		length = run_length(sorted, i, source->series->count);
		on_step = th_axis_find(axis, at, &step);
		if (step >= FORECAST_STEPS_MAX)
			refuse_span(source, axis, at);
		if (!on_step)
			return refuse_between(source, axis, at, step);
		if (length > 1 && options->duplicates <= FORECAST_DUPLICATES_STATUS)
			return refuse_duplicate(source, sorted, at);
		if (length > 1 && by_order && !source->first_has_meaning)
			refuse_order(source, sorted, at);
		if (*steps > 0 && step - point[*steps - 1].at > 1 && options->gaps <= FORECAST_GAPS_STATUS)
			return refuse_gap(source, axis, point[*steps - 1].at, step);
		memmove(scratch, sorted + i, length * sizeof(*scratch));
		point[*steps].value = forecast_points_merge(scratch, scratch + length, length,
													options->duplicates);
		point[(*steps)++].at = step;
	}
	return NULL;
}

static void
fill(ThWork *work, const ThGridSource *source, const ForecastPoint *point, int64 steps,
	 ThGrid *grid)
{
	int n = (int) point[steps - 1].at + 1;
	double *value = th_work_allocate(work, n * sizeof(*value));
	bool *is_gap = th_work_allocate(work, n * sizeof(*is_gap));

	for (int t = 0; t < n; t++)
		value[t] = NAN;
	memset(is_gap, true, n * sizeof(*is_gap));
	for (int64 i = 0; i < steps; i++)
	{
		/* Of the bits of a missing value nobody after this knows. */
		value[point[i].at] = isnan(point[i].value) ? NAN : point[i].value;
		is_gap[point[i].at] = false;
	}
	if (forecast_gaps_fill(&work->lent, value, is_gap, n, source->options->gaps) !=
		FORECAST_OK)
		th_work_no_memory();
	grid->series.value = value;
	grid->series.n = n;
}

static void
set_periods(const ThGridSource *source, ForecastSeries *series)
{
	ForecastStep step = th_axis_step_length(&source->series->terms->step);

	series->period_count = source->options->period_count;
	if (series->period_count < 0)
		series->period_count = forecast_step_periods(&step, series->period);
	else
		memcpy(series->period, source->options->period, sizeof(series->period));
}

/* Room for n points; bounded by what the state may hold. */
static ForecastPoint *
room(ThWork *work, int64 n)
{
	return MemoryContextAllocHuge(work->memory, n * sizeof(ForecastPoint));
}

const char *
th_grid_make(ThWork *work, const ThGridSource *source, ThGrid *grid)
{
	ForecastPoint *sorted = room(work, source->series->count);
	ForecastPoint *scratch = room(work, 2 * source->series->count);
	ForecastPoint *point = room(work, source->series->count);
	const char *status;
	int64 steps;

	Assert(source->series->count > 0);
	th_series_copy(source->series, sorted);
	forecast_points_sort(sorted, scratch, source->series->count);
	status = refuse_wild(source, sorted);
	if (status != NULL)
		return status;
	th_axis_start(&grid->axis, &source->series->terms->step, sorted, source->series->count);
	status = merge_steps(source, &grid->axis, sorted, point, scratch, &steps);
	if (status != NULL)
		return status;
	fill(work, source, point, steps, grid);
	set_periods(source, &grid->series);
	return NULL;
}
