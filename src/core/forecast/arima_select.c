/*
 * arima_select.c
 *	  The choice among orders of ARIMA by AICc: the stepwise search of Hyndman & Khandakar
 *	  (2008), Journal of Statistical Software 27(3), section 3.2.
 */
#include <math.h>
#include <string.h>

#include "core/forecast/arima_fit.h"

/* No more orders than this are tried. */
#define MODELS_MAX 94

/* Roots nearer to the unit circle than this make an order unfit (section 3.2 there). */
#define ROOT_MIN 1.01

typedef struct Search
{
	ArimaProblem *problem;
	ArimaFit best;
	ForecastArimaOrder tried[MODELS_MAX];
	int count;
} Search;

/* Changes of one order: p, q, P, Q and the constant. */
typedef struct Move
{
	int p;
	int q;
	int seasonal_p;
	int seasonal_q;
	bool constant;
} Move;

static const Move moves[] = {
	{ -1, 0, 0, 0, false },
	{ 0, -1, 0, 0, false },
	{ 1, 0, 0, 0, false },
	{ 0, 1, 0, 0, false },
	{ 0, 0, -1, 0, false },
	{ 0, 0, 0, -1, false },
	{ 0, 0, 1, 0, false },
	{ 0, 0, 0, 1, false },
	{ -1, -1, 0, 0, false },
	{ 1, 1, 0, 0, false },
	{ -1, 1, 0, 0, false },
	{ 1, -1, 0, 0, false },
	{ 0, 0, -1, -1, false },
	{ 0, 0, 1, 1, false },
	{ 0, 0, -1, 1, false },
	{ 0, 0, 1, -1, false },
	{ 0, 0, 0, 0, true },
};
#define MOVES ((int) (sizeof(moves) / sizeof(moves[0])))

static bool
roots_far(const double *coefficient, int count, double sign)
{
	double scaled[FORECAST_ARIMA_ORDER_MAX];
	double room[FORECAST_ARIMA_ORDER_MAX * (FORECAST_ARIMA_ORDER_MAX + 1) / 2];

	for (int i = 0; i < count; i++)
		scaled[i] = sign * coefficient[i] * pow(ROOT_MIN, i + 1);
	return forecast_arima_step_down(scaled, count, room);
}

static bool
well_inside(const ArimaFit *fit)
{
	ArimaFactors factors;

	forecast_arima_factors(fit->order, fit->x, &factors);
	return roots_far(factors.ar, fit->order.p, 1) && roots_far(factors.ma, fit->order.q, -1) &&
		   roots_far(factors.seasonal_ar, fit->order.seasonal_p, 1) &&
		   roots_far(factors.seasonal_ma, fit->order.seasonal_q, -1);
}

static bool
same(ForecastArimaOrder one, ForecastArimaOrder other)
{
	return one.p == other.p && one.q == other.q && one.seasonal_p == other.seasonal_p &&
		   one.seasonal_q == other.seasonal_q && one.constant == other.constant;
}

/* Whether it is new; it counts as tried from now on. */
static bool
mark(Search *search, ForecastArimaOrder order)
{
	if (search->count == MODELS_MAX || !forecast_arima_order_valid(order, search->problem->period))
		return false;
	for (int i = 0; i < search->count; i++)
	{
		if (same(search->tried[i], order))
			return false;
	}
	search->tried[search->count++] = order;
	return true;
}

/* Unknowns that both orders have, the others at 0. */
static void
carry(const double *from, int had, double *to, int has)
{
	for (int i = 0; i < has; i++)
		to[i] = i < had ? from[i] : 0;
}

static void
carry_over(const ArimaFit *from, ForecastArimaOrder order, double *x)
{
	const ForecastArimaOrder *had = &from->order;
	const double *old = from->x;

	memset(x, 0, sizeof(double) * ARIMA_UNKNOWNS_MAX);
	carry(old, had->p, x, order.p);
	carry(old + had->p, had->q, x + order.p, order.q);
	old += had->p + had->q;
	x += order.p + order.q;
	carry(old, had->seasonal_p, x, order.seasonal_p);
	carry(old + had->seasonal_p, had->seasonal_q, x + order.seasonal_p, order.seasonal_q);
}

/* FORECAST_OK also where the order is not fit; better says that it became the best. */
static ForecastStatus
try_order(Search *search, ForecastArimaOrder order, bool *better)
{
	ArimaFit fit = { .order = order };
	ForecastStatus status;

	*better = false;
	if (!mark(search, order))
		return FORECAST_OK;
	status = forecast_arima_set_order(search->problem, order);
	if (status == FORECAST_TOO_SHORT)
		return FORECAST_OK;
	fit.fitted = search->best.fitted;
	if (fit.fitted)
		carry_over(&search->best, order, fit.x);
	if (status == FORECAST_OK)
		status = forecast_arima_estimate(search->problem, ARIMA_QUICK, &fit);
	if (status == FORECAST_NOT_FITTED)
		return FORECAST_OK;
	if (status != FORECAST_OK)
		return status;
	*better = (!search->best.fitted || fit.aicc < search->best.aicc) && well_inside(&fit);
	if (*better)
		search->best = fit;
	return FORECAST_OK;
}

/* The models the search starts from; of them the simplest one can always be had. */
static ForecastStatus
try_first(Search *search, ForecastArimaOrder base)
{
	static const Move first[] = {
		{ 0, 0, 0, 0, true },
		{ 0, 0, 0, 0, false },
		{ 1, 0, 1, 0, true },
		{ 0, 1, 0, 1, true },
		{ 2, 2, 1, 1, true },
	};
	bool seasonal = search->problem->period > 1;
	bool better;

	for (int i = 0; i < (int) (sizeof(first) / sizeof(first[0])); i++)
	{
		ForecastArimaOrder order = base;
		ForecastStatus status;

		order.p = first[i].p;
		order.q = first[i].q;
		order.seasonal_p = seasonal ? first[i].seasonal_p : 0;
		order.seasonal_q = seasonal ? first[i].seasonal_q : 0;
		order.constant = first[i].constant && base.d + base.seasonal_d < 2;
		status = try_order(search, order, &better);
		if (status != FORECAST_OK)
			return status;
	}
	return FORECAST_OK;
}

ForecastStatus
forecast_arima_choose(ArimaProblem *problem, ArimaFit *best)
{
	Search search = { .problem = problem };
	ForecastArimaOrder base;
	ForecastStatus status = forecast_arima_integration(problem, &base);

	if (status == FORECAST_OK)
		status = try_first(&search, base);
	for (int i = 0; status == FORECAST_OK && search.best.fitted && i < MOVES; i++)
	{
		ForecastArimaOrder order = search.best.order;
		bool better;

		order.p += moves[i].p;
		order.q += moves[i].q;
		order.seasonal_p += moves[i].seasonal_p;
		order.seasonal_q += moves[i].seasonal_q;
		order.constant = (order.constant != moves[i].constant) && order.d + order.seasonal_d < 2;
		status = try_order(&search, order, &better);
		/* From a better order on, all its neighbours are tried. */
		if (better)
			i = -1;
	}
	*best = search.best;
	return status == FORECAST_OK && !best->fitted ? FORECAST_TOO_SHORT : status;
}
