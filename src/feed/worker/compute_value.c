/*
 * compute_value.c
 *	  Computed values: one key, its row of the result, its message.
 *
 * Everything here may raise an error that is the query's or the key's own: the caller
 * runs it in a subtransaction.  Input functions, casts and the query are anybody's code
 * and run as the feed's owner.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "core/feed/template.h"
#include "feed/encode/put.h"
#include "feed/encode/row.h"
#include "feed/worker/compute_own.h"

/* One more than a hash can be made of. */
#define HASH_ROWS 2

typedef struct Result
{
	Computed *computed;
	FeedValue *key;
	int rows;
	StringInfoData json; /* [ and the rows, or the one value */
	StringInfoData destination;
	FeedField *fields;
	int field_count;
	int field_room;
} Result;

/* ---- the key ---- */

static FeedValue *
parse_key(const ComputeRoute *route, const char *text)
{
	FeedValue *values = palloc0(sizeof(FeedValue) * Max(route->key->column_count, 1));
	Jsonb *array = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));

	for (int i = 0; i < route->key->column_count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(&array->root, i);
		Oid input;
		Oid parameter;

		values[i].kind = FEED_VALUE_NULL;
		if (element == NULL || element->type != jbvString)
			continue;
		getTypeInputInfo(route->types[i], &input, &parameter);
		values[i].kind = FEED_VALUE_DATUM;
		values[i].u.datum = OidInputFunctionCall(
			input, pnstrdup(element->val.string.val, element->val.string.len), parameter, -1);
	}
	return values;
}

/* ---- the shape of the result ---- */

static FeedShape *
make_result_shape(const ComputeRoute *route, TupleDesc row)
{
	static uint64 shapes = 0;
	const FeedShape *key = route->key;
	FeedShape *shape = palloc(sizeof(FeedShape));

	*shape = *key;
	shape->fingerprint = ++shapes;
	shape->column_count = row->natts + key->column_count;
	shape->columns = palloc0(sizeof(FeedColumn) * Max(shape->column_count, 1));
	shape->key = palloc(sizeof(int) * Max(key->key_count, 1));
	for (int i = 0; i < row->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row, i);

		shape->columns[i].name = pstrdup(NameStr(attribute->attname));
		shape->columns[i].type = attribute->atttypid;
		shape->columns[i].typmod = attribute->atttypmod;
		th_encode_prepare_column(&shape->columns[i]);
	}
	for (int i = 0; i < key->key_count; i++)
	{
		shape->key[i] = row->natts + i;
		shape->columns[row->natts + i] = key->columns[i];
	}
	return shape;
}

/* A query without a fixed row type may give another one each time. */
static void
take_result_row(ComputeRoute *route, TupleDesc row)
{
	MemoryContext old;

	if (route->result_row != NULL && equalTupleDescs(route->result_row, row))
		return;
	route->result_row = NULL;
	MemoryContextReset(route->result_context);
	old = MemoryContextSwitchTo(route->result_context);
	route->result = make_result_shape(route, row);
	route->result_row = CreateTupleDescCopy(row);
	MemoryContextSwitchTo(old);
}

static FeedValue *
read_row(const Result *result, HeapTuple row, TupleDesc type)
{
	const FeedShape *key = result->computed->route->key;
	FeedValue *values = palloc0(sizeof(FeedValue) * (type->natts + key->column_count));

	for (int i = 0; i < type->natts; i++)
	{
		bool is_null;

		values[i].u.datum = heap_getattr(row, i + 1, type, &is_null);
		values[i].kind = is_null ? FEED_VALUE_NULL : FEED_VALUE_DATUM;
	}
	memcpy(values + type->natts, result->key, sizeof(FeedValue) * key->column_count);
	return values;
}

/* ---- hash ---- */

static FeedBytes
keep_text(StringInfo text)
{
	FeedBytes utf8 = th_utf8(text);
	char *copy = palloc(utf8.len + 1);

	memcpy(copy, utf8.data, utf8.len);
	copy[utf8.len] = '\0';
	return (FeedBytes){ copy, utf8.len };
}

static void
add_field(Result *result, FeedBytes name, FeedBytes value)
{
	if (result->field_count == result->field_room)
	{
		result->field_room = Max(16, result->field_room * 2);
		if (result->fields == NULL)
			result->fields = palloc(sizeof(FeedField) * result->field_room);
		else
			result->fields = repalloc(result->fields, sizeof(FeedField) * result->field_room);
	}
	result->fields[result->field_count++] = (FeedField){ name, value };
}

static void
put_member(StringInfo out, JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			th_put(out, value->val.string.val, value->val.string.len);
			break;
		case jbvBinary:
			JsonbToCString(out, value->val.binary.data, value->val.binary.len);
			break;
		case jbvNumeric:
			appendStringInfoString(out, DatumGetCString(DirectFunctionCall1(
											numeric_out, NumericGetDatum(value->val.numeric))));
			break;
		case jbvBool:
			appendStringInfoString(out, value->val.boolean ? "true" : "false");
			break;
		default:
			elog(ERROR, "unexpected member of a jsonb object: %d", (int) value->type);
	}
}

/* Members that are null are left out, as columns are. */
static void
add_members(Result *result, Jsonb *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(&object->root);
	JsonbIteratorToken token;
	JsonbValue value;
	StringInfoData text;
	FeedBytes name = { NULL, 0 };

	initStringInfo(&text);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		resetStringInfo(&text);
		if (token == WJB_KEY)
		{
			put_member(&text, &value);
			name = keep_text(&text);
		}
		else if (token == WJB_VALUE && value.type != jbvNull)
		{
			put_member(&text, &value);
			add_field(result, name, keep_text(&text));
		}
	}
}

