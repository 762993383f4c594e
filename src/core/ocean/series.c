/*
 * series.c
 *	  Daily series: checks, days without rows, and padding.
 */
#include "core/ocean/series.h"

#include <math.h>
#include <string.h>

#include "core/forecast/series.h"

#define INTERRUPT_VALUES 65536

static OceanStatus
check_days(int32_t first, int32_t last)
{
	if (first < -OCEAN_DAY_MAX || last > OCEAN_DAY_MAX)
		return OCEAN_BAD_ARGUMENT;
	return last - first >= OCEAN_DAYS_MAX ? OCEAN_TOO_LONG : OCEAN_OK;
}

/* Without a branch for each, as nearly always none is. */
static bool
any_too_large(const double *value, int n)
{
	int found = 0;

	for (int i = 0; i < n; i++)
		found |= fabs(value[i]) > OCEAN_VALUE_MAX;
	return found != 0;
}

OceanStatus
ocean_series_check(const OceanSeries *series)
{
	OceanStatus status;

	if (series->n <= 0)
		return OCEAN_EMPTY;
	if (series->n > OCEAN_DAYS_MAX)
		return OCEAN_TOO_LONG;
	if (series->first_day < -OCEAN_DAY_MAX || series->first_day > OCEAN_DAY_MAX)
		return OCEAN_BAD_ARGUMENT;
	status = check_days(series->first_day, series->first_day + series->n - 1);
	if (status != OCEAN_OK)
		return status;
	return any_too_large(series->value, series->n) ? OCEAN_BAD_VALUE : OCEAN_OK;
}

OceanStatus
ocean_series_of_rows(const ForecastWork *work, const int32_t *day, const double *value, int rows,
					 OceanSeries *series)
{
	OceanStatus status;
	double *filled;

	if (rows <= 0)
		return OCEAN_EMPTY;
	for (int i = 1; i < rows; i++)
	{
		if (day[i] <= day[i - 1])
			return OCEAN_UNORDERED;
	}
	status = check_days(day[0], day[rows - 1]);
	if (status != OCEAN_OK)
		return status;
	*series = (OceanSeries){ .first_day = day[0], .n = day[rows - 1] - day[0] + 1 };
	filled = forecast_numbers(work, (size_t) series->n);
	if (filled == NULL)
		return OCEAN_NO_MEMORY;
	for (int i = 0; i < series->n; i++)
		filled[i] = NAN;
	for (int i = 0; i < rows; i++)
		filled[day[i] - day[0]] = value[i];
	series->value = filled;
	return ocean_series_check(series);
}

/* Values from first on to before end are missing; the series has others. */
static void
pad_run(double *value, int n, int first, int end)
{
	double left = value[first > 0 ? first - 1 : end];
	double right = value[end < n ? end : first - 1];
	double slope = (right - left) / (end - first + 1);

	for (int i = first; i < end; i++)
		value[i] = slope * (i - first + 1) + left;
}

static OceanStatus
pad_all(const ForecastWork *work, double *value, int n, int pad_days)
{
	int known = 0; /* one past the last known value */

	for (int i = 0; i <= n; i++)
	{
		if (i % INTERRUPT_VALUES == 0 && forecast_is_interrupted(work))
			return OCEAN_INTERRUPTED;
		if (i < n && isnan(value[i]))
			continue;
		if (i > known && i - known <= pad_days && i - known < n)
			pad_run(value, n, known, i);
		known = i + 1;
	}
	return OCEAN_OK;
}

OceanStatus
ocean_series_pad(const ForecastWork *work, const OceanSeries *series, int pad_days,
				 OceanSeries *padded)
{
	OceanStatus status = ocean_series_check(series);
	double *value;

	if (status != OCEAN_OK)
		return status;
	if (pad_days < 0 || pad_days > OCEAN_PAD_MAX)
		return OCEAN_BAD_ARGUMENT;
	*padded = *series;
	if (pad_days == 0)
		return OCEAN_OK;
	value = forecast_numbers(work, (size_t) series->n);
	if (value == NULL)
		return OCEAN_NO_MEMORY;
	memcpy(value, series->value, (size_t) series->n * sizeof(double));
	padded->value = value;
	return pad_all(work, value, series->n, pad_days);
}
