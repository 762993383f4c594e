/*
 * minimize.c
 *	  Bounded least squares by damped Gauss-Newton steps.
 *
 * K. Levenberg, A method for the solution of certain non-linear problems in least squares,
 * Quarterly of Applied Mathematics 2 (1944); D. W. Marquardt, An algorithm for
 * least-squares estimation of nonlinear parameters, SIAM Journal 11 (1963), whose scaling by
 * the diagonal makes the steps independent of the units.  The damping is steered as in
 * H. B. Nielsen, Damping parameter in Marquardt's method, IMM-REP-1999-05 (1999), eq. 2.4.
 * Bounds are kept by an active set within each step, so that a step that meets a bound
 * goes on along it.
 *
 * A minimum is local: where there may be several, the caller brings several starts.
 */
#include "core/forecast/minimize.h"

#include <math.h>
#include <string.h>

#define DAMPING_FIRST 1e-3
#define DAMPING_MIN 1e-9
#define DAMPING_MAX 1e9

typedef struct Descent
{
	const ForecastLeastSquares *problem;
	ForecastSlopes slopes; /* at x */
	double *x;
	double objective;
	double damping;
	double damping_growth;
	double step[FORECAST_UNKNOWNS_MAX];
	bool fixed[FORECAST_UNKNOWNS_MAX]; /* the step of this unknown is decided */
	double factor[FORECAST_UNKNOWNS_MAX][FORECAST_UNKNOWNS_MAX];
} Descent;

/* Element i, j of J'J, which is kept below its diagonal only. */
static double
product(const Descent *descent, int i, int j)
{
	return i >= j ? descent->slopes.product[i][j] : descent->slopes.product[j][i];
}

/* An unknown without influence gets a unit, and so a step of 0. */
static double
damped_diagonal(const Descent *descent, int i)
{
	double own = descent->slopes.product[i][i];

	return own > 0 ? own * (1 + descent->damping) : 1;
}

/* Cholesky's factor of the damped J'J of the count unknowns in list; false if not positive. */
static bool
factorise(Descent *descent, const int *list, int count)
{
	for (int i = 0; i < count; i++)
	{
		double *row = descent->factor[i];

		for (int j = 0; j <= i; j++)
		{
			const double *other = descent->factor[j];
			double rest = i == j ? damped_diagonal(descent, list[i]) :
								   product(descent, list[i], list[j]);

			for (int k = 0; k < j; k++)
				rest -= row[k] * other[k];
			if (i != j)
				row[j] = rest * other[j];
			else if (rest > 0)
				row[i] = 1 / sqrt(rest);
			else
				return false;
		}
	}
	return true;
}

/* The factor holds reciprocals on its diagonal; right becomes the solution. */
static void
substitute(const Descent *descent, int count, double *right)
{
	for (int i = 0; i < count; i++)
	{
		for (int k = 0; k < i; k++)
			right[i] -= descent->factor[i][k] * right[k];
		right[i] *= descent->factor[i][i];
	}
	for (int i = count - 1; i >= 0; i--)
	{
		right[i] *= descent->factor[i][i];
		for (int k = 0; k < i; k++)
			right[k] -= descent->factor[i][k] * right[i];
	}
}

/* The best damped step of the unknowns that are not fixed, given those that are. */
static bool
solve_free(Descent *descent)
{
	int count = descent->problem->count;
	int list[FORECAST_UNKNOWNS_MAX];
	double right[FORECAST_UNKNOWNS_MAX];
	int unknowns = 0;

	for (int i = 0; i < count; i++)
	{
		if (descent->fixed[i])
			continue;
		right[unknowns] = -descent->slopes.gradient[i];
		for (int j = 0; j < count; j++)
			right[unknowns] -= descent->fixed[j] ? product(descent, i, j) * descent->step[j] : 0;
		list[unknowns++] = i;
	}
	if (!factorise(descent, list, unknowns))
		return false;
	substitute(descent, unknowns, right);
	for (int i = 0; i < unknowns; i++)
		descent->step[list[i]] = right[i];
	return true;
}

/* Ends at its bound every step that would pass it; true if there was one. */
static bool
clip(Descent *descent)
{
	const ForecastLeastSquares *problem = descent->problem;
	bool clipped = false;

	for (int i = 0; i < problem->count; i++)
	{
		double there = descent->x[i] + descent->step[i];

		if (descent->fixed[i] || (there >= problem->lower[i] && there <= problem->upper[i]))
			continue;
		descent->step[i] = (there < problem->lower[i] ? problem->lower[i] : problem->upper[i]) -
						   descent->x[i];
		descent->fixed[i] = true;
		clipped = true;
	}
	return clipped;
}

/* An unknown at its bound that descent would push out of it stays there. */
static bool
held_by_bound(const Descent *descent, int i)
{
	double slope = descent->slopes.gradient[i];

	return (slope > 0 && descent->x[i] <= descent->problem->lower[i]) ||
		   (slope < 0 && descent->x[i] >= descent->problem->upper[i]);
}

