/*
 * call.c
 *	  What every SQL-callable function of ours needs.
 */
#include "postgres.h"

#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/call.h"
#include "base/settings.h"

#define NODE_SHIFT 48

static void (*write_callback)(void) = NULL;

void
th_on_write(void (*callback)(void))
{
	Assert(write_callback == NULL);
	write_callback = callback;
}

void
th_require_writable(const char *function)
{
	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
	if (write_callback)
		write_callback();
}

Datum
th_actor(void)
{
	return CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
}

int64
th_next_id(Oid sequence)
{
	int64 number = nextval_internal(sequence, false);

	return ((int64) th_setting_node_id << NODE_SHIFT) | number;
}
