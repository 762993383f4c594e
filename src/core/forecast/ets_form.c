/*
 * ets_form.c
 *	  Names and order of the forms of exponential smoothing, and their admissible region.
 */
#include <math.h>
#include <string.h>

#include "core/forecast/ets.h"

/* A root on the unit circle, as of a fixed trend, may be found this far outside. */
#define CIRCLE_SLACK 1e-10

#define FORM(error, trend, season) \
	{ \
		FORECAST_ERROR_##error, FORECAST_TREND_##trend, FORECAST_SEASON_##season \
	}

static const ForecastEtsForm forms[FORECAST_ETS_FORMS] = {
	FORM(ADDITIVE, NONE, NONE),
	FORM(MULTIPLICATIVE, NONE, NONE),
	FORM(ADDITIVE, ADDITIVE, NONE),
	FORM(MULTIPLICATIVE, ADDITIVE, NONE),
	FORM(ADDITIVE, DAMPED, NONE),
	FORM(MULTIPLICATIVE, DAMPED, NONE),
	FORM(ADDITIVE, NONE, ADDITIVE),
	FORM(MULTIPLICATIVE, NONE, ADDITIVE),
	FORM(MULTIPLICATIVE, NONE, MULTIPLICATIVE),
	FORM(ADDITIVE, ADDITIVE, ADDITIVE),
	FORM(MULTIPLICATIVE, ADDITIVE, ADDITIVE),
	FORM(MULTIPLICATIVE, ADDITIVE, MULTIPLICATIVE),
	FORM(ADDITIVE, DAMPED, ADDITIVE),
	FORM(MULTIPLICATIVE, DAMPED, ADDITIVE),
	FORM(MULTIPLICATIVE, DAMPED, MULTIPLICATIVE),
};

ForecastEtsForm
forecast_ets_form(int index)
{
	return forms[index];
}

bool
forecast_ets_form_valid(ForecastEtsForm form)
{
	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		if (forms[i].error == form.error && forms[i].trend == form.trend &&
			forms[i].season == form.season)
			return true;
	}
	return false;
}

void
forecast_ets_name(ForecastEtsForm form, char name[FORECAST_ETS_NAME_MAX])
{
	static const char letters[] = "NAM";
	int length = 0;

	name[length++] = form.error == FORECAST_ERROR_ADDITIVE ? 'A' : 'M';
	name[length++] = form.trend == FORECAST_TREND_NONE ? 'N' : 'A';
	if (form.trend == FORECAST_TREND_DAMPED)
		name[length++] = 'd';
	name[length++] = letters[form.season];
	name[length] = '\0';
}

bool
forecast_ets_parse(const char *name, ForecastEtsForm *form)
{
	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		char own[FORECAST_ETS_NAME_MAX];

		forecast_ets_name(forms[i], own);
		if (strcmp(own, name) != 0)
			continue;
		*form = forms[i];
		return true;
	}
	return false;
}

/*
 * HKOS chapter 10: without season the characteristic polynomial is of degree 2 at most, and
 * its roots are inside the circle in these ranges.
 */
static bool
admissible_without_season(const ForecastEts *model)
{
	double alpha = model->alpha;
	double phi = model->phi;

	if (model->form.trend == FORECAST_TREND_NONE)
		return alpha > 0 && alpha < 2;
	return alpha > 1 - 1 / phi && alpha < 1 + 1 / phi && model->beta > alpha * (phi - 1) &&
		   model->beta < (1 + phi) * (2 - alpha);
}

/*
 * Coefficient of x^power of the characteristic polynomial, of degree period + 1, of a
 * seasonal form, without the root 1 by which level and seasons may exchange a constant.
 * HKOS chapter 10; R. J. Hyndman, M. Akram & B. C. Archibald, The admissible parameter space
 * for exponential smoothing models, Annals of the Institute of Statistical Mathematics 60
 * (2008).
 */
static double
coefficient(const ForecastEts *model, int power)
{
	double phi = model->phi;
	double inner = model->alpha + model->beta - model->alpha * phi;

	if (power == model->period + 1)
		return 1;
	if (power == model->period)
		return model->alpha + model->beta - phi;
	if (power == 0)
		return phi * (1 - model->alpha - model->gamma);
	return power == 1 ? inner + model->gamma - 1 : inner;
}

/*
 * The test of I. Schur (1917) and A. Cohn (1922): all roots are inside the unit circle where
 * the last coefficients of the successively reduced polynomials are below 1 in size.  With
 * k = p_0 a monic p of degree d is reduced to (p_{i+1} - k p_{d-1-i}) / (1 - k^2).  The
 * caller has shrunk the roots by the slack, which makes that "inside or on".
 */
static bool
roots_inside(double *polynomial, int degree)
{
	for (; degree > 0; degree--)
	{
		double reflection = polynomial[0];
		double rest = 1 - reflection * reflection;

		if (!(rest > 0))
			return false;
		for (int low = 0, high = degree; low <= high; low++, high--)
		{
			double a = polynomial[low];
			double b = polynomial[high];

			polynomial[low] = (a - reflection * b) / rest;
			polynomial[high] = (b - reflection * a) / rest;
		}
		memmove(polynomial, polynomial + 1, sizeof(double) * (size_t) degree);
	}
	return true;
}

/*
 * Above FORECAST_ETS_PERIOD_ESTIMATED the test, quadratic in the period, is left out: few
 * periods of the series follow each other, and the bounds of the search (beta <= alpha,
 * gamma <= 1 - alpha) leave hardly any room outside.
 */
static bool
admissible_with_season(const ForecastEts *model)
{
	double polynomial[FORECAST_ETS_PERIOD_ESTIMATED + 2];
	double shrink = 1;
	int degree = model->period + 1;

	for (int power = degree; power >= 0; power--)
	{
		polynomial[power] = coefficient(model, power) * shrink;
		shrink /= 1 + CIRCLE_SLACK;
	}
	return roots_inside(polynomial, degree);
}

bool
forecast_ets_admissible(const ForecastEts *model)
{
	if (model->period > FORECAST_ETS_PERIOD_ESTIMATED)
		return true;
	if (model->form.season == FORECAST_SEASON_NONE)
		return admissible_without_season(model);
	return admissible_with_season(model);
}
