/*
 * model_field.c
 *	  The fields of every model.
 */
#include "core/forecast/model_field.h"

#include "core/forecast/arima_polynomial.h"
#include "core/forecast/method_table.h"

/* A million values a second for half an hour: no counter of ours comes near to overflow. */
#define COUNT_MAX 2000000000

/* Gaps are walked step by step. */
#define GAP_MAX 10000000

/* Of frexp, from the smallest number that is not normal to the largest. */
#define EXPONENT_MIN (-1100)
#define EXPONENT_MAX 1100

#define ROLE(name) FORECAST_ROLE_##name
#define AT(of, member) .name = #member, .offset = offsetof(of, member)
#define LIVE(of, member) offsetof(of, member)
#define ALWAYS .values = FORECAST_EVER

#define NAME(of, member, what, names) \
	{ \
		AT(of, member), \
			.type = FORECAST_FIELD_NAME, \
			.role = ROLE(what), \
			.count = 1, \
			.high = (int) (sizeof(names) / sizeof((names)[0])) - 1, \
			.labels = names, \
			ALWAYS, \
	}
#define COUNTS(of, member, what, many, used, least, most) \
	{ \
		AT(of, member), \
			.type = FORECAST_FIELD_COUNT, \
			.role = ROLE(what), \
			.count = many, \
			.live = used, \
			.low = least, \
			.high = most, \
			ALWAYS, \
	}
#define COUNT(of, member, what, least, most) COUNTS(of, member, what, 1, 0, least, most)
#define FLAG(of, member, what) \
	{ \
		AT(of, member), \
			.type = FORECAST_FIELD_FLAG, \
			.role = ROLE(what), \
			.count = 1, \
			ALWAYS, \
	}
#define NUMBER(of, member, what, units) \
	{ \
		AT(of, member), \
			.type = FORECAST_FIELD_NUMBER, \
			.role = ROLE(what), \
			.count = 1, \
			.scale = units, \
			ALWAYS, \
	}
#define NUMBERS(of, member, what, many, used, units) \
	{ \
		AT(of, member), \
			.type = FORECAST_FIELD_NUMBER, \
			.role = ROLE(what), \
			.count = many, \
			.live = used, \
			.scale = units, \
			ALWAYS, \
	}
#define RELATIVE(of, member, what, units, to, value) \
	{ \
		AT(of, member), \
			.type = FORECAST_FIELD_NUMBER, \
			.role = ROLE(what), \
			.count = 1, \
			.scale = units, \
			.relative = offsetof(of, to), \
			.relative_value = value, \
			ALWAYS, \
	}
#define ARRAY(of, member, what, many, units) \
	{ \
		AT(of, member), \
			.type = FORECAST_FIELD_NUMBER, \
			.role = ROLE(what), \
			.count = 1, \
			.pointed = true, \
			.length = offsetof(of, many), \
			.scale = units, \
			ALWAYS, \
	}
#define PARTS(of, member, what, many, described, enum_at, bits) \
	{ \
		AT(of, member), \
			.type = FORECAST_FIELD_PART, \
			.role = ROLE(what), \
			.count = many, \
			.part = &described, \
			.when = enum_at, \
			.values = bits, \
	}
#define PART(of, member, described) PARTS(of, member, STATE, 1, described, 0, FORECAST_EVER)

