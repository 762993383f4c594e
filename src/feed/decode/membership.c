/*
 * membership.c
 *	  What the feed's publication says of a table.
 *
 * The rules are the server's (pgoutput's get_rel_sync_entry); a feed has one publication,
 * so there is nothing to combine.  Whether a row passes a filter is pgoutput's to say.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_rel.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "feed/decode/membership.h"

#define OWN_SCHEMA "tidehold"

/* A feed that published what feeds write would never come to an end. */
static bool
is_of_feeds(Relation relation)
{
	const char *name = RelationGetRelationName(relation);
	char *schema_name;

	if (strncmp(name, "feed", 4) != 0 && strcmp(name, "dead_letter") != 0)
		return false;
	schema_name = get_namespace_name(RelationGetNamespace(relation));
	return schema_name != NULL && strcmp(schema_name, OWN_SCHEMA) == 0;
}

static bool
is_named(const Publication *publication, Oid relid)
{
	return publication->alltables ||
		   list_member_oid(GetRelationPublications(relid), publication->oid) ||
		   list_member_oid(GetSchemaPublications(get_rel_namespace(relid)), publication->oid);
}

/* A partition is published with any of its ancestors, and may appear as the topmost one. */
static void
look_at_ancestors(const Publication *publication, Oid relid, FeedMembership *out)
{
	List *ancestors = get_partition_ancestors(relid);
	int level;
	Oid top = publication->alltables ?
				  llast_oid(ancestors) :
				  GetTopMostAncestorInPublication(publication->oid, ancestors, &level);

	if (!OidIsValid(top))
		return;
	out->published = true;
	if (publication->pubviaroot)
		out->publish_as = top;
}

static void
read_filter_and_columns(const Publication *publication, FeedMembership *out)
{
	HeapTuple tuple;
	Datum columns;
	bool is_null;

	tuple = SearchSysCache2(PUBLICATIONRELMAP, ObjectIdGetDatum(out->publish_as),
							ObjectIdGetDatum(publication->oid));
	if (!HeapTupleIsValid(tuple))
		return;
	(void) SysCacheGetAttr(PUBLICATIONRELMAP, tuple, Anum_pg_publication_rel_prqual, &is_null);
	out->filtered = !is_null;
	columns = SysCacheGetAttr(PUBLICATIONRELMAP, tuple, Anum_pg_publication_rel_prattrs, &is_null);
	if (!is_null && !publication->alltables)
		out->columns = pub_collist_to_bitmapset(NULL, columns, CurrentMemoryContext);
	ReleaseSysCache(tuple);
}

static void
take_actions(const Publication *publication, FeedMembership *out)
{
	out->insert = publication->pubactions.pubinsert;
	out->update = publication->pubactions.pubupdate;
	out->delete = publication->pubactions.pubdelete;
	out->truncate = publication->pubactions.pubtruncate;
	out->generated = th_publishes_generated(publication);
}

void
th_membership_of(const char *publication_name, Relation relation, FeedMembership *out)
{
	const Publication *publication = GetPublicationByName(publication_name, true);
	Oid relid = RelationGetRelid(relation);

	memset(out, 0, sizeof(*out));
	out->publish_as = relid;
	out->absent = publication == NULL;
	if (out->absent || !is_publishable_relation(relation) || is_of_feeds(relation))
		return;
	/* Its partitions are published one by one. */
	if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE && !publication->pubviaroot)
		return;
	out->published = is_named(publication, relid);
	if (relation->rd_rel->relispartition)
		look_at_ancestors(publication, relid, out);
	if (!out->published)
		return;
	take_actions(publication, out);
	read_filter_and_columns(publication, out);
}

bool
th_membership_sends(const FeedMembership *membership, Form_pg_attribute attribute)
{
	if (attribute->attisdropped)
		return false;
	if (membership->columns != NULL)
		return bms_is_member(attribute->attnum, membership->columns);
	if (attribute->attgenerated == '\0')
		return true;
	return attribute->attgenerated == ATTRIBUTE_GENERATED_STORED && membership->generated;
}