static Jsonb *
object_of(const FeedColumn *column, const FeedValue *value)
{
	Jsonb *json;

	if (column->base_type == JSONBOID)
		json = DatumGetJsonbP(value->u.datum);
	else if (column->base_type == JSONOID)
		json = DatumGetJsonbP(DirectFunctionCall1(
			jsonb_in, CStringGetDatum(TextDatumGetCString(value->u.datum))));
	else
		return NULL;
	return JB_ROOT_IS_OBJECT(json) ? json : NULL;
}

static void
add_column(Result *result, const FeedColumn *column, const FeedValue *value)
{
	StringInfoData text;
	Jsonb *object;

	if (value->kind == FEED_VALUE_NULL)
		return;
	object = object_of(column, value);
	if (object != NULL)
	{
		add_members(result, object);
		return;
	}
	initStringInfo(&text);
	th_text_value(&text, column, value);
	add_field(result, th_utf8_text(pstrdup(column->name)), keep_text(&text));
}

/* ---- JSON ---- */

static bool
is_json_itself(const FeedShape *shape, int column_count)
{
	return column_count == 1 &&
		   (shape->columns[0].base_type == JSONOID || shape->columns[0].base_type == JSONBOID);
}

static void
add_json(Result *result, const FeedShape *shape, int column_count, const FeedValue *values)
{
	FeedShape row = *shape;

	th_put_char(&result->json, result->rows == 1 ? '[' : ',');
	if (is_json_itself(shape, column_count))
	{
		th_json_value(&result->json, &shape->columns[0], &values[0]);
		return;
	}
	row.column_count = column_count;
	th_json_row(&result->json, &row, values);
}

/* ---- the message ---- */

static bool
is_of_fields(FeedForm form)
{
	return form == FEED_FORM_HASH || form == FEED_FORM_STREAM;
}

static void
take_row(HeapTuple row, TupleDesc type, void *context)
{
	Result *result = context;
	ComputeRoute *route = result->computed->route;
	FeedValue *values;

	take_result_row(route, type);
	values = read_row(result, row, type);
	if (++result->rows == 1)
		th_destination(&result->destination, route->result, values);
	if (!is_of_fields(route->route->form))
		add_json(result, route->result, type->natts, values);
	else if (result->rows == 1)
		for (int i = 0; i < type->natts; i++)
			add_column(result, &route->result->columns[i], &values[i]);
	else
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("query of table \"%s.%s\" gave more than one row for key %s",
						route->route->schema_name, route->route->table_name,
						result->computed->key)));
}

static bool
key_tells_destination(const ComputeRoute *route)
{
	const FeedTemplate *template = route->route->destination;

	for (int i = 0; i < template->count; i++)
	{
		const FeedPart *part = &template->parts[i];
		bool found = part->kind != FEED_PART_COLUMN;

		for (int j = 0; j < route->key->column_count && !found; j++)
			found = strlen(route->key->columns[j].name) == part->length &&
					memcmp(route->key->columns[j].name, part->text, part->length) == 0;
		if (!found)
			return false;
	}
	return true;
}

/* Nothing there any more: what lies in the sink goes, where its place can be told. */
static void
finish_without_row(Result *result)
{
	Computed *computed = result->computed;
	FeedForm form = computed->route->route->form;

	if ((form != FEED_FORM_HASH && form != FEED_FORM_JSON) ||
		!key_tells_destination(computed->route))
	{
		computed->skip = true;
		return;
	}
	th_destination(&result->destination, computed->route->key, result->key);
	computed->message.destination = keep_text(&result->destination);
}

static void
finish_with_rows(Result *result)
{
	FeedMessage *message = &result->computed->message;

	message->destination = keep_text(&result->destination);
	message->ttl_ms = result->computed->route->route->ttl_ms;
	if (is_of_fields(message->form))
	{
		message->fields = result->fields;
		message->field_count = result->field_count;
		message->whole = true;
		message->value = th_bytes("");
		return;
	}
	if (result->rows > 1)
		th_put_char(&result->json, ']');
	message->value = th_utf8(&result->json);
	if (result->rows == 1)
	{
		message->value.data++;
		message->value.len--;
	}
}

static int64
run_query(ComputeRoute *route, Result *result)
{
	int count = route->key->column_count;
	Datum *arguments = palloc0(sizeof(Datum) * Max(count, 1));
	char *nulls = palloc(count + 1);

	for (int i = 0; i < count; i++)
	{
		arguments[i] = result->key[i].u.datum;
		nulls[i] = result->key[i].kind == FEED_VALUE_NULL ? 'n' : ' ';
	}
	if (route->plan == NULL)
		route->plan = th_feed_plan_make(route->route->query, count, route->types);
	return th_feed_plan_run(route->plan, arguments, nulls, true,
							is_of_fields(route->route->form) ? HASH_ROWS : 0, take_row, result);
}

void
th_compute_value(Computed *computed)
{
	Result result = { .computed = computed };

	initStringInfo(&result.json);
	initStringInfo(&result.destination);
	result.key = parse_key(computed->route, computed->key);
	if (run_query(computed->route, &result) == 0)
		finish_without_row(&result);
	else
		finish_with_rows(&result);
}
