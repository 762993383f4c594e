/*
 * forecast_theta_test.c
 *	  The Theta method and its optimised forms.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/theta.h"

#include "forecast_unit.h"

static const ForecastThetaKind kinds[] = {
	FORECAST_THETA_STANDARD, FORECAST_THETA_OPTIMISED, FORECAST_THETA_DYNAMIC
};

static ForecastStatus
fit(const ForecastSeries *series, ForecastThetaKind kind, ForecastTheta *model, double *residuals)
{
	const ForecastThetaOptions options = { .kind = kind };

	return forecast_theta_fit(&unit_work, series, &options, model, residuals);
}

/* Steps of a line are errors of no form but for the first level's. */
static void
straight_line(void)
{
	double value[30], mean[5], variance[5];
	ForecastSeries series = { .value = value, .n = 30 };
	ForecastTheta model;

	fill(value, 30, of_line);
	for (int k = 1; k < 3; k++)
	{
		CHECK(fit(&series, kinds[k], &model, NULL) == FORECAST_OK);
		CHECK(forecast_theta_predict(&model, 5, mean, variance) == FORECAST_OK);
		for (int i = 0; i < 5; i++)
			CHECK(near(mean[i], 3.0 * (30 + i) - 7, 1e-6));
	}
	/* Simple exponential smoothing lags a line by its slope, and half of it is drift. */
	CHECK(fit(&series, FORECAST_THETA_STANDARD, &model, NULL) == FORECAST_OK);
	CHECK(forecast_theta_predict(&model, 2, mean, variance) == FORECAST_OK);
	CHECK(near(mean[1] - mean[0], 1.5, 1e-9) && fabs(mean[0] - 81.5) < 0.01);
	drop_pieces();
}

/*
 * The dynamic form written out as Fiorucci et al. (2016) define it, from the level, alpha
 * and theta that were found: the same one-step means and forecasts.
 */
static void
dynamic_as_published(void)
{
	static const double value[] = { 10, 12, 15, 13, 16, 20, 18, 19, 24, 22, 27, 25 };
	ForecastSeries series = { .value = value, .n = 12 };
	ForecastTheta model;
	double error[12], mean[3], variance[3];
	double level = NAN, alpha, share;

	CHECK(fit(&series, FORECAST_THETA_DYNAMIC, &model, error) == FORECAST_OK);
	CHECK(forecast_theta_predict(&model, 3, mean, variance) == FORECAST_OK);
	alpha = model.alpha;
	share = model.weight;
	CHECK(share > 0 && share < 1 && alpha > 0.11 && alpha < 0.99);

	/* The first level is not kept: it is what makes the third error what it is. */
	for (int pass = 0; pass < 2; pass++)
	{
		double run = pass == 0 ? 0 : level;
		double a = 0, b = 0, average = 0;

		for (int t = 1; t <= 15; t++)
		{
			double decay = pow(1 - alpha, t - 1);
			double mu = run + share * (decay * a + (1 - decay * (1 - alpha)) / alpha * b);
			double y = t <= 12 ? value[t - 1] : mu;

			if (pass == 0 && t == 3)
				level = (y - error[2] - mu) / ((1 - alpha) * (1 - alpha));
			if (pass == 1 && t > 2 && t <= 12)
				CHECK(fabs(y - mu - error[t - 1]) < 1e-8);
			if (pass == 1 && t > 12)
				CHECK(near(mean[t - 13], mu, 1e-9));
			run = alpha * y + (1 - alpha) * run;
			b = t == 1 ? 0 : ((t - 2) * b + 6.0 / t * (y - average)) / (t + 1);
			average = ((t - 1) * average + y) / t;
			a = average - (t + 1) / 2.0 * b;
		}
	}
	drop_pieces();
}

/* No alpha, theta and level near those found have smaller errors. */
static void
optimum(void)
{
	static const double value[] = { 12, 15, 11, 18, 17, 21, 16, 24, 22, 25, 29, 24 };
	ForecastSeries series = { .value = value, .n = 12 };
	ForecastTheta model;
	double error[12], least = 0;

	CHECK(fit(&series, FORECAST_THETA_OPTIMISED, &model, error) == FORECAST_OK);
	for (int t = 0; t < 12; t++)
		least += error[t] * error[t];
	for (int i = 0; i < 27 * 20; i++)
	{
		double alpha = fmin(fmax(model.alpha + (i % 3 - 1) * 0.01, 0.1), 0.9999);
		double share = fmin(fmax(model.weight + (i / 3 % 3 - 1) * 0.01, 0), 1);
		double level = -10 + i / 27 * 0.5 + (i / 9 % 3) * 0.1;
		double line = 0, squares = 0;

		for (int t = 0; t < 12; t++)
		{
			double rest = value[t] - model.center - level - share * line;

			squares += rest * rest;
			level += alpha * (value[t] - model.center - level);
			line = (1 - alpha) * line + model.slope;
		}
		CHECK(squares >= least * (1 - 1e-9));
	}
	drop_pieces();
}

static int rows_within;
static double largest_share;

