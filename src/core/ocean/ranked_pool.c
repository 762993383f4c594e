/*
 * ranked_pool.c
 *	  Order statistics of a sample that changes.
 */
#include "core/ocean/ranked_pool.h"

#include <math.h>

#include "core/forecast/series.h"

#define WORD_BITS 64

/* A bucket of more values is sorted by heap: skewed values must not cost a square. */
#define INSERTION_MAX 32

typedef struct Ranked
{
	double value;
	int32_t place;
} Ranked;

/* ---- ranking ---- */

static void
insertion_sort(Ranked *item, int n)
{
	for (int i = 1; i < n; i++)
	{
		Ranked moved = item[i];
		int j = i;

		for (; j > 0 && item[j - 1].value > moved.value; j--)
			item[j] = item[j - 1];
		item[j] = moved;
	}
}

static void
sift_down(Ranked *item, int root, int n)
{
	Ranked moved = item[root];

	for (int child = 2 * root + 1; child < n; child = 2 * root + 1)
	{
		if (child + 1 < n && item[child + 1].value > item[child].value)
			child++;
		if (item[child].value <= moved.value)
			break;
		item[root] = item[child];
		root = child;
	}
	item[root] = moved;
}

static void
heap_sort(Ranked *item, int n)
{
	for (int i = n / 2 - 1; i >= 0; i--)
		sift_down(item, i, n);
	for (int i = n - 1; i > 0; i--)
	{
		Ranked largest = item[0];

		item[0] = item[i];
		item[i] = largest;
		sift_down(item, 0, i);
	}
}

static bool
is_sorted(const Ranked *item, int n)
{
	for (int i = 1; i < n; i++)
	{
		if (item[i - 1].value > item[i].value)
			return false;
	}
	return true;
}

/* As many buckets as values; 0 puts all in the first, where the range is not fit for more. */
static double
buckets_per_unit(double low, double high, int buckets)
{
	double scale = (buckets - 1) / (high - low);

	return high > low && isfinite(scale) ? scale : 0;
}

/* end[b] becomes one past the last item of bucket b. */
static void
spread(const double *value, int n, double low, double scale, int buckets, int32_t *end,
	   Ranked *sorted)
{
	for (int i = 0; i < n; i++)
	{
		if (!isnan(value[i]))
			end[(int) ((value[i] - low) * scale) + 1]++;
	}
	for (int b = 1; b <= buckets; b++)
		end[b] += end[b - 1];
	for (int i = 0; i < n; i++)
	{
		if (!isnan(value[i]))
			sorted[end[(int) ((value[i] - low) * scale)]++] = (Ranked){ value[i], i };
	}
}

/* The known values between low and high in ascending order; false without memory. */
static bool
sort_values(const ForecastWork *work, const double *value, int n, int known, Ranked *sorted)
{
	double low = INFINITY;
	double high = -INFINITY;
	int buckets = known > 0 ? known : 1;
	int32_t *end = work->allocate(work->context, ((size_t) buckets + 1) * sizeof(int32_t));
	int32_t start = 0;

	if (end == NULL)
		return false;
	for (int i = 0; i < n; i++)
	{
		low = value[i] < low ? value[i] : low;
		high = value[i] > high ? value[i] : high;
	}
	spread(value, n, low, buckets_per_unit(low, high, buckets), buckets, end, sorted);
	for (int b = 0; b < buckets; start = end[b++])
	{
		if (end[b] - start <= INSERTION_MAX)
			insertion_sort(sorted + start, end[b] - start);
		else if (!is_sorted(sorted + start, end[b] - start))
			heap_sort(sorted + start, end[b] - start);
	}
	return true;
}

OceanStatus
ocean_pool_init(const ForecastWork *work, const double *value, int n, int cursors,
				OceanPool *pool)
{
	Ranked *sorted;
	int known = 0;

	for (int i = 0; i < n; i++)
		known += !isnan(value[i]);
	*pool = (OceanPool){ .words = known / WORD_BITS + 1, .cursors = cursors };
	pool->rank = work->allocate(work->context, ((size_t) n + 1) * sizeof(int32_t));
	pool->sorted = forecast_numbers(work, (size_t) known);
	pool->member = work->allocate(work->context, (size_t) pool->words * sizeof(uint64_t));
	sorted = work->allocate(work->context, ((size_t) known + 1) * sizeof(Ranked));
	if (pool->rank == NULL || pool->sorted == NULL || pool->member == NULL || sorted == NULL ||
		!sort_values(work, value, n, known, sorted))
		return OCEAN_NO_MEMORY;
	for (int i = 0; i < n; i++)
		pool->rank[i] = -1;
	for (int i = 0; i < known; i++)
	{
		pool->rank[sorted[i].place] = i;
		pool->sorted[i] = sorted[i].value;
	}
	return OCEAN_OK;
}

/* ---- the sample ---- */

static void
change(OceanPool *pool, int place, int32_t by)
{
	int32_t rank = pool->rank[place];
	int32_t word = rank / WORD_BITS;

	if (rank < 0)
		return;
	pool->member[word] ^= UINT64_C(1) << rank % WORD_BITS;
	pool->members += by;
	for (int c = 0; c < pool->cursors; c++)
		pool->cursor[c].below += word < pool->cursor[c].word ? by : 0;
}

void
ocean_pool_add(OceanPool *pool, int place)
{
	change(pool, place, 1);
}

void
ocean_pool_remove(OceanPool *pool, int place)
{
	change(pool, place, -1);
}

/* Warren (2012), Hacker's Delight, section 5-1. */
static int32_t
bits_in(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (int32_t) (word * UINT64_C(0x0101010101010101) >> 56);
}

static int
lowest_bit(uint64_t word)
{
	return bits_in((word & -word) - 1);
}

double
ocean_pool_select(OceanPool *pool, int cursor, int32_t order)
{
	OceanPoolCursor at = pool->cursor[cursor];
	uint64_t word;

	while (at.below > order)
		at.below -= bits_in(pool->member[--at.word]);
	for (;;)
	{
		int32_t inside = bits_in(pool->member[at.word]);

		if (order - at.below < inside)
			break;
		at.below += inside;
		at.word++;
	}
	pool->cursor[cursor] = at;
	word = pool->member[at.word];
	for (int32_t i = at.below; i < order; i++)
		word &= word - 1;
	return pool->sorted[at.word * WORD_BITS + lowest_bit(word)];
}
