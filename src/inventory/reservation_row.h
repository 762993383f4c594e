/*
 * reservation_row.h
 *	  Rows of inventory.reservation, and how they end; the reservation id.
 */
#ifndef TIDEHOLD_INVENTORY_RESERVATION_ROW_H
#define TIDEHOLD_INVENTORY_RESERVATION_ROW_H

#include "utils/uuid.h"

#include "base/table_write.h"
#include "inventory/pick.h"

/* A pick of an open reservation, as its row says. */
typedef struct HeldRow
{
	int64 item_id;
	int64 reservation_no;
	int64 location_id;
	int64 lot_id;
	int64 quantity;
	int64 fulfilled;
	TimestampTz created_at;
	bool has_expiry;
	TimestampTz expires_at;
} HeldRow;

/* The reservation id: item_id and reservation_no, 64 bits each, big-endian. */
extern void th_reservation_id_pack(int64 item_id, int64 reservation_no, pg_uuid_t *id);
extern void th_reservation_id_unpack(const pg_uuid_t *id, int64 *item_id, int64 *reservation_no);
extern char *th_reservation_id_text(const pg_uuid_t *id);

extern void th_held_row_read(TupleTableSlot *slot, HeldRow *row);

/* Is it over at this moment, marked or not? */
static inline bool
th_held_row_expired(const HeldRow *row, TimestampTz now)
{
	return row->has_expiry && row->expires_at <= now;
}

/* Inserts the row of a pick; has_expiry false lives for ever. */
extern void th_held_row_insert(ThTable *reservation, const HeldRow *row, text *reference);

/* Replaces quantity, fulfilled and expires_at of a locked row. */
extern void th_held_row_update(ThTable *reservation, TupleTableSlot *slot, const HeldRow *row);

typedef enum ReservationOutcome
{
	ENDED_FULFILLED,
	ENDED_RELEASED,
	ENDED_EXPIRED
} ReservationOutcome;

/*
 * Records the end of a row that the caller deletes.  row->quantity is what returns to
 * stock, row->fulfilled what was shipped in all.
 */
extern void th_held_row_record_end(ThTable *reservation_end, TupleTableSlot *slot,
								   const HeldRow *row, ReservationOutcome outcome,
								   TimestampTz now, text *reason);

#endif /* TIDEHOLD_INVENTORY_RESERVATION_ROW_H */