#define DESCRIBE(name, of, exponent_at, check) \
	static const ForecastPart name##_part = { \
		.size = sizeof(of), \
		.field = name##_fields, \
		.fields = (int) (sizeof(name##_fields) / sizeof(name##_fields[0])), \
		.exponent = exponent_at, \
		.sound = check, \
	}

/* ---- naive ---- */

static const char *const naive_kinds[] = { "naive", "seasonal", "drift", "window" };

static const ForecastField spread_fields[] = {
	COUNT(ForecastSpread, count, STATISTIC, 0, COUNT_MAX),
	NUMBER(ForecastSpread, weight, INNER, 0),
	NUMBER(ForecastSpread, mean, STATISTIC, 1),
	NUMBER(ForecastSpread, squares, STATISTIC, 2),
};
DESCRIBE(spread, ForecastSpread, -1, NULL);

static bool
naive_sound(const void *part)
{
	const ForecastNaive *model = part;

	return model->position < model->size;
}

static const ForecastField naive_fields[] = {
	NAME(ForecastNaive, kind, FORM, naive_kinds),
	COUNT(ForecastNaive, size, FORM, 1, FORECAST_PERIOD_LIMIT),
	COUNT(ForecastNaive, position, INNER, 0, FORECAST_PERIOD_LIMIT),
	ARRAY(ForecastNaive, held, STATE, size, 1),
	ARRAY(ForecastNaive, age, INNER, size, 0),
	NUMBER(ForecastNaive, last, STATE, 1),
	PARTS(ForecastNaive, spread, INNER, 1, spread_part, 0, FORECAST_EVER),
};
DESCRIBE(naive, ForecastNaive, -1, naive_sound);

/* ---- season ---- */

static const char *const season_forms[] = { "none", "additive", "multiplicative" };

static bool
season_sound(const void *part)
{
	const ForecastSeason *season = part;

	for (int k = 0; k < season->count; k++)
	{
		if (season->period[k] < 1 || season->position[k] >= season->period[k])
			return false;
	}
	return true;
}

static const ForecastField season_fields[] = {
	NAME(ForecastSeason, form, FORM, season_forms),
	COUNT(ForecastSeason, count, INNER, 0, FORECAST_PERIODS_MAX),
	COUNTS(ForecastSeason, period, FORM, FORECAST_PERIODS_MAX, LIVE(ForecastSeason, count), 0,
		   FORECAST_PERIOD_LIMIT),
	COUNTS(ForecastSeason, position, STATE, FORECAST_PERIODS_MAX, LIVE(ForecastSeason, count), 0,
		   FORECAST_PERIOD_LIMIT),
	{
		AT(ForecastSeason, figure),
		.type = FORECAST_FIELD_NUMBER,
		.role = FORECAST_ROLE_STATE,
		.count = FORECAST_PERIODS_MAX,
		.pointed = true,
		.length = offsetof(ForecastSeason, period),
		.live = offsetof(ForecastSeason, count),
		.scale = 1,
		.relative = offsetof(ForecastSeason, form),
		.relative_value = FORECAST_SEASON_MULTIPLICATIVE,
		ALWAYS,
	},
};
DESCRIBE(season, ForecastSeason, -1, season_sound);

static const ForecastField naive2_fields[] = {
	COUNT(ForecastNaive2, exponent, INNER, EXPONENT_MIN, EXPONENT_MAX),
	PART(ForecastNaive2, season, season_part),
	PART(ForecastNaive2, naive, naive_part),
};
DESCRIBE(naive2, ForecastNaive2, offsetof(ForecastNaive2, exponent), NULL);

/* ---- exponential smoothing ---- */

static const char *const error_names[] = { "additive", "multiplicative" };
static const char *const trend_names[] = { "none", "additive", "damped" };

static const ForecastField form_fields[] = {
	NAME(ForecastEtsForm, error, FORM, error_names),
	NAME(ForecastEtsForm, trend, FORM, trend_names),
	NAME(ForecastEtsForm, season, FORM, season_forms),
};
DESCRIBE(form, ForecastEtsForm, -1, NULL);

#define SEASONAL (1 << FORECAST_SEASON_ADDITIVE | 1 << FORECAST_SEASON_MULTIPLICATIVE)

static bool
ets_sound(const void *part)
{
	const ForecastEts *model = part;

	return forecast_ets_form_valid(model->form) &&
		   (model->form.season == FORECAST_SEASON_NONE ||
			(model->period > 0 && model->position < model->period));
}

static const ForecastField ets_fields[] = {
	PARTS(ForecastEts, form, FORM, 1, form_part, 0, FORECAST_EVER),
	NUMBER(ForecastEts, alpha, PARAMETER, 0),
	NUMBER(ForecastEts, beta, PARAMETER, 0),
	NUMBER(ForecastEts, gamma, PARAMETER, 0),
	NUMBER(ForecastEts, phi, PARAMETER, 0),
	COUNT(ForecastEts, exponent, INNER, EXPONENT_MIN, EXPONENT_MAX),
	NUMBER(ForecastEts, level, STATE, 1),
	NUMBER(ForecastEts, trend, STATE, 1),
	COUNT(ForecastEts, period, FORM, 0, FORECAST_PERIOD_LIMIT),
	COUNT(ForecastEts, position, STATE, 0, FORECAST_PERIOD_LIMIT),
	{
		AT(ForecastEts, season),
		.type = FORECAST_FIELD_NUMBER,
		.role = FORECAST_ROLE_STATE,
		.count = 1,
		.pointed = true,
		.length = offsetof(ForecastEts, period),
		.scale = 1,
		.relative = offsetof(ForecastEts, form.season),
		.relative_value = FORECAST_SEASON_MULTIPLICATIVE,
		.when = offsetof(ForecastEts, form.season),
		.values = SEASONAL,
	},
	RELATIVE(ForecastEts, sigma2, STATISTIC, 2, form.error, FORECAST_ERROR_MULTIPLICATIVE),
	NUMBER(ForecastEts, log_likelihood, STATISTIC, 0),
	NUMBER(ForecastEts, aicc, STATISTIC, 0),
	COUNT(ForecastEts, parameters, STATISTIC, 0, COUNT_MAX),
	COUNT(ForecastEts, known, STATISTIC, 0, COUNT_MAX),
};
DESCRIBE(ets, ForecastEts, offsetof(ForecastEts, exponent), ets_sound);

/* ---- Theta ---- */

static const char *const theta_kinds[] = { "standard", "optimised", "dynamic" };

static const ForecastField theta_fields[] = {
	NAME(ForecastTheta, kind, FORM, theta_kinds),
	COUNT(ForecastTheta, exponent, INNER, EXPONENT_MIN, EXPONENT_MAX),
	NUMBER(ForecastTheta, center, INNER, 1),
	COUNT(ForecastTheta, steps, STATE, 0, COUNT_MAX),
	COUNT(ForecastTheta, gap, STATE, 0, GAP_MAX),
	NUMBER(ForecastTheta, alpha, PARAMETER, 0),
	NUMBER(ForecastTheta, weight, PARAMETER, 0),
	NUMBER(ForecastTheta, level, STATE, 1),
	NUMBER(ForecastTheta, line, STATE, 1),
	NUMBER(ForecastTheta, intercept, STATE, 1),
	NUMBER(ForecastTheta, slope, STATE, 1),
	NUMBER(ForecastTheta, mean, STATE, 1),
	NUMBER(ForecastTheta, decay, INNER, 0),
	NUMBER(ForecastTheta, sigma2, STATISTIC, 2),
	COUNT(ForecastTheta, errors, STATISTIC, 0, COUNT_MAX),
	PART(ForecastTheta, season, season_part),
};
DESCRIBE(theta, ForecastTheta, offsetof(ForecastTheta, exponent), NULL);

/* ---- ARIMA ---- */

static const ForecastField order_fields[] = {
	COUNT(ForecastArimaOrder, p, FORM, 0, FORECAST_ARIMA_ORDER_MAX),
	COUNT(ForecastArimaOrder, d, FORM, 0, FORECAST_ARIMA_DIFFERENCES_MAX),
	COUNT(ForecastArimaOrder, q, FORM, 0, FORECAST_ARIMA_ORDER_MAX),
	COUNT(ForecastArimaOrder, seasonal_p, FORM, 0, FORECAST_ARIMA_SEASONAL_MAX),
	COUNT(ForecastArimaOrder, seasonal_d, FORM, 0, FORECAST_ARIMA_SEASONAL_DIFFERENCES_MAX),
	COUNT(ForecastArimaOrder, seasonal_q, FORM, 0, FORECAST_ARIMA_SEASONAL_MAX),
	FLAG(ForecastArimaOrder, constant, FORM),
};
DESCRIBE(order, ForecastArimaOrder, -1, NULL);

static const ForecastField arima_fields[] = {
	PARTS(ForecastArima, order, FORM, 1, order_part, 0, FORECAST_EVER),
	COUNT(ForecastArima, period, FORM, 1, FORECAST_PERIOD_LIMIT),
	NUMBERS(ForecastArima, ar, PARAMETER, FORECAST_ARIMA_ORDER_MAX,
			LIVE(ForecastArima, order.p), 0),
	NUMBERS(ForecastArima, ma, PARAMETER, FORECAST_ARIMA_ORDER_MAX,
			LIVE(ForecastArima, order.q), 0),
	NUMBERS(ForecastArima, seasonal_ar, PARAMETER, FORECAST_ARIMA_SEASONAL_MAX,
			LIVE(ForecastArima, order.seasonal_p), 0),
	NUMBERS(ForecastArima, seasonal_ma, PARAMETER, FORECAST_ARIMA_SEASONAL_MAX,
			LIVE(ForecastArima, order.seasonal_q), 0),
	NUMBER(ForecastArima, constant, PARAMETER, 1),
	COUNT(ForecastArima, exponent, INNER, EXPONENT_MIN, EXPONENT_MAX),
	COUNT(ForecastArima, size, INNER, 0, FORECAST_ARIMA_STATE_MAX),
	ARRAY(ForecastArima, state, STATE, size, 1),
	ARRAY(ForecastArima, ar_all, INNER, size, 0),
	ARRAY(ForecastArima, ma_all, INNER, size, 0),
	COUNT(ForecastArima, lags, INNER, 0, ARIMA_LAGS_MAX),
	ARRAY(ForecastArima, lag, STATE, lags, 1),
	ARRAY(ForecastArima, difference, INNER, lags, 0),
	COUNT(ForecastArima, gap, STATE, 0, GAP_MAX),
	NUMBER(ForecastArima, sigma2, STATISTIC, 2),
	NUMBER(ForecastArima, log_likelihood, STATISTIC, 0),
	NUMBER(ForecastArima, aicc, STATISTIC, 0),
	COUNT(ForecastArima, parameters, STATISTIC, 0, COUNT_MAX),
	COUNT(ForecastArima, known, STATISTIC, 0, COUNT_MAX),
};
DESCRIBE(arima, ForecastArima, offsetof(ForecastArima, exponent), NULL);

/* ---- intermittent demand ---- */

static const char *const intermittent_kinds[] = { "croston", "sba", "tsb" };

static const ForecastField intermittent_fields[] = {
	NAME(ForecastIntermittent, kind, FORM, intermittent_kinds),
	NUMBER(ForecastIntermittent, alpha, PARAMETER, 0),
	NUMBER(ForecastIntermittent, beta, PARAMETER, 0),
	NUMBER(ForecastIntermittent, size, STATE, 0),
	NUMBER(ForecastIntermittent, square, STATE, 0),
	NUMBER(ForecastIntermittent, interval, STATE, 0),
	NUMBER(ForecastIntermittent, probability, STATE, 0),
	NUMBER(ForecastIntermittent, waited, STATE, 0),
	FLAG(ForecastIntermittent, begun, STATE),
};
DESCRIBE(intermittent, ForecastIntermittent, -1, NULL);

static const ForecastField adida_fields[] = {
	COUNT(ForecastAdida, bucket, PARAMETER, 1, COUNT_MAX),
	NUMBER(ForecastAdida, alpha, PARAMETER, 0),
	NUMBER(ForecastAdida, level, STATE, 0),
	NUMBER(ForecastAdida, sum, STATE, 0),
	COUNT(ForecastAdida, filled, STATE, 0, COUNT_MAX),
	NUMBER(ForecastAdida, sigma2, STATISTIC, 0),
	COUNT(ForecastAdida, errors, STATISTIC, 0, COUNT_MAX),
};
DESCRIBE(adida, ForecastAdida, -1, NULL);

static const ForecastField demand_fields[] = {
	FLAG(ForecastDemand, may_end, FORM),
	COUNT(ForecastDemand, age, STATE, 0, COUNT_MAX),
	NUMBERS(ForecastDemand, probability, STATE, FORECAST_DEMAND_PACES, 0, 0),
	NUMBERS(ForecastDemand, log_weight, STATE, FORECAST_DEMAND_PACES, 0, 0),
	COUNT(ForecastDemand, sizes, STATE, 0, FORECAST_DEMAND_SIZES),
	COUNT(ForecastDemand, next, INNER, 0, FORECAST_DEMAND_SIZES - 1),
	NUMBERS(ForecastDemand, size, INNER, FORECAST_DEMAND_SIZES, 0, 0),
	FLAG(ForecastDemand, whole, STATE),
};
DESCRIBE(demand, ForecastDemand, -1, NULL);

/* ---- climatology ---- */

static const ForecastField climatology_fields[] = {
	NUMBER(ForecastClimatology, period, FORM, 0),
	COUNT(ForecastClimatology, harmonics, FORM, 0, FORECAST_HARMONICS_MAX),
	COUNT(ForecastClimatology, exponent, INNER, EXPONENT_MIN, EXPONENT_MAX),
	NUMBER(ForecastClimatology, level, PARAMETER, 1),
	NUMBER(ForecastClimatology, middle, PARAMETER, 0),
	NUMBER(ForecastClimatology, trend, PARAMETER, 1),
	NUMBERS(ForecastClimatology, cosine, PARAMETER, FORECAST_HARMONICS_MAX,
			LIVE(ForecastClimatology, harmonics), 1),
	NUMBERS(ForecastClimatology, sine, PARAMETER, FORECAST_HARMONICS_MAX,
			LIVE(ForecastClimatology, harmonics), 1),
	NUMBER(ForecastClimatology, steps, STATE, 0),
	NUMBER(ForecastClimatology, anomaly, STATE, 1),
	COUNT(ForecastClimatology, gap, STATE, 0, GAP_MAX),
	NUMBER(ForecastClimatology, phi, PARAMETER, 0),
	NUMBER(ForecastClimatology, sigma2, STATISTIC, 2),
	COUNT(ForecastClimatology, errors, STATISTIC, 0, COUNT_MAX),
};
DESCRIBE(climatology, ForecastClimatology, offsetof(ForecastClimatology, exponent), NULL);

/* ---- auto ---- */

static const char *const auto_kinds[] = { "combination", "intermittent", "naive" };
static const char *const member_kinds[] = { "theta", "theta_periodic", "theta_changing", "ets",
											"damped_log", "arima" };

#define MEMBER(kind) (1 << FORECAST_MEMBER_##kind)
#define MEMBER_THETAS (MEMBER(THETA) | MEMBER(THETA_PERIODIC) | MEMBER(THETA_CHANGING))
#define MEMBER_ETSES (MEMBER(ETS) | MEMBER(DAMPED_LOG))

/* Without a weight a member is not asked, and holds nothing. */
static bool
member_sound(const void *part)
{
	const ForecastMember *member = part;

	return !(member->weight > 0) || member->kind != FORECAST_MEMBER_ARIMA ||
		   member->arima.size > 0;
}

static const ForecastField member_fields[] = {
	NAME(ForecastMember, kind, FORM, member_kinds),
	FLAG(ForecastMember, fitted, INNER),
	NUMBER(ForecastMember, weight, PARAMETER, 0),
	PARTS(ForecastMember, theta, STATE, 1, theta_part, 0, MEMBER_THETAS),
	PARTS(ForecastMember, ets, STATE, 1, ets_part, 0, MEMBER_ETSES),
	PARTS(ForecastMember, arima, STATE, 1, arima_part, 0, MEMBER(ARIMA)),
	COUNT(ForecastMember, exponent, INNER, EXPONENT_MIN, EXPONENT_MAX),
	PARTS(ForecastMember, season, STATE, 1, season_part, 0, MEMBER(DAMPED_LOG)),
};
DESCRIBE(member, ForecastMember, offsetof(ForecastMember, exponent), member_sound);

static const ForecastField auto_fields[] = {
	NAME(ForecastAuto, kind, FORM, auto_kinds),
	FLAG(ForecastAuto, nonnegative, FORM),
	COUNT(ForecastAuto, exponent, INNER, EXPONENT_MIN, EXPONENT_MAX),
	NUMBER(ForecastAuto, low, STATISTIC, 1),
	NUMBER(ForecastAuto, high, STATISTIC, 1),
	PARTS(ForecastAuto, member, STATE, FORECAST_MEMBERS, member_part, 0,
		  1 << FORECAST_AUTO_COMBINATION),
	NUMBER(ForecastAuto, stretch, PARAMETER, 0),
	PARTS(ForecastAuto, demand, STATE, 1, demand_part, 0, 1 << FORECAST_AUTO_INTERMITTENT),
	PART(ForecastAuto, naive, naive_part),
};
DESCRIBE(auto, ForecastAuto, offsetof(ForecastAuto, exponent), NULL);

/* ---- the whole ---- */

#define BIT(method) (1 << FORECAST_METHOD_##method)
#define OF_NAIVE (BIT(NAIVE) | BIT(SEASONAL_NAIVE) | BIT(DRIFT) | BIT(WINDOW_MEAN))
#define OF_ETS \
	(BIT(SES) | BIT(HOLT) | BIT(DAMPED) | BIT(HOLT_WINTERS) | BIT(HOLT_WINTERS_M) | BIT(ETS))
#define OF_THETA (BIT(THETA) | BIT(OPTIMISED_THETA) | BIT(DYNAMIC_THETA) | BIT(MSTL))
#define OF_CROSTON (BIT(CROSTON) | BIT(SBA) | BIT(TSB))
#define OF_DEMAND (OF_CROSTON | BIT(ADIDA) | BIT(DEMAND))
#define FAMILY(called, member, described, bits) \
	{ \
		.name = called, .type = FORECAST_FIELD_PART, .role = FORECAST_ROLE_STATE, \
		.offset = offsetof(ForecastModel, of.member), .count = 1, .part = &described, \
		.values = bits \
	}

static const ForecastField model_fields[] = {
	NAME(ForecastModel, method, FORM, forecast_method_names),
	NAME(ForecastModel, wanted, FORM, forecast_method_names),
	NAME(ForecastModel, reason, FORM, forecast_status_texts),
	FLAG(ForecastModel, nonnegative, FORM),
	FLAG(ForecastModel, calibrated, FORM),
	NUMBER(ForecastModel, stretch, PARAMETER, 0),
	COUNT(ForecastModel, known, STATISTIC, 0, COUNT_MAX),
	NUMBER(ForecastModel, low, STATISTIC, 0),
	NUMBER(ForecastModel, high, STATISTIC, 0),
	PARTS(ForecastModel, last, INNER, 1, naive_part, 0, FORECAST_EVER),
	PARTS(ForecastModel, demand, STATE, 1, demand_part, 0, OF_DEMAND),
	FAMILY("auto", automatic, auto_part, BIT(AUTO)),
	FAMILY("naive", naive, naive_part, OF_NAIVE),
	FAMILY("naive2", naive2, naive2_part, BIT(NAIVE2)),
	FAMILY("ets", ets, ets_part, OF_ETS),
	FAMILY("theta", theta, theta_part, OF_THETA),
	FAMILY("arima", arima, arima_part, BIT(ARIMA)),
	FAMILY("intermittent", intermittent, intermittent_part, OF_CROSTON),
	FAMILY("adida", adida, adida_part, BIT(ADIDA)),
	FAMILY("climatology", climatology, climatology_part, BIT(CLIMATOLOGY)),
};

static bool
model_sound(const void *part)
{
	const ForecastModel *model = part;

	return model->method != FORECAST_METHOD_ARIMA || model->of.arima.size > 0;
}

const ForecastPart forecast_model_part = {
	.size = sizeof(ForecastModel),
	.field = model_fields,
	.fields = (int) (sizeof(model_fields) / sizeof(model_fields[0])),
	.exponent = -1,
	.sound = model_sound,
};
