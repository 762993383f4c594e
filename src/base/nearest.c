/*
 * nearest.c
 *	  "Perhaps you meant .." for names that people mistype.
 */
#include "postgres.h"

#include "utils/varlena.h"

#include "base/nearest.h"

/* More wrong characters than these make another word of it; the function takes 255. */
#define DISTANCE_MAX 4
#define NAME_LEN_MAX 255

void
th_nearest_start(ThNearest *nearest, const char *wanted)
{
	nearest->wanted = wanted;
	nearest->name = NULL;
	nearest->distance = Min(DISTANCE_MAX, (int) strlen(wanted) / 2) + 1;
}

void
th_nearest_try(ThNearest *nearest, const char *name)
{
	int wanted_len = strlen(nearest->wanted);
	int distance;

	if (wanted_len > NAME_LEN_MAX || nearest->distance == 0)
		return;
	distance = varstr_levenshtein_less_equal(nearest->wanted, wanted_len, name, strlen(name),
											 1, 1, 1, nearest->distance - 1, true);
	if (distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->name = name;
}
