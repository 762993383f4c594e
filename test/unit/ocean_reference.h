/*
 * ocean_reference.h
 *	  The cases of the reference implementation: parameters, series, curves and events.
 */
#ifndef TIDEHOLD_TEST_OCEAN_REFERENCE_H
#define TIDEHOLD_TEST_OCEAN_REFERENCE_H

#include "../lib/ocean_data.h"
#include "forecast_unit.h"

#define REFERENCE_EVENTS_MAX 1000
#define NO_OCEAN_REFERENCE "no ../shared/data/ocean/ref"

/* Columns of the files of events. */
enum
{
	COLUMN_START = 1,
	COLUMN_PEAK,
	COLUMN_END,
	COLUMN_DURATION = 7,
	COLUMN_CATEGORY_DAYS,
	COLUMN_ANOMALY = 12,
	COLUMN_RELATIVE = 16,
	COLUMN_ABSOLUTE = 20,
	COLUMN_CATEGORY = 24,
	COLUMN_ONSET,
	COLUMN_DECLINE,
	COLUMNS
};

typedef struct OceanCase
{
	char name[128]; /* series.tag */
	char series[64];
	char baseline_series[64];
	OceanClimatologyOptions options;
	OceanHeatwaveRule rule;
	int events;
	OceanEvent event[REFERENCE_EVENTS_MAX];
	double mean[OCEAN_YEAR_DAYS];
	double threshold[OCEAN_YEAR_DAYS];
} OceanCase;

/* The number after a name within one object of the manifest; fallback where it has none. */
static inline double
manifest_number(const char *object, const char *name, double fallback)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(object, key);
	if (at == NULL)
		return fallback;
	at += strlen(key);
	at += strspn(at, " [\n");
	if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0)
		return *at == 't';
	return strtod(at, NULL);
}

static inline void
manifest_text(const char *object, const char *name, char *text, size_t room)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\": \"", name);
	at = strstr(object, key);
	text[0] = '\0';
	if (at != NULL)
		snprintf(text, room, "%.*s", (int) strcspn(at + strlen(key), "\""), at + strlen(key));
}

static inline int
manifest_last_year(const char *object)
{
	return (int) strtol(strchr(strstr(object, "\"climatology_years\""), ',') + 1, NULL, 10);
}

static inline void
read_case(const char *object, OceanCase *next)
{
	char tag[64], other[64];

	manifest_text(object, "series", next->series, sizeof(next->series));
	manifest_text(object, "tag", tag, sizeof(tag));
	manifest_text(object, "alternateClimatology", other, sizeof(other));
	other[strcspn(other, ".")] = '\0';
	snprintf(next->name, sizeof(next->name), "%.60s.%.60s", next->series, tag);
	snprintf(next->baseline_series, sizeof(next->baseline_series), "%.60s",
			 other[0] != '\0' ? other : next->series);
	ocean_climatology_defaults(&next->options);
	next->options.first_year = (int) manifest_number(object, "climatology_years", 0);
	next->options.last_year = manifest_last_year(object);
	next->options.window_half_width = (int) manifest_number(object, "windowHalfWidth", 5);
	next->options.smoothing_width = (int) manifest_number(object, "smoothPercentileWidth", 31);
	if (manifest_number(object, "smoothPercentile", 1) == 0)
		next->options.smoothing_width = 1;
	ocean_climatology_percentile(&next->options, 0, manifest_number(object, "pctile", 90));
	next->options.cold = manifest_number(object, "coldSpells", 0) != 0;
	next->options.pad_days = (int) manifest_number(object, "maxPadLength", 0);
	next->rule = (OceanHeatwaveRule){
		.min_duration_days = (int) manifest_number(object, "minDuration", 5),
		.max_gap_days = (int) manifest_number(object, "maxGap", 2),
		.pad_days = next->options.pad_days,
		.cold = next->options.cold,
	};
	if (manifest_number(object, "joinAcrossGaps", 1) == 0)
		next->rule.max_gap_days = 0;
	next->events = (int) manifest_number(object, "n_events", -1);
}

static inline int
category_of_text(const char *text)
{
	static const char *const names[] = { "Moderate", "Strong", "Severe", "Extreme" };

	for (int i = 0; i < OCEAN_CATEGORIES; i++)
	{
		if (strcmp(text, names[i]) == 0)
			return i + 1;
	}
	return 0;
}

static inline OceanIntensity
intensity_of_fields(char **field)
{
	return (OceanIntensity){ ocean_number(field[0]), ocean_number(field[1]),
							 ocean_number(field[2]), ocean_number(field[3]) };
}

static inline OceanEvent
event_of_fields(char **field)
{
	OceanEvent event = {
		.start_day = ocean_day_of_text(field[COLUMN_START]),
		.peak_day = ocean_day_of_text(field[COLUMN_PEAK]),
		.end_day = ocean_day_of_text(field[COLUMN_END]),
		.duration = ocean_whole(field[COLUMN_DURATION]),
		.category = category_of_text(field[COLUMN_CATEGORY]),
		.anomaly = intensity_of_fields(field + COLUMN_ANOMALY),
		.relative = intensity_of_fields(field + COLUMN_RELATIVE),
		.absolute = intensity_of_fields(field + COLUMN_ABSOLUTE),
		.rate_onset = ocean_number(field[COLUMN_ONSET]),
		.rate_decline = ocean_number(field[COLUMN_DECLINE]),
	};

	for (int i = 0; i < OCEAN_CATEGORIES; i++)
		event.category_days[i] = ocean_whole(field[COLUMN_CATEGORY_DAYS + i]);
	return event;
}

