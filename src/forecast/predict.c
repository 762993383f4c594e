/*
 * predict.c
 *	  What SQL is told of a model's steps ahead.
 */
#include "postgres.h"

#include "base/errors.h"
#include "forecast/predict.h"
#include "forecast/progress.h"

void
th_check_horizon(int horizon)
{
	if (horizon < 1 || horizon > FORECAST_HORIZON_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("horizon %d is out of range", horizon),
				 errdetail("It is a number of steps from 1 to %d.", FORECAST_HORIZON_MAX)));
}

static double *
numbers(ThWork *work, int64 count)
{
	return th_work_allocate(work, Max(count, 1) * sizeof(double));
}

/* Levels of the interval's ends, then those of the options. */
static int
levels_of(const ThForecastOptions *options, double *level)
{
	level[0] = (1 - options->level) / 2;
	level[1] = (1 + options->level) / 2;
	memcpy(level + 2, options->quantile, options->quantile_count * sizeof(*level));
	return 2 + options->quantile_count;
}

ForecastStatus
th_predict(ThWork *work, const ThForecastOptions *options, const ForecastModel *model,
		   ThForecastRows *rows)
{
	double level[2 + TH_QUANTILES_MAX];
	int count = levels_of(options, level);
	double *mean = numbers(work, rows->horizon);
	double *variance = numbers(work, rows->horizon);
	double *quantile = numbers(work, (int64) count * rows->horizon);
	ForecastMethod answered = model->method;
	ForecastStatus status;

	rows->mean = mean;
	rows->lower = quantile;
	rows->upper = quantile + rows->horizon;
	rows->quantile_count = options->quantile_count;
	rows->quantile = quantile + 2 * rows->horizon;
	th_progress_phase(TH_FORECAST_PREDICTING);
	status = forecast_predict(&work->lent, model, rows->horizon, mean, variance, &answered);
	rows->method = forecast_method_name(answered);
	if (status != FORECAST_OK)
		return status;
	return forecast_quantiles(&work->lent, model, rows->horizon, mean, variance, level, count,
							  quantile);
}
