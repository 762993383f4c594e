/*
 * accuracy.c
 *	  Aggregates that tell how good forecasts were.
 *
 * A state counts rows and adds up their terms without rounding, so that a result has the
 * same bits whatever order the rows come in and however many workers read them.  A row with
 * a NULL or a NaN takes no part.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "core/forecast/accuracy.h"
#include "core/forecast/exact_sum.h"
#include "forecast/doubles.h"

PG_FUNCTION_INFO_V1(th_smape_add);
PG_FUNCTION_INFO_V1(th_mae_add);
PG_FUNCTION_INFO_V1(th_rmse_add);
PG_FUNCTION_INFO_V1(th_mase_add);
PG_FUNCTION_INFO_V1(th_rmsse_add);
PG_FUNCTION_INFO_V1(th_msis_add);
PG_FUNCTION_INFO_V1(th_coverage_add);
PG_FUNCTION_INFO_V1(th_pinball_add);
PG_FUNCTION_INFO_V1(th_bias_add);
PG_FUNCTION_INFO_V1(th_accuracy_combine);
PG_FUNCTION_INFO_V1(th_accuracy_serialize);
PG_FUNCTION_INFO_V1(th_accuracy_deserialize);
PG_FUNCTION_INFO_V1(th_accuracy_mean);
PG_FUNCTION_INFO_V1(th_accuracy_root);
PG_FUNCTION_INFO_V1(th_accuracy_bias);
PG_FUNCTION_INFO_V1(th_mase_scale);
PG_FUNCTION_INFO_V1(th_rmsse_scale);
PG_FUNCTION_INFO_V1(th_owa);

#define ARGUMENTS_MAX 5

/* Of terms one sum, of bias that of the errors and that of the actual values. */
#define SUMS_MAX 2

typedef struct AccuracyState
{
	int64 count;
	int sums;
	ForecastExactSum sum[FLEXIBLE_ARRAY_MEMBER];
} AccuracyState;

/* ---- states ---- */

static AccuracyState *
new_state(FunctionCallInfo fcinfo, int sums)
{
	MemoryContext context;
	AccuracyState *state;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "a state of accuracy outside an aggregate");
	state = MemoryContextAllocZero(context, offsetof(AccuracyState, sum) +
												sums * sizeof(ForecastExactSum));
	state->sums = sums;
	return state;
}

static AccuracyState *
state_of(FunctionCallInfo fcinfo, int sums)
{
	return PG_ARGISNULL(0) ? new_state(fcinfo, sums) : (AccuracyState *) PG_GETARG_POINTER(0);
}

Datum
th_accuracy_combine(PG_FUNCTION_ARGS)
{
	const AccuracyState *other;
	AccuracyState *state;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = (const AccuracyState *) PG_GETARG_POINTER(1);
	state = state_of(fcinfo, other->sums);
	state->count += other->count;
	for (int i = 0; i < state->sums; i++)
		forecast_exact_merge(&state->sum[i], &other->sum[i]);
	PG_RETURN_POINTER(state);
}

/* From a process of this server to another: no format that is kept. */
Datum
th_accuracy_serialize(PG_FUNCTION_ARGS)
{
	const AccuracyState *state = (const AccuracyState *) PG_GETARG_POINTER(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint64(&message, state->count);
	pq_sendint32(&message, state->sums);
	pq_sendbytes(&message, (const char *) state->sum, state->sums * sizeof(ForecastExactSum));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

Datum
th_accuracy_deserialize(PG_FUNCTION_ARGS)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	StringInfoData message;
	AccuracyState *state;
	int64 count;
	int sums;

	initStringInfo(&message);
	appendBinaryStringInfo(&message, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	count = pq_getmsgint64(&message);
	sums = pq_getmsgint(&message, 4);
	if (sums < 1 || sums > SUMS_MAX)
		elog(ERROR, "a state of accuracy has %d sums", sums);
	state = new_state(fcinfo, sums);
	state->count = count;
	pq_copymsgbytes(&message, (char *) state->sum, sums * sizeof(ForecastExactSum));
	pq_getmsgend(&message);
	pfree(message.data);
	PG_RETURN_POINTER(state);
}

/* ---- rows ---- */

/* False where one of the arguments after the state is NULL or NaN. */
static bool
row_is_known(FunctionCallInfo fcinfo, double *argument)
{
	for (int i = 1; i < PG_NARGS(); i++)
	{
		argument[i - 1] = PG_ARGISNULL(i) ? NAN : PG_GETARG_FLOAT8(i);
		if (isnan(argument[i - 1]))
			return false;
	}
	return true;
}

static void
add_term(AccuracyState *state, double term, const double *argument)
{
	if (!isfinite(term))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the error of a forecast is out of range"),
				 errdetail("The actual value is %g and the forecast %g.", argument[0],
						   argument[1])));
	state->count++;
	forecast_exact_add(&state->sum[0], term);
}

/* A term in units of a scale; a scale of zero, of a constant series, has none. */
static void
add_scaled_term(AccuracyState *state, double term, double scale, const double *argument)
{
	if (scale < 0 || isinf(scale))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("scale %g is not a scale of errors", scale),
				 errdetail("Scales are finite and at least 0."),
				 errhint("Use tidehold.mase_scale or tidehold.rmsse_scale of the values before "
						 "the forecast.")));
	if (scale > 0)
		add_term(state, term / scale, argument);
}

