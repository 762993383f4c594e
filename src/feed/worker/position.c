/*
 * position.c
 *	  The position as text: one line of JSON, in a fixed order of fields.
 */
#include "postgres.h"

#include "feed/worker/position.h"

#define NUMBERS_FORMAT \
	"{\"system\":\"%llu\",\"timeline\":%u,\"epoch\":%d,\"lsn\":\"%X/%X\"," \
	"\"partial\":\"%X/%X\",\"partial_index\":%u,\"chunk\":%lld,\"letter\":%lld,\"xids\":\""

void
th_position_print(StringInfo out, const FeedPosition *position)
{
	appendStringInfo(out, NUMBERS_FORMAT,
					 (unsigned long long) position->system, position->timeline, position->epoch,
					 LSN_FORMAT_ARGS(position->lsn),
					 LSN_FORMAT_ARGS(position->partial_commit_lsn), position->partial_index,
					 (long long) position->snapshot_chunk, (long long) position->letter);
	if (position->xids != NULL)
		appendStringInfoString(out, position->xids);
	appendStringInfoString(out, "\"}");
}

static XLogRecPtr
make_lsn(uint32 high, uint32 low)
{
	return ((uint64) high) << 32 | low;
}

bool
th_position_parse(const char *text, int len, FeedPosition *position)
{
	char *line = pnstrdup(text, len);
	unsigned long long system;
	long long chunk, letter;
	uint32 high, low, partial_high, partial_low;
	int used = 0;
	char *end;

	memset(position, 0, sizeof(*position));
	if (sscanf(line, NUMBERS_FORMAT "%n",
			   &system, &position->timeline, &position->epoch, &high, &low,
			   &partial_high, &partial_low, &position->partial_index,
			   &chunk, &letter, &used) != 10 ||
		used == 0 || (end = strstr(line + used, "\"}")) == NULL)
	{
		memset(position, 0, sizeof(*position));
		return false;
	}
	position->system = system;
	position->lsn = make_lsn(high, low);
	position->partial_commit_lsn = make_lsn(partial_high, partial_low);
	position->snapshot_chunk = chunk;
	position->letter = letter;
	if (end > line + used)
		position->xids = pnstrdup(line + used, end - (line + used));
	return true;
}
