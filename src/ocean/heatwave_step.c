/*
 * heatwave_step.c
 *	  The incremental state of a stream as a value: it goes in with the days that are new, and
 *	  comes out with the events that they changed.
 *
 * Nothing is read or written here.  ocean.advance_heatwaves() holds the lock on the row that
 * the state is in, and stores what comes out in the transaction that read what went in.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "core/ocean/heatwave_chance.h"
#include "forecast/doubles.h"
#include "ocean/daily.h"
#include "ocean/heatwave_detect.h"

PG_FUNCTION_INFO_V1(th_ocean_heatwave_step);
PG_FUNCTION_INFO_V1(th_ocean_heatwave_rerun);
PG_FUNCTION_INFO_V1(th_ocean_heatwave_chance);

/* Columns of ocean.heatwave_step(). */
enum StepColumn
{
	STEP_STATE,
	STEP_PHASE,
	STEP_JUDGED,
	STEP_THROUGH,
	STEP_REPLACED_FROM,
	STEP_EVENTS,
	STEP_COLUMNS
};

/* Days on end with what the walk wants of each. */
typedef struct Days
{
	int32 first;
	int count;
	const double *value;
	OceanClimatology *usual; /* known at the days alone */
	OceanBaselines baselines;
} Days;

/* ---- arguments ---- */

static void
read_state(bytea *bytes, OceanHeatwaveState *state)
{
	if (ocean_heatwave_unpack((const uint8_t *) VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes),
							  state) != OCEAN_OK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the state of a stream's heatwaves cannot be read"),
				 errhint("Delete its row of ocean.heatwave_state and call ocean.watch_heatwaves() again.")));
}

static bytea *
state_bytes(const OceanHeatwaveState *state)
{
	bytea *bytes = palloc(VARHDRSZ + OCEAN_HEATWAVE_PACKED_SIZE);

	SET_VARSIZE(bytes, VARHDRSZ + OCEAN_HEATWAVE_PACKED_SIZE);
	ocean_heatwave_pack(state, (uint8_t *) VARDATA(bytes));
	return bytes;
}

