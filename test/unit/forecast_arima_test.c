/*
 * forecast_arima_test.c
 *	  Seasonal ARIMA: its likelihood against the normal density written out, its estimates
 *	  against processes that are known, and series that are hard.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/arima.h"

#include "forecast_unit.h"

#define SHORT 40
#define LONG 3000

/* ---- processes ---- */

/* Sum of twelve even numbers: near enough to normal. */
static double
noise(void)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += (double) (unit_random() >> 11) / 9007199254740992.0;
	return sum;
}

/* By the two factors of the model; differences are summed up after it. */
static void
simulate(const ForecastArima *model, int n, double *value)
{
	static double error[LONG + 400];
	static double w[LONG + 400];
	const ForecastArimaOrder *order = &model->order;
	int m = model->period;
	int warm = 300;

	for (int t = 0; t < n + warm; t++)
	{
		double sum = error[t] = noise();

		for (int j = 0; j <= order->q; j++)
		{
			for (int k = 0; k <= order->seasonal_q; k++)
			{
				int lag = j + k * m;
				double part = (j ? model->ma[j - 1] : 1) * (k ? model->seasonal_ma[k - 1] : 1);

				sum += lag > 0 && lag <= t ? part * error[t - lag] : 0;
			}
		}
		for (int j = 0; j <= order->p; j++)
		{
			for (int k = 0; k <= order->seasonal_p; k++)
			{
				int lag = j + k * m;
				double part = (j ? -model->ar[j - 1] : 1) * (k ? -model->seasonal_ar[k - 1] : 1);

				sum -= lag > 0 && lag <= t ? part * w[t - lag] : 0;
			}
		}
		w[t] = sum;
	}
	for (int t = 0; t < n; t++)
	{
		value[t] = model->constant + w[t + warm];
		if (order->seasonal_d)
			value[t] += t >= m ? value[t - m] : 20;
	}
	for (int i = 0; i < order->d; i++)
	{
		for (int t = 1; t < n; t++)
			value[t] += value[t - 1];
	}
}

/* ---- the density written out ---- */

typedef struct Density
{
	int n;							 /* values after those conditioned on */
	double base[SHORT];				 /* the values were there no w */
	double ones[SHORT];				 /* what a constant of 1 adds */
	double by[SHORT][SHORT];		 /* what each w adds */
	double covariance[SHORT][SHORT]; /* of w, sigma2 being 1 */
} Density;

/* Covariances from the first 4000 psi weights. */
static void
covariances(const ForecastArima *model, Density *density)
{
	static double psi[4000];
	const ForecastArimaOrder *order = &model->order;

	for (int t = 0; t < 4000; t++)
	{
		double sum = 0;

		for (int j = 0; j <= order->q; j++)
		{
			for (int k = 0; k <= order->seasonal_q; k++)
			{
				if (t == j + k * model->period)
					sum += (j ? model->ma[j - 1] : 1) * (k ? model->seasonal_ma[k - 1] : 1);
			}
		}
		for (int j = 0; j <= order->p; j++)
		{
			for (int k = 0; k <= order->seasonal_p; k++)
			{
				int lag = j + k * model->period;
				double part = (j ? -model->ar[j - 1] : 1) * (k ? -model->seasonal_ar[k - 1] : 1);

				sum -= lag > 0 && lag <= t ? part * psi[t - lag] : 0;
			}
		}
		psi[t] = sum;
	}
	for (int i = 0; i < density->n; i++)
	{
		for (int j = 0; j < density->n; j++)
		{
			int lag = abs(i - j);

			density->covariance[i][j] = 0;
			for (int k = 0; k + lag < 4000; k++)
				density->covariance[i][j] += psi[k] * psi[k + lag];
		}
	}
}

