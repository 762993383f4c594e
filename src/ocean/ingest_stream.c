/*
 * ingest_stream.c
 *	  Streams by the codes of their station and variable, looked up once in a call.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/query.h"
#include "ocean/ingest.h"

/* What a call asks for; strings are of the call's context, sensor "" is not said. */
typedef struct StreamName
{
	const char *station;
	const char *variable;
	const char *sensor;
	double depth_m; /* NaN: not said */
} StreamName;

typedef struct StreamEntry
{
	StreamName name;
	int64 stream_id; /* 0: none */
	ThOutcome why;
} StreamEntry;

typedef struct Found
{
	bool station;
	bool variable;
	int64 streams; /* that fit */
	int64 stream_id;
} Found;

static uint32
hash_name(const void *key, Size size)
{
	const StreamName *name = key;
	uint32 hash = string_hash(name->station, strlen(name->station) + 1);

	hash = hash_combine(hash, string_hash(name->variable, strlen(name->variable) + 1));
	hash = hash_combine(hash, string_hash(name->sensor, strlen(name->sensor) + 1));
	if (isnan(name->depth_m))
		return hash;
	return hash_combine(hash, tag_hash(&name->depth_m, sizeof(double)));
}

static int
compare_names(const void *left, const void *right, Size size)
{
	const StreamName *a = left;
	const StreamName *b = right;
	bool same_depth = isnan(a->depth_m) ? isnan(b->depth_m) : a->depth_m == b->depth_m;

	return !(same_depth && strcmp(a->station, b->station) == 0 &&
			 strcmp(a->variable, b->variable) == 0 && strcmp(a->sensor, b->sensor) == 0);
}

static void *
copy_key(void *destination, const void *source, Size size)
{
	return memcpy(destination, source, size);
}

static HTAB *
make_table(MemoryContext context)
{
	HASHCTL control = {
		.keysize = sizeof(StreamName),
		.entrysize = sizeof(StreamEntry),
		.hash = hash_name,
		.match = compare_names,
		.keycopy = copy_key,
		.hcxt = context,
	};

	return hash_create("streams by name", 256, &control,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_KEYCOPY | HASH_CONTEXT);
}

static void
take_found(HeapTuple row, TupleDesc shape, void *context)
{
	Found *found = context;
	bool is_null;
	Datum value;

	found->station = DatumGetBool(heap_getattr(row, 1, shape, &is_null));
	found->variable = DatumGetBool(heap_getattr(row, 2, shape, &is_null));
	found->streams = DatumGetInt64(heap_getattr(row, 3, shape, &is_null));
	value = heap_getattr(row, 4, shape, &is_null);
	found->stream_id = is_null ? 0 : DatumGetInt64(value);
}

/*
 * What is not said fits everything; a depth that is said fits a stream of unknown depth
 * where there is none of that depth.  The best of those that fit counts, if it is alone.
 */
static Found
look_up(Oid table, const StreamName *name)
{
	static ThKept kept = {
		.command =
			"WITH fit AS ("
			"  SELECT s.stream_id,"
			"         CASE WHEN $3 IS NULL THEN s.depth_m IS NULL ELSE s.depth_m IS NOT NULL END AS by_depth,"
			"         CASE WHEN $4 IS NULL THEN s.sensor_id IS NULL ELSE true END AS by_sensor"
			"  FROM ocean.stream AS s"
			"  JOIN ocean.station AS t ON t.station_id = s.station_id AND t.code = $1"
			"  JOIN ocean.variable AS v ON v.variable_id = s.variable_id AND v.code = $2"
			"  LEFT JOIN ocean.sensor AS e ON e.sensor_id = s.sensor_id"
			"  WHERE ($3 IS NULL OR s.depth_m IS NULL OR s.depth_m = $3) AND ($4 IS NULL OR e.code = $4)"
			"), ranked AS ("
			"  SELECT f.stream_id, rank() OVER (ORDER BY f.by_depth DESC, f.by_sensor DESC) AS place FROM fit AS f"
			") "
			"SELECT EXISTS (SELECT FROM ocean.station AS t WHERE t.code = $1),"
			"       EXISTS (SELECT FROM ocean.variable AS v WHERE v.code = $2),"
			"       (SELECT count(*) FROM ranked AS r WHERE r.place = 1),"
			"       (SELECT min(r.stream_id) FROM ranked AS r WHERE r.place = 1)"
	};
	Oid types[4] = { TEXTOID, TEXTOID, FLOAT8OID, TEXTOID };
	Datum values[4];
	char nulls[4] = { ' ', ' ', ' ', ' ' };
	Found found = { 0 };

	values[0] = CStringGetTextDatum(name->station);
	values[1] = CStringGetTextDatum(name->variable);
	values[2] = Float8GetDatum(name->depth_m);
	values[3] = CStringGetTextDatum(name->sensor);
	nulls[2] = isnan(name->depth_m) ? 'n' : ' ';
	nulls[3] = name->sensor[0] == '\0' ? 'n' : ' ';
	th_query_kept_as_owner(&kept, table, true, 4, types, values, nulls, take_found, &found);
	return found;
}

