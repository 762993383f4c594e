/*
 * forecast_naive_test.c
 *	  Naive methods and the benchmark on seasonally adjusted values.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/naive2.h"

#include "forecast_unit.h"

#define Z95 1.959963984540054

static ForecastNaive
fitted(const ForecastSeries *series, ForecastNaiveKind kind, int window, ForecastStatus *status,
	   double *residuals)
{
	const ForecastNaiveOptions options = { .kind = kind, .window = window };
	ForecastNaive model;

	*status = forecast_naive_fit(&unit_work, series, &options, &model, residuals);
	return model;
}

/* Means and variances of h steps; FORECAST_OK and both as expected. */
static bool
gives(const ForecastSeries *series, ForecastNaiveKind kind, int window, int h,
	  const double *mean, const double *variance)
{
	double m[16], v[16];
	ForecastStatus status;
	ForecastNaive model = fitted(series, kind, window, &status, NULL);
	bool same = status == FORECAST_OK && forecast_naive_predict(&model, h, m, v) == FORECAST_OK;

	for (int i = 0; i < h && same; i++)
		same = near(m[i], mean[i], 1e-12) && near(v[i], variance[i], 1e-12);
	drop_pieces();
	return same;
}

static void
by_hand(void)
{
	static const double value[] = { 1, 3, 2, 6 };
	ForecastSeries series = { .value = value, .n = 4 };
	ForecastSeries seasonal = { .value = value, .n = 4, .period = { 2 }, .period_count = 1 };

	/* Steps 2, -1, 4: squares 4, 1, 16. */
	CHECK(gives(&series, FORECAST_NAIVE, 1, 2, (double[]){ 6, 6 }, (double[]){ 7, 14 }));
	/* Over two values: 1 and 3. */
	CHECK(gives(&seasonal, FORECAST_SEASONAL_NAIVE, 1, 3, (double[]){ 2, 6, 2 },
				(double[]){ 5, 5, 10 }));
	/* Slope 5/3; squares around it (1/3)^2 + (8/3)^2 + (7/3)^2 = 114/9, over 2. */
	CHECK(gives(&series, FORECAST_DRIFT, 1, 2, (double[]){ 6 + 5 / 3.0, 6 + 10 / 3.0 },
				(double[]){ 57 / 9.0 * 4 / 3, 57 / 9.0 * 2 * 5 / 3 }));
	/* Errors 2 of one value, 0 and 3.5 of two: squares over 2, 1.5 and 1.5. */
	CHECK(gives(&series, FORECAST_WINDOW_MEAN, 2, 2, (double[]){ 4, 4 },
				(double[]){ (2 + 0 + 12.25 / 1.5) / 3 * 1.5, (2 + 0 + 12.25 / 1.5) / 3 * 1.5 }));
}

/* A gap of two steps has twice the variance of one, on both sides of today. */
static void
gaps(void)
{
	static const double value[] = { 1, NAN, 3, 4, NAN };
	ForecastSeries series = { .value = value, .n = 5 };

	CHECK(gives(&series, FORECAST_NAIVE, 1, 2, (double[]){ 4, 4 }, (double[]){ 3, 4.5 }));
	CHECK(gives(&series, FORECAST_DRIFT, 1, 1, (double[]){ 6 }, (double[]){ 0 }));
	CHECK(gives(&series, FORECAST_WINDOW_MEAN, 3, 1, (double[]){ 3.5 },
				(double[]){ (4 / 2.0 + 4 / 1.5) / 2 * 1.5 }));
}

static void
residuals(void)
{
	static const double value[] = { 5, 7, NAN, 8 };
	ForecastSeries series = { .value = value, .n = 4 };
	ForecastStatus status;
	double error[4];

	fitted(&series, FORECAST_NAIVE, 1, &status, error);
	CHECK(status == FORECAST_OK && isnan(error[0]) && error[1] == 2 && isnan(error[2]) &&
		  error[3] == 1);
	drop_pieces();
}

