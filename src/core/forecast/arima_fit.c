/*
 * arima_fit.c
 *	  Estimation of one order of ARIMA by exact maximum likelihood.
 *
 * With sigma and the constant concentrated out, the likelihood falls with
 *	 sum of error^2 / F  *  (product of F)^(1/n)
 * (Harvey 1989, equation 3.4.9; the form is that of Ansley 1979, Biometrika 66, 59), which
 * is a sum of squares: Gauss-Newton steps apply.  The unknowns are partial autocorrelations
 * of each factor, so that stationary and invertible is a box (Jones 1980, Technometrics 22,
 * 389; Monahan 1984).
 */
#include "core/forecast/arima_fit.h"

#include <math.h>
#include <string.h>

#include "core/forecast/minimize.h"
#include "core/forecast/series.h"

#define PARTIAL_MAX 0.99
#define SLOPE_STEP 1e-5

/* Errors like this are rounding: values are below 1 in size. */
#define EXACT_ERROR 1e-10

#define LN_2 0.693147180559945309417
#define LN_2_PI 1.83787706640934548356

#define STARTS_MAX 3

typedef struct ArimaStart
{
	double x[ARIMA_UNKNOWNS_MAX];
	double objective;
} ArimaStart;

static int
unknowns(ForecastArimaOrder order)
{
	return order.p + order.q + order.seasonal_p + order.seasonal_q;
}

/* theta(B) = 1 + theta1 B has the roots of an autoregression of - theta1. */
static void
from_partial_negative(const double *partial, int count, double *coefficient)
{
	forecast_arima_from_partial(partial, count, coefficient);
	for (int i = 0; i < count; i++)
		coefficient[i] = -coefficient[i];
}

void
forecast_arima_factors(ForecastArimaOrder order, const double *x, ArimaFactors *factors)
{
	memset(factors, 0, sizeof(*factors));
	forecast_arima_from_partial(x, order.p, factors->ar);
	x += order.p;
	from_partial_negative(x, order.q, factors->ma);
	x += order.q;
	forecast_arima_from_partial(x, order.seasonal_p, factors->seasonal_ar);
	x += order.seasonal_p;
	from_partial_negative(x, order.seasonal_q, factors->seasonal_ma);
}

bool
forecast_arima_apply(ArimaProblem *problem, const ArimaFactors *factors)
{
	ArimaMoments *moments = &problem->filter.moments;
	ForecastArimaOrder order = problem->order;

	forecast_arima_multiply(factors->ar, order.p, factors->seasonal_ar, order.seasonal_p,
							problem->period, -1, moments->size, moments->ar);
	forecast_arima_multiply(factors->ma, order.q, factors->seasonal_ma, order.seasonal_q,
							problem->period, 1, moments->size, moments->ma);
	return forecast_arima_filter(&problem->data, &problem->filter);
}

/* What the errors of the filter are multiplied by to be those of the concentrated likelihood. */
static double
unit_of(const ArimaFilter *filter)
{
	return exp(filter->logarithms / (2.0 * filter->known));
}

static bool
objective_at(ArimaProblem *problem, const double *x, double *objective)
{
	ArimaFactors factors;
	double unit;

	forecast_arima_factors(problem->order, x, &factors);
	*objective = INFINITY;
	if (!forecast_arima_apply(problem, &factors))
		return false;
	unit = unit_of(&problem->filter);
	*objective = problem->filter.squares * unit * unit;
	return isfinite(*objective);
}

/* errors of the last run, 0 where there is none */
static void
keep_errors(const ArimaProblem *problem, double *error)
{
	double unit = unit_of(&problem->filter);

	for (int t = 0; t < problem->data.n; t++)
		error[t] = isnan(problem->filter.error[t]) ? 0 : problem->filter.error[t] * unit;
}

static double
product_of(const double *one, const double *other, int n)
{
	double sum = 0;

	for (int t = 0; t < n; t++)
		sum += one[t] * other[t];
	return sum;
}

static ForecastStatus
slopes_at(ArimaProblem *problem, const double *x, ForecastSlopes *slopes)
{
	int count = unknowns(problem->order);
	int n = problem->data.n;

	keep_errors(problem, problem->base);
	for (int i = 0; i < count; i++)
	{
		double there[ARIMA_UNKNOWNS_MAX];
		double step = x[i] > 0 ? -SLOPE_STEP : SLOPE_STEP;
		double objective;

		memcpy(there, x, sizeof(double) * (size_t) count);
		there[i] += step;
		if (!objective_at(problem, there, &objective))
			return FORECAST_NOT_FITTED;
		keep_errors(problem, problem->slope[i]);
		for (int t = 0; t < n; t++)
			problem->slope[i][t] = (problem->slope[i][t] - problem->base[t]) / step;
		slopes->gradient[i] = product_of(problem->slope[i], problem->base, n);
		for (int j = 0; j <= i; j++)
			slopes->product[i][j] = product_of(problem->slope[i], problem->slope[j], n);
		if (forecast_is_interrupted(problem->work))
			return FORECAST_INTERRUPTED;
	}
	return FORECAST_OK;
}

static ForecastStatus
evaluate(void *context, const double *x, double *objective, ForecastSlopes *slopes)
{
	ArimaProblem *problem = context;

	if (forecast_is_interrupted(problem->work))
		return FORECAST_INTERRUPTED;
	if (!objective_at(problem, x, objective) || slopes == NULL)
		return FORECAST_OK;
	return slopes_at(problem, x, slopes);
}

