/*
 * deliver.h
 *	  Numbers what is published of a transaction and gives it to the consumer; internal
 *	  to decode/.
 *
 * A number is taken by each row that the publication sends, by each table of a TRUNCATE
 * and by each emitted message, whether or not a mapping excludes it or another feed is
 * meant: so an event's id is the same over replays and changes of options.
 */
#ifndef TIDEHOLD_FEED_DECODE_DELIVER_H
#define TIDEHOLD_FEED_DECODE_DELIVER_H

#include "replication/reorderbuffer.h"

#include "feed/decode/table.h"
#include "feed/state.h"

/* Transactions that the consumer has a part of already: the first changes are left out. */
extern void th_deliver_start(XLogRecPtr partial_commit_lsn, uint32 partial_index);

extern void th_deliver_begin(const ReorderBufferTXN *decoded);
extern void th_deliver_commit(void);

/* The transaction that is being delivered; changes is the next number. */
extern const FeedTxn *th_deliver_txn(void);

extern void th_deliver_change(FeedOp op, const FeedTable *table, XLogRecPtr lsn, bool has_before,
							  bool key_changed);
extern void th_deliver_emitted(FeedEmitted *emitted);
extern void th_deliver_traceparent(const char *text, Size len);

/* The change that took or would have taken this number. */
extern void th_deliver_undecodable(uint32 index, const char *schema_name, const char *table_name,
								   const FeedSuspect *suspect);

#endif /* TIDEHOLD_FEED_DECODE_DELIVER_H */
