/*
 * method.c
 *	  Names of the methods, and their options.
 */
#include "core/forecast/method.h"

#include <math.h>
#include <string.h>

#include "core/forecast/arima_fit.h"
#include "core/forecast/method_table.h"

const char *const forecast_method_names[FORECAST_METHODS] = {
	[FORECAST_METHOD_AUTO] = "auto",
	[FORECAST_METHOD_NAIVE] = "naive",
	[FORECAST_METHOD_SEASONAL_NAIVE] = "seasonal_naive",
	[FORECAST_METHOD_DRIFT] = "drift",
	[FORECAST_METHOD_WINDOW_MEAN] = "window_mean",
	[FORECAST_METHOD_SES] = "ses",
	[FORECAST_METHOD_HOLT] = "holt",
	[FORECAST_METHOD_DAMPED] = "damped",
	[FORECAST_METHOD_HOLT_WINTERS] = "holt_winters",
	[FORECAST_METHOD_HOLT_WINTERS_M] = "holt_winters_multiplicative",
	[FORECAST_METHOD_ETS] = "ets",
	[FORECAST_METHOD_THETA] = "theta",
	[FORECAST_METHOD_OPTIMISED_THETA] = "optimised_theta",
	[FORECAST_METHOD_DYNAMIC_THETA] = "dynamic_theta",
	[FORECAST_METHOD_ARIMA] = "arima",
	[FORECAST_METHOD_CROSTON] = "croston",
	[FORECAST_METHOD_SBA] = "sba",
	[FORECAST_METHOD_TSB] = "tsb",
	[FORECAST_METHOD_ADIDA] = "adida",
	[FORECAST_METHOD_MSTL] = "mstl",
	[FORECAST_METHOD_CLIMATOLOGY] = "climatology",
	[FORECAST_METHOD_DEMAND] = "demand",
	[FORECAST_METHOD_NAIVE2] = "naive2",
};

const char *const forecast_status_texts[FORECAST_EXPLODED + 1] = {
	[FORECAST_OK] = "ok",
	[FORECAST_TOO_SHORT] = "too short",
	[FORECAST_NOT_POSITIVE] = "values not above zero",
	[FORECAST_NOT_FITTED] = "no parameters fit",
	[FORECAST_INTERRUPTED] = "interrupted",
	[FORECAST_NO_MEMORY] = "out of memory",
	[FORECAST_BAD_ARGUMENT] = "bad argument",
	[FORECAST_NEGATIVE] = "values below zero",
	[FORECAST_NO_SEASON] = "no seasonal period",
	[FORECAST_EXPLODED] = "forecast explodes",
};

#define ROW(family, kind, simpler, form) \
	{ \
		FORECAST_FAMILY_##family, kind, FORECAST_METHOD_##simpler, form \
	}

static const ForecastMethodRow rows[FORECAST_METHODS] = {
	[FORECAST_METHOD_AUTO] = ROW(AUTO, 0, AUTO, NULL),
	[FORECAST_METHOD_NAIVE] = ROW(NAIVE, FORECAST_NAIVE, NAIVE, NULL),
	[FORECAST_METHOD_SEASONAL_NAIVE] = ROW(NAIVE, FORECAST_SEASONAL_NAIVE, NAIVE, NULL),
	[FORECAST_METHOD_DRIFT] = ROW(NAIVE, FORECAST_DRIFT, NAIVE, NULL),
	[FORECAST_METHOD_WINDOW_MEAN] = ROW(NAIVE, FORECAST_WINDOW_MEAN, NAIVE, NULL),
	[FORECAST_METHOD_SES] = ROW(ETS, 0, NAIVE, "ANN"),
	[FORECAST_METHOD_HOLT] = ROW(ETS, 0, SES, "AAN"),
	[FORECAST_METHOD_DAMPED] = ROW(ETS, 0, SES, "AAdN"),
	[FORECAST_METHOD_HOLT_WINTERS] = ROW(ETS, 0, DAMPED, "AAA"),
	[FORECAST_METHOD_HOLT_WINTERS_M] = ROW(ETS, 0, HOLT_WINTERS, "MAM"),
	[FORECAST_METHOD_ETS] = ROW(ETS, 0, SES, NULL),
	[FORECAST_METHOD_THETA] = ROW(THETA, FORECAST_THETA_STANDARD, NAIVE, NULL),
	[FORECAST_METHOD_OPTIMISED_THETA] = ROW(THETA, FORECAST_THETA_OPTIMISED, THETA, NULL),
	[FORECAST_METHOD_DYNAMIC_THETA] = ROW(THETA, FORECAST_THETA_DYNAMIC, THETA, NULL),
	[FORECAST_METHOD_ARIMA] = ROW(ARIMA, 0, SES, NULL),
	[FORECAST_METHOD_CROSTON] = ROW(INTERMITTENT, FORECAST_CROSTON, SES, NULL),
	[FORECAST_METHOD_SBA] = ROW(INTERMITTENT, FORECAST_SBA, SES, NULL),
	[FORECAST_METHOD_TSB] = ROW(INTERMITTENT, FORECAST_TSB, SES, NULL),
	[FORECAST_METHOD_ADIDA] = ROW(ADIDA, 0, TSB, NULL),
	[FORECAST_METHOD_MSTL] = ROW(THETA, FORECAST_THETA_DYNAMIC, DYNAMIC_THETA, NULL),
	[FORECAST_METHOD_CLIMATOLOGY] = ROW(CLIMATOLOGY, 0, SES, NULL),
	[FORECAST_METHOD_DEMAND] = ROW(DEMAND, 0, SES, NULL),
	[FORECAST_METHOD_NAIVE2] = ROW(NAIVE2, 0, NAIVE, NULL),
};

const ForecastMethodRow *
forecast_method_row(ForecastMethod method)
{
	return &rows[method];
}

const char *
forecast_method_name(ForecastMethod method)
{
	return forecast_method_names[method];
}

bool
forecast_method_parse(const char *name, ForecastMethod *method)
{
	for (int i = 0; i < FORECAST_METHODS; i++)
	{
		if (strcmp(forecast_method_names[i], name) != 0)
			continue;
		*method = (ForecastMethod) i;
		return true;
	}
	return false;
}

const char *
forecast_status_text(ForecastStatus status)
{
	return forecast_status_texts[status];
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
