/*
 * series.c
 *	  Rows of one group.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/settings.h"
#include "forecast/series.h"

#define PIECE_MIN 128
#define PIECE_MAX 8192

/* Of a row here and in grid.c */
#define ROW_BYTES ((int) (5 * sizeof(ForecastPoint)))

/* A quiet NaN with a payload that no arithmetic makes and no input function reads. */
#define MISSING_BITS UINT64CONST(0x7ff8746964656800)

double
th_series_missing(void)
{
	uint64 bits = MISSING_BITS;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

bool
th_series_is_missing(double value)
{
	uint64 bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits == MISSING_BITS;
}

ThSeries *
th_series_make(MemoryContext context, const ThSeriesTerms *terms)
{
	ThSeries *series = MemoryContextAllocZero(context, sizeof(*series));

	series->terms = terms;
	return series;
}

/* So many rows fit into a piece that takes size bytes. */
static int32
capacity_of(Size size)
{
	return (size - offsetof(ThSeriesPiece, point)) / sizeof(ForecastPoint);
}

static void
add_piece(MemoryContext context, ThSeries *series)
{
	ThSeriesPiece *last = series->last;
	Size size = last == NULL ? PIECE_MIN : offsetof(ThSeriesPiece, point[last->capacity]) * 2;
	ThSeriesPiece *piece;

	size = Min(size, PIECE_MAX);
	piece = MemoryContextAlloc(context, size);
	piece->next = NULL;
	piece->count = 0;
	piece->capacity = capacity_of(size);
	if (last == NULL)
		series->first = piece;
	else
		last->next = piece;
	series->last = piece;
}

static void
check_count(const ThSeries *series)
{
	if (series->count < (int64) th_setting_forecast_memory * 1024 / ROW_BYTES)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("a series has more than " INT64_FORMAT " rows", series->count),
			 errdetail("Each takes %d bytes until it is sorted, and tidehold.forecast_memory is %d kB.",
					   ROW_BYTES, th_setting_forecast_memory),
			 errhint("Group by series, sum the rows of a step up first, or increase "
					 "tidehold.forecast_memory.")));
}

void
th_series_add(MemoryContext context, ThSeries *series, int64 at, double value)
{
	ThSeriesPiece *piece = series->last;

	if (piece == NULL || piece->count == piece->capacity)
	{
		check_count(series);
		add_piece(context, series);
		piece = series->last;
	}
	piece->point[piece->count++] = (ForecastPoint){ .at = at, .value = value };
	series->count++;
}

void
th_series_append(MemoryContext context, ThSeries *series, const ThSeries *other)
{
	for (const ThSeriesPiece *piece = other->first; piece != NULL; piece = piece->next)
	{
		for (int i = 0; i < piece->count; i++)
			th_series_add(context, series, piece->point[i].at, piece->point[i].value);
	}
}

void
th_series_copy(const ThSeries *series, ForecastPoint *point)
{
	for (const ThSeriesPiece *piece = series->first; piece != NULL; piece = piece->next)
	{
		memcpy(point, piece->point, piece->count * sizeof(*point));
		point += piece->count;
	}
}
