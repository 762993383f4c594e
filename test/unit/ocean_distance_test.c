/*
 * ocean_distance_test.c
 *	  Great-circle distances and the reach of a search.
 */
#include <math.h>

#include "core/ocean/ocean.h"

#include "unit.h"

static const double half_circle_m = 3.14159265358979323846 * OCEAN_EARTH_RADIUS_M;

static bool
near(double actual, double expected, double tolerance)
{
	return fabs(actual - expected) <= tolerance;
}

/* To a micrometre, in both directions; expected from 40-digit arithmetic. */
static bool
apart(double latitude1, double longitude1, double latitude2, double longitude2, double expected)
{
	return near(ocean_distance_m(latitude1, longitude1, latitude2, longitude2), expected, 1e-6) &&
		   near(ocean_distance_m(latitude2, longitude2, latitude1, longitude1), expected, 1e-6);
}

static void
cities(void)
{
	CHECK(apart(36.12, -86.67, 33.94, -118.40, 2886448.4297649));
	CHECK(apart(51.5074, -0.1278, 48.8566, 2.3522, 343556.53488088));
	CHECK(apart(-33.8688, 151.2093, -33.4489, -70.6693, 11346730.794086));

	/* The usual worked example of the formula: 2887.2599506071 km on 6372.8 km. */
	CHECK(near(ocean_distance_m(36.12, -86.67, 33.94, -118.40) / OCEAN_EARTH_RADIUS_M,
			   2887.2599506071 / 6372.8, 1e-13));
}

static void
antimeridian(void)
{
	CHECK(apart(-18.1416, 178.4419, -13.8333, -171.7667, 1150703.5662469));
	CHECK(apart(-36.8485, 174.7633, 21.3069, -157.8583, 7075742.9191534));
	CHECK(apart(0, 179.5, 0, -179.5, half_circle_m / 180));
	CHECK(ocean_distance_m(12.5, 180, 12.5, -180) == 0);
	CHECK(ocean_distance_m(12.5, 179, 40, 0) == ocean_distance_m(12.5, -179, 40, 0));
}

static void
poles(void)
{
	CHECK(ocean_distance_m(90, 0, 90, 123) == 0);
	CHECK(ocean_distance_m(-90, -180, -90, 77.7) == 0);
	CHECK(apart(90, 10, -90, -50, half_circle_m));
	CHECK(apart(90, 10, 0, 77, half_circle_m / 2));
	CHECK(apart(-90, 10, 0, -103, half_circle_m / 2));
	CHECK(apart(89.5, 0, 89.5, 180, half_circle_m / 180));
	CHECK(apart(-89.5, -90, -89.5, 90, half_circle_m / 180));
}

/* Where the plain haversine is off by decimetres. */
static void
antipodes(void)
{
	CHECK(apart(0, 0, 0, 180, half_circle_m));
	CHECK(apart(45, 30, -45, -150, half_circle_m));
	CHECK(apart(-12.3, 0.4, 12.3, -179.6, half_circle_m));
	CHECK(apart(0, 0, 0, 180 - 1e-6, half_circle_m * (1 - 1e-6 / 180)));
	CHECK(apart(45, 30, -45 + 1e-6, -150, half_circle_m * (1 - 1e-6 / 180)));
	CHECK(apart(0, -90, 1e-9, 90, half_circle_m * (1 - 1e-9 / 180)));
}

static void
identical_and_close(void)
{
	for (int latitude = -90; latitude <= 90; latitude++)
		for (int longitude = -180; longitude <= 180; longitude++)
			CHECK(ocean_distance_m(latitude / 1.7, longitude / 1.3,
								   latitude / 1.7, longitude / 1.3) == 0);

	CHECK(apart(10, 20, 10 + 1e-9, 20, half_circle_m * 1e-9 / 180));
	CHECK(ocean_distance_m(10, 20, 10 + 1e-9, 20) > 0);
	CHECK(ocean_distance_m(10, 20, 10, 20 + 1e-9) > 0);
}

static void
not_a_number(void)
{
	CHECK(isnan(ocean_distance_m(NAN, 0, 0, 0)));
	CHECK(isnan(ocean_distance_m(0, NAN, 0, 0)));
	CHECK(isnan(ocean_distance_m(0, 0, NAN, 0)));
	CHECK(isnan(ocean_distance_m(0, 0, 0, NAN)));
}

