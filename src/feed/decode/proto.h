/*
 * proto.h
 *	  A change as pgoutput writes it; internal to decode/.
 */
#ifndef TIDEHOLD_FEED_DECODE_PROTO_H
#define TIDEHOLD_FEED_DECODE_PROTO_H

#include "replication/logical.h"

#include "feed/decode/table.h"

/* What the decoding context is made with. */
extern void th_proto_prepare_write(LogicalDecodingContext *decoding, XLogRecPtr lsn,
								   TransactionId xid, bool last_write);
extern void th_proto_write(LogicalDecodingContext *decoding, XLogRecPtr lsn, TransactionId xid,
						   bool last_write);

/* plugin_change: pgoutput's own callback. */
extern void th_proto_change(const FeedTable *table, LogicalDecodeChangeCB plugin_change,
							ReorderBufferTXN *txn, Relation relation, ReorderBufferChange *change);

#endif /* TIDEHOLD_FEED_DECODE_PROTO_H */