static ForecastStatus
descend(ArimaProblem *problem, double tolerance, int steps, ArimaStart *start)
{
	ForecastLeastSquares search = {
		.count = unknowns(problem->order),
		.tolerance = tolerance,
		.steps_max = steps,
		.evaluate = evaluate,
		.context = problem,
	};

	if (search.count == 0)
		return objective_at(problem, start->x, &start->objective) ? FORECAST_OK :
																	FORECAST_NOT_FITTED;
	for (int i = 0; i < search.count; i++)
	{
		search.lower[i] = -PARTIAL_MAX;
		search.upper[i] = PARTIAL_MAX;
	}
	return forecast_least_squares(&search, start->x, &start->objective);
}

/* The first partial autocorrelation of each factor is set, the others are 0. */
static void
set_start(ForecastArimaOrder order, double ar, double ma, double seasonal_ar, double seasonal_ma,
		  double *x)
{
	int at = 0;

	memset(x, 0, sizeof(double) * ARIMA_UNKNOWNS_MAX);
	if (order.p > 0)
		x[at] = ar;
	at += order.p;
	if (order.q > 0)
		x[at] = ma;
	at += order.q;
	if (order.seasonal_p > 0)
		x[at] = seasonal_ar;
	at += order.seasonal_p;
	if (order.seasonal_q > 0)
		x[at] = seasonal_ma;
}

/* Among the count best, ordered; of equal ones the earlier is kept. */
static void
insert(ArimaStart *starts, int count, const ArimaStart *start)
{
	int at = count;

	while (at > 0 && !(starts[at - 1].objective <= start->objective))
		at--;
	for (int i = count - 1; i > at; i--)
		starts[i] = starts[i - 1];
	if (at < count)
		starts[at] = *start;
}

/* Signs and sizes that the first coefficients have in practice; the same start comes once. */
static ForecastStatus
search_grid(ArimaProblem *problem, ArimaStart *starts, int count)
{
	static const double grid[] = { 0.3, -0.5, 0.8 };
	ForecastArimaOrder order = problem->order;
	int seasonal = order.seasonal_p + order.seasonal_q > 0 ? 3 : 1;

	for (int i = 0; i < 9 * seasonal; i++)
	{
		ArimaStart start;
		double other = grid[i / 9] * (order.seasonal_p > 0 && order.seasonal_q > 0 ? 0.5 : 1);

		if ((order.p == 0 && i % 3 > 0) || (order.q == 0 && i / 3 % 3 > 0))
			continue;
		set_start(order, grid[i % 3], grid[i / 3 % 3], grid[i / 9], other, start.x);
		if (forecast_is_interrupted(problem->work))
			return FORECAST_INTERRUPTED;
		if (objective_at(problem, start.x, &start.objective))
			insert(starts, count, &start);
	}
	return FORECAST_OK;
}

double
forecast_arima_log_likelihood(const ArimaProblem *problem)
{
	const ArimaFilter *filter = &problem->filter;
	double n = filter->known;
	double least = n * EXACT_ERROR * EXACT_ERROR;

	return -n / 2 * (log(fmax(filter->squares, least) / n) + LN_2_PI + 1) -
		   filter->logarithms / 2 - n * problem->exponent * LN_2;
}

double
forecast_arima_aicc(const ArimaProblem *problem, double log_likelihood)
{
	double n = problem->filter.known;
	double k = forecast_arima_parameters(problem->order);

	return n > k + 1 ? -2 * log_likelihood + 2 * k * n / (n - k - 1) : NAN;
}

static void
gather(ArimaProblem *problem, const ArimaFit *fit, ArimaStart *starts, int count)
{
	ArimaStart start;

	for (int i = 0; i < count; i++)
		starts[i].objective = INFINITY;
	set_start(problem->order, 0.3, 0.1, 0.2, 0.4, start.x);
	if (objective_at(problem, start.x, &start.objective))
		insert(starts, count, &start);
	if (!fit->fitted)
		return;
	memcpy(start.x, fit->x, sizeof(start.x));
	if (objective_at(problem, start.x, &start.objective))
		insert(starts, count, &start);
}

/* The best of the starts, each gone down from, is the first. */
static ForecastStatus
descend_all(ArimaProblem *problem, ArimaEffort effort, ArimaStart *starts, int count)
{
	for (int i = 0; i < count && isfinite(starts[i].objective); i++)
	{
		ForecastStatus status = effort == ARIMA_QUICK ? descend(problem, 1e-3, 6, &starts[i]) :
														descend(problem, 1e-8, 50, &starts[i]);

		if (status != FORECAST_OK)
			return status;
		if (starts[i].objective < starts[0].objective)
			starts[0] = starts[i];
	}
	return isfinite(starts[0].objective) ? FORECAST_OK : FORECAST_NOT_FITTED;
}

ForecastStatus
forecast_arima_estimate(ArimaProblem *problem, ArimaEffort effort, ArimaFit *fit)
{
	ArimaStart starts[STARTS_MAX];
	ForecastStatus status = FORECAST_OK;
	int count = effort == ARIMA_THOROUGH ? STARTS_MAX : 1;

	gather(problem, fit, starts, count);
	if (effort == ARIMA_THOROUGH && unknowns(problem->order) > 0)
		status = search_grid(problem, starts, count);
	if (status == FORECAST_OK)
		status = descend_all(problem, effort, starts, count);
	/* A filter that was stopped looks like coefficients that are not allowed. */
	if (forecast_is_interrupted(problem->work))
		return FORECAST_INTERRUPTED;
	if (status != FORECAST_OK)
		return status;
	memcpy(fit->x, starts[0].x, sizeof(fit->x));
	if (!objective_at(problem, fit->x, &starts[0].objective))
		return FORECAST_NOT_FITTED;
	fit->order = problem->order;
	fit->log_likelihood = forecast_arima_log_likelihood(problem);
	fit->aicc = forecast_arima_aicc(problem, fit->log_likelihood);
	fit->fitted = true;
	return FORECAST_OK;
}
