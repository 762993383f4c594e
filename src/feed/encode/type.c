/*
 * type.c
 *	  Looks types up: how their values are written in JSON.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "feed/encode/put.h"
#include "feed/encode/type.h"

/*
 * Arrays and rows are told by their output function, for their text is what is read:
 * int2vector is an array too, but prints no braces.  Attributes of a row without a type
 * have no names.
 */
static FeedJsonClass
class_by_output(Oid base_type)
{
	Oid output;
	bool is_varlena;

	getTypeOutputInfo(base_type, &output, &is_varlena);
	if (output == F_ARRAY_OUT)
		return FEED_JSON_ARRAY;
	if (output == F_RECORD_OUT && base_type != RECORDOID)
		return FEED_JSON_COMPOSITE;
	return FEED_JSON_STRING;
}

FeedJsonClass
th_type_class(Oid base_type)
{
	switch (base_type)
	{
		case BOOLOID:
			return FEED_JSON_BOOL;
		case INT2OID:
			return FEED_JSON_INT2;
		case INT4OID:
			return FEED_JSON_INT4;
		case INT8OID:
			return FEED_JSON_INT8;
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return FEED_JSON_NUMBER;
		case JSONOID:
			return FEED_JSON_JSON;
		case JSONBOID:
			return FEED_JSON_JSONB;
		case DATEOID:
			return FEED_JSON_DATE;
		case TIMESTAMPOID:
			return FEED_JSON_TIMESTAMP;
		case TIMESTAMPTZOID:
			return FEED_JSON_TIMESTAMPTZ;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return FEED_JSON_TEXT;
		case BYTEAOID:
			return FEED_JSON_BYTEA;
		default:
			return class_by_output(base_type);
	}
}

static char
delimiter_of(Oid element)
{
	int16 length;
	bool by_value;
	char alignment;
	char delimiter;
	Oid ioparam;
	Oid function;

	get_type_io_data(element, IOFunc_output, &length, &by_value, &alignment, &delimiter, &ioparam,
					 &function);
	return delimiter;
}

FeedType *
th_type_make(Oid type)
{
	FeedType *made = palloc0(sizeof(FeedType));

	made->oid = getBaseType(type);
	made->json_class = th_type_class(made->oid);
	made->context = CurrentMemoryContext;
	if (made->json_class == FEED_JSON_ARRAY)
	{
		Oid element = get_element_type(made->oid);

		made->element = th_type_make(element);
		made->delimiter = delimiter_of(element);
	}
	return made;
}

FeedBytes
th_json_name(const char *name)
{
	StringInfoData text;

	initStringInfo(&text);
	th_put_string(&text, name, strlen(name));
	th_put_char(&text, ':');
	return th_bytes_of(&text);
}

/* What record_out() prints: every attribute that is not dropped. */
static void
read_attributes(FeedType *type, TupleDesc shape)
{
	type->attributes = palloc0(sizeof(FeedAttribute) * shape->natts);
	type->attribute_count = 0;
	for (int i = 0; i < shape->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(shape, i);
		FeedAttribute *made = &type->attributes[type->attribute_count];

		if (attribute->attisdropped)
			continue;
		made->json_name = th_json_name(NameStr(attribute->attname));
		made->type = th_type_make(attribute->atttypid);
		type->attribute_count++;
	}
}

/*
 * The definition that holds where the reader is in the WAL.  What an older definition
 * took in memory stays with the shape.
 */
void
th_type_refresh(FeedType *type)
{
	uint64 identifier = assign_record_type_identifier(type->oid, -1);
	MemoryContext before;
	TupleDesc shape;

	if (identifier == type->identifier)
		return;
	before = MemoryContextSwitchTo(type->context);
	shape = lookup_rowtype_tupdesc(type->oid, -1);
	read_attributes(type, shape);
	ReleaseTupleDesc(shape);
	MemoryContextSwitchTo(before);
	type->identifier = identifier;
}
