/*
 * forecast_sea.c
 *	  Temperature of two seas from rolling origins of the last five years: mean absolute
 *	  errors over the first days, of climatology with a fading anomaly and with one that stays.
 */
#define _POSIX_C_SOURCE 200809L

#include "sea_score.h"

#define ARENA_BYTES ((size_t) 64 << 20)

int
main(void)
{
	static const char *const seas[] = { "sst_WA.csv", "sst_Med.csv" };
	static double value[SEA_DAYS_MAX];
	SharedArena arena = { malloc(ARENA_BYTES), ARENA_BYTES, 0 };
	const ForecastWork work = { shared_allocate, shared_never, &arena };

	for (int i = 0; i < 2; i++)
	{
		SeaScore score[SEA_HORIZONS] = { { 0 } };
		int n = sea_read(seas[i], value);

		if (n == 0 || arena.block == NULL)
			return 1;
		for (int origin = n - SEA_ORIGINS_YEARS * 365; origin + SEA_AHEAD <= n;
			 origin += SEA_ORIGINS_STEP)
		{
			if (!sea_score(&work, value, origin, score))
				return 1;
			arena.used = 0;
		}
		for (int k = 0; k < SEA_HORIZONS; k++)
			printf("%-13s %5d %8d %8.3f %8.3f\n", seas[i], sea_horizon[k], score[k].origins,
				   score[k].damped, score[k].stays);
	}
	free(arena.block);
	return 0;
}