/* y(t) = w(t) + d y(t-1) ..., of d <= 1 and D <= 1 multiplied out by hand. */
static void
levels(const ForecastArima *model, const double *value, int lags, Density *density)
{
	int step[3] = { 0 }, count = 0;
	double sign[3] = { 0 };

	if (model->order.d)
		step[count] = 1, sign[count++] = 1;
	if (model->order.seasonal_d)
		step[count] = model->period, sign[count++] = 1;
	if (count == 2)
		step[count] = model->period + 1, sign[count++] = -1;
	for (int t = 0; t < density->n; t++)
	{
		density->base[t] = 0;
		density->ones[t] = 1;
		for (int k = 0; k < density->n; k++)
			density->by[t][k] = t == k;
		for (int i = 0; i < count; i++)
		{
			int back = t - step[i];

			density->base[t] += sign[i] * (back < 0 ? value[lags + back] : density->base[back]);
			density->ones[t] += back < 0 ? 0 : sign[i] * density->ones[back];
			for (int k = 0; back >= 0 && k < density->n; k++)
				density->by[t][k] += sign[i] * density->by[back][k];
		}
	}
}

/* Solves in place by Cholesky; gives the sum of logarithms of the diagonal, twice. */
static double
whiten(double matrix[SHORT][SHORT], int n, double *one, double *other)
{
	double logarithms = 0;

	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j <= i; j++)
		{
			for (int k = 0; k < j; k++)
				matrix[i][j] -= matrix[i][k] * matrix[j][k];
			matrix[i][j] = i == j ? sqrt(matrix[i][i]) : matrix[i][j] / matrix[j][j];
		}
		for (int k = 0; k < i; k++)
		{
			one[i] -= matrix[i][k] * one[k];
			other[i] -= matrix[i][k] * other[k];
		}
		one[i] /= matrix[i][i];
		other[i] /= matrix[i][i];
		logarithms += 2 * log(matrix[i][i]);
	}
	return logarithms;
}

/* Log likelihood and constant of known values after the first, sigma being the best. */
static double
written_out(const ForecastArima *model, const double *value, int n, int lags, double *constant)
{
	static Density written;
	static double matrix[SHORT][SHORT];
	double one[SHORT], rest[SHORT], squares = 0, own = 0, both = 0, logarithms;
	int row[SHORT], known = 0;

	written.n = n - lags;
	covariances(model, &written);
	levels(model, value, lags, &written);
	for (int t = 0; t < written.n; t++)
	{
		if (isnan(value[lags + t]))
			continue;
		one[known] = written.ones[t];
		rest[known] = value[lags + t] - written.base[t];
		row[known++] = t;
	}
	for (int i = 0; i < known; i++)
	{
		for (int j = 0; j < known; j++)
		{
			matrix[i][j] = 0;
			for (int k = 0; k <= row[i]; k++)
			{
				for (int l = 0; l <= row[j]; l++)
					matrix[i][j] += written.by[row[i]][k] * written.by[row[j]][l] *
									written.covariance[k][l];
			}
		}
	}
	logarithms = whiten(matrix, known, one, rest);
	for (int i = 0; i < known; i++)
	{
		own += one[i] * one[i];
		both += one[i] * rest[i];
	}
	*constant = model->order.constant ? both / own : 0;
	for (int i = 0; i < known; i++)
		squares += (rest[i] - *constant * one[i]) * (rest[i] - *constant * one[i]);
	return -known / 2.0 * (log(2 * acos(-1) * squares / known) + 1) - logarithms / 2;
}

static const ForecastArima processes[] = {
	{ .order = { .p = 1, .constant = true }, .period = 1, .ar = { 0.7 }, .constant = 5 },
	{ .order = { .q = 1 }, .period = 1, .ma = { -0.5 } },
	{ .order = { .p = 2, .q = 2 }, .period = 1, .ar = { 0.5, 0.3 }, .ma = { 0.4, -0.2 } },
	{
		.order = { .p = 3, .d = 1, .q = 1, .constant = true },
		.period = 1,
		.ar = { 0.5, -0.3, 0.2 },
		.ma = { 0.6 },
		.constant = 0.3,
	},
	{ .order = { .p = 1, .q = 1, .seasonal_p = 1, .seasonal_q = 1, .constant = true },
	  .period = 4,
	  .ar = { 0.5 },
	  .ma = { 0.4 },
	  .seasonal_ar = { 0.6 },
	  .seasonal_ma = { 0.3 } },
	{
		.order = { .d = 1, .q = 1, .seasonal_d = 1, .seasonal_q = 1 },
		.period = 4,
		.ma = { -0.4 },
		.seasonal_ma = { -0.6 },
	},
	{
		.order = { .seasonal_p = 2, .seasonal_d = 1, .q = 2, .constant = true },
		.period = 3,
		.seasonal_ar = { 0.3, 0.2 },
		.ma = { 0.5, 0.3 },
		.constant = 1,
	},
	{ .order = { .constant = true }, .period = 1, .constant = -2 },
	{ .order = { .p = 1 }, .period = 1, .ar = { 0.99 } },
};
#define PROCESSES (sizeof(processes) / sizeof(processes[0]))

