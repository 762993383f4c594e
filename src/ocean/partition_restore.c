/*
 * partition_restore.c
 *	  Lets a dump with partitions of ocean.observation be restored.
 *
 * A dump makes a partition, attaches it, fills it and at last adds its primary key.  Where
 * the partitioned table comes from the dump too, it has no key when partitions are attached.
 * Ours comes from CREATE EXTENSION and has one, so the partition gets its key when it is
 * attached, and the dump's own command would fail: "multiple primary keys".  It asks for
 * exactly the key that is there, so there is nothing to do.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_constraint.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "ocean/partition_restore.h"

static ProcessUtility_hook_type previous_utility = NULL;

/* The key that an ALTER TABLE adds and nothing else, or NULL. */
static Constraint *
added_key(Node *statement)
{
	AlterTableStmt *alter = (AlterTableStmt *) statement;
	AlterTableCmd *command;
	Constraint *key;

	if (!IsA(statement, AlterTableStmt) || list_length(alter->cmds) != 1)
		return NULL;
	command = linitial(alter->cmds);
	if (command->subtype != AT_AddConstraint || !IsA(command->def, Constraint))
		return NULL;
	key = (Constraint *) command->def;
	if (key->contype != CONSTR_PRIMARY || key->conname == NULL || list_length(key->keys) != 2 ||
		strcmp(strVal(linitial(key->keys)), "stream_id") != 0 ||
		strcmp(strVal(lsecond(key->keys)), "observed_at") != 0)
		return NULL;
	return key;
}

static bool
is_observation_partition(Oid relid)
{
	Oid parent;

	if (!OidIsValid(relid) || !get_rel_relispartition(relid))
		return false;
	parent = get_partition_parent(relid, false);
	return parent == get_relname_relid("observation", get_namespace_oid("ocean", true));
}

/* The key of the partitioned table is of the same columns, so an inherited one is too. */
static bool
has_inherited_key(Oid relid, const char *name)
{
	Oid constraint = get_relation_constraint_oid(relid, name, true);
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	Form_pg_constraint form;
	bool is_it;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	is_it = form->contype == CONSTRAINT_PRIMARY && OidIsValid(form->conparentid);
	ReleaseSysCache(tuple);
	return is_it;
}

static bool
adds_what_is_there(Node *statement)
{
	Constraint *key = added_key(statement);
	Oid relid;

	if (key == NULL)
		return false;
	relid = RangeVarGetRelid(((AlterTableStmt *) statement)->relation, NoLock, true);
	return is_observation_partition(relid) && has_inherited_key(relid, key->conname);
}

static void
on_utility(PlannedStmt *statement, const char *text, bool read_only_tree,
		   ProcessUtilityContext context, ParamListInfo parameters,
		   QueryEnvironment *environment, DestReceiver *destination, QueryCompletion *completion)
{
	if (adds_what_is_there(statement->utilityStmt))
		return;
	if (previous_utility)
		previous_utility(statement, text, read_only_tree, context, parameters, environment,
						 destination, completion);
	else
		standard_ProcessUtility(statement, text, read_only_tree, context, parameters, environment,
								destination, completion);
}

void
th_partition_restore_init(void)
{
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = on_utility;
}