static const double *
read_doubles(FunctionCallInfo fcinfo, int argument, const char *name, int count)
{
	int read;
	const double *value = th_finite_doubles(PG_GETARG_ARRAYTYPE_P(argument), name, &read);

	if (read != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d elements instead of %d", name, read, count)));
	return value;
}

/* Arguments from first on: first day, values, means, thresholds. */
static void
read_days(FunctionCallInfo fcinfo, int first, Days *days)
{
	const double *mean, *threshold;
	OceanDate date;

	days->first = PG_GETARG_DATEADT(first);
	th_daily_check(days->first, 0);
	days->value = th_finite_doubles(PG_GETARG_ARRAYTYPE_P(first + 1), "value", &days->count);
	th_daily_check(days->first + days->count, 0);
	mean = read_doubles(fcinfo, first + 2, "mean", days->count);
	threshold = read_doubles(fcinfo, first + 3, "threshold", days->count);
	days->usual = palloc0(sizeof(*days->usual));
	date = ocean_date_of(days->first);
	for (int i = 0; i < days->count; i++, ocean_date_next(&date))
	{
		days->usual->mean[date.day_of_year - 1] = mean[i];
		days->usual->threshold[date.day_of_year - 1] = threshold[i];
	}
	days->baselines = (OceanBaselines){ .climatology = days->usual, .count = 1 };
}

/* ---- the walk ---- */

/* First day whose events may become others as the walk goes on. */
static int32
open_since(const OceanHeatwaveState *state, const Days *days)
{
	int32 since = state->day + 1;
	int32 seen;

	if (!ocean_heatwave_seen(state, &seen))
		return days->first;
	if (state->phase == OCEAN_PHASE_ACTIVE || state->phase == OCEAN_PHASE_PENDING)
		since = Min(since, state->event.first_day);
	if (state->run.days > 0)
		since = Min(since, state->run.first_day);
	return since;
}

/* What a visit collects, and of which rule. */
typedef struct Collector
{
	const OceanHeatwaveRule *rule;
	ThEvents events;
} Collector;

static void
collect(void *context, const OceanHeatwaveState *state, const OceanHeatwaveDay *day)
{
	Collector *collector = context;
	OceanEvent event;

	if (day->ended && ocean_heatwave_event(state, collector->rule, &event))
		th_events_add(&collector->events, &event);
}

/* What padding takes for granted at the end of the series is not yet final. */
static void
collect_open(const OceanHeatwaveState *state, const Days *days, Collector *collector)
{
	OceanHeatwaveState ended = *state;
	int decided = collector->events.count;
	OceanEvent event;

	if (state->waiting > 0)
		th_ocean_check(ocean_heatwave_finish(&ended, collector->rule, &days->baselines, collect,
											 collector));
	for (int i = decided; i < collector->events.count; i++)
		collector->events.event[i].phase = OCEAN_PHASE_PENDING;
	if ((ended.phase == OCEAN_PHASE_ACTIVE || ended.phase == OCEAN_PHASE_PENDING) &&
		ocean_heatwave_event(&ended, collector->rule, &event))
		th_events_add(&collector->events, &event);
}

/* Days that the state has seen are passed over; from day stop on a quiet day ends the walk. */
static void
walk(OceanHeatwaveState *state, const Days *days, int32 stop, Collector *collector)
{
	int32 seen;

	if (!ocean_heatwave_seen(state, &seen))
		seen = days->first - 1;
	for (int i = Max(seen + 1 - days->first, 0); i < days->count; i++)
	{
		th_ocean_check(ocean_heatwave_advance(state, collector->rule, &days->baselines,
											  days->first + i, days->value[i], collect, collector));
		if (days->first + i >= stop && state->phase == OCEAN_PHASE_NONE && state->waiting == 0)
			break;
		CHECK_FOR_INTERRUPTS();
	}
}

static Datum
step_row(FunctionCallInfo fcinfo, const OceanHeatwaveState *state, int32 replaced_from,
		 const ThEvents *events)
{
	int32 seen = 0;
	bool begun = ocean_heatwave_seen(state, &seen);
	Datum values[STEP_COLUMNS];
	bool nulls[STEP_COLUMNS] = { false };
	TupleDesc shape;
	Oid element_type;

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE ||
		shape->natts != STEP_COLUMNS)
		elog(ERROR, "heatwave_step does not return a row");
	element_type = get_element_type(TupleDescAttr(shape, STEP_EVENTS)->atttypid);
	values[STEP_STATE] = PointerGetDatum(state_bytes(state));
	values[STEP_PHASE] = CStringGetTextDatum(th_phase_name(state->phase));
	values[STEP_JUDGED] = DateADTGetDatum(state->day);
	values[STEP_THROUGH] = DateADTGetDatum(seen);
	nulls[STEP_JUDGED] = nulls[STEP_THROUGH] = !begun;
	values[STEP_REPLACED_FROM] = DateADTGetDatum(replaced_from);
	values[STEP_EVENTS] = th_events_array(element_type, events);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

/* Arguments: state, options, first day, values, means, thresholds, stop, resumed. */
Datum
th_ocean_heatwave_step(PG_FUNCTION_ARGS)
{
	OceanHeatwaveState state = { 0 };
	ThHeatwaveOptions options;
	Collector collector = { 0 };
	int32 replaced_from;
	Days days;

	for (int i = 1; i < 8; i++)
	{
		if (PG_ARGISNULL(i) && i != 6)
			PG_RETURN_NULL();
	}
	if (!PG_ARGISNULL(0))
		read_state(PG_GETARG_BYTEA_PP(0), &state);
	else if (PG_GETARG_BOOL(7))
		state = ocean_heatwave_resume(PG_GETARG_DATEADT(2));
	th_heatwave_options_read(PG_GETARG_HEAPTUPLEHEADER(1), &options);
	read_days(fcinfo, 2, &days);
	collector.rule = &options.rule;
	replaced_from = open_since(&state, &days);
	walk(&state, &days, PG_ARGISNULL(6) ? PG_INT32_MAX : PG_GETARG_DATEADT(6), &collector);
	collect_open(&state, &days, &collector);
	PG_RETURN_DATUM(step_row(fcinfo, &state, replaced_from, &collector.events));
}

/* ---- late values ---- */

/* Arguments: options, starts and ends of the events, first and last changed day. */
Datum
th_ocean_heatwave_rerun(PG_FUNCTION_ARGS)
{
	ThHeatwaveOptions options;
	Datum *start, *end;
	bool *nulls;
	int count, ends;
	OceanDays *known;
	OceanDays changed = { PG_GETARG_DATEADT(3), PG_GETARG_DATEADT(4) };
	OceanRerun again;
	TupleDesc shape;
	Datum values[3];
	bool is_null[3] = { false };

	th_heatwave_options_read(PG_GETARG_HEAPTUPLEHEADER(0), &options);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), DATEOID, sizeof(DateADT), true, TYPALIGN_INT,
					  &start, &nulls, &count);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), DATEOID, sizeof(DateADT), true, TYPALIGN_INT, &end,
					  &nulls, &ends);
	if (count != ends)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there are %d starts and %d ends", count, ends)));
	known = palloc(Max(count, 1) * sizeof(*known));
	for (int i = 0; i < count; i++)
		known[i] = (OceanDays){ DatumGetDateADT(start[i]), DatumGetDateADT(end[i]) };
	again = ocean_heatwave_rerun(&options.rule, known, count, changed);
	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "heatwave_rerun does not return a row");
	values[0] = DateADTGetDatum(again.walk_from);
	values[1] = DateADTGetDatum(again.days.first);
	values[2] = DateADTGetDatum(again.days.last);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, is_null)));
}

