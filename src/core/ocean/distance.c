/*
 * distance.c
 *	  Great-circle distance by the haversine formula.
 *
 * The haversine of the arc alone loses half its digits near the antipodes.  There the
 * haversine of what the arc lacks to half the circle is exact, and that is the arc from
 * the antipode of the second position, so both are taken and joined by atan2.
 */
#include <math.h>

#include "core/ocean/ocean.h"

#define HALF_CIRCLE_DEGREES 180.0
#define RADIANS_PER_DEGREE 0.017453292519943295769

/* 0.1 mm on the ground, and far above what rounding does to a latitude. */
#define REACH_SLACK_DEGREES 1e-9

bool
ocean_latitude_valid(double latitude)
{
	return latitude >= -90.0 && latitude <= 90.0;
}

bool
ocean_longitude_valid(double longitude)
{
	return longitude >= -180.0 && longitude <= 180.0;
}

/* Half of 1 - cos; degrees. */
static double
haversine(double degrees)
{
	double half = sin(degrees * (RADIANS_PER_DEGREE / 2.0));

	return half * half;
}

/* Exactly 0 at the poles, so that their longitude does not matter. */
static double
cosine_of_latitude(double latitude)
{
	return sin((90.0 - fabs(latitude)) * RADIANS_PER_DEGREE);
}

double
ocean_distance_m(double latitude1, double longitude1, double latitude2, double longitude2)
{
	/* 0 to 180; the remainder is exact, so 180 east and 180 west are one meridian. */
	double turn = fabs(remainder(longitude2 - longitude1, 2.0 * HALF_CIRCLE_DEGREES));
	double cosines = cosine_of_latitude(latitude1) * cosine_of_latitude(latitude2);
	double near = haversine(latitude2 - latitude1) + cosines * haversine(turn);
	double far = haversine(latitude2 + latitude1) +
				 cosines * haversine(HALF_CIRCLE_DEGREES - turn);

	return 2.0 * OCEAN_EARTH_RADIUS_M * atan2(sqrt(near), sqrt(far));
}

double
ocean_latitude_reach(double distance_m)
{
	double degrees = distance_m / OCEAN_EARTH_RADIUS_M / RADIANS_PER_DEGREE;

	return fmin(degrees + REACH_SLACK_DEGREES, HALF_CIRCLE_DEGREES);
}
