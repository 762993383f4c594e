/*
 * forecast_ets_help.h
 *	  What the tests of exponential smoothing share: memory, a series, a fit.
 */
#ifndef TIDEHOLD_TEST_FORECAST_ETS_HELP_H
#define TIDEHOLD_TEST_FORECAST_ETS_HELP_H

#include <math.h>
#include <string.h>

#include "core/forecast/ets.h"
#include "unit.h"

#define VALUES_MAX 1200
#define HORIZON 40

static char block[16 << 20];
static size_t used;

static inline void *
allocate(void *context, size_t size)
{
	void *start = block + used;

	(void) context;
	size = (size + 15) / 16 * 16;
	if (size > sizeof(block) - used)
		return NULL;
	used += size;
	return memset(start, 0, size);
}

static const ForecastWork work = { allocate, NULL, NULL };

static inline double
uniform(void)
{
	return (double) (unit_random() >> 11) / 9007199254740992.0;
}

/* Positive, with a trend and a season that grows with it. */
static inline ForecastSeries
wavy(double *value, int n, int period)
{
	ForecastSeries series = { .value = value, .n = n, .period = { period } };

	series.period_count = period > 1;
	for (int t = 0; t < n; t++)
		value[t] = (100 + 0.3 * t) * (1 + 0.2 * sin(6.283185307179586 * t / period)) *
				   (1 + 0.05 * (uniform() - 0.5));
	return series;
}

static inline bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * fmax(1, fabs(b));
}

static inline ForecastEtsOptions
form_options(const char *name)
{
	ForecastEtsOptions options = { .automatic = name == NULL };

	CHECK(name == NULL || forecast_ets_parse(name, &options.form));
	return options;
}

static inline ForecastStatus
fit(const ForecastSeries *series, const char *name, ForecastEts *model)
{
	static double residuals[VALUES_MAX];
	ForecastEtsOptions options = form_options(name);

	used = 0;
	return forecast_ets_fit(&work, series, &options, model, residuals);
}

#endif
