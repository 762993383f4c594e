/*
 * ets_trial.c
 *	  The search for the unknowns of one form of exponential smoothing.
 *
 * The likelihood has several maxima in the smoothing parameters: a series may be read as a
 * quiet trend with noise or as a walk.  In the first states it is quadratic, or nearly so,
 * and a step of Gauss and Newton finds them.  So the search starts from several smoothing
 * parameters and from the fits of related forms, and drops most of the starts on the way:
 * all get a step, a few get some more, the best are taken to their ends.
 */
#include <math.h>
#include <string.h>

#include "core/forecast/ets_fit.h"

/* The search ends where a step gains less of the logarithm of the likelihood. */
#define GAIN_MIN 1e-4

/* Trials this near to each other in all smoothing parameters have one end. */
#define SAME_WAY 0.05

/*
 * Who after the rounds before the last one is this far behind the rival in AICc will not
 * pass him: by then a fit has some tenths of the likelihood's logarithm yet to gain.
 */
#define HOPELESS 15

/* Steps that each of the best trials gets; all of them in the first round. */
typedef struct EtsRound
{
	int trials;
	int steps;
} EtsRound;

static const EtsRound rounds[] = { { ETS_TRIALS_MAX, 1 }, { 4, 2 }, { 2, 60 } };

/* Without first seasons among the unknowns a step costs little. */
static const EtsRound cheap_rounds[] = { { ETS_TRIALS_MAX, 3 }, { 4, 60 } };

/* Where a box is not enough, forecast_ets_evaluate says what is allowed. */
static void
set_bounds(const EtsProblem *problem, ForecastLeastSquares *search)
{
	const EtsLayout *layout = &problem->layout;

	for (int i = 0; i < layout->count; i++)
	{
		search->lower[i] = -INFINITY;
		search->upper[i] = INFINITY;
	}
	search->lower[0] = ETS_ALPHA_MIN;
	search->upper[0] = ETS_ALPHA_MAX;
	for (int i = 1; i < layout->level; i++)
	{
		search->lower[i] = i == layout->phi ? ETS_PHI_MIN : 0;
		search->upper[i] = i == layout->phi ? ETS_PHI_MAX : 1;
	}
	if (problem->form.season != FORECAST_SEASON_MULTIPLICATIVE || layout->season < 0)
		return;
	for (int i = layout->season; i < layout->count; i++)
		search->lower[i] = 1e-6;
}

/* Trials that are on their way to the same minimum need only one of them to go on. */
static bool
same_way(const EtsProblem *problem, const EtsTrial *a, const EtsTrial *b)
{
	for (int i = 0; i < problem->layout.level; i++)
	{
		if (fabs(a->x[i] - b->x[i]) > SAME_WAY)
			return false;
	}
	return true;
}

/* Keeps the trials in order; of two on one way the better one. */
static void
keep_trial(const EtsProblem *problem, EtsTrials *trials, const EtsTrial *own)
{
	int place = trials->count;

	for (int i = 0; i < trials->count; i++)
	{
		if (!same_way(problem, &trials->trial[i], own))
			continue;
		if (trials->trial[i].objective <= own->objective)
			return;
		memmove(&trials->trial[i], &trials->trial[i + 1],
				sizeof(*own) * (size_t) (trials->count - i - 1));
		place = --trials->count;
		break;
	}
	for (; place > 0 && own->objective < trials->trial[place - 1].objective; place--)
		trials->trial[place] = trials->trial[place - 1];
	trials->trial[place] = *own;
	trials->count++;
}

/* A round for every trial that is still in it; what is left is in order again. */
static ForecastStatus
run_round(const EtsProblem *problem, ForecastLeastSquares *search, const EtsRound *round,
		  EtsTrials *trials)
{
	EtsTrials after = { .count = 0 };

	search->steps_max = round->steps;
	for (int i = 0; i < trials->count && i < round->trials; i++)
	{
		EtsTrial *trial = &trials->trial[i];
		ForecastStatus status;

		status = forecast_least_squares(search, trial->x, &trial->objective);
		if (status == FORECAST_NOT_FITTED)
			continue;
		if (status != FORECAST_OK)
			return status;
		keep_trial(problem, &after, trial);
	}
	*trials = after;
	return after.count > 0 ? FORECAST_OK : FORECAST_NOT_FITTED;
}

ForecastStatus
forecast_ets_search(EtsProblem *problem, double rival, EtsTrials *trials)
{
	bool cheap = problem->layout.season < 0;
	const EtsRound *round = cheap ? cheap_rounds : rounds;
	const EtsRound *last = cheap ? &cheap_rounds[1] : &rounds[2];
	ForecastLeastSquares search = { .evaluate = forecast_ets_evaluate, .context = problem };

	search.count = problem->layout.count;
	/* The likelihood is -n/2 times the objective's logarithm. */
	search.tolerance = 2 * GAIN_MIN / problem->known;
	set_bounds(problem, &search);
	for (; round <= last; round++)
	{
		ForecastStatus status;

		if (round == last &&
			forecast_ets_aicc(problem, trials->trial[0].objective) > rival + HOPELESS)
			break;
		status = run_round(problem, &search, round, trials);
		if (status != FORECAST_OK)
			return status;
	}
	return FORECAST_OK;
}
