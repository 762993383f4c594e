/*
 * arm.c
 *	  The judgement whether this server may publish.
 */
#include "postgres.h"

#include <sys/stat.h>

#include "access/xlog_internal.h"
#include "common/hashfn.h"
#include "storage/fd.h"

#include "base/settings.h"
#include "feed/worker/arm.h"

#define MACHINE_ID_PATH "/etc/machine-id"
#define MACHINE_ID_LEN 32

/* Has a newer life of this cluster, or another cluster, taken over? */
static bool
is_of_another(const FeedRow *row, const FeedFacts *facts, StringInfo reason)
{
	const FeedPosition *position = &facts->position;

	if (row->armed.system != 0 && row->armed.system != facts->system)
		appendStringInfo(reason, "feed belongs to the cluster with system identifier " UINT64_FORMAT,
						 row->armed.system);
	else if (position->system != 0 && position->system != facts->system)
		appendStringInfo(reason, "sink holds the position of the cluster with system identifier " UINT64_FORMAT,
						 position->system);
	else if (position->epoch > row->epoch)
		appendStringInfo(reason, "feed was recovered elsewhere: the sink is in epoch %d, this server in %d",
						 position->epoch, row->epoch);
	else if (position->timeline > facts->timeline)
		appendStringInfo(reason, "a server on timeline %u has published, this one is on timeline %u",
						 position->timeline, facts->timeline);
	return reason->len > 0;
}

/*
 * A copy of the data directory has the same system identifier and the same slot.  A
 * promoted standby differs in its machine too, but it is on a later timeline, and a slot
 * that its old primary kept for it says that it is the heir.
 */
static bool
is_copy(const FeedRow *row, const FeedFacts *facts, StringInfo reason)
{
	const char *armed = row->armed.identity;

	if (armed == NULL || armed[0] == '\0' || strcmp(armed, facts->identity) == 0)
		return false;
	if (facts->timeline > row->armed.timeline &&
		(facts->slot_synced || facts->slot == FEED_SLOT_ABSENT))
		return false;
	appendStringInfoString(reason, "this server is not the one that the feed was armed on");
	return true;
}

/* What it published before a failover or a restore is not in this server's past. */
static bool
is_behind_sink(const FeedFacts *facts, StringInfo reason)
{
	const FeedPosition *position = &facts->position;

	if (position->system == 0 || XLogRecPtrIsInvalid(position->lsn))
		return false;
	if (position->lsn <= facts->shared_upto)
		return false;
	appendStringInfo(reason, "sink has changes up to %X/%X of timeline %u, which this server does not have",
					 LSN_FORMAT_ARGS(position->lsn), position->timeline);
	return true;
}

static bool
slot_is_gone(const FeedFacts *facts, StringInfo reason)
{
	if (facts->slot == FEED_SLOT_READY)
		return false;
	if (facts->slot == FEED_SLOT_ABSENT)
		appendStringInfoString(reason, "replication slot is missing");
	else
		appendStringInfoString(reason, facts->slot_reason);
	if (facts->position.system != 0)
		appendStringInfo(reason, "; the sink has everything up to %X/%X",
						 LSN_FORMAT_ARGS(facts->position.lsn));
	return true;
}

/* The slot is never confirmed beyond the position, so what is between is lost. */
static bool
sink_is_behind(const FeedRow *row, const FeedFacts *facts, StringInfo reason)
{
	const FeedPosition *position = &facts->position;

	if (row->armed.system == 0)
		return false;
	if (position->system == 0)
		appendStringInfoString(reason, "sink has lost the feed's position");
	else if (position->epoch < row->epoch || position->lsn < facts->confirmed)
		appendStringInfo(reason, "sink has everything up to %X/%X only, but the slot was confirmed up to %X/%X",
						 LSN_FORMAT_ARGS(position->lsn), LSN_FORMAT_ARGS(facts->confirmed));
	return reason->len > 0;
}

FeedVerdict
th_arm_judge(const FeedRow *row, const FeedFacts *facts, StringInfo reason)
{
	if (is_of_another(row, facts, reason) || is_copy(row, facts, reason))
		return FEED_PARK;
	if (is_behind_sink(facts, reason))
		return FEED_PARK;
	/* A process that ended between making the slot and arming the row left it ready. */
	if (row->armed.system == 0 &&
		(facts->slot == FEED_SLOT_ABSENT || facts->slot == FEED_SLOT_READY))
		return FEED_CREATE;
	if (slot_is_gone(facts, reason))
		return FEED_PARK_GAP;
	if (sink_is_behind(row, facts, reason))
		return row->kind == FEED_REDIS ? FEED_RESNAPSHOT : FEED_PARK_GAP;
	return FEED_GO;
}

/* "" where the machine has none, as in most containers. */
static char *
machine_id(void)
{
	char *id = palloc0(MACHINE_ID_LEN + 1);
	FILE *file = AllocateFile(MACHINE_ID_PATH, "r");

	if (file == NULL)
		return id;
	if (fread(id, 1, MACHINE_ID_LEN, file) != MACHINE_ID_LEN)
		id[0] = '\0';
	FreeFile(file);
	return id;
}

/* The server writes it in place for as long as the cluster lives. */
static unsigned long long
place_of_control_file(void)
{
	struct stat found;

	if (stat(XLOG_CONTROL_FILE, &found) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not stat file \"%s\": %m", XLOG_CONTROL_FILE)));
	return (unsigned long long) found.st_ino;
}

/* As a hash: a token is nobody's business, and a machine's id is confidential. */
const char *
th_arm_identity(void)
{
	const char *identity = th_setting_cluster_token;
	uint64 hash;

	if (identity[0] == '\0')
		identity = psprintf("%s %llu", machine_id(), place_of_control_file());
	hash = DatumGetUInt64(hash_any_extended((const unsigned char *) identity, strlen(identity), 0));
	return psprintf("%016llx", (unsigned long long) hash);
}
