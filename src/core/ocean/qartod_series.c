/*
 * qartod_series.c
 *	  Tests of positions, of profiles and of the series as a whole.
 */
#include <math.h>
#include <string.h>

#include "core/ocean/ocean.h"
#include "core/ocean/qartod.h"

static void
worsen(uint8_t *flag, int to)
{
	*flag = (uint8_t) qartod_worse(*flag, to);
}

static int
inversion(double suspect, double fail, double step)
{
	if (step < fail)
		return QARTOD_FAIL;
	return step < suspect ? QARTOD_SUSPECT : QARTOD_GOOD;
}

static double
sign(double number)
{
	return (double) ((number > 0.0) - (number < 0.0));
}

void
qartod_density_inversion(double suspect, double fail, const double *density, const double *depth_m,
						 int count, uint8_t *flag)
{
	for (int i = 0; i < count; i++)
	{
		flag[i] = count > 1 ? QARTOD_GOOD : QARTOD_NOT_EVALUATED;
		if (qartod_is_missing(density[i]) || qartod_is_missing(depth_m[i]))
			flag[i] = QARTOD_MISSING;
	}
	for (int i = 1; i < count; i++)
	{
		int found;

		if (qartod_is_missing(density[i - 1]) || qartod_is_missing(depth_m[i - 1]))
			flag[i] = QARTOD_MISSING;
		if (flag[i] == QARTOD_MISSING)
			continue;
		found = inversion(suspect, fail,
						  sign(depth_m[i] - depth_m[i - 1]) * (density[i] - density[i - 1]));
		worsen(&flag[i - 1], found == QARTOD_GOOD ? QARTOD_MISSING : found);
		worsen(&flag[i], found);
	}
}

/* ---- percentiles ---- */

static void
sift_down(double *heap, int root, int count)
{
	for (int child; (child = 2 * root + 1) < count; root = child)
	{
		double swap = heap[root];

		if (child + 1 < count && heap[child + 1] > heap[child])
			child++;
		if (!(heap[child] > swap))
			return;
		heap[root] = heap[child];
		heap[child] = swap;
	}
}

static void
sort(double *number, int count)
{
	for (int i = count / 2 - 1; i >= 0; i--)
		sift_down(number, i, count);
	for (int end = count - 1; end > 0; end--)
	{
		double largest = number[0];

		number[0] = number[end];
		number[end] = largest;
		sift_down(number, 0, end);
	}
}

static double
percentile(const double *sorted, int count, double percent)
{
	double at = (count - 1) * percent / 100.0;
	int below = (int) at;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
}

void
qartod_percentile_range(double low, double high, double pad, const double *value, int count,
						double *sorted, uint8_t *flag)
{
	int present = 0;
	double least;
	double most;

	for (int i = 0; i < count; i++)
	{
		flag[i] = qartod_is_missing(value[i]) ? QARTOD_MISSING : QARTOD_GOOD;
		if (flag[i] == QARTOD_GOOD)
			sorted[present++] = value[i];
	}
	if (present == 0)
		return;
	sort(sorted, present);
	least = percentile(sorted, present, low) - pad;
	most = percentile(sorted, present, high) + pad;
	for (int i = 0; i < count; i++)
	{
		if (flag[i] == QARTOD_GOOD && (value[i] < least || value[i] > most))
			flag[i] = QARTOD_SUSPECT;
	}
}

/* ---- positions ---- */

static int
position_flag(double longitude, double latitude)
{
	bool no_longitude = qartod_is_missing(longitude);
	bool no_latitude = qartod_is_missing(latitude);

	if (no_longitude && no_latitude)
		return QARTOD_MISSING;
	if (no_longitude || no_latitude)
		return QARTOD_FAIL;
	if (!ocean_longitude_valid(longitude) || !ocean_latitude_valid(latitude))
		return QARTOD_FAIL;
	return QARTOD_GOOD;
}

static double
distance_m(QartodDistance distance, double latitude1, double longitude1, double latitude2,
		   double longitude2)
{
	if (distance == QARTOD_WGS84)
		return ocean_geodesic_m(latitude1, longitude1, latitude2, longitude2);
	return ocean_distance_m(latitude1, longitude1, latitude2, longitude2);
}

void
qartod_location(const QartodPositions *positions, double range_max_m, QartodDistance distance,
				uint8_t *flag)
{
	const double *longitude = positions->longitude;
	const double *latitude = positions->latitude;

	for (int i = 0; i < positions->count; i++)
	{
		double away;

		flag[i] = (uint8_t) position_flag(longitude[i], latitude[i]);
		if (i == 0 || flag[i] != QARTOD_GOOD || isnan(range_max_m) ||
			position_flag(longitude[i - 1], latitude[i - 1]) != QARTOD_GOOD)
			continue;
		away = distance_m(distance, latitude[i - 1], longitude[i - 1], latitude[i], longitude[i]);
		if (away > range_max_m)
			flag[i] = QARTOD_SUSPECT;
	}
}

/* Crossings of the ray to the east, counted even or odd. */
static bool
is_inside(const QartodPositions *polygon, double x, double y)
{
	bool inside = false;

	for (int i = 0; i < polygon->count; i++)
	{
		int next = i + 1 < polygon->count ? i + 1 : 0;
		double x1 = polygon->longitude[i];
		double y1 = polygon->latitude[i];
		double x2 = polygon->longitude[next];
		double y2 = polygon->latitude[next];
		double turn = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1);

		if (turn == 0.0 && x >= fmin(x1, x2) && x <= fmax(x1, x2) && y >= fmin(y1, y2) &&
			y <= fmax(y1, y2))
			return false;
		if ((y1 > y) != (y2 > y) && (turn > 0.0) == (y2 > y1))
			inside = !inside;
	}
	return inside;
}

void
qartod_location_bounds(const QartodPositions *positions, const QartodPositions *polygon,
					   bool fail_inside, uint8_t *flag)
{
	for (int i = 0; i < positions->count; i++)
	{
		double longitude = positions->longitude[i];
		double latitude = positions->latitude[i];

		flag[i] = (uint8_t) position_flag(longitude, latitude);
		if (flag[i] == QARTOD_GOOD && is_inside(polygon, longitude, latitude) == fail_inside)
			flag[i] = QARTOD_FAIL;
	}
}
