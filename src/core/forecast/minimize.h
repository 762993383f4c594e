/*
 * minimize.h
 *	  Bounded least squares: the sum of squares of smooth residuals, made small by
 *	  Levenberg's and Marquardt's method inside a box.
 */
#ifndef TIDEHOLD_CORE_FORECAST_MINIMIZE_H
#define TIDEHOLD_CORE_FORECAST_MINIMIZE_H

#include "core/forecast/forecast.h"

#define FORECAST_UNKNOWNS_MAX 32

/* With J the slopes of the residuals r: J'J, of which the lower triangle counts, and J'r. */
typedef struct ForecastSlopes
{
	double product[FORECAST_UNKNOWNS_MAX][FORECAST_UNKNOWNS_MAX];
	double gradient[FORECAST_UNKNOWNS_MAX];
} ForecastSlopes;

/*
 * evaluate gives r'r at x; an objective that is not finite means that x is not allowed.
 * slopes is NULL where the objective alone is asked for.  Anything but FORECAST_OK ends
 * the search.
 */
typedef struct ForecastLeastSquares
{
	int count;							 /* unknowns, 1 to FORECAST_UNKNOWNS_MAX */
	double lower[FORECAST_UNKNOWNS_MAX]; /* -INFINITY is none */
	double upper[FORECAST_UNKNOWNS_MAX];
	double tolerance; /* the relative decrease that is worth no further step */
	int steps_max;
	ForecastStatus (*evaluate)(void *context, const double *x, double *objective,
							   ForecastSlopes *slopes);
	void *context;
} ForecastLeastSquares;

/*
 * From x, brought inside the bounds, down to a local minimum, which replaces x.
 * FORECAST_NOT_FITTED where the first x is not allowed.
 */
ForecastStatus forecast_least_squares(const ForecastLeastSquares *problem, double *x,
									  double *objective);

#endif