static void
compare(const ReferenceRow *row, ForecastNaiveKind kind)
{
	double mean[FORECAST_UNIT_STEPS], variance[FORECAST_UNIT_STEPS];
	ForecastStatus status;
	ForecastNaive model = fitted(&row->series, kind, 1, &status, NULL);

	if (!CHECK(status == FORECAST_OK) ||
		!CHECK(forecast_naive_predict(&model, row->h, mean, variance) == FORECAST_OK))
		return;
	for (int i = 0; i < row->h; i++)
	{
		double reach = Z95 * sqrt(variance[i]);

		CHECK(near(mean[i], row->mean[i], 1e-9));
		CHECK(fabs(mean[i] - reach - row->lower[i]) <= 1e-9 * fabs(mean[i]) + 1e-9 * reach);
		CHECK(fabs(mean[i] + reach - row->upper[i]) <= 1e-9 * fabs(mean[i]) + 1e-9 * reach);
	}
}

static void
compare_naive(const ReferenceRow *row)
{
	compare(row, FORECAST_NAIVE);
}

static void
compare_seasonal(const ReferenceRow *row)
{
	compare(row, FORECAST_SEASONAL_NAIVE);
}

/* R takes Student's t for the drift: its quantile is read back from the first step. */
static void
compare_drift(const ReferenceRow *row)
{
	double mean[FORECAST_UNIT_STEPS], variance[FORECAST_UNIT_STEPS];
	ForecastStatus status;
	ForecastNaive model = fitted(&row->series, FORECAST_DRIFT, 1, &status, NULL);
	double quantile;

	if (!CHECK(status == FORECAST_OK) ||
		!CHECK(forecast_naive_predict(&model, row->h, mean, variance) == FORECAST_OK))
		return;
	quantile = (row->upper[0] - row->mean[0]) / sqrt(variance[0]);
	CHECK(quantile > 1.9 && quantile < 2.3);
	for (int i = 0; i < row->h; i++)
	{
		CHECK(near(mean[i], row->mean[i], 1e-9));
		CHECK(near(quantile * sqrt(variance[i]), row->upper[i] - row->mean[i], 1e-8));
	}
}

static void
reference(void)
{
	each_reference("naive", compare_naive);
	each_reference("snaive", compare_seasonal);
	each_reference("rwdrift", compare_drift);
}

/* What was updated is what was fitted to more. */
static bool
updates(const ForecastSeries *series)
{
	for (int kind = FORECAST_NAIVE; kind <= FORECAST_WINDOW_MEAN; kind++)
	{
		ForecastSeries half = *series;
		double a[9], b[9], va[9], vb[9];
		ForecastStatus status, half_status, predicted;
		ForecastNaive whole = fitted(series, (ForecastNaiveKind) kind, 5, &status, NULL);
		ForecastNaive model;

		half.n = series->n / 2;
		model = fitted(&half, (ForecastNaiveKind) kind, 5, &half_status, NULL);
		if (status != FORECAST_OK || half_status != FORECAST_OK)
			continue;
		for (int t = half.n; t < series->n; t++)
			forecast_naive_update(&model, series->value[t]);
		predicted = forecast_naive_predict(&whole, 9, a, va);
		if (!sound(predicted, 9, a, va) || predicted != forecast_naive_predict(&model, 9, b, vb))
			return false;
		for (int i = 0; i < 9 && predicted == FORECAST_OK; i++)
		{
			if (a[i] != b[i] || (va[i] != vb[i] && !(isnan(va[i]) && isnan(vb[i]))))
				return false;
		}
	}
	return true;
}

static void
limits(void)
{
	at_the_limits(updates);
}

static double
by_quarter(int t)
{
	return 10 * (t % 4 + 1);
}

