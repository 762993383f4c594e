/*
 * heatwave.h
 *	  Marine heatwaves and cold spells: Hobday et al. (2016), Progress in Oceanography 141,
 *	  227-238, with the categories of Hobday et al. (2018), Oceanography 31(2), 162-173, to
 *	  the digits of the reference implementation (marineHeatWaves, commit d7292bf).
 *
 * One state walks over the days, one by one and for ever: detection over a whole series is
 * the same walk, so both give the same bits.  An event is min_duration_days or more days in
 * a row beyond the threshold; events with at most max_gap_days between them are one.  It is
 * known on day min_duration_days, and its end is final at the latest max_gap_days +
 * min_duration_days days after it.
 *
 * A missing day is taken for a usual one: its value is the climatology's.  It is never
 * beyond the threshold, but may lie in the gap between two parts of an event.
 *
 * Where the threshold lies at the climatology or on its other side, as under sea ice, a day
 * is beyond the threshold only if it is beyond the climatology too, and its category is
 * moderate, since the distance that categories are multiples of is none there.
 */
#ifndef TIDEHOLD_CORE_OCEAN_HEATWAVE_H
#define TIDEHOLD_CORE_OCEAN_HEATWAVE_H

#include "core/ocean/climatology.h"

#define OCEAN_DURATION_MAX 366
#define OCEAN_GAP_MAX 366
#define OCEAN_CATEGORIES 4

typedef struct OceanHeatwaveRule
{
	int min_duration_days; /* 1 to OCEAN_DURATION_MAX; 5 is usual */
	int max_gap_days;	   /* 0 to OCEAN_GAP_MAX; 2 is usual, 0 joins nothing */
	int pad_days;		   /* 0 to OCEAN_PAD_MAX, see ocean_series_pad; 0 is usual */
	bool cold;			   /* cold spells; the climatology has to be one of cold spells */
} OceanHeatwaveRule;

/* Of one series; a day in year y has the climatology at y - first_year, or the nearest. */
typedef struct OceanBaselines
{
	const OceanClimatology *climatology;
	int count; /* 1 of a fixed baseline */
	int first_year;
} OceanBaselines;

/* What is known at the end of a day, of a series or of an event. */
typedef enum OceanPhase
{
	OCEAN_PHASE_NONE = 0,
	OCEAN_PHASE_WATCH,	 /* days beyond the threshold, but not yet enough of them */
	OCEAN_PHASE_ACTIVE,	 /* the day belongs to an event */
	OCEAN_PHASE_PENDING, /* an event seems to be over, but may still go on */
	OCEAN_PHASE_FINAL	 /* of events alone: nothing that comes later changes it */
} OceanPhase;

/* Kelvin (or whatever the unit is); deviation is of the population. */
typedef struct OceanIntensity
{
	double max; /* on the peak day */
	double mean;
	double deviation;
	double cumulative; /* times days */
} OceanIntensity;

/*
 * Of cold spells all but deviations, rates and category days is negative where the water is
 * too cold.  The days of a gap belong to the event; a category have only those of them that
 * are beyond the threshold, too few of them for an event.
 */
typedef struct OceanEvent
{
	int32_t start_day;
	int32_t peak_day; /* the first of those with the largest anomaly */
	int32_t end_day;
	int32_t duration;
	int32_t missing_days;					 /* of the duration: not measured, nor padded */
	int32_t category_days[OCEAN_CATEGORIES]; /* moderate, strong, severe, extreme */
	int32_t category;						 /* 1 to 4: the highest that a day had */
	int32_t category_day;					 /* the first day that had most of it */
	OceanPhase phase;						 /* active, pending or final */
	OceanIntensity anomaly;					 /* from the climatology */
	OceanIntensity relative;				 /* from the threshold */
	OceanIntensity absolute;
	/* Kelvin a day; that of the decline is NaN while the peak is the last day there is. */
	double rate_onset;
	double rate_decline;
} OceanEvent;

/* ---- the walk ---- */

/* Mean and sum of squares around it: Welford (1962), and Chan et al. (1979) where joined. */
typedef struct OceanMoments
{
	double mean;
	double squares;
	double sum;
} OceanMoments;

/* Days on end with all that the metrics need of them; cold ones have their signs turned. */
typedef struct OceanStretch
{
	int32_t first_day;
	int32_t days; /* 0 of none, and then nothing else counts */
	int32_t missing_days;
	int32_t category_days[OCEAN_CATEGORIES];
	int32_t peak_day;
	int32_t category_day;
	double category_excess; /* largest multiple of threshold less mean, above the threshold */
	double peak_anomaly;
	double peak_relative;
	double peak_absolute;
	double before; /* anomaly of the day before the first; NaN where none is known */
	double first;  /* anomalies */
	double last;
	OceanMoments anomaly;
	OceanMoments relative;
	OceanMoments absolute;
} OceanStretch;

/*
 * All that must be kept of a series to go on with it; all zero is one that has not begun.
 * Fixed size, no pointers: see ocean_heatwave_pack().
 */
