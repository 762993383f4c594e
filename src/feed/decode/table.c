/*
 * table.c
 *	  Cache of what is published of each table, at the current historic snapshot.
 *
 * Invalidation messages in the WAL come through the same callbacks as those of now, at
 * the place where the transaction that sent them took effect.  A callback only marks; an
 * entry is made anew at the next change of its table, when nothing refers to the old one.
 */
#include "postgres.h"

#include "access/transam.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "feed/decode/reader.h"
#include "feed/decode/shape.h"
#include "feed/decode/table.h"

static HTAB *tables;

static void
forget_all(void)
{
	HASH_SEQ_STATUS scan;
	FeedTable *table;

	hash_seq_init(&scan, tables);
	while ((table = hash_seq_search(&scan)) != NULL)
		table->valid = false;
}

void
th_decode_forget_shapes(void)
{
	if (tables != NULL)
		forget_all();
}

static void
on_relation(Datum argument, Oid relid)
{
	FeedTable *table;

	if (!OidIsValid(relid))
	{
		forget_all();
		return;
	}
	table = hash_search(tables, &relid, HASH_FIND, NULL);
	if (table != NULL)
		table->valid = false;
}

/* Publications and schemas: rare, and what depends on them is not worth telling apart. */
static void
on_catalog(Datum argument, int cache_id, uint32 hash)
{
	forget_all();
}

static bool
has_type(const FeedTable *table, uint32 hash)
{
	for (int i = 0; i < table->type_count; i++)
		if (table->type_hashes[i] == hash)
			return true;
	return false;
}

/* Every new table is a new type: only those that have a column of it are concerned. */
static void
on_type(Datum argument, int cache_id, uint32 hash)
{
	HASH_SEQ_STATUS scan;
	FeedTable *table;

	hash_seq_init(&scan, tables);
	while ((table = hash_seq_search(&scan)) != NULL)
		if (hash == 0 || has_type(table, hash))
			table->valid = false;
}

void
th_table_start(void)
{
	HASHCTL control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(FeedTable),
		.hcxt = th_reader.context,
	};

	tables = hash_create("tidehold feed tables", 128, &control,
						 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(on_relation, (Datum) 0);
	CacheRegisterSyscacheCallback(PUBLICATIONOID, on_catalog, (Datum) 0);
	CacheRegisterSyscacheCallback(PUBLICATIONRELMAP, on_catalog, (Datum) 0);
	CacheRegisterSyscacheCallback(PUBLICATIONNAMESPACEMAP, on_catalog, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, on_catalog, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, on_type, (Datum) 0);
}

static void
note_types(FeedTable *table)
{
	const FeedShape *shape = table->shape;

	table->type_hashes = palloc(sizeof(uint32) * 2 * Max(shape->column_count, 1));
	for (int i = 0; i < shape->column_count; i++)
	{
		const Oid types[] = { shape->columns[i].type, shape->columns[i].base_type };

		for (int j = 0; j < (int) lengthof(types); j++)
			if (types[j] >= FirstNormalObjectId)
				table->type_hashes[table->type_count++] =
					GetSysCacheHashValue1(TYPEOID, ObjectIdGetDatum(types[j]));
	}
}

/* Columns of the shape are in the order of the row, so they are found in one walk. */
static void
find_attributes(FeedTable *table, TupleDesc row_type)
{
	int found = 0;

	table->attributes = palloc(sizeof(int) * Max(table->shape->column_count, 1));
	for (int i = 0; i < row_type->natts; i++)
		if (th_membership_sends(&table->membership, TupleDescAttr(row_type, i)))
			table->attributes[found++] = i;
	Assert(found == table->shape->column_count);
}

/*
 * A row filter is evaluated by pgoutput, and it maps the rows of partitions to those of
 * their root; for all else the WAL's row is the published row.
 */
static void
make_shape(FeedTable *table, Relation relation)
{
	Oid publish_as = table->membership.publish_as;
	Relation target = relation;

	table->direct = !table->membership.filtered && publish_as == RelationGetRelid(relation);
	if (publish_as != RelationGetRelid(relation))
		target = RelationIdGetRelation(publish_as);
	if (target == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("partition root %u of table \"%s\" does not exist at this place in the WAL",
						publish_as, RelationGetRelationName(relation))));
	table->shape = th_shape_make(th_reader.row, target, relation, &table->membership);
	if (table->direct)
		find_attributes(table, RelationGetDescr(relation));
	if (target != relation)
		RelationClose(target);
}

static void
make_room(FeedTable *table)
{
	Size size = sizeof(FeedValue) * Max(table->shape->column_count, 1);

	table->before = palloc0(size);
	table->after = palloc0(size);
	note_types(table);
}

/* Whatever fails here leaves the entry invalid: the next change makes it anew. */
static void
make_table(FeedTable *table, Relation relation)
{
	MemoryContext old;

	if (table->context == NULL)
		table->context = AllocSetContextCreate(th_reader.context, "tidehold feed table",
											   ALLOCSET_SMALL_SIZES);
	MemoryContextReset(table->context);
	table->shape = NULL;
	table->direct = false;
	table->type_count = 0;
	old = MemoryContextSwitchTo(table->context);
	th_membership_of(th_reader.row->publication, relation, &table->membership);
	if (table->membership.published)
	{
		make_shape(table, relation);
		make_room(table);
	}
	MemoryContextSwitchTo(old);
	table->valid = true;
}

static FeedTable *
find_table(Oid relid)
{
	bool found;
	FeedTable *table = hash_search(tables, &relid, HASH_ENTER, &found);

	if (!found)
		memset((char *) table + sizeof(Oid), 0, sizeof(*table) - sizeof(Oid));
	return table;
}

/* Rows of one table come one after the other, and an entry stays where it is. */
FeedTable *
th_table_of(Relation relation)
{
	static FeedTable *last = NULL;
	Oid relid = RelationGetRelid(relation);

	if (last == NULL || last->relid != relid)
		last = find_table(relid);
	if (!last->valid)
		make_table(last, relation);
	return last;
}