static void
compare(const ReferenceRow *row)
{
	double mean[FORECAST_UNIT_STEPS], variance[FORECAST_UNIT_STEPS];
	ForecastTheta model;
	double worst = 0;

	if (!CHECK(fit(&row->series, FORECAST_THETA_STANDARD, &model, NULL) == FORECAST_OK) ||
		!CHECK(forecast_theta_predict(&model, row->h, mean, variance) == FORECAST_OK))
		return;
	for (int i = 0; i < row->h; i++)
		worst = fmax(worst, fabs(mean[i] / row->mean[i] - 1));
	rows_within += worst <= 0.005;
	largest_share = fmax(largest_share, worst);
	if (worst > 0.005)
		printf("# %s %s is off by %.2g\n", row->file, row->id, worst);
}

static void
reference(void)
{
	int rows = each_reference("thetaf", compare);

	if (rows == 0)
		return;
	CHECK(rows_within == rows);
	printf("# theta: %d of %d rows within .5 %%, the largest difference %.2g\n", rows_within,
		   rows, largest_share);
}

static bool
all_sound(const ForecastSeries *series)
{
	for (int k = 0; k < 3; k++)
	{
		for (int adjust = FORECAST_ADJUST_TESTED; adjust <= FORECAST_ADJUST_NONE; adjust++)
		{
			const ForecastThetaOptions options = { kinds[k], (ForecastAdjust) adjust };
			double mean[20], variance[20], error[40];
			ForecastTheta model;
			ForecastStatus status = forecast_theta_fit(&unit_work, series, &options, &model, error);

			if (status != FORECAST_OK)
				continue;
			status = forecast_theta_predict(&model, 20, mean, variance);
			if (!sound(status, 20, mean, variance))
				return false;
			forecast_theta_update(&model, 7);
			forecast_theta_update(&model, NAN);
			if (!sound(forecast_theta_predict(&model, 20, mean, variance), 20, mean, variance))
				return false;
		}
	}
	return true;
}

static void
limits(void)
{
	at_the_limits(all_sound);
}

/* Whatever comes next, the forecast after an update goes on from the forecast before it. */
static void
updates(void)
{
	double value[48], before[6], after[6], variance[6];
	ForecastSeries series = { .value = value, .n = 48, .period = { 4 }, .period_count = 1 };

	fill(value, 48, of_season);
	for (int k = 0; k < 3; k++)
	{
		ForecastTheta model;

		CHECK(fit(&series, kinds[k], &model, NULL) == FORECAST_OK);
		CHECK(forecast_theta_predict(&model, 6, before, variance) == FORECAST_OK);
		CHECK(fabs(forecast_theta_update(&model, before[0])) < 1e-9);
		forecast_theta_update(&model, NAN);
		CHECK(forecast_theta_predict(&model, 4, after, variance) == FORECAST_OK);
		for (int i = 0; i < 4; i++)
			CHECK(near(after[i], before[i + 2], 1e-9));
	}
	drop_pieces();
}

/* A value is one of an infinite number of scales. */
static void
scales(void)
{
	double value[48], scaled[48], mean[6], other[6], variance[6], of_other[6];
	ForecastSeries series = { .value = value, .n = 48, .period = { 4 }, .period_count = 1 };
	ForecastSeries large = series;
	ForecastTheta model;

	fill(value, 48, of_season);
	for (int t = 0; t < 48; t++)
		scaled[t] = value[t] * 0x1p400;
	large.value = scaled;
	for (int k = 0; k < 3; k++)
	{
		CHECK(fit(&series, kinds[k], &model, NULL) == FORECAST_OK);
		CHECK(forecast_theta_predict(&model, 6, mean, variance) == FORECAST_OK);
		CHECK(fit(&large, kinds[k], &model, NULL) == FORECAST_OK);
		CHECK(forecast_theta_predict(&model, 6, other, of_other) == FORECAST_OK);
		for (int i = 0; i < 6; i++)
			CHECK(other[i] == mean[i] * 0x1p400 && of_other[i] == variance[i] * 0x1p800);
	}
	drop_pieces();
}

/* From 2, 20 and 200 questions on the answer is to stop, and so for memory. */
static void
stopped(void)
{
	double value[48];
	ForecastSeries series = { .value = value, .n = 48, .period = { 4 }, .period_count = 1 };
	ForecastTheta model;

	fill(value, 48, of_season);
	for (int count = 1; count < 20; count += 3)
	{
		interruptions_left = count;
		CHECK(fit(&series, FORECAST_THETA_DYNAMIC, &model, NULL) == FORECAST_INTERRUPTED);
	}
	interruptions_left = -1;
	for (int count = 0; count < 5; count++)
	{
		allocations_left = count;
		CHECK(fit(&series, FORECAST_THETA_DYNAMIC, &model, NULL) == FORECAST_NO_MEMORY);
	}
	allocations_left = -1;
	drop_pieces();
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: theta of a straight line", straight_line },
		{ "forecast: dynamic theta is what was published", dynamic_as_published },
		{ "forecast: optimised theta is at its optimum", optimum },
		{ "forecast: theta against R", reference },
		{ "forecast: theta at the limits", limits },
		{ "forecast: theta goes on from an update", updates },
		{ "forecast: theta of any scale", scales },
		{ "forecast: theta stops when asked, and without memory", stopped },
	};

	return UNIT_RUN(groups);
}
