/*
 * geodesic.c
 *	  Distance on the ellipsoid WGS 84.
 *
 * T. Vincenty, Direct and Inverse Solutions of Geodesics on the Ellipsoid with Application of
 * Nested Equations, Survey Review 23 (176), 1975: the inverse solution.  It does not converge
 * for some nearly antipodal pairs; for these the distance is that of the sphere.
 */
#include <math.h>

#include "core/ocean/ocean.h"

#define RADIANS_PER_DEGREE 0.017453292519943295769
#define SEMI_MAJOR_M 6378137.0
#define FLATTENING (1.0 / 298.257223563)
#define SEMI_MINOR_M (SEMI_MAJOR_M * (1.0 - FLATTENING))
#define TURNS_MAX 100

/* Reduced latitudes, and what one turn of the iteration finds. */
typedef struct Arc
{
	double sin_u1, cos_u1;
	double sin_u2, cos_u2;
	double sigma, sin_sigma, cos_sigma;
	double cos2_alpha;
	double cos_2sigma_m;
} Arc;

static void
reduce(double latitude, double *sine, double *cosine)
{
	double reduced = atan((1.0 - FLATTENING) * tan(latitude * RADIANS_PER_DEGREE));

	*sine = sin(reduced);
	*cosine = cos(reduced);
}

/* The difference of longitude on the auxiliary sphere, one step nearer. */
static double
turn(Arc *arc, double lambda, double longitude)
{
	double x = arc->cos_u2 * sin(lambda);
	double y = arc->cos_u1 * arc->sin_u2 - arc->sin_u1 * arc->cos_u2 * cos(lambda);
	double sin_alpha;
	double c;

	arc->sin_sigma = sqrt(x * x + y * y);
	arc->cos_sigma = arc->sin_u1 * arc->sin_u2 + arc->cos_u1 * arc->cos_u2 * cos(lambda);
	arc->sigma = atan2(arc->sin_sigma, arc->cos_sigma);
	if (arc->sin_sigma == 0.0)
		return longitude;
	sin_alpha = arc->cos_u1 * arc->cos_u2 * sin(lambda) / arc->sin_sigma;
	arc->cos2_alpha = 1.0 - sin_alpha * sin_alpha;
	/* 0 on the equator. */
	arc->cos_2sigma_m = 0.0;
	if (arc->cos2_alpha > 0.0)
		arc->cos_2sigma_m = arc->cos_sigma - 2.0 * arc->sin_u1 * arc->sin_u2 / arc->cos2_alpha;
	c = FLATTENING / 16.0 * arc->cos2_alpha * (4.0 + FLATTENING * (4.0 - 3.0 * arc->cos2_alpha));
	return longitude +
		   (1.0 - c) * FLATTENING * sin_alpha *
			   (arc->sigma +
				c * arc->sin_sigma *
					(arc->cos_2sigma_m +
					 c * arc->cos_sigma *
						 (2.0 * arc->cos_2sigma_m * arc->cos_2sigma_m - 1.0)));
}

static double
arc_length_m(const Arc *arc)
{
	double u2 = arc->cos2_alpha * (SEMI_MAJOR_M * SEMI_MAJOR_M - SEMI_MINOR_M * SEMI_MINOR_M) /
				(SEMI_MINOR_M * SEMI_MINOR_M);
	double a = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)));
	double b = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)));
	double m = arc->cos_2sigma_m;
	double third = b / 6.0 * m * (4.0 * arc->sin_sigma * arc->sin_sigma - 3.0) *
				   (4.0 * m * m - 3.0);
	double second = b / 4.0 * (arc->cos_sigma * (2.0 * m * m - 1.0) - third);

	return SEMI_MINOR_M * a * (arc->sigma - b * arc->sin_sigma * (m + second));
}

double
ocean_geodesic_m(double latitude1, double longitude1, double latitude2, double longitude2)
{
	double longitude = remainder(longitude2 - longitude1, 360.0) * RADIANS_PER_DEGREE;
	double lambda = longitude;
	Arc arc = { 0 };

	reduce(latitude1, &arc.sin_u1, &arc.cos_u1);
	reduce(latitude2, &arc.sin_u2, &arc.cos_u2);
	for (int i = 0; i < TURNS_MAX; i++)
	{
		double next = turn(&arc, lambda, longitude);

		if (fabs(next) > 3.2)
			break;
		if (fabs(next - lambda) < 1e-12)
			return arc_length_m(&arc);
		lambda = next;
	}
	return ocean_distance_m(latitude1, longitude1, latitude2, longitude2);
}