/* With hold, the unknowns that have bounds stay where they are. */
static bool
find_step(Descent *descent, bool hold)
{
	for (int i = 0; i < descent->problem->count; i++)
	{
		descent->fixed[i] = held_by_bound(descent, i) ||
							(hold && isfinite(descent->problem->upper[i]));
		descent->step[i] = 0;
	}
	/* Each turn fixes an unknown or is the last. */
	do
	{
		if (!solve_free(descent))
			return false;
	} while (clip(descent));
	return true;
}

/* By how much the linear model says that the step lowers the objective. */
static double
predicted_decrease(const Descent *descent)
{
	double decrease = 0;

	for (int i = 0; i < descent->problem->count; i++)
	{
		double curved = descent->slopes.product[i][i] * descent->step[i];

		for (int j = 0; j < i; j++)
			curved += 2 * descent->slopes.product[i][j] * descent->step[j];
		decrease -= descent->step[i] * (2 * descent->slopes.gradient[i] + curved);
	}
	return decrease;
}

static void
damp_more(Descent *descent)
{
	descent->damping *= descent->damping_growth;
	descent->damping_growth *= 2;
}

static void
damp_less(Descent *descent, double gain)
{
	double shape = 2 * fmin(gain, 1.5) - 1;

	descent->damping *= fmax(1.0 / 10, 1 - shape * shape * shape);
	descent->damping = fmax(descent->damping, DAMPING_MIN);
	descent->damping_growth = 2;
}

typedef enum Attempt
{
	ATTEMPT_TAKEN,
	ATTEMPT_TOO_LONG, /* the objective did not fall */
	ATTEMPT_NOT_ALLOWED,
	ATTEMPT_NOT_WORTH, /* no decrease is to be had */
	ATTEMPT_STOPPED
} Attempt;

/* One step with the present damping, taken if it descends. */
static Attempt
attempt(Descent *descent, bool hold, ForecastStatus *status)
{
	const ForecastLeastSquares *problem = descent->problem;
	double there[FORECAST_UNKNOWNS_MAX];
	double expected;
	double objective;

	if (!find_step(descent, hold))
		return ATTEMPT_TOO_LONG;
	expected = predicted_decrease(descent);
	if (!(expected > problem->tolerance * descent->objective))
		return ATTEMPT_NOT_WORTH;
	for (int i = 0; i < problem->count; i++)
		there[i] = fmin(fmax(descent->x[i] + descent->step[i], problem->lower[i]),
						problem->upper[i]);
	*status = problem->evaluate(problem->context, there, &objective, NULL);
	if (*status != FORECAST_OK)
		return ATTEMPT_STOPPED;
	if (!isfinite(objective))
		return ATTEMPT_NOT_ALLOWED;
	if (!(objective < descent->objective))
		return ATTEMPT_TOO_LONG;
	damp_less(descent, (descent->objective - objective) / expected);
	descent->objective = objective;
	memcpy(descent->x, there, sizeof(double) * (size_t) problem->count);
	return ATTEMPT_TAKEN;
}

/*
 * Damps until a step descends, and takes it.  Where the step leaves what is allowed, the
 * bounded unknowns are held for once: at the edge of a region that is no box, shorter
 * steps would let the others creep.
 */
static ForecastStatus
descend(Descent *descent)
{
	ForecastStatus status = FORECAST_OK;

	for (; descent->damping < DAMPING_MAX; damp_more(descent))
	{
		Attempt result = attempt(descent, false, &status);

		if (result == ATTEMPT_NOT_WORTH)
			return FORECAST_OK;
		if (result == ATTEMPT_NOT_ALLOWED)
			result = attempt(descent, true, &status);
		if (result == ATTEMPT_TAKEN || result == ATTEMPT_STOPPED)
			return status;
	}
	return FORECAST_OK;
}

ForecastStatus
forecast_least_squares(const ForecastLeastSquares *problem, double *x, double *objective)
{
	Descent descent = { .problem = problem, .x = x, .damping = DAMPING_FIRST, .damping_growth = 2 };

	for (int i = 0; i < problem->count; i++)
		x[i] = fmin(fmax(x[i], problem->lower[i]), problem->upper[i]);
	for (int step = 0; step < problem->steps_max; step++)
	{
		double before;
		ForecastStatus status;

		status = problem->evaluate(problem->context, x, &descent.objective, &descent.slopes);
		if (status != FORECAST_OK)
			return status;
		if (!isfinite(descent.objective))
			return FORECAST_NOT_FITTED;
		before = descent.objective;
		status = descend(&descent);
		*objective = descent.objective;
		if (status != FORECAST_OK)
			return status;
		if (before - descent.objective <= problem->tolerance * before)
			break;
	}
	return FORECAST_OK;
}
