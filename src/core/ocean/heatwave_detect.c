/*
 * heatwave_detect.c
 *	  Events and labels of whole series.
 */
#include <math.h>
#include <stddef.h>

#include "core/forecast/series.h"
#include "core/ocean/heatwave_walk.h"

#define INTERRUPT_DAYS 16384

/* ---- events ---- */

typedef struct Detection
{
	const OceanHeatwaveRule *rule;
	OceanEventSink sink;
	void *context;
	bool stopped;
} Detection;

static void
send_event(Detection *detection, const OceanHeatwaveState *state)
{
	OceanEvent event;

	if (!detection->stopped && ocean_heatwave_event(state, detection->rule, &event))
		detection->stopped = !detection->sink(detection->context, &event);
}

static void
visit_day(void *context, const OceanHeatwaveState *state, const OceanHeatwaveDay *day)
{
	if (day->ended)
		send_event(context, state);
}

static bool
is_open(const OceanHeatwaveState *state)
{
	return state->phase == OCEAN_PHASE_ACTIVE || state->phase == OCEAN_PHASE_PENDING;
}

static OceanStatus
walk_series(const ForecastWork *work, OceanWalk *walk, const OceanSeries *series,
			const bool *stopped)
{
	ocean_walk_begin(walk, series->first_day);
	for (int i = 0; i < series->n; i++)
	{
		if (i % INTERRUPT_DAYS == INTERRUPT_DAYS - 1 && forecast_is_interrupted(work))
			return OCEAN_INTERRUPTED;
		if (isnan(series->value[i]))
			ocean_walk_missing(walk);
		else
			ocean_walk_value(walk, series->value[i]);
		if (*stopped)
			return OCEAN_INTERRUPTED;
	}
	return OCEAN_OK;
}

static OceanStatus
check(const OceanSeries *series, const OceanHeatwaveRule *rule, const OceanBaselines *baselines)
{
	OceanStatus status = ocean_series_check(series);

	if (status == OCEAN_OK)
		status = ocean_heatwave_rule_check(rule);
	return status == OCEAN_OK ? ocean_baselines_check(baselines) : status;
}

/* What comes after the last day is not known: a copy of the state takes that for the end. */
OceanStatus
ocean_heatwave_detect(const ForecastWork *work, const OceanSeries *series,
					  const OceanHeatwaveRule *rule, const OceanBaselines *baselines,
					  OceanEventSink sink, void *context, OceanHeatwaveState *state)
{
	Detection detection = { rule, sink, context, false };
	OceanHeatwaveState walked = { 0 };
	OceanWalk walk = { &walked, rule, baselines, { 0 }, visit_day, &detection };
	OceanStatus status = check(series, rule, baselines);

	if (status == OCEAN_OK)
		status = walk_series(work, &walk, series, &detection.stopped);
	if (status != OCEAN_OK)
		return status;
	if (state != NULL)
		*state = walked;
	ocean_walk_finish(&walk);
	if (is_open(&walked))
		send_event(&detection, &walked);
	return detection.stopped ? OCEAN_INTERRUPTED : OCEAN_OK;
}

/* ---- labels ---- */

typedef struct Labels
{
	int32_t first_day;
	int32_t *event;
	int32_t events;
} Labels;

static bool
label_event(void *context, const OceanEvent *event)
{
	Labels *labels = context;

	labels->events++;
	for (int32_t day = event->start_day; day <= event->end_day; day++)
		labels->event[day - labels->first_day] = labels->events;
	return true;
}

/* The phase that a detection says which ends on the last day that the walk has seen. */
static OceanPhase
phase_today(const OceanWalk *walk)
{
	OceanHeatwaveState ended = *walk->state;
	OceanWalk to_end = *walk;

	to_end.state = &ended;
	ocean_walk_finish(&to_end);
	return ended.phase;
}

OceanStatus
ocean_heatwave_label(const ForecastWork *work, const OceanSeries *series,
					 const OceanHeatwaveRule *rule, const OceanBaselines *baselines,
					 OceanPhase *causal, int32_t *event)
{
	Labels labels = { series->first_day, event, 0 };
	OceanHeatwaveState state = { 0 };
	OceanWalk walk = { &state, rule, baselines, { 0 }, NULL, NULL };
	OceanStatus status = check(series, rule, baselines);

	if (status != OCEAN_OK)
		return status;
	for (int i = 0; i < series->n; i++)
		event[i] = 0;
	status = ocean_heatwave_detect(work, series, rule, baselines, label_event, &labels, NULL);
	if (status != OCEAN_OK)
		return status;
	ocean_walk_begin(&walk, series->first_day);
	for (int i = 0; i < series->n; i++)
	{
		if (i % INTERRUPT_DAYS == INTERRUPT_DAYS - 1 && forecast_is_interrupted(work))
			return OCEAN_INTERRUPTED;
		if (isnan(series->value[i]))
			ocean_walk_missing(&walk);
		else
			ocean_walk_value(&walk, series->value[i]);
		causal[i] = state.waiting > 0 ? phase_today(&walk) : state.phase;
	}
	return OCEAN_OK;
}
