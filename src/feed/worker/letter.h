/*
 * letter.h
 *	  Dead letters: messages that the sink can never take, and what waits behind them.
 *
 * A refused message is noted during decoding (a tuplestore, so memory is bounded) and
 * written to tidehold.dead_letter before the position that covers it is sent: a crash in
 * between writes it again, and the unique key (feed, commit end, index, part) keeps one.
 *
 * Order of a key: with on_refusal = block_key later messages of that key become letters
 * too, until the first is replayed or discarded; with go_on they are sent.  A route whose
 * destination is missing blocks every key of it and is replayed by itself when the
 * destination appears.  Letters are sent again in order of their id, in batches inside
 * the sink's transaction, whose position carries the batch's number: each once.
 *
 * A computed value waits for nothing.  That its query failed is one letter per key, gone
 * when the key is computed again; to replay it is to compute it.
 */
#ifndef TIDEHOLD_FEED_WORKER_LETTER_H
#define TIDEHOLD_FEED_WORKER_LETTER_H

#include "feed/decode/change.h"
#include "feed/encode/message.h"
#include "feed/feed_row.h"
#include "feed/state.h"
#include "feed/worker/sink.h"

/* Reads what is blocked.  sent: batches up to this number are in the sink already. */
extern void th_letter_start(const FeedRow *row, FeedState *state, int64 sent);

/* Why this message must become a letter as an earlier one of its key or route did; or NULL. */
extern const char *th_letter_blocked(const FeedMessage *message);

/* Inside decoding callbacks too.  no_route: it waits for its destination. */
extern void th_letter_note(const FeedMessage *message, int sqlstate, const char *reason,
						   bool no_route);
extern void th_letter_note_undecodable(const FeedTxn *txn, uint32 index, const char *schema_name,
									   const char *table_name, const char *reason, int sqlstate);

extern bool th_letter_noted(void);

/*
 * Inside decoding callbacks too: the table's rows are gone from the sink.  Older letters of
 * its hashes and strings are deleted with what is noted until the position has passed it,
 * for sent again they would bring rows back.
 */
extern void th_letter_note_emptied(const FeedChange *change);
extern void th_letter_forget_emptied(void);

/* Outside decoding: writes what was noted, in a transaction of its own. */
extern void th_letter_write(void);

/*
 * Outside decoding, between two positions: sends the letters that are to be replayed and
 * of routes that may be there again.  Returns how many; *letter is the batch's number.
 * th_letter_done() deletes them once that position is durable.
 */
extern int th_letter_replay(const FeedSink *sink, int64 *letter);
extern void th_letter_done(int64 letter);

#endif /* TIDEHOLD_FEED_WORKER_LETTER_H */