typedef struct OceanHeatwaveState
{
	int32_t day;		/* the last one that was judged, or one before the first */
	int32_t waiting;	/* missing days after day, which padding may still fill */
	OceanPhase phase;	/* not final */
	bool judged;		/* a day was */
	bool valued;		/* last_value is one: the last day was not missing */
	double last_value;	/* of day, not turned */
	double last;		/* its anomaly, turned */
	double after;		/* anomaly of the day after the event; NaN where none is known */
	OceanStretch event; /* the last one that was declared, final or not */
	OceanStretch gap;	/* days since, while the phase is pending */
	OceanStretch run;	/* days beyond the threshold that are no event yet */
} OceanHeatwaveState;

/* What a day brought. */
typedef struct OceanHeatwaveDay
{
	int32_t day;
	double value; /* measured, padded or the climatology's */
	double anomaly;
	bool missing;
	bool exceeds;
	OceanPhase before;
	OceanPhase after;
	bool declared; /* a new event has its first min_duration_days */
	bool joined;   /* the pending event goes on: the gap has become part of it */
	bool ended;	   /* the event of ocean_heatwave_event() is final */
} OceanHeatwaveDay;

/* Called of each day that was judged, with the state after it; NULL of whoever does not ask. */
typedef void (*OceanHeatwaveVisit)(void *context, const OceanHeatwaveState *state,
								   const OceanHeatwaveDay *day);

/*
 * Goes on to a day after all that the state has seen, in amortised O(1); days between are
 * missing ones.  value is NaN of a missing day.  With pad_days a missing day is judged when
 * it is known whether it is padded: at most pad_days later.
 *
 * OCEAN_UNORDERED of a day that was seen, OCEAN_BAD_VALUE as of a series: the state is then
 * what it was.
 */
OceanStatus ocean_heatwave_advance(OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
								   const OceanBaselines *baselines, int32_t day, double value,
								   OceanHeatwaveVisit visit, void *context);

/* Whether the state has seen a day, and the last one that it has seen, judged or not. */
bool ocean_heatwave_seen(const OceanHeatwaveState *state, int32_t *day);

/*
 * Judges the missing days that wait, as if the series ended here: they take the last value.
 * Of a copy of a state whose walk goes on.
 */
OceanStatus ocean_heatwave_finish(OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
								  const OceanBaselines *baselines, OceanHeatwaveVisit visit,
								  void *context);

/*
 * The event that was declared last, with its metrics up to the last day that was judged;
 * false where there was none.
 */
bool ocean_heatwave_event(const OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
						  OceanEvent *event);

/* ---- whole series ---- */

/* False ends the detection, which then answers OCEAN_INTERRUPTED. */
typedef bool (*OceanEventSink)(void *context, const OceanEvent *event);

/*
 * Events of a series, oldest first; the last one may be active or pending.  state is where
 * the walk stands after the series and can be advanced; NULL of whoever does not want it.
 */
OceanStatus ocean_heatwave_detect(const ForecastWork *work, const OceanSeries *series,
								  const OceanHeatwaveRule *rule, const OceanBaselines *baselines,
								  OceanEventSink sink, void *context, OceanHeatwaveState *state);

/*
 * Labels of each day.  causal is the phase that was known on the evening of the day, as a
 * detection over the series up to it says; event the number of the event that the day
 * belongs to by hindsight, from 1 on, 0 of none.
 */
OceanStatus ocean_heatwave_label(const ForecastWork *work, const OceanSeries *series,
								 const OceanHeatwaveRule *rule, const OceanBaselines *baselines,
								 OceanPhase *causal, int32_t *event);

/* ---- late and corrected values ---- */

typedef struct OceanDays
{
	int32_t first;
	int32_t last;
} OceanDays;

/* Days whose labels may be others when the value of a day changes, comes late or goes. */
OceanDays ocean_heatwave_reach(const OceanHeatwaveRule *rule, int32_t day);

typedef struct OceanRerun
{
	int32_t walk_from;
	OceanDays days;
} OceanRerun;

/*
 * What to do when values of changed days have changed: event holds the start and end of the
 * events that are known, ascending.  Walk over the corrected series from .walk_from on, with
 * ocean_heatwave_resume(), or from the start of the series where that is later, with an
 * empty state; go on to .days.last, and then until the phase is none or the series ends.
 * The events of that walk that start on .days.first or later take the place of all known
 * ones that start from there to the end of the walk; others are as they were.
 */
OceanRerun ocean_heatwave_rerun(const OceanHeatwaveRule *rule, const OceanDays *event,
								int events, OceanDays changed);

/* A state for the middle of a series: what came before the day is not known. */
OceanHeatwaveState ocean_heatwave_resume(int32_t day);

/* ---- a state as bytes ---- */

#define OCEAN_HEATWAVE_PACKED_SIZE 530

/* The same bytes on every machine; unpacking refuses with OCEAN_BAD_ARGUMENT what is none. */
void ocean_heatwave_pack(const OceanHeatwaveState *state,
						 uint8_t bytes[OCEAN_HEATWAVE_PACKED_SIZE]);
OceanStatus ocean_heatwave_unpack(const uint8_t *bytes, size_t size, OceanHeatwaveState *state);

OceanStatus ocean_heatwave_rule_check(const OceanHeatwaveRule *rule);

#endif /* TIDEHOLD_CORE_OCEAN_HEATWAVE_H */