static void
check_density(const ForecastArima *process, const double *value, int n)
{
	ForecastSeries series = { .value = value, .n = n };
	ForecastArima model = *process;
	double error[SHORT], constant, expected;
	int lags = process->order.d + process->period * process->order.seasonal_d;

	series.period_count = process->period > 1;
	series.period[0] = process->period > 1 ? process->period : 0;
	expected = written_out(process, value, n, lags, &constant);
	if (!CHECK(forecast_arima_run(&unit_work, &series, &model, error) == FORECAST_OK))
		return;
	CHECK(fabs(model.log_likelihood - expected) < 1e-7);
	CHECK(fabs(ldexp(model.constant, model.exponent) - constant) < 1e-7);
	for (int t = 0; t < n; t++)
		CHECK(isnan(error[t]) == (t < lags || isnan(value[t])));
}

static void
density(void)
{
	double value[SHORT];

	for (size_t i = 0; i < PROCESSES; i++)
	{
		simulate(&processes[i], SHORT, value);
		for (int n = 17; n <= SHORT; n += 7)
			check_density(&processes[i], value, n);
	}
	drop_pieces();
}

static void
density_with_gaps(void)
{
	double value[SHORT];

	for (size_t i = 0; i < PROCESSES; i++)
	{
		simulate(&processes[i], SHORT, value);
		value[9] = value[15] = value[16] = value[24] = value[SHORT - 1] = NAN;
		check_density(&processes[i], value, SHORT);
		for (int t = 25; t < 34; t++)
			value[t] = NAN;
		check_density(&processes[i], value, SHORT);
	}
	drop_pieces();
}

/* ---- estimates ---- */

static ForecastStatus
fit(const ForecastArima *process, const double *value, int n, bool automatic, ForecastArima *model)
{
	const ForecastArimaOptions options = { .automatic = automatic, .order = process->order };
	ForecastSeries series = { .value = value, .n = n };

	series.period_count = process->period > 1;
	series.period[0] = process->period > 1 ? process->period : 0;
	return forecast_arima_fit(&unit_work, &series, &options, model, NULL);
}

/* Within five standard errors of 1 / sqrt(n), and likelier than the truth. */
static void
known_processes(void)
{
	static double value[LONG];

	for (size_t i = 0; i < PROCESSES - 1; i++)
	{
		const ForecastArima *process = &processes[i];
		ForecastArima model, truth = *process;
		ForecastSeries series = { .value = value, .n = 1000 };
		double slack = i == 2 ? 0.5 : 0.16;

		series.period_count = process->period > 1;
		series.period[0] = process->period > 1 ? process->period : 0;
		simulate(process, 1000, value);
		CHECK(fit(process, value, 1000, false, &model) == FORECAST_OK);
		CHECK(forecast_arima_run(&unit_work, &series, &truth, NULL) == FORECAST_OK);
		CHECK(model.log_likelihood >= truth.log_likelihood - 1e-6);
		CHECK(model.log_likelihood <= truth.log_likelihood + 12);
		CHECK(fabs(ldexp(model.sigma2, 2 * model.exponent) - 1) < 0.2);
		for (int k = 0; k < 3; k++)
		{
			CHECK(fabs(model.ar[k] - process->ar[k]) < slack);
			CHECK(fabs(model.ma[k] - process->ma[k]) < slack);
		}
		for (int k = 0; k < 2; k++)
		{
			CHECK(fabs(model.seasonal_ar[k] - process->seasonal_ar[k]) < 0.2);
			CHECK(fabs(model.seasonal_ma[k] - process->seasonal_ma[k]) < 0.2);
		}
		drop_pieces();
	}
}

