/*
 * shape.c
 *	  Columns, key and identity of a published table, at the current snapshot.
 *
 * The key of a record: the mapping's columns; else those of the index that REPLICA
 * IDENTITY USING INDEX names, since a delete brings them alone; else the primary key's, in
 * the order of the index.  What the WAL has of an old row is said by the identity of the
 * table that the row is in, which for a partition is not the root's.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/relcache.h"

#include "base/compat.h"
#include "feed/decode/decode.h"
#include "feed/decode/shape.h"
#include "feed/encode/encode.h"

static void
set_column(FeedColumn *column, Form_pg_attribute attribute)
{
	column->name = pstrdup(NameStr(attribute->attname));
	column->type = attribute->atttypid;
	column->typmod = attribute->atttypmod;
	column->base_type = getBaseType(attribute->atttypid);
	th_encode_prepare_column(column);
}

static void
set_columns(FeedShape *shape, TupleDesc row_type, const FeedMembership *membership)
{
	shape->columns = palloc0(sizeof(FeedColumn) * Max(row_type->natts, 1));
	for (int i = 0; i < row_type->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row_type, i);

		if (th_membership_sends(membership, attribute))
			set_column(&shape->columns[shape->column_count++], attribute);
	}
}

static int
find_column(const FeedShape *shape, const char *name)
{
	for (int i = 0; i < shape->column_count; i++)
		if (strcmp(shape->columns[i].name, name) == 0)
			return i;
	return -1;
}

/*
 * Places of an index's columns in the shape; -1: not sent.  The index is not locked: it
 * is read as it was at that snapshot, and may be gone by now.
 */
static List *
places_of_index(const FeedShape *shape, Relation table, Oid index_oid)
{
	Relation index = OidIsValid(index_oid) ? RelationIdGetRelation(index_oid) : NULL;
	List *places = NIL;

	if (index == NULL)
		return NIL;
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); i++)
	{
		int number = index->rd_index->indkey.values[i];
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), number - 1);

		places = lappend_int(places, find_column(shape, NameStr(attribute->attname)));
	}
	RelationClose(index);
	return places;
}

static void
set_identity(FeedShape *shape, Relation source)
{
	ListCell *cell;

	shape->full_identity = source->rd_rel->relreplident == REPLICA_IDENTITY_FULL;
	foreach(cell, places_of_index(shape, source, RelationGetReplicaIndex(source)))
	{
		if (lfirst_int(cell) >= 0)
			shape->columns[lfirst_int(cell)].in_identity = true;
	}
}

static List *
places_of_mapping(const FeedShape *shape, List *key_columns)
{
	List *places = NIL;
	ListCell *cell;

	foreach(cell, key_columns)
	{
		int place = find_column(shape, lfirst(cell));

		if (place < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("key column \"%s\" of the mapping is not published for table \"%s.%s\"",
							(char *) lfirst(cell), shape->schema_name, shape->table_name)));
		places = lappend_int(places, place);
	}
	return places;
}

static List *
places_of_default_key(const FeedShape *shape, Relation target, Relation source)
{
	if (source->rd_rel->relreplident == REPLICA_IDENTITY_INDEX)
		return places_of_index(shape, source, RelationGetReplicaIndex(source));
	return places_of_index(shape, target, th_RelationGetPrimaryKeyIndex(target));
}

static List *
places_of_key(const FeedShape *shape, Relation target, Relation source)
{
	List *places;

	if (shape->route != NULL && shape->route->key_columns != NIL)
		return places_of_mapping(shape, shape->route->key_columns);
	places = places_of_default_key(shape, target, source);
	/* Half a key would be the key of several rows. */
	return list_member_int(places, -1) ? NIL : places;
}

static void
set_key(FeedShape *shape, List *places)
{
	shape->key_count = list_length(places);
	shape->key = palloc(sizeof(int) * Max(shape->key_count, 1));
	for (int i = 0; i < shape->key_count; i++)
	{
		shape->key[i] = list_nth_int(places, i);
		shape->columns[shape->key[i]].in_key = true;
	}
}

static uint64
add_to_fingerprint(uint64 fingerprint, const void *data, size_t len)
{
	return hash_combine64(fingerprint, hash_bytes_extended(data, (int) len, 0));
}

static uint64
fingerprint_of(const FeedShape *shape)
{
	uint64 fingerprint = shape->column_count;

	for (int i = 0; i < shape->column_count; i++)
	{
		const FeedColumn *column = &shape->columns[i];

		fingerprint = add_to_fingerprint(fingerprint, column->name, strlen(column->name));
		fingerprint = add_to_fingerprint(fingerprint, &column->type, sizeof(column->type));
		fingerprint = add_to_fingerprint(fingerprint, &column->typmod, sizeof(column->typmod));
	}
	return fingerprint;
}

FeedShape *
th_shape_make(const FeedRow *row, Relation target, Relation source,
			  const FeedMembership *membership)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "tidehold feed shape",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	FeedShape *shape = palloc0(sizeof(FeedShape));

	shape->context = context;
	shape->relid = RelationGetRelid(target);
	shape->schema_name = get_namespace_name(RelationGetNamespace(target));
	shape->table_name = pstrdup(RelationGetRelationName(target));
	shape->route = th_route_of(row, shape->schema_name, shape->table_name);
	set_columns(shape, RelationGetDescr(target), membership);
	set_identity(shape, source);
	set_key(shape, places_of_key(shape, target, source));
	shape->fingerprint = fingerprint_of(shape);
	MemoryContextSwitchTo(old);
	return shape;
}

FeedShape *
th_shape_of_relation(const FeedRow *row, Oid relid)
{
	Relation relation = try_table_open(relid, AccessShareLock);
	FeedMembership membership;
	FeedShape *shape = NULL;

	if (relation == NULL)
		return NULL;
	th_membership_of(row->publication, relation, &membership);
	if (membership.published && membership.publish_as == relid)
		shape = th_shape_make(row, relation, relation, &membership);
	table_close(relation, NoLock);
	return shape;
}