static void
judge(StreamEntry *entry, const Found *found)
{
	const StreamName *name = &entry->name;

	if (found->streams == 1)
		entry->stream_id = found->stream_id;
	else if (!found->station)
	{
		th_refuse(&entry->why, TH_STREAM_NOT_FOUND, "station \"%s\" does not exist", name->station);
		th_refuse_hint(&entry->why, "Insert it into ocean.station.");
	}
	else if (!found->variable)
	{
		th_refuse(&entry->why, TH_STREAM_NOT_FOUND, "variable \"%s\" does not exist", name->variable);
		th_refuse_hint(&entry->why, "See ocean.variable for those that do.");
	}
	else if (found->streams == 0)
	{
		th_refuse(&entry->why, TH_STREAM_NOT_FOUND, "station \"%s\" has no such stream of \"%s\"",
				  name->station, name->variable);
		th_refuse_hint(&entry->why, "Insert it into ocean.stream.");
	}
	else
	{
		th_refuse(&entry->why, TH_STREAM_NOT_FOUND, "station \"%s\" has " INT64_FORMAT " streams of \"%s\"",
				  name->station, found->streams, name->variable);
		th_refuse_hint(&entry->why, "Say which by depth_m, sensor or stream_id.");
	}
}

int64
th_ingest_find_stream(ThIngest *ingest, const char *station, const char *variable, double depth_m,
					  const char *sensor, ThOutcome *why)
{
	StreamName name = { station, variable, sensor ? sensor : "", depth_m };
	StreamEntry *entry;
	MemoryContext before;
	bool is_known;

	if (ingest->streams == NULL)
		ingest->streams = make_table(ingest->context);
	entry = hash_search(ingest->streams, &name, HASH_FIND, NULL);
	if (entry == NULL)
	{
		Found found = look_up(ingest->table, &name);

		before = MemoryContextSwitchTo(ingest->context);
		name.station = pstrdup(name.station);
		name.variable = pstrdup(name.variable);
		name.sensor = pstrdup(name.sensor);
		entry = hash_search(ingest->streams, &name, HASH_ENTER, &is_known);
		entry->stream_id = 0;
		memset(&entry->why, 0, sizeof(entry->why));
		judge(entry, &found);
		MemoryContextSwitchTo(before);
	}
	*why = entry->why;
	return entry->stream_id;
}

static void
note_station(HeapTuple row, TupleDesc shape, void *context)
{
	*(bool *) context = true;
}

void
th_ingest_require_station(ThIngest *ingest, const char *station)
{
	static ThKept kept = { .command = "SELECT FROM ocean.station AS t WHERE t.code = $1" };
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(station);
	bool is_there = false;

	th_query_kept_as_owner(&kept, ingest->table, true, 1, &type, &value, NULL, note_station,
						   &is_there);
	if (!is_there)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_STREAM_NOT_FOUND)),
				 errmsg("station \"%s\" does not exist", station),
				 errhint("Insert it into ocean.station.")));
}
