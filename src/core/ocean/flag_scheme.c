/*
 * flag_scheme.c
 *	  Quality flags of other data systems.
 *
 * 2 and 3 are the trap: "probably good" and "probably bad" there, "not evaluated" and
 * "suspect" here.  Argo's flags are from reference table 2 of the Argo user's manual; what
 * QARTOD has no word for (changed, interpolated, nominal) becomes not evaluated.
 */
#include <stddef.h>

#include "core/ocean/flag_scheme.h"
#include "core/ocean/qartod.h"

typedef struct Flag
{
	const char *meaning;
	int other; /* in the other scheme */
} Flag;

static const Flag qartod[OCEAN_FLAG_MAX + 1] = {
	[QARTOD_GOOD] = { "good", 1 },
	[QARTOD_NOT_EVALUATED] = { "not evaluated", 0 },
	[QARTOD_SUSPECT] = { "suspect", 3 },
	[QARTOD_FAIL] = { "fail", 4 },
	[QARTOD_MISSING] = { "missing", 9 },
};

static const Flag argo[OCEAN_FLAG_MAX + 1] = {
	{ "no quality control", QARTOD_NOT_EVALUATED },
	{ "good", QARTOD_GOOD },
	{ "probably good", QARTOD_GOOD },
	{ "probably bad", QARTOD_SUSPECT },
	{ "bad", QARTOD_FAIL },
	{ "value changed", QARTOD_NOT_EVALUATED },
	{ "not used", QARTOD_NOT_EVALUATED },
	{ "nominal value", QARTOD_NOT_EVALUATED },
	{ "interpolated", QARTOD_NOT_EVALUATED },
	{ "missing", QARTOD_MISSING },
};

static const Flag *
find(int scheme, int flag)
{
	const Flag *table = scheme == OCEAN_QARTOD ? qartod : argo;

	if ((scheme != OCEAN_QARTOD && scheme != OCEAN_ARGO) || flag < 0 || flag > OCEAN_FLAG_MAX)
		return NULL;
	return table[flag].meaning != NULL ? &table[flag] : NULL;
}

const char *
ocean_flag_meaning(int scheme, int flag)
{
	const Flag *found = find(scheme, flag);

	return found != NULL ? found->meaning : NULL;
}

int
ocean_flag_map(int flag, int from, int to)
{
	const Flag *found = find(from, flag);

	if (found == NULL || (to != OCEAN_QARTOD && to != OCEAN_ARGO))
		return -1;
	return from == to ? flag : found->other;
}
