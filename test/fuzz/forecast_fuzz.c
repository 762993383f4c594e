/*
 * forecast_fuzz.c
 *	  Every method of forecasting on hostile series: whatever the values, a series with one
 *	  known value has a forecast, and no forecast explodes.
 */
#include <math.h>

#include "core/forecast/auto_backtest.h"
#include "core/forecast/method.h"

#include "fuzz.h"

#define VALUES_MAX 300
#define STEPS_MAX 40
#define PIECES_MAX 200000
#define UPDATES 3

#include "lender.h"

/* ---- series ---- */

static double
finite(double value)
{
	return isinf(value) ? copysign(1.7976931348623157e308, value) : value;
}

/* The value at t of a stretch of one kind: these are the shapes that methods fail on. */
static double
value_of(uint8_t kind, int t, double given)
{
	switch (kind % 12)
	{
		case 0:
			return NAN;
		case 1:
			return 0;
		case 2:
			return t % 2 == 0 ? 0 : given;
		case 3:
			return (t % 2 == 0 ? 1 : -1) * 1e308;
		case 4:
			return t * 4.9406564584124654e-324;
		case 5:
			return given;
		case 6:
			return t % 3 == 1 ? NAN : given;
		case 7:
			return finite(exp(0.9 * t));
		case 8:
			return 100 + 3 * (t % 12) + (t * 7919 % 13);
		case 9:
			return t * 31 % 7 < 2 ? 1 + t % 4 : 0;
		case 10:
			return finite(given * t);
		default:
			return 1e15 + t;
	}
}

/* Stretches of kind, length and sometimes a number. */
static int
read_values(FuzzInput *input, double *value)
{
	int n = 0;

	while (input->left > 0 && n < VALUES_MAX)
	{
		uint8_t kind = fuzz_byte(input);
		int length = fuzz_byte(input) % 64;
		double given = kind < 128 ? (int8_t) fuzz_byte(input) : finite(fuzz_double(input));

		for (; length > 0 && n < VALUES_MAX; length--, n++)
			value[n] = value_of(kind, n, given);
	}
	return n;
}

/* None, one or several, in order or not. */
static void
read_periods(FuzzInput *input, ForecastSeries *series)
{
	static const int period[] = { 2, 4, 7, 12, 24, 52, 168, 365, 10000, 1 };

	series->period_count = fuzz_byte(input) % 4;
	for (int i = 0; i < series->period_count; i++)
		series->period[i] = period[fuzz_byte(input) % 10];
}

/* ---- properties ---- */

static bool
any_known(const ForecastSeries *series)
{
	for (int t = 0; t < series->n; t++)
	{
		if (!isnan(series->value[t]))
			return true;
	}
	return false;
}

static bool
periods_ascend(const ForecastSeries *series)
{
	for (int i = 0; i < series->period_count; i++)
	{
		if (series->period[i] < 2 || (i > 0 && series->period[i] <= series->period[i - 1]))
			return false;
	}
	return true;
}

/* Of count methods too: each period has quantiles in order, and what is asked for is kept. */
static void
check_quantiles(const ForecastModel *model, int h)
{
	static const double level[] = { 0.025, 0.5, 0.975 };
	double quantile[3][STEPS_MAX];

	for (int k = 0; k < 3; k++)
		HOLDS(forecast_quantile(&work, model, h, level[k], quantile[k]) == FORECAST_OK);
	for (int i = 0; i < h; i++)
	{
		HOLDS(!isinf(quantile[0][i]) && !isinf(quantile[2][i]));
		HOLDS(!(quantile[0][i] > quantile[1][i]) && !(quantile[1][i] > quantile[2][i]));
		HOLDS(!model->nonnegative || !(quantile[0][i] < 0));
	}
}

/* As far as the series is long, a line may go on by its whole range. */
static bool
explodes(const ForecastModel *model, int i, double mean)
{
	double line = (model->high - model->low) * ((i + 1.0) / model->known);

	return forecast_exploded(mean, model->low - line, model->high + line);
}

