/*
 * ocean.h
 *	  Positions on the earth.  Pure C11: no PostgreSQL, no memory of its own, no clock.
 *
 * Latitudes are degrees north, -90 to 90; longitudes degrees east, -180 to 180.
 */
#ifndef TIDEHOLD_CORE_OCEAN_H
#define TIDEHOLD_CORE_OCEAN_H

#include <stdbool.h>

/*
 * Mean radius R1 = (2a + b) / 3 of the GRS 80 ellipsoid, rounded to 0.1 m: H. Moritz,
 * Geodetic Reference System 1980, Journal of Geodesy 74 (2000), page 131.
 */
#define OCEAN_EARTH_RADIUS_M 6371008.8

/* False for NaN and infinities too. */
bool ocean_latitude_valid(double latitude);
bool ocean_longitude_valid(double longitude);

/*
 * Length in metres of the shorter arc of the great circle through two positions on a
 * sphere of the mean radius; within 0.6 % of the distance on the ellipsoid.  NaN where
 * an argument is.
 */
double ocean_distance_m(double latitude1, double longitude1,
						double latitude2, double longitude2);

/*
 * The same on the ellipsoid WGS 84, to less than a millimetre; nearly antipodal positions
 * have the distance of the sphere.
 */
double ocean_geodesic_m(double latitude1, double longitude1,
						double latitude2, double longitude2);

/*
 * Degrees of latitude within which all positions lie that are no farther than
 * distance_m: at most 180, never less than the truth.
 */
double ocean_latitude_reach(double distance_m);

#endif /* TIDEHOLD_CORE_OCEAN_H */
