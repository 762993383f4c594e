/*
 * sea_score.h
 *	  How far climatology with a fading anomaly is off at sea, and with one that stays.
 */
#ifndef TIDEHOLD_TEST_SEA_SCORE_H
#define TIDEHOLD_TEST_SEA_SCORE_H

#include "core/forecast/climatology.h"

#include "shared_data.h"

#define SEA_DAYS_MAX 20000
#define SEA_AHEAD 90
#define SEA_HORIZONS 4

/* Origins of the last years, a fortnight apart. */
#define SEA_ORIGINS_YEARS 5
#define SEA_ORIGINS_STEP 15

static const ForecastClimatologyOptions sea_yearly = { FORECAST_YEAR_DAYS, 3, true };

static const int sea_horizon[SEA_HORIZONS] = { 1, 7, 30, 90 };

/* Mean absolute errors over the first days, of the model and of the anomaly that stays. */
typedef struct SeaScore
{
	double damped;
	double stays;
	int origins;
} SeaScore;

/* date,sst below a line of names; nothing after the comma is a missing value.  0: no file. */
static inline int
sea_read(const char *name, double *value)
{
	char below[64], line[128];
	const char *path;
	FILE *file;
	int n = 0;

	snprintf(below, sizeof(below), "data/ocean/%s", name);
	path = shared_path(below);
	file = path == NULL ? NULL : fopen(path, "r");
	if (file == NULL)
		return 0;
	while (n < SEA_DAYS_MAX && fgets(line, sizeof(line), file) != NULL)
	{
		const char *number = strchr(line, ',');
		char *end;

		if (number == NULL || strncmp(line, "date", 4) == 0)
			continue;
		value[n] = strtod(number + 1, &end);
		value[n] = end == number + 1 ? NAN : value[n];
		n++;
	}
	fclose(file);
	return n;
}

static inline void
sea_add(const double *actual, const ForecastClimatology *model, const double *mean, int days,
		SeaScore *score)
{
	double own = 0, other = 0;
	int known = 0;

	for (int i = 0; i < days; i++)
	{
		double stays = forecast_climatology_at(model, i) + ldexp(model->anomaly, model->exponent);

		if (isnan(actual[i]))
			continue;
		known++;
		own += (fabs(actual[i] - mean[i]) - own) / known;
		other += (fabs(actual[i] - stays) - other) / known;
	}
	if (known == 0)
		return;
	score->origins++;
	score->damped += (own - score->damped) / score->origins;
	score->stays += (other - score->stays) / score->origins;
}

/* Forecasts from an origin of which SEA_AHEAD days are known. */
static inline bool
sea_score(const ForecastWork *work, const double *value, int origin, SeaScore *score)
{
	const ForecastSeries series = { .value = value, .n = origin };
	ForecastClimatology model;
	double mean[SEA_AHEAD], variance[SEA_AHEAD];

	if (forecast_climatology_fit(work, &series, &sea_yearly, &model, NULL) != FORECAST_OK ||
		forecast_climatology_predict(work, &model, SEA_AHEAD, mean, variance) != FORECAST_OK)
		return false;
	for (int k = 0; k < SEA_HORIZONS; k++)
		sea_add(value + origin, &model, mean, sea_horizon[k], &score[k]);
	return true;
}

#endif
