/*
 * heatwave_pack.c
 *	  A state as bytes: a mark of the form, then all fields in the order of the struct, the
 *	  lowest byte first.
 */
#include <math.h>
#include <string.h>

#include "core/ocean/heatwave.h"

#define FORM 0x31574854 /* "THW1" */

#define FLAG_JUDGED 1
#define FLAG_VALUED 2

/* One walk over the fields serves both directions. */
typedef struct Packing
{
	uint8_t *at;
	bool reads;
} Packing;

static void
pack_bytes(Packing *packing, uint64_t *word, int bytes)
{
	uint64_t read = 0;

	for (int i = 0; i < bytes; i++)
	{
		if (packing->reads)
			read |= (uint64_t) packing->at[i] << 8 * i;
		else
			packing->at[i] = (uint8_t) (*word >> 8 * i);
	}
	packing->at += bytes;
	if (packing->reads)
		*word = read;
}

static void
pack_int(Packing *packing, int32_t *value)
{
	uint64_t word = (uint32_t) *value;
	uint32_t low;

	pack_bytes(packing, &word, 4);
	low = (uint32_t) word;
	memcpy(value, &low, sizeof(low));
}

static void
pack_double(Packing *packing, double *value)
{
	uint64_t word;

	memcpy(&word, value, sizeof(word));
	pack_bytes(packing, &word, 8);
	memcpy(value, &word, sizeof(word));
}

static void
pack_moments(Packing *packing, OceanMoments *moments)
{
	pack_double(packing, &moments->mean);
	pack_double(packing, &moments->squares);
	pack_double(packing, &moments->sum);
}

static void
pack_stretch(Packing *packing, OceanStretch *stretch)
{
	pack_int(packing, &stretch->first_day);
	pack_int(packing, &stretch->days);
	pack_int(packing, &stretch->missing_days);
	for (int i = 0; i < OCEAN_CATEGORIES; i++)
		pack_int(packing, &stretch->category_days[i]);
	pack_int(packing, &stretch->peak_day);
	pack_int(packing, &stretch->category_day);
	pack_double(packing, &stretch->category_excess);
	pack_double(packing, &stretch->peak_anomaly);
	pack_double(packing, &stretch->peak_relative);
	pack_double(packing, &stretch->peak_absolute);
	pack_double(packing, &stretch->before);
	pack_double(packing, &stretch->first);
	pack_double(packing, &stretch->last);
	pack_moments(packing, &stretch->anomaly);
	pack_moments(packing, &stretch->relative);
	pack_moments(packing, &stretch->absolute);
}

static void
pack_state(Packing *packing, OceanHeatwaveState *state, int32_t *form)
{
	uint64_t phase = (uint64_t) state->phase;
	uint64_t flags = (state->judged ? FLAG_JUDGED : 0) | (state->valued ? FLAG_VALUED : 0);

	pack_int(packing, form);
	pack_int(packing, &state->day);
	pack_int(packing, &state->waiting);
	pack_bytes(packing, &phase, 1);
	pack_bytes(packing, &flags, 1);
	state->phase = (OceanPhase) phase;
	state->judged = (flags & FLAG_JUDGED) != 0;
	state->valued = (flags & FLAG_VALUED) != 0;
	pack_double(packing, &state->last_value);
	pack_double(packing, &state->last);
	pack_double(packing, &state->after);
	pack_stretch(packing, &state->event);
	pack_stretch(packing, &state->gap);
	pack_stretch(packing, &state->run);
}

void
ocean_heatwave_pack(const OceanHeatwaveState *state, uint8_t bytes[OCEAN_HEATWAVE_PACKED_SIZE])
{
	Packing packing = { bytes, false };
	OceanHeatwaveState copy = *state;
	int32_t form = FORM;

	pack_state(&packing, &copy, &form);
}

/* ---- what is none ---- */

static bool
stretch_valid(const OceanStretch *stretch, int32_t last_day)
{
	int64_t categories = 0;

	if (stretch->days == 0)
		return true;
	for (int i = 0; i < OCEAN_CATEGORIES; i++)
	{
		if (stretch->category_days[i] < 0)
			return false;
		categories += stretch->category_days[i];
	}
	return stretch->days > 0 && stretch->days <= 2 * OCEAN_DAY_MAX + 1 &&
		   stretch->first_day >= -OCEAN_DAY_MAX &&
		   (int64_t) stretch->first_day + stretch->days - 1 <= last_day &&
		   stretch->missing_days >= 0 && stretch->missing_days <= stretch->days &&
		   categories <= stretch->days && stretch->peak_day >= stretch->first_day &&
		   stretch->peak_day < stretch->first_day + stretch->days &&
		   stretch->category_day >= stretch->first_day &&
		   stretch->category_day < stretch->first_day + stretch->days;
}

/* Which stretches there are depends on the phase. */
static bool
phase_valid(const OceanHeatwaveState *state)
{
	bool gap = state->gap.days > 0;
	bool run = state->run.days > 0;

	switch (state->phase)
	{
		case OCEAN_PHASE_NONE:
			return !gap && !run;
		case OCEAN_PHASE_WATCH:
			return !gap && run;
		case OCEAN_PHASE_ACTIVE:
			return state->event.days > 0 && !gap && !run;
		case OCEAN_PHASE_PENDING:
			return state->event.days > 0 && gap;
		default:
			return false;
	}
}

static bool
state_valid(const OceanHeatwaveState *state)
{
	return state->day >= -OCEAN_DAY_MAX - 1 && state->day <= OCEAN_DAY_MAX &&
		   state->waiting >= 0 && state->waiting <= OCEAN_PAD_MAX &&
		   state->day + state->waiting <= OCEAN_DAY_MAX &&
		   !(state->valued && !(fabs(state->last_value) <= OCEAN_VALUE_MAX)) &&
		   stretch_valid(&state->event, state->day) && stretch_valid(&state->gap, state->day) &&
		   stretch_valid(&state->run, state->day) && phase_valid(state);
}

OceanStatus
ocean_heatwave_unpack(const uint8_t *bytes, size_t size, OceanHeatwaveState *state)
{
	uint8_t copy[OCEAN_HEATWAVE_PACKED_SIZE];
	Packing packing = { copy, true };
	OceanHeatwaveState unpacked = { 0 };
	int32_t form = 0;

	if (size != sizeof(copy))
		return OCEAN_BAD_ARGUMENT;
	memcpy(copy, bytes, sizeof(copy));
	/* A byte that is no phase must not become one of the enumeration first. */
	if (copy[12] > OCEAN_PHASE_PENDING)
		return OCEAN_BAD_ARGUMENT;
	pack_state(&packing, &unpacked, &form);
	if (form != FORM || !state_valid(&unpacked))
		return OCEAN_BAD_ARGUMENT;
	*state = unpacked;
	return OCEAN_OK;
}