static inline bool
read_case_events(OceanCase *next)
{
	char name[256];
	OceanTable table;
	int events = 0;

	snprintf(name, sizeof(name), "ref/%s.events.csv", next->name);
	if (!ocean_table_open(&table, name))
		return false;
	while (events < REFERENCE_EVENTS_MAX && ocean_table_next(&table))
	{
		if (table.fields != COLUMNS)
			break;
		next->event[events++] = event_of_fields(table.field);
	}
	ocean_table_close(&table);
	return events == next->events;
}

static inline bool
read_case_curves(OceanCase *next)
{
	char name[256];
	OceanTable table;
	int days = 0;

	snprintf(name, sizeof(name), "ref/%s.clim.csv", next->name);
	if (!ocean_table_open(&table, name))
		return false;
	for (; days < OCEAN_YEAR_DAYS && ocean_table_next(&table); days++)
	{
		next->mean[days] = ocean_number(table.field[1]);
		next->threshold[days] = ocean_number(table.field[2]);
	}
	ocean_table_close(&table);
	return days == OCEAN_YEAR_DAYS;
}

static inline char *
read_manifest(void)
{
	static char manifest[1 << 16];
	const char *path = shared_path("data/ocean/ref/manifest.json");
	FILE *file = path == NULL ? NULL : fopen(path, "r");
	size_t length;

	if (file == NULL)
		return NULL;
	length = fread(manifest, 1, sizeof(manifest) - 1, file);
	fclose(file);
	manifest[length] = '\0';
	return manifest;
}

/* Calls use for each case of the manifest; how many, 0 where the data is not there. */
static inline int
each_ocean_case(void (*use)(const OceanCase *next))
{
	static OceanCase next;
	char *object = read_manifest();
	int cases = 0;

	if (object == NULL)
	{
		unit_skip(NO_OCEAN_REFERENCE);
		return 0;
	}
	for (object = strstr(object, "\"series\""); object != NULL; cases++)
	{
		char *following = strstr(object + 1, "\"series\"");

		if (following != NULL)
			following[-1] = '\0';
		read_case(object, &next);
		if (CHECK(read_case_events(&next)) && CHECK(read_case_curves(&next)))
			use(&next);
		drop_pieces();
		object = following;
	}
	return cases;
}

/* Series of a case, by the calendar, once read kept for the next case. */
static inline const OceanSeries *
case_series(const char *name)
{
	static OceanSeriesFile files[8];
	static OceanSeries series[8];
	static char names[8][64];

	for (int i = 0; i < 8; i++)
	{
		char file[80];

		if (strcmp(names[i], name) == 0)
			return &series[i];
		if (names[i][0] != '\0')
			continue;
		snprintf(file, sizeof(file), "%s.csv", name);
		if (!ocean_read_series(&files[i], file, 1))
			return NULL;
		snprintf(names[i], sizeof(names[i]), "%s", name);
		series[i] = (OceanSeries){ files[i].day[0], files[i].rows, files[i].value };
		return &series[i];
	}
	return NULL;
}

/* ---- comparison of events ---- */

static inline double
apart(double one, double other)
{
	if (isnan(one) || isnan(other))
		return isnan(one) && isnan(other) ? 0 : INFINITY;
	return fabs(one - other);
}

static inline double
intensity_apart(const OceanIntensity *one, const OceanIntensity *other)
{
	return fmax(fmax(apart(one->max, other->max), apart(one->mean, other->mean)),
				fmax(apart(one->deviation, other->deviation),
					 apart(one->cumulative, other->cumulative)));
}

/* Largest difference between the metrics; infinite where dates, counts or category differ. */
static inline double
event_apart(const OceanEvent *one, const OceanEvent *other)
{
	double most = fmax(intensity_apart(&one->anomaly, &other->anomaly),
					   fmax(intensity_apart(&one->relative, &other->relative),
							intensity_apart(&one->absolute, &other->absolute)));

	if (one->start_day != other->start_day || one->peak_day != other->peak_day ||
		one->end_day != other->end_day || one->duration != other->duration ||
		one->category != other->category ||
		memcmp(one->category_days, other->category_days, sizeof(one->category_days)) != 0)
		return INFINITY;
	return fmax(most, fmax(apart(one->rate_onset, other->rate_onset),
						   apart(one->rate_decline, other->rate_decline)));
}

typedef struct EventList
{
	OceanEvent event[REFERENCE_EVENTS_MAX];
	int count;
} EventList;

static inline bool
keep_event(void *context, const OceanEvent *event)
{
	EventList *list = context;

	if (list->count == REFERENCE_EVENTS_MAX)
		return false;
	list->event[list->count++] = *event;
	return true;
}

#endif /* TIDEHOLD_TEST_OCEAN_REFERENCE_H */