/* Of an actual value and a forecast, and of a scale if there is a third argument. */
static Datum
add_error(FunctionCallInfo fcinfo, double (*term)(double actual, double forecast))
{
	AccuracyState *state = state_of(fcinfo, 1);
	double argument[ARGUMENTS_MAX];

	if (row_is_known(fcinfo, argument))
	{
		if (PG_NARGS() > 3)
			add_scaled_term(state, term(argument[0], argument[1]), argument[2], argument);
		else
			add_term(state, term(argument[0], argument[1]), argument);
	}
	PG_RETURN_POINTER(state);
}

Datum
th_smape_add(PG_FUNCTION_ARGS)
{
	return add_error(fcinfo, forecast_symmetric_error);
}

Datum
th_mae_add(PG_FUNCTION_ARGS)
{
	return add_error(fcinfo, forecast_absolute_error);
}

Datum
th_rmse_add(PG_FUNCTION_ARGS)
{
	return add_error(fcinfo, forecast_squared_error);
}

Datum
th_mase_add(PG_FUNCTION_ARGS)
{
	return add_error(fcinfo, forecast_absolute_error);
}

Datum
th_rmsse_add(PG_FUNCTION_ARGS)
{
	return add_error(fcinfo, forecast_squared_error);
}

static void
check_share(const char *name, double value)
{
	if (!(value > 0 && value < 1))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s %g is not between 0 and 1", name, value)));
}

Datum
th_msis_add(PG_FUNCTION_ARGS)
{
	AccuracyState *state = state_of(fcinfo, 1);
	double argument[ARGUMENTS_MAX];
	double term;

	if (row_is_known(fcinfo, argument))
	{
		check_share("level", argument[3]);
		term = forecast_interval_score(argument[0], argument[1], argument[2], argument[3]);
		add_scaled_term(state, term, argument[4], argument);
	}
	PG_RETURN_POINTER(state);
}

Datum
th_coverage_add(PG_FUNCTION_ARGS)
{
	AccuracyState *state = state_of(fcinfo, 1);
	double argument[ARGUMENTS_MAX];

	if (row_is_known(fcinfo, argument))
		add_term(state, forecast_covered(argument[0], argument[1], argument[2]), argument);
	PG_RETURN_POINTER(state);
}

Datum
th_pinball_add(PG_FUNCTION_ARGS)
{
	AccuracyState *state = state_of(fcinfo, 1);
	double argument[ARGUMENTS_MAX];

	if (row_is_known(fcinfo, argument))
	{
		check_share("q", argument[2]);
		add_term(state, forecast_quantile_loss(argument[0], argument[1], argument[2]), argument);
	}
	PG_RETURN_POINTER(state);
}

Datum
th_bias_add(PG_FUNCTION_ARGS)
{
	AccuracyState *state = state_of(fcinfo, 2);
	double argument[ARGUMENTS_MAX];

	if (row_is_known(fcinfo, argument))
	{
		add_term(state, argument[0], argument);
		state->count--;
		add_term(state, -argument[1], argument);
		forecast_exact_add(&state->sum[1], argument[0]);
	}
	PG_RETURN_POINTER(state);
}

/* ---- results ---- */

/* NaN of the pure part is what cannot be known. */
static Datum
known_or_null(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

Datum
th_accuracy_mean(PG_FUNCTION_ARGS)
{
	const AccuracyState *state = (const AccuracyState *) PG_GETARG_POINTER(0);

	return known_or_null(fcinfo, forecast_exact_mean(&state->sum[0], state->count));
}

Datum
th_accuracy_root(PG_FUNCTION_ARGS)
{
	const AccuracyState *state = (const AccuracyState *) PG_GETARG_POINTER(0);

	return known_or_null(fcinfo, sqrt(forecast_exact_mean(&state->sum[0], state->count)));
}

Datum
th_accuracy_bias(PG_FUNCTION_ARGS)
{
	const AccuracyState *state = (const AccuracyState *) PG_GETARG_POINTER(0);

	return known_or_null(fcinfo, forecast_exact_ratio(&state->sum[0], &state->sum[1]));
}

Datum
th_mase_scale(PG_FUNCTION_ARGS)
{
	int n;
	const double *train = th_finite_doubles(PG_GETARG_ARRAYTYPE_P(0), "train", &n);
	int period = PG_GETARG_INT32(1);

	if (period < 1)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("period %d is below 1", period),
				 errhint("Give the seasonal period in steps, or 1.")));
	return known_or_null(fcinfo, forecast_mase_scale(train, n, period));
}

Datum
th_rmsse_scale(PG_FUNCTION_ARGS)
{
	int n;
	const double *train = th_finite_doubles(PG_GETARG_ARRAYTYPE_P(0), "train", &n);

	return known_or_null(fcinfo, forecast_rmsse_scale(train, n));
}

Datum
th_owa(PG_FUNCTION_ARGS)
{
	return known_or_null(fcinfo, forecast_owa(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1),
											  PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3)));
}
