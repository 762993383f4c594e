/*
 * method.c
 *	  Names of the methods, and their options.
 */
#include "core/forecast/method.h"

#include <math.h>
#include <string.h>

#include "core/forecast/arima_fit.h"
#include "core/forecast/method_table.h"

#define ROW(name, family, kind, simpler, form) \
	{ \
		name, FORECAST_FAMILY_##family, kind, FORECAST_METHOD_##simpler, form \
	}

static const ForecastMethodRow rows[FORECAST_METHODS] = {
	[FORECAST_METHOD_AUTO] = ROW("auto", AUTO, 0, AUTO, NULL),
	[FORECAST_METHOD_NAIVE] = ROW("naive", NAIVE, FORECAST_NAIVE, NAIVE, NULL),
	[FORECAST_METHOD_SEASONAL_NAIVE] =
		ROW("seasonal_naive", NAIVE, FORECAST_SEASONAL_NAIVE, NAIVE, NULL),
	[FORECAST_METHOD_DRIFT] = ROW("drift", NAIVE, FORECAST_DRIFT, NAIVE, NULL),
	[FORECAST_METHOD_WINDOW_MEAN] =
		ROW("window_mean", NAIVE, FORECAST_WINDOW_MEAN, NAIVE, NULL),
	[FORECAST_METHOD_SES] = ROW("ses", ETS, 0, NAIVE, "ANN"),
	[FORECAST_METHOD_HOLT] = ROW("holt", ETS, 0, SES, "AAN"),
	[FORECAST_METHOD_DAMPED] = ROW("damped", ETS, 0, SES, "AAdN"),
	[FORECAST_METHOD_HOLT_WINTERS] = ROW("holt_winters", ETS, 0, DAMPED, "AAA"),
	[FORECAST_METHOD_HOLT_WINTERS_M] =
		ROW("holt_winters_multiplicative", ETS, 0, HOLT_WINTERS, "MAM"),
	[FORECAST_METHOD_ETS] = ROW("ets", ETS, 0, SES, NULL),
	[FORECAST_METHOD_THETA] = ROW("theta", THETA, FORECAST_THETA_STANDARD, NAIVE, NULL),
	[FORECAST_METHOD_OPTIMISED_THETA] =
		ROW("optimised_theta", THETA, FORECAST_THETA_OPTIMISED, THETA, NULL),
	[FORECAST_METHOD_DYNAMIC_THETA] =
		ROW("dynamic_theta", THETA, FORECAST_THETA_DYNAMIC, THETA, NULL),
	[FORECAST_METHOD_ARIMA] = ROW("arima", ARIMA, 0, SES, NULL),
	[FORECAST_METHOD_CROSTON] = ROW("croston", INTERMITTENT, FORECAST_CROSTON, SES, NULL),
	[FORECAST_METHOD_SBA] = ROW("sba", INTERMITTENT, FORECAST_SBA, SES, NULL),
	[FORECAST_METHOD_TSB] = ROW("tsb", INTERMITTENT, FORECAST_TSB, SES, NULL),
	[FORECAST_METHOD_ADIDA] = ROW("adida", ADIDA, 0, TSB, NULL),
	[FORECAST_METHOD_MSTL] = ROW("mstl", THETA, FORECAST_THETA_DYNAMIC, DYNAMIC_THETA, NULL),
	[FORECAST_METHOD_CLIMATOLOGY] = ROW("climatology", CLIMATOLOGY, 0, SES, NULL),
	[FORECAST_METHOD_DEMAND] = ROW("demand", DEMAND, 0, SES, NULL),
	[FORECAST_METHOD_NAIVE2] = ROW("naive2", NAIVE2, 0, NAIVE, NULL),
};

const ForecastMethodRow *
forecast_method_row(ForecastMethod method)
{
	return &rows[method];
}

const char *
forecast_method_name(ForecastMethod method)
{
	return rows[method].name;
}

bool
forecast_method_parse(const char *name, ForecastMethod *method)
{
	for (int i = 0; i < FORECAST_METHODS; i++)
	{
		if (strcmp(rows[i].name, name) != 0)
			continue;
		*method = (ForecastMethod) i;
		return true;
	}
	return false;
}

const char *
forecast_status_text(ForecastStatus status)
{
	switch (status)
	{
		case FORECAST_OK:
			return "ok";
		case FORECAST_TOO_SHORT:
			return "too short";
		case FORECAST_NOT_POSITIVE:
			return "values not above zero";
		case FORECAST_NOT_FITTED:
			return "no parameters fit";
		case FORECAST_INTERRUPTED:
			return "interrupted";
		case FORECAST_NO_MEMORY:
			return "out of memory";
		case FORECAST_BAD_ARGUMENT:
			return "bad argument";
		case FORECAST_NEGATIVE:
			return "values below zero";
		case FORECAST_NO_SEASON:
			return "no seasonal period";
		case FORECAST_EXPLODED:
			return "forecast explodes";
	}
	return "unknown";
}

/* Smoothing of .1 is what studies of intermittent demand settle on. */
void
forecast_options_default(ForecastMethod method, ForecastOptions *options)
{
	*options = (ForecastOptions){
		.method = method,
		.horizon = 1,
		.window = 4,
		.alpha = 0.1,
		.beta = 0.1,
		.ets = { .automatic = true },
		.arima = { .automatic = true },
		.climatology = { .period = FORECAST_YEAR_DAYS, .harmonics = 3, .trend = true },
	};
}

static bool
share_valid(double share)
{
	return share > 0 && share <= 1;
}

/* A constant of a series differenced twice would be a trend of its trend. */
static bool
order_valid(const ForecastArimaOrder *order)
{
	return forecast_arima_order_valid(*order, 2) &&
		   !(order->constant && order->d + order->seasonal_d > 1);
}

bool
forecast_options_valid(const ForecastOptions *options)
{
	const ForecastClimatologyOptions *climatology = &options->climatology;

	return (unsigned) options->method < FORECAST_METHODS &&
		   (unsigned) options->intervals <= FORECAST_INTERVALS_CALIBRATED &&
		   options->horizon >= 1 && options->horizon <= FORECAST_HORIZON_MAX &&
		   options->window >= 1 && options->window <= FORECAST_PERIOD_LIMIT &&
		   share_valid(options->alpha) && share_valid(options->beta) && options->bucket >= 0 &&
		   (options->ets.automatic || forecast_ets_form_valid(options->ets.form)) &&
		   (options->arima.automatic || order_valid(&options->arima.order)) &&
		   climatology->period >= 2 && isfinite(climatology->period) &&
		   climatology->harmonics >= 0 && climatology->harmonics <= FORECAST_HARMONICS_MAX;
}