/* Values that are missing make estimates wider, not wrong. */
static void
estimates_with_gaps(void)
{
	static double value[LONG];
	ForecastArima model;

	for (size_t i = 0; i < 2; i++)
	{
		simulate(&processes[i], 1500, value);
		for (int t = 0; t < 1500; t++)
			value[t] = t % 3 == 1 ? NAN : value[t];
		CHECK(fit(&processes[i], value, 1500, false, &model) == FORECAST_OK);
		CHECK(fabs(model.ar[0] - processes[i].ar[0]) < 0.15);
		CHECK(fabs(model.ma[0] - processes[i].ma[0]) < 0.15);
		drop_pieces();
	}
}

static void
chosen_orders(void)
{
	static double value[LONG];
	static const ForecastArima walk = { .order = { .d = 1 }, .period = 1 };
	static const ForecastArima airline = {
		.order = { .d = 1, .q = 1, .seasonal_d = 1, .seasonal_q = 1 },
		.period = 12,
		.ma = { -0.4 },
		.seasonal_ma = { -0.6 },
	};
	ForecastArima model;
	int stationary = 0, walks = 0;

	simulate(&processes[7], 300, value);
	CHECK(fit(&processes[7], value, 300, true, &model) == FORECAST_OK);
	CHECK(model.order.d == 0 && model.order.constant);
	CHECK(model.order.p + model.order.q <= 2);

	/* The test of stationarity errs in some series of either kind. */
	for (int i = 0; i < 20; i++)
	{
		simulate(&processes[0], 300, value);
		CHECK(fit(&processes[0], value, 300, true, &model) == FORECAST_OK);
		stationary += model.order.d == 0 && model.order.p >= 1;
		simulate(&walk, 300, value);
		CHECK(fit(&walk, value, 300, true, &model) == FORECAST_OK);
		walks += model.order.d == 1 && model.order.p + model.order.q <= 2;
		drop_pieces();
	}
	CHECK(stationary >= 13 && walks >= 15);

	simulate(&airline, 240, value);
	for (int t = 0; t < 240; t++)
		value[t] += 30 * sin(t * acos(-1) / 6);
	CHECK(fit(&airline, value, 240, true, &model) == FORECAST_OK);
	CHECK(model.order.seasonal_d == 1 && model.order.d == 1);
	CHECK(model.order.seasonal_q + model.order.seasonal_p >= 1);
	drop_pieces();
}

/* A value that misses at the very start counts little later on. */
static void
gap_at_start(void)
{
	static double value[LONG];
	double mean[2][8], variance[2][8];
	ForecastArima model[2];

	simulate(&processes[5], 120, value);
	for (int i = 0; i < 2; i++)
	{
		value[2] = i == 0 ? value[2] : NAN;
		CHECK(fit(&processes[5], value, 120, false, &model[i]) == FORECAST_OK);
		CHECK(forecast_arima_predict(&unit_work, &model[i], 8, mean[i], variance[i]) ==
			  FORECAST_OK);
	}
	for (int k = 0; k < 8; k++)
	{
		CHECK(fabs(mean[0][k] - mean[1][k]) < 0.2 * sqrt(variance[0][k]));
		CHECK(near(variance[1][k], variance[0][k], 0.1));
	}
	drop_pieces();
}

/* A season that is seen late for the first time is learnt, and no error of 100. */
static void
season_seen_late(void)
{
	static double value[LONG];
	ForecastSeries series = { .value = value, .n = 200, .period = { 4 }, .period_count = 1 };
	ForecastArima model = processes[5];

	simulate(&processes[5], 200, value);
	for (int t = 2; t < 200; t += 4)
		value[t] = t < 90 ? NAN : value[t] + 100;
	CHECK(forecast_arima_run(&unit_work, &series, &model, NULL) == FORECAST_OK);
	CHECK(fabs(ldexp(model.sigma2, 2 * model.exponent) - 1) < 0.5);
	drop_pieces();
}

/* ---- forecasts ---- */