/* Of a season that repeats exactly nothing is off, and a new level multiplies it. */
static void
naive2_season(void)
{
	double value[24], mean[4], variance[4], error[24];
	ForecastSeries series = { .value = value, .n = 24, .period = { 4 }, .period_count = 1 };
	ForecastNaive2 model;

	fill(value, 24, by_quarter);
	CHECK(forecast_naive2_fit(&unit_work, &series, &model, error) == FORECAST_OK);
	CHECK(forecast_naive2_predict(&model, 4, mean, variance) == FORECAST_OK);
	for (int i = 0; i < 4; i++)
		CHECK(near(mean[i], 10 * (i + 1), 1e-12) && variance[i] < 1e-20);
	CHECK(fabs(error[23]) < 1e-12);
	CHECK(fabs(forecast_naive2_update(&model, 20) - 10) < 1e-12);
	CHECK(forecast_naive2_predict(&model, 4, mean, variance) == FORECAST_OK);
	CHECK(near(mean[0], 40, 1e-12) && near(mean[3], 20, 1e-12));
	drop_pieces();
}

static double
by_month(int t)
{
	return t % 12 == 0 ? 50 : 10;
}

/* The benchmark does not believe in a season before it was there three times. */
static void
naive2_three_seasons(void)
{
	double value[36], mean[2], variance[2];
	ForecastSeries series = { .value = value, .n = 35, .period = { 12 }, .period_count = 1 };
	ForecastNaive2 model;

	fill(value, 36, by_month);
	CHECK(forecast_naive2_fit(&unit_work, &series, &model, NULL) == FORECAST_OK);
	CHECK(forecast_naive2_predict(&model, 2, mean, variance) == FORECAST_OK);
	CHECK(mean[1] == 10);
	series.n = 36;
	CHECK(forecast_naive2_fit(&unit_work, &series, &model, NULL) == FORECAST_OK);
	CHECK(forecast_naive2_predict(&model, 1, mean, variance) == FORECAST_OK);
	CHECK(near(mean[0], 50, 1e-12));
	drop_pieces();
}

static bool
naive2_sound(const ForecastSeries *series)
{
	double mean[20], variance[20], error[40];
	ForecastNaive2 model;
	ForecastStatus status = forecast_naive2_fit(&unit_work, series, &model, error);

	if (status == FORECAST_OK)
		status = forecast_naive2_predict(&model, 20, mean, variance);
	return sound(status, 20, mean, variance);
}

static void
naive2_limits(void)
{
	at_the_limits(naive2_sound);
}

static void
refused(void)
{
	static const double infinite[] = { 1, INFINITY };
	ForecastSeries series = { .value = infinite, .n = 2 };
	ForecastStatus status;
	ForecastNaive model;
	double mean[1], variance[1];

	fitted(&series, FORECAST_NAIVE, 1, &status, NULL);
	CHECK(status == FORECAST_BAD_ARGUMENT);
	series.n = 1;
	model = fitted(&series, FORECAST_NAIVE, 1, &status, NULL);
	CHECK(status == FORECAST_OK);
	CHECK(forecast_naive_predict(&model, 0, mean, variance) == FORECAST_BAD_ARGUMENT);
	fitted(&series, FORECAST_DRIFT, 1, &status, NULL);
	CHECK(status == FORECAST_TOO_SHORT);
	fitted(&series, FORECAST_WINDOW_MEAN, 0, &status, NULL);
	CHECK(status == FORECAST_BAD_ARGUMENT);
	series.period_count = 1;
	series.period[0] = 1;
	fitted(&series, FORECAST_NAIVE, 1, &status, NULL);
	CHECK(status == FORECAST_BAD_ARGUMENT);
	drop_pieces();
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: naive methods by hand", by_hand },
		{ "forecast: naive methods across gaps", gaps },
		{ "forecast: naive residuals", residuals },
		{ "forecast: naive methods against R", reference },
		{ "forecast: naive methods at the limits, updated and fitted alike", limits },
		{ "forecast: naive2 multiplies its season", naive2_season },
		{ "forecast: naive2 waits for three seasons", naive2_three_seasons },
		{ "forecast: naive2 at the limits", naive2_limits },
		{ "forecast: naive methods refuse what is none", refused },
	};

	return UNIT_RUN(groups);
}
