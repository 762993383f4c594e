/*
 * errors.h
 *	  SQLSTATEs of class TH and the outcome of a business operation.
 *
 * An operation that can be refused for a business reason returns false and says
 * why in a ThOutcome; the raising functions turn it into an error, the functions
 * that answer with a code into a row.  doc/tidehold_inventory.md gives cause and
 * remedy of each.
 */
#ifndef TIDEHOLD_BASE_ERRORS_H
#define TIDEHOLD_BASE_ERRORS_H

#include "utils/elog.h"

#include "base/compat.h"

/* Stable: clients match on them.  Never renumber; add at the end. */
#define TH_CODES(X) \
	X(TH_INSUFFICIENT_STOCK, '0', '1', "insufficient_stock") \
	X(TH_ITEM_NOT_FOUND, '0', '2', "item_not_found") \
	X(TH_LOCATION_NOT_FOUND, '0', '3', "location_not_found") \
	X(TH_LOT_NOT_FOUND, '0', '4', "lot_not_found") \
	X(TH_RESERVATION_NOT_FOUND, '0', '5', "reservation_not_found") \
	X(TH_ALREADY_FULFILLED, '0', '6', "already_fulfilled") \
	X(TH_ALREADY_RELEASED, '0', '7', "already_released") \
	X(TH_RESERVATION_EXPIRED, '0', '8', "reservation_expired") \
	X(TH_EXCEEDS_RESERVATION, '0', '9', "exceeds_reservation") \
	X(TH_DIFFERENT_QUANTITY, '1', '0', "different_quantity") \
	X(TH_REQUEST_DIFFERS, '1', '1', "request_differs") \
	X(TH_LOCATION_FROZEN, '1', '2', "location_frozen") \
	X(TH_INVALID_QUANTITY, '1', '3', "invalid_quantity") \
	X(TH_INEXACT_CONVERSION, '1', '4', "inexact_conversion") \
	X(TH_UNIT_NOT_FOUND, '1', '5', "unit_not_found") \
	X(TH_QUANTITY_OVERFLOW, '1', '6', "quantity_overflow") \
	X(TH_LOCATION_HOLDS_NO_STOCK, '1', '7', "location_holds_no_stock") \
	X(TH_SAME_LOCATION, '1', '8', "same_location") \
	X(TH_LOT_REQUIRED, '1', '9', "lot_required") \
	X(TH_LOT_NOT_ALLOWED, '2', '0', "lot_not_allowed") \
	X(TH_LIFETIME_EXCEEDED, '2', '1', "lifetime_exceeded") \
	X(TH_REASON_REQUIRED, '2', '2', "reason_required") \
	X(TH_NEGATIVE_STOCK, '2', '3', "negative_stock") \
	X(TH_IN_USE, '2', '4', "in_use") \
	X(TH_ENTRIES_EXHAUSTED, '2', '5', "entries_exhausted") \
	X(TH_INVALID_ARGUMENT, '2', '6', "invalid_argument") \
	X(TH_SERIAL_IN_STOCK, '2', '7', "serial_in_stock") \
	X(TH_TEXT_TOO_LONG, '2', '8', "text_too_long") \
	X(TH_BUILTIN_ROW, '2', '9', "builtin_row") \
	X(TH_LOCATION_CYCLE, '3', '0', "location_cycle") \
	X(TH_VERSION_MISMATCH, '3', '1', "version_mismatch") \
	X(TH_OVERSOLD, '3', '2', "oversold") \
	X(TH_FEED_NOT_FOUND, '3', '3', "feed_not_found") \
	X(TH_FEED_EXISTS, '3', '4', "feed_exists") \
	X(TH_FEED_PARKED, '3', '5', "feed_parked") \
	X(TH_FEED_LIMIT, '3', '6', "feed_limit") \
	X(TH_FEED_NOT_READY, '3', '7', "feed_not_ready") \
	X(TH_FEED_INVALID_OPTION, '3', '8', "feed_invalid_option") \
	X(TH_FEED_SINK_FENCED, '3', '9', "feed_sink_fenced") \
	X(TH_FEED_SLOT_LOST, '4', '0', "feed_slot_lost") \
	X(TH_FEED_NOT_ARMED, '4', '1', "feed_not_armed") \
	X(TH_OBSERVATION_TIME, '4', '2', "observation_time") \
	X(TH_STREAM_NOT_FOUND, '4', '3', "stream_not_found") \
	X(TH_OBSERVATION_REFUSED, '4', '4', "observation_refused")

typedef enum ThCode
{
	TH_OK = 0,
#define X(code, tens, ones, name) code,
	TH_CODES(X)
#undef X
	TH_CODE_COUNT
} ThCode;

typedef struct ThOutcome
{
	ThCode code;		 /* TH_OK until refused */
	const char *message; /* palloc'd, lower case */
	const char *detail;	 /* or NULL */
	const char *hint;	 /* or NULL */
} ThOutcome;

/* Name of a code as the functions that answer with a code show it. */
extern const char *th_code_name(ThCode code);

/* SQLSTATE "TH0xx" packed for errcode(). */
extern PGDLLEXPORT int th_code_sqlstate(ThCode code);

/*
 * Records the first refusal and returns false, so that callers can write
 * "return th_refuse(...)".
 */
extern bool th_refuse(ThOutcome *outcome, ThCode code, const char *message, ...)
	pg_attribute_printf(3, 4);

/* Adds a detail or hint to a refusal; returns false as th_refuse does. */
extern bool th_refuse_detail(ThOutcome *outcome, const char *detail, ...)
	pg_attribute_printf(2, 3);
extern bool th_refuse_hint(ThOutcome *outcome, const char *hint, ...)
	pg_attribute_printf(2, 3);

TH_NORETURN extern void th_raise(const ThOutcome *outcome);

#endif /* TIDEHOLD_BASE_ERRORS_H */
