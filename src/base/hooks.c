/*
 * hooks.c
 *	  Passes on the drop of databases, relations and user mappings to whoever registered.
 *
 * dropdb() calls the object-access hook before it looks for sessions and slots of the
 * database, so a worker of ours that is stopped here does not make the drop fail.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_user_mapping.h"

#include "base/hooks.h"

#define CALLBACKS_MAX 4

static object_access_hook_type previous_hook = NULL;

static void (*database_callbacks[CALLBACKS_MAX])(Oid database);
static int database_callback_count = 0;
static void (*database_end_callbacks[CALLBACKS_MAX])(Oid database, bool dropped);
static int database_end_callback_count = 0;
static void (*relation_callbacks[CALLBACKS_MAX])(Oid relid);
static int relation_callback_count = 0;
static void (*mapping_callbacks[CALLBACKS_MAX])(void);
static int mapping_callback_count = 0;

/* DROP DATABASE runs alone in its transaction, so there is at most one. */
static Oid dropping = InvalidOid;

void
th_hook_on_drop_database(void (*callback)(Oid database))
{
	Assert(database_callback_count < CALLBACKS_MAX);
	database_callbacks[database_callback_count++] = callback;
}

void
th_hook_on_drop_database_end(void (*callback)(Oid database, bool dropped))
{
	Assert(database_end_callback_count < CALLBACKS_MAX);
	database_end_callbacks[database_end_callback_count++] = callback;
}

void
th_hook_on_drop_relation(void (*callback)(Oid relid))
{
	Assert(relation_callback_count < CALLBACKS_MAX);
	relation_callbacks[relation_callback_count++] = callback;
}

void
th_hook_on_drop_user_mapping(void (*callback)(void))
{
	Assert(mapping_callback_count < CALLBACKS_MAX);
	mapping_callbacks[mapping_callback_count++] = callback;
}

static void
on_object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void *arg)
{
	if (previous_hook)
		previous_hook(access, class_id, object_id, sub_id, arg);
	if (access != OAT_DROP || sub_id != 0)
		return;
	if (class_id == RelationRelationId)
	{
		for (int i = 0; i < relation_callback_count; i++)
			relation_callbacks[i](object_id);
	}
	else if (class_id == UserMappingRelationId)
	{
		for (int i = 0; i < mapping_callback_count; i++)
			mapping_callbacks[i]();
	}
	else if (class_id == DatabaseRelationId)
	{
		dropping = object_id;
		for (int i = 0; i < database_callback_count; i++)
			database_callbacks[i](object_id);
	}
}

static void
on_transaction_end(XactEvent event, void *arg)
{
	Oid database = dropping;

	if (!OidIsValid(database) || (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT))
		return;
	dropping = InvalidOid;
	for (int i = 0; i < database_end_callback_count; i++)
		database_end_callbacks[i](database, event == XACT_EVENT_COMMIT);
}

void
th_hooks_init(void)
{
	previous_hook = object_access_hook;
	object_access_hook = on_object_access;
	RegisterXactCallback(on_transaction_end, NULL);
}