/* Of order 1: mean + phi^i (last - mean), sigma2 (1 - phi^2i) / (1 - phi^2). */
static void
forecast_by_hand(void)
{
	static double value[LONG];
	ForecastArima model;
	double mean[6], variance[6];

	simulate(&processes[0], 200, value);
	CHECK(fit(&processes[0], value, 200, false, &model) == FORECAST_OK);
	CHECK(forecast_arima_predict(&unit_work, &model, 6, mean, variance) == FORECAST_OK);
	for (int i = 0; i < 6; i++)
	{
		double center = ldexp(model.constant, model.exponent);
		double sigma2 = ldexp(model.sigma2, 2 * model.exponent);
		double power = pow(model.ar[0], i + 1);

		CHECK(near(mean[i], center + power * (value[199] - center), 1e-9));
		CHECK(near(variance[i], sigma2 * (1 - power * power) / (1 - model.ar[0] * model.ar[0]),
				   1e-9));
	}
	CHECK(forecast_arima_predict(&unit_work, &model, 0, mean, variance) == FORECAST_BAD_ARGUMENT);
	drop_pieces();
}

/* The seasonal walk with drift repeats its last season, a drift of the period later. */
static void
drift_by_hand(void)
{
	static const ForecastArima walk = {
		.order = { .seasonal_d = 1, .constant = true },
		.period = 3,
	};
	static const double value[] = { 1, 5, 3, 2, 7, 4, 4, 7, 6, 4, 9, 8 };
	ForecastArima model;
	double mean[5], variance[5];

	CHECK(fit(&walk, value, 12, false, &model) == FORECAST_OK);
	CHECK(forecast_arima_predict(&unit_work, &model, 5, mean, variance) == FORECAST_OK);
	for (int i = 0; i < 5; i++)
	{
		double drift = (12.0 + 0) / 9 * (1 + i / 3);

		CHECK(near(mean[i], value[9 + i % 3] + drift, 1e-9));
		CHECK(near(variance[i], variance[0] * (1 + i / 3), 1e-9));
	}
	drop_pieces();
}

/* A model that went on by updates is the one that was run over all. */
static void
updates(void)
{
	static double value[LONG], error[LONG];

	for (size_t i = 0; i < PROCESSES - 1; i++)
	{
		ForecastArima head = processes[i], all = processes[i];
		ForecastSeries series = { .value = value, .n = 900 };
		double mean[2][8], variance[2][8];

		series.period_count = head.period > 1;
		series.period[0] = head.period > 1 ? head.period : 0;
		simulate(&processes[i], 1000, value);
		CHECK(forecast_arima_run(&unit_work, &series, &head, NULL) == FORECAST_OK);
		series.n = 1000;
		CHECK(forecast_arima_run(&unit_work, &series, &all, error) == FORECAST_OK);
		head.constant = all.constant = ldexp(head.constant, head.exponent - all.exponent);
		if (head.exponent != all.exponent)
			continue;
		for (int t = 900; t < 1000; t++)
			CHECK(fabs(forecast_arima_update(&head, value[t]) - error[t]) < 0.05);
		CHECK(forecast_arima_predict(&unit_work, &head, 8, mean[0], variance[0]) == FORECAST_OK);
		CHECK(forecast_arima_predict(&unit_work, &all, 8, mean[1], variance[1]) == FORECAST_OK);
		for (int k = 0; k < 8; k++)
		{
			CHECK(fabs(mean[0][k] - mean[1][k]) < 0.5);
			CHECK(near(variance[0][k], variance[1][k], 0.01));
		}
		CHECK(isnan(forecast_arima_update(&head, NAN)) && head.gap == 1);
		CHECK(forecast_arima_predict(&unit_work, &head, 7, mean[1], variance[1]) == FORECAST_OK);
		for (int k = 0; k < 7; k++)
		{
			CHECK(near(mean[1][k], mean[0][k + 1], 1e-9));
			CHECK(near(variance[1][k], variance[0][k + 1], 1e-9));
		}
		CHECK(isnan(forecast_arima_update(&head, INFINITY)));
		CHECK(isnan(forecast_arima_update(&head, 1.7e308)));
		drop_pieces();
	}
}

/* 1 to 5: sums of differences from 3 are -2 -3 -3 -2 0, of squares 26; spread 10 without lags. */
static void
kpss(void)
{
	static const double value[] = { 1, 2, 3, 4, 5 };
	static const double flat[] = { 4, 4, 4 };

	/* lags = int(4 (5/100)^(1/4)) = 1: spread = 10 + 2 * 1/2 * (2 + 0 + 0 + 2) = 14. */
	CHECK(near(forecast_kpss(value, 5), 26.0 / 5 / 14, 1e-12));
	CHECK(forecast_kpss(flat, 3) == 0 && forecast_kpss(flat, 0) == 0);
}