static void
valid_positions(void)
{
	CHECK(ocean_latitude_valid(-90) && ocean_latitude_valid(0) && ocean_latitude_valid(90));
	CHECK(!ocean_latitude_valid(nextafter(90, 91)) && !ocean_latitude_valid(nextafter(-90, -91)));
	CHECK(!ocean_latitude_valid(NAN));
	CHECK(!ocean_latitude_valid(INFINITY) && !ocean_latitude_valid(-INFINITY));
	CHECK(ocean_longitude_valid(-180) && ocean_longitude_valid(0) && ocean_longitude_valid(180));
	CHECK(!ocean_longitude_valid(nextafter(180, 181)));
	CHECK(!ocean_longitude_valid(nextafter(-180, -181)));
	CHECK(!ocean_longitude_valid(NAN));
	CHECK(!ocean_longitude_valid(INFINITY) && !ocean_longitude_valid(-INFINITY));
}

static double
random_degrees(double limit)
{
	return ((double) (unit_random() >> 11) * 0x1p-52 - 1.0) * limit;
}

/* The angle between two vectors in space, in the longest floating point there is. */
static double
slow_distance_m(double latitude1, double longitude1, double latitude2, double longitude2)
{
	const long double radian = 3.14159265358979323846264338327950288L / 180;
	long double a = latitude1 * radian;
	long double b = latitude2 * radian;
	long double turn = ((long double) longitude2 - longitude1) * radian;
	long double east = cosl(b) * sinl(turn);
	long double north = cosl(a) * sinl(b) - sinl(a) * cosl(b) * cosl(turn);
	long double along = sinl(a) * sinl(b) + cosl(a) * cosl(b) * cosl(turn);

	return (double) (OCEAN_EARTH_RADIUS_M * atan2l(hypotl(east, north), along));
}

static void
agrees_with_reference(void)
{
	for (int i = 0; i < 200000; i++)
	{
		double latitude1 = random_degrees(90);
		double longitude1 = random_degrees(180);
		double latitude2 = random_degrees(90);
		double longitude2 = random_degrees(180);
		double distance;
		double expected;

		/* One in three is close to the antipode. */
		if (i % 3 == 0)
		{
			latitude2 = fmax(fmin(-latitude1 + random_degrees(1e-5), 90), -90);
			longitude2 = longitude1 - copysign(180, longitude1);
		}
		distance = ocean_distance_m(latitude1, longitude1, latitude2, longitude2);
		expected = slow_distance_m(latitude1, longitude1, latitude2, longitude2);
		if (!CHECK(near(distance, expected, 1e-6)) ||
			!CHECK(distance == ocean_distance_m(latitude2, longitude2, latitude1, longitude1)) ||
			!CHECK(distance >= 0 && distance <= half_circle_m * (1 + 1e-15)))
			return;
	}
}

static void
reaches(void)
{
	double degree_m = half_circle_m / 180;

	CHECK(near(ocean_latitude_reach(0), 0, 1e-8));
	CHECK(near(ocean_latitude_reach(degree_m), 1, 1e-8));
	CHECK(near(ocean_latitude_reach(2.5 * degree_m), 2.5, 1e-8));
	CHECK(ocean_latitude_reach(half_circle_m) == 180);
	CHECK(ocean_latitude_reach(INFINITY) == 180);
}

/* On one meridian the reach is the difference of latitudes and rounding could lose it. */
static void
reach_covers(void)
{
	for (int i = 0; i < 200000; i++)
	{
		double latitude1 = random_degrees(90);
		double longitude1 = random_degrees(180);
		double latitude2 = random_degrees(90);
		double longitude2 = i % 2 == 0 ? longitude1 : random_degrees(180);
		double reach = ocean_latitude_reach(ocean_distance_m(latitude1, longitude1,
															 latitude2, longitude2));

		if (!CHECK(latitude2 >= latitude1 - reach && latitude2 <= latitude1 + reach))
			return;
	}
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean: distances between cities", cities },
		{ "ocean: distances across the antimeridian", antimeridian },
		{ "ocean: distances at the poles", poles },
		{ "ocean: distances between antipodes", antipodes },
		{ "ocean: identical and close positions", identical_and_close },
		{ "ocean: distance of not a number", not_a_number },
		{ "ocean: valid positions", valid_positions },
		{ "ocean: distance agrees with reference", agrees_with_reference },
		{ "ocean: known reaches", reaches },
		{ "ocean: reach loses nothing", reach_covers },
	};

	return UNIT_RUN(groups);
}
