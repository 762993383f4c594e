/*
 * ocean_fuzz.c
 *	  Distances and reach of any position, valid or not.
 */
#include <math.h>

#include "core/ocean/ocean.h"

#include "fuzz.h"

static const double half_circle_m = 3.14159265358979323846 * OCEAN_EARTH_RADIUS_M;

/* Any bits, or a position on a grid that has poles, antipodes and the antimeridian. */
static double
degrees(FuzzInput *input, double limit)
{
	uint8_t kind = fuzz_byte(input);

	if (kind == 0)
		return fuzz_double(input);
	if (kind % 2 == 0)
		return ((int) fuzz_byte(input) % 9 - 4) * limit / 4;
	return remainder((double) (int64_t) fuzz_word(input) * 1e-12, 2 * limit);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput input = { data, size };
	double latitude1 = degrees(&input, 90);
	double longitude1 = degrees(&input, 180);
	double latitude2 = degrees(&input, 90);
	double longitude2 = degrees(&input, 180);
	double distance = ocean_distance_m(latitude1, longitude1, latitude2, longitude2);

	if (!ocean_latitude_valid(latitude1) || !ocean_latitude_valid(latitude2) ||
		!ocean_longitude_valid(longitude1) || !ocean_longitude_valid(longitude2))
		return 0;

	HOLDS(distance >= 0 && distance <= half_circle_m * (1 + 1e-15));
	HOLDS(distance == ocean_distance_m(latitude2, longitude2, latitude1, longitude1));
	HOLDS(ocean_distance_m(latitude1, longitude1, latitude1, longitude1) == 0);

	/* By way of the antipode it is half the circle, from wherever one looks. */
	HOLDS(fabs(distance + ocean_distance_m(latitude1, longitude1, -latitude2, longitude2 - 180) -
			   half_circle_m) < 1e-6);

	HOLDS(fabs(latitude2 - latitude1) <= ocean_latitude_reach(distance));
	return 0;
}