static void
check_forecast(const ForecastModel *model, int h)
{
	double mean[STEPS_MAX], variance[STEPS_MAX];

	HOLDS(forecast_predict(&work, model, h, mean, variance, NULL) == FORECAST_OK);
	for (int i = 0; i < h; i++)
	{
		HOLDS(isfinite(mean[i]));
		HOLDS(!(variance[i] < 0) && !isinf(variance[i]));
		HOLDS(!model->nonnegative || mean[i] >= 0);
		HOLDS(model->nonnegative || !explodes(model, i, mean[i]));
	}
	check_quantiles(model, h);
}

/* The same bits come of the same series. */
static void
check_again(const ForecastSeries *series, const ForecastOptions *options,
			const ForecastModel *model, int h)
{
	static ForecastModel again;
	double mean[2][STEPS_MAX], variance[2][STEPS_MAX];

	HOLDS(forecast_fit(&work, series, options, &again, NULL) == FORECAST_OK);
	HOLDS(again.method == model->method);
	HOLDS(forecast_predict(&work, model, h, mean[0], variance[0], NULL) == FORECAST_OK);
	HOLDS(forecast_predict(&work, &again, h, mean[1], variance[1], NULL) == FORECAST_OK);
	HOLDS(memcmp(mean[0], mean[1], sizeof(double) * (size_t) h) == 0);
}

/* Stopped or short of memory anywhere, a fit says so or is done. */
static void
check_refusals(FuzzInput *input, const ForecastSeries *series, const ForecastOptions *options)
{
	static ForecastModel model;
	ForecastStatus status;

	take_back();
	lender.questions_left = 1 + fuzz_byte(input);
	status = forecast_fit(&work, series, options, &model, NULL);
	HOLDS(status == FORECAST_OK || status == FORECAST_INTERRUPTED);
	take_back();
	lender.pieces_left = fuzz_byte(input);
	status = forecast_fit(&work, series, options, &model, NULL);
	HOLDS(status == FORECAST_OK || status == FORECAST_NO_MEMORY);
	take_back();
}

static void
read_options(FuzzInput *input, ForecastOptions *options)
{
	uint8_t flags;

	forecast_options_default((ForecastMethod) (fuzz_byte(input) % FORECAST_METHODS), options);
	flags = fuzz_byte(input);
	options->horizon = 1 + fuzz_byte(input) % STEPS_MAX;
	options->nonnegative = flags & 1;
	options->may_end = flags & 2;
	options->start_first = flags & 4;
	options->periodic = flags & 8;
	if ((flags & 0x70) == 0x70)
		options->intervals = FORECAST_INTERVALS_CALIBRATED;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static ForecastModel model;
	FuzzInput input = { data, size };
	double value[VALUES_MAX], residual[VALUES_MAX];
	ForecastSeries series = { .value = value };
	ForecastOptions options;
	uint8_t extra;
	ForecastStatus status;

	take_back();
	read_options(&input, &options);
	read_periods(&input, &series);
	extra = fuzz_byte(&input);
	series.n = read_values(&input, value);
	status = forecast_fit(&work, &series, &options, &model, residual);
	if (!periods_ascend(&series) || !any_known(&series))
	{
		HOLDS(status == (periods_ascend(&series) ? FORECAST_TOO_SHORT : FORECAST_BAD_ARGUMENT));
		take_back();
		return 0;
	}
	HOLDS(status == FORECAST_OK);
	check_forecast(&model, options.horizon);
	if (extra % 16 == 0)
		check_again(&series, &options, &model, options.horizon);
	for (int i = 0; i < UPDATES; i++)
	{
		forecast_update(&model, i == 1 ? NAN : value_of(extra, i, 1e300));
		check_forecast(&model, options.horizon);
	}
	if (extra % 16 == 1)
		check_refusals(&input, &series, &options);
	take_back();
	return 0;
}