/* ---- the days to come ---- */

static void
put_chances(ReturnSetInfo *set, const OceanChance *chance, int days)
{
	for (int i = 0; i < days; i++)
	{
		Datum values[6] = { Int32GetDatum(i + 1), Float8GetDatum(chance[i].exceeds),
							Float8GetDatum(chance[i].active), Float8GetDatum(chance[i].open),
							Float8GetDatum(chance[i].started), Float8GetDatum(chance[i].lasting) };
		bool nulls[6] = { false };

		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
}

static OceanOutlook *
read_outlook(FunctionCallInfo fcinfo, int *days)
{
	const double *mean = th_finite_doubles(PG_GETARG_ARRAYTYPE_P(2), "mean", days);
	const double *deviation = read_doubles(fcinfo, 3, "deviation", *days);
	const double *limit = read_doubles(fcinfo, 4, "threshold", *days);
	double phi = PG_GETARG_FLOAT8(5);
	OceanOutlook *outlook = palloc0(Max(*days, 1) * sizeof(*outlook));

	for (int i = 0; i < *days; i++)
	{
		outlook[i].mean = mean[i];
		outlook[i].deviation = deviation[i];
		outlook[i].limit = limit[i];
		if (i > 0)
			outlook[i].correlation = ocean_outlook_correlation(phi, deviation[i - 1], deviation[i]);
	}
	return outlook;
}

static void
check_outlook(const OceanOutlook *outlook, int days, double phi)
{
	if (days > OCEAN_CHANCE_DAYS_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("an outlook over %d days is too long", days),
				 errdetail("It has at most %d.", OCEAN_CHANCE_DAYS_MAX)));
	if (!(phi >= -1 && phi <= 1))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("persistence %g is out of range", phi), errdetail("It is from -1 to 1.")));
	for (int i = 0; i < days; i++)
	{
		if (isnan(outlook[i].mean) || !(outlook[i].deviation >= 0))
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("day %d of the outlook has no mean or no deviation", i + 1)));
	}
}

/* Arguments: state, options, means, deviations, thresholds, persistence. */
Datum
th_ocean_heatwave_chance(PG_FUNCTION_ARGS)
{
	OceanHeatwaveState state = { 0 };
	ThHeatwaveOptions options;
	OceanOutlook *outlook;
	OceanChance *chance;
	ThWork work;
	int days;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 1; i < 6; i++)
	{
		if (PG_ARGISNULL(i))
			return (Datum) 0;
	}
	if (!PG_ARGISNULL(0))
		read_state(PG_GETARG_BYTEA_PP(0), &state);
	th_heatwave_options_read(PG_GETARG_HEAPTUPLEHEADER(1), &options);
	outlook = read_outlook(fcinfo, &days);
	check_outlook(outlook, days, PG_GETARG_FLOAT8(5));
	chance = palloc(Max(days, 1) * sizeof(*chance));
	th_work_init(&work, CurrentMemoryContext);
	th_ocean_check(ocean_heatwave_chance(&work.lent, &options.rule, &state, outlook, days, chance));
	put_chances((ReturnSetInfo *) fcinfo->resultinfo, chance, days);
	MemoryContextDelete(work.memory);
	return (Datum) 0;
}
