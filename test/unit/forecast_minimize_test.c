/*
 * forecast_minimize_test.c
 *	  Bounded least squares, mostly in the valley of H. H. Rosenbrock (1960).
 */
#include <math.h>
#include <string.h>

#include "core/forecast/minimize.h"
#include "unit.h"

typedef struct Valley
{
	int evaluations;
	int evaluations_max;
	double least_y; /* below it nothing is allowed */
} Valley;

/* Residuals 10 (y - x^2) and 1 - x; a third unknown does nothing. */
static ForecastStatus
valley(void *context, const double *x, double *objective, ForecastSlopes *slopes)
{
	Valley *own = context;
	double a = 10 * (x[1] - x[0] * x[0]);
	double b = 1 - x[0];

	if (++own->evaluations > own->evaluations_max)
		return FORECAST_INTERRUPTED;
	*objective = x[1] < own->least_y ? NAN : a * a + b * b;
	if (slopes == NULL)
		return FORECAST_OK;
	memset(slopes, 0, sizeof(*slopes));
	slopes->product[0][0] = 400 * x[0] * x[0] + 1;
	slopes->product[1][0] = -200 * x[0];
	slopes->product[1][1] = 100;
	slopes->gradient[0] = -20 * x[0] * a - b;
	slopes->gradient[1] = 10 * a;
	return FORECAST_OK;
}

static ForecastLeastSquares
valley_problem(Valley *context)
{
	ForecastLeastSquares problem = { .evaluate = valley, .context = context };

	problem.count = 3;
	problem.tolerance = 1e-12;
	problem.steps_max = 200;
	*context = (Valley){ .evaluations_max = 10000, .least_y = -INFINITY };
	for (int i = 0; i < problem.count; i++)
	{
		problem.lower[i] = -INFINITY;
		problem.upper[i] = INFINITY;
	}
	return problem;
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) < 1e-5;
}

static void
free_minimum(void)
{
	Valley context;
	ForecastLeastSquares problem = valley_problem(&context);
	double x[3] = { -1.2, 1, 7 };
	double objective;

	CHECK(forecast_least_squares(&problem, x, &objective) == FORECAST_OK);
	CHECK(is_near(x[0], 1) && is_near(x[1], 1) && x[2] == 7 && objective < 1e-9);
	CHECK(context.evaluations < 100);
}

/* At x <= 0.5 the least is (0.5, 0.25); at y <= 0.16 it is where both pull evenly. */
static void
bounded_minimum(void)
{
	Valley context;
	ForecastLeastSquares problem = valley_problem(&context);
	double x[3] = { -1.2, 1, 0 };
	double objective;

	problem.upper[0] = 0.5;
	CHECK(forecast_least_squares(&problem, x, &objective) == FORECAST_OK);
	CHECK(x[0] == 0.5 && is_near(x[1], 0.25) && is_near(objective, 0.25));

	problem = valley_problem(&context);
	problem.upper[1] = 0.16;
	x[0] = 0;
	x[1] = 5; /* outside: brought to the bound */
	CHECK(forecast_least_squares(&problem, x, &objective) == FORECAST_OK);
	CHECK(x[1] == 0.16 && x[0] > 0.4 && x[0] < 0.41);
	CHECK(fabs(200 * x[0] * (x[0] * x[0] - 0.16) + x[0] - 1) < 1e-3);
}

/* A bound is left again where descent leads away from it. */
static void
bound_is_left(void)
{
	Valley context;
	ForecastLeastSquares problem = valley_problem(&context);
	double x[3] = { -2, 4, 0 };
	double objective;

	problem.lower[0] = -2;
	problem.upper[1] = 4;
	problem.upper[0] = 3;
	problem.lower[1] = -4;
	CHECK(forecast_least_squares(&problem, x, &objective) == FORECAST_OK);
	CHECK(is_near(x[0], 1) && is_near(x[1], 1));
}

/* Along an edge that is no bound the search goes as far as it can. */
static void
edge(void)
{
	Valley context;
	ForecastLeastSquares problem = valley_problem(&context);
	double x[3] = { -1.2, 2, 0 };
	double objective;

	/* Read by valley, through the problem. */
	((Valley *) problem.context)->least_y = 1.44;
	problem.lower[1] = -9;
	problem.upper[1] = 9;
	CHECK(forecast_least_squares(&problem, x, &objective) == FORECAST_OK);
	CHECK(x[1] >= 1.44 && isfinite(objective));
	/* The unbounded unknown is at its best for the y that was reached. */
	CHECK(fabs(200 * x[0] * (x[0] * x[0] - x[1]) + x[0] - 1) < 0.05);

	x[1] = 1;
	CHECK(forecast_least_squares(&problem, x, &objective) == FORECAST_NOT_FITTED);
}

static void
stops(void)
{
	for (int most = 0; most < 8; most++)
	{
		Valley context;
		ForecastLeastSquares problem = valley_problem(&context);
		double x[3] = { -1.2, 1, 0 };
		double objective;

		context.evaluations_max = most;
		CHECK(forecast_least_squares(&problem, x, &objective) == FORECAST_INTERRUPTED);
		CHECK(context.evaluations == most + 1);
	}
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "minimize: free", free_minimum },
		{ "minimize: at bounds", bounded_minimum },
		{ "minimize: away from bounds", bound_is_left },
		{ "minimize: along an edge", edge },
		{ "minimize: stops", stops },
	};

	return UNIT_RUN(groups);
}
