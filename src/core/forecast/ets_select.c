/*
 * ets_select.c
 *	  Fits exponential smoothing: one form, or all that the series allows, the one of lowest
 *	  AICc being kept (HKOS chapter 7).
 *
 * Forms are fitted from simple to rich, each also from where its simpler relatives ended.
 */
#include <math.h>

#include "core/forecast/ets_fit.h"
#include "core/forecast/series.h"

/*
 * A forecast as many steps ahead as there are values may leave their range by this many
 * times its width; beyond it is an explosion.
 */
#define EXPLOSION 10
#define ROUNDING 1e-6

typedef struct EtsSelection
{
	EtsProblem problem;
	EtsFit fits[FORECAST_ETS_FORMS];
} EtsSelection;

static const EtsFit *
find_fit(const EtsSelection *selection, ForecastEtsForm form)
{
	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		const EtsFit *fit = &selection->fits[i];

		if (fit->fitted && fit->form.error == form.error && fit->form.trend == form.trend &&
			fit->form.season == form.season)
			return fit;
	}
	return NULL;
}

static void
add_relative(const EtsSelection *selection, ForecastEtsForm form, EtsGuess *relatives,
			 int *count)
{
	const EtsFit *fit = find_fit(selection, form);

	if (fit != NULL)
		relatives[(*count)++] = fit->guess;
}

/* The fits of the other error and of the next simpler trend, as far as there are any. */
static int
find_relatives(const EtsSelection *selection, ForecastEtsForm form, EtsGuess *relatives)
{
	ForecastEtsForm other = form;
	int count = 0;

	if (form.error == FORECAST_ERROR_MULTIPLICATIVE)
	{
		other.error = FORECAST_ERROR_ADDITIVE;
		add_relative(selection, other, relatives, &count);
	}
	other = form;
	if (form.trend != FORECAST_TREND_NONE)
	{
		other.trend--;
		add_relative(selection, other, relatives, &count);
	}
	return count;
}

/* The model that a fit describes, before its first value. */
static ForecastStatus
build(EtsProblem *problem, const EtsFit *fit, ForecastEts *model)
{
	double *season = NULL;

	forecast_ets_layout(problem, fit->form);
	if (fit->form.season != FORECAST_SEASON_NONE)
	{
		season = forecast_numbers(problem->work, (size_t) problem->period);
		if (season == NULL)
			return FORECAST_NO_MEMORY;
	}
	forecast_ets_unpack(problem, fit->x, model, season);
	model->parameters = forecast_ets_parameters(problem, fit->form);
	return FORECAST_OK;
}

/*
 * The trend, which is what runs away, taken as many steps on as there are values.  A little
 * room is for what rounding makes of a constant.
 */
static bool
explodes(const ForecastSeries *series, const ForecastEts *model)
{
	double low = INFINITY;
	double high = -INFINITY;
	double reach = 0;
	double power = 1;
	double level;
	double room;

	for (int t = 0; t < series->n; t++)
	{
		double value = ldexp(series->value[t], -model->exponent);

		power *= model->phi;
		reach += power;
		low = fmin(low, value);
		high = fmax(high, value);
	}
	level = model->level + reach * model->trend;
	room = EXPLOSION * (high - low) + ROUNDING * fmax(fabs(low), fabs(high));
	return !(level >= low - room && level <= high + room);
}

static ForecastStatus
fit_all(EtsSelection *selection)
{
	ForecastStatus why = FORECAST_TOO_SHORT;
	double rival = INFINITY;

	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		ForecastEtsForm form = forecast_ets_form(i);
		EtsGuess relatives[ETS_RELATIVES_MAX];
		int count = find_relatives(selection, form, relatives);
		EtsFit *fit = &selection->fits[i];
		ForecastStatus status;

		status = forecast_ets_fit_form(&selection->problem, form, relatives, count, rival, fit);
		if (status == FORECAST_INTERRUPTED || status == FORECAST_NO_MEMORY)
			return status;
		if (status != FORECAST_TOO_SHORT)
			why = FORECAST_NOT_FITTED;
		if (status == FORECAST_OK)
			rival = fmin(rival, fit->aicc);
	}
	return find_fit(selection, forecast_ets_form(0)) != NULL ? FORECAST_OK : why;
}

/* The fit of lowest AICc, the simpler one of equals; NULL where none is left. */
static EtsFit *
find_best(EtsSelection *selection)
{
	EtsFit *best = NULL;

	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		EtsFit *fit = &selection->fits[i];

		if (fit->fitted && (best == NULL || fit->aicc < best->aicc))
			best = fit;
	}
	return best;
}

/* Fits that explode, or do not stand the run, step back behind the next best. */
static ForecastStatus
take_best(EtsSelection *selection, const ForecastSeries *series, ForecastEts *model,
		  double *residuals)
{
	EtsFit *fit;

	while ((fit = find_best(selection)) != NULL)
	{
		ForecastStatus status = build(&selection->problem, fit, model);

		if (status != FORECAST_OK)
			return status;
		status = forecast_ets_run(series, model, residuals);
		if (status == FORECAST_OK && !explodes(series, model))
			return FORECAST_OK;
		fit->fitted = false;
	}
	return FORECAST_NOT_FITTED;
}

ForecastStatus
forecast_ets_fit(const ForecastWork *work, const ForecastSeries *series,
				 const ForecastEtsOptions *options, ForecastEts *model, double *residuals)
{
	EtsSelection *selection = work->allocate(work->context, sizeof(*selection));
	ForecastStatus status;

	if (selection == NULL)
		return FORECAST_NO_MEMORY;
	if (!options->automatic && !forecast_ets_form_valid(options->form))
		return FORECAST_BAD_ARGUMENT;
	status = forecast_ets_prepare(work, series, &selection->problem);
	if (status != FORECAST_OK)
		return status;
	if (options->automatic)
		status = fit_all(selection);
	else
		status = forecast_ets_fit_form(&selection->problem, options->form, NULL, 0, INFINITY,
									   &selection->fits[0]);
	if (status != FORECAST_OK)
		return status;
	return take_best(selection, series, model, residuals);
}