/* ---- limits ---- */

static bool
sound_fit(const ForecastSeries *series, const ForecastArimaOptions *options)
{
	ForecastArima model;
	double mean[20], variance[20], error[SHORT];
	ForecastStatus status = forecast_arima_fit(&unit_work, series, options, &model, error);

	if (status != FORECAST_OK)
		return status == FORECAST_TOO_SHORT || status == FORECAST_NOT_FITTED;
	status = forecast_arima_predict(&unit_work, &model, 20, mean, variance);
	if (!sound(status, 20, mean, variance))
		return false;
	forecast_arima_update(&model, 3);
	forecast_arima_update(&model, NAN);
	status = forecast_arima_predict(&unit_work, &model, 20, mean, variance);
	return sound(status, 20, mean, variance);
}

static bool
sound_orders(const ForecastSeries *series)
{
	static const ForecastArimaOptions options[] = {
		{ .automatic = true },
		{ .order = { .p = 2, .d = 1, .q = 2, .constant = true } },
		{ .order = { .p = 1, .d = 2, .q = 1 } },
	};
	static const ForecastArimaOptions seasonal = {
		.order = { .q = 1, .d = 1, .seasonal_p = 1, .seasonal_d = 1, .seasonal_q = 1 }
	};

	for (int i = 0; i < 3; i++)
	{
		if (!sound_fit(series, &options[i]))
			return false;
	}
	return series->period_count == 0 || series->period[0] > 200 || sound_fit(series, &seasonal);
}

static void
limits(void)
{
	at_the_limits(sound_orders);
}

static void
refused(void)
{
	static const double value[30] = { 1, 3, 2 };
	ForecastSeries series = { .value = value, .n = 30 };
	ForecastArimaOptions options = { .order = { .p = 6 } };
	ForecastArima model;

	CHECK(forecast_arima_fit(&unit_work, &series, &options, &model, NULL) ==
		  FORECAST_BAD_ARGUMENT);
	options.order = (ForecastArimaOrder){ .seasonal_p = 1 };
	CHECK(forecast_arima_fit(&unit_work, &series, &options, &model, NULL) ==
		  FORECAST_BAD_ARGUMENT);
	model = (ForecastArima){ .order = { .p = 1 }, .ar = { 1.2 }, .period = 1 };
	CHECK(forecast_arima_run(&unit_work, &series, &model, NULL) == FORECAST_NOT_FITTED);
	drop_pieces();
}

/* Without memory or time it says so, wherever that happens. */
static void
ends_early(void)
{
	static double value[LONG];
	ForecastArima model;
	ForecastStatus status;

	simulate(&processes[5], 60, value);
	value[30] = NAN;
	for (int i = 1; i < 400; i += 7)
	{
		interruptions_left = i;
		status = fit(&processes[5], value, 60, true, &model);
		CHECK(status == FORECAST_INTERRUPTED || (i > 50 && status == FORECAST_OK));
		interruptions_left = -1;
		drop_pieces();
	}
	status = FORECAST_NO_MEMORY;
	for (int i = 0; i < 500 && status == FORECAST_NO_MEMORY; i++)
	{
		allocations_left = i;
		status = fit(&processes[5], value, 60, true, &model);
		allocations_left = -1;
		drop_pieces();
	}
	CHECK(status == FORECAST_OK);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "likelihood is the normal density", density },
		{ "likelihood with missing values is the normal density", density_with_gaps },
		{ "estimates of known processes", known_processes },
		{ "estimates with missing values", estimates_with_gaps },
		{ "a missing value at the start", gap_at_start },
		{ "a season that is seen late", season_seen_late },
		{ "orders chosen", chosen_orders },
		{ "forecast of an autoregression", forecast_by_hand },
		{ "forecast of a seasonal walk with drift", drift_by_hand },
		{ "updates", updates },
		{ "KPSS", kpss },
		{ "series at the limits", limits },
		{ "orders refused", refused },
		{ "no memory, no time", ends_early },
	};

	return UNIT_RUN(groups);
}
