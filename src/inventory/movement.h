/*
 * movement.h
 *	  What receive, issue, transfer and adjust have in common.
 *
 * Checks come in this order, and the first that fails is the error:
 *	 1. the transaction may write
 *	 2. the request id: served before with the same arguments answers at once
 *	 3. arguments that are missing, too long, zero or negative
 *	 4. item, then unit and conversion
 *	 5. locations: known, of a kind that fits, not the same
 *	 6. lot: required, allowed, known
 *	 7. frozen locations
 *	 8. stock
 */
#ifndef TIDEHOLD_INVENTORY_MOVEMENT_H
#define TIDEHOLD_INVENTORY_MOVEMENT_H

#include "fmgr.h"

#include "inventory/ledger.h"

/* One call of an operation. */
typedef struct Movement
{
	int32 tenant_id;
	StockItem item;
	int64 quantity; /* in base units */
	Location source;
	Location destination;
	bool has_lot;
	Lot lot;		  /* lot_id 0 where the stock has no lot */
	text *request_id; /* of an issue, or NULL */
	Ledger ledger;
} Movement;

/* Positions of the arguments that all operations have. */
typedef struct MovementArguments
{
	int sku, item_id, tenant_id;
	int unit, lot;
	int reference, reason;
} MovementArguments;

/*
 * Does the work of one call between opening and closing the ledger.  A call that finds
 * nothing to do writes no line, and the function then returns NULL.
 */
typedef bool (*MovementBody)(FunctionCallInfo fcinfo, Movement *movement, ThOutcome *outcome);

/* Runs a SQL-callable operation: request id, locks, body, result. */
extern Datum th_movement_run(FunctionCallInfo fcinfo, const char *function, const char *kind,
							 MovementBody body);

/* Tenant, lengths of texts, and the reference and reason of the ledger. */
extern bool th_movement_texts(FunctionCallInfo fcinfo, const MovementArguments *arguments,
							  Movement *movement, ThOutcome *outcome);

/* A quantity has to be given; 0 and, unless signed_quantity, less are refused. */
extern bool th_movement_check_quantity(FunctionCallInfo fcinfo, int quantity,
									   bool signed_quantity, ThOutcome *outcome);

/* Finds the item. */
extern bool th_movement_item(FunctionCallInfo fcinfo, const MovementArguments *arguments,
							 Movement *movement, ThOutcome *outcome);

/* Both of the above with the quantity in base units. */
extern bool th_movement_item_quantity(FunctionCallInfo fcinfo,
									  const MovementArguments *arguments, int quantity,
									  Movement *movement, ThOutcome *outcome);

/*
 * Finds a location by the argument code or, where id is not NO_ARGUMENT, also by id.
 * The parameter's name is for the message where none is given.
 */
#define NO_ARGUMENT (-1)
extern bool th_movement_location(FunctionCallInfo fcinfo, const Movement *movement,
								 const char *parameter, int code, int id, Location *location,
								 ThOutcome *outcome);

extern bool th_movement_holds_stock(const Location *location, ThOutcome *outcome);
extern bool th_movement_outside(const Location *location, const char *parameter,
								ThOutcome *outcome);

/* Finds the lot, which may be left out unless required. */
extern bool th_movement_lot(Movement *movement, text *code, bool required, ThOutcome *outcome);

extern bool th_movement_not_frozen(const Movement *movement, const Location *location,
								   ThOutcome *outcome);

/* Adds stock to a location: tells the escrow, and backends where the key is new. */
extern void th_movement_give(Movement *movement, const Location *location, int64 lot_id,
							 int64 quantity);

extern bool th_movement_insufficient(const Movement *movement, int64 available,
									 ThOutcome *outcome);

/* Dates that a receipt gives for its lot. */
typedef struct LotDates
{
	bool has_expires_on, has_best_before, has_removal_date;
	DateADT expires_on, best_before, removal_date;
} LotDates;

/*
 * Finds the lot of a receipt or makes it.  Two sessions that receive a new lot at the
 * same time make it once.  False: TH_INVALID_ARGUMENT where it exists with other dates.
 */
extern bool th_lot_receive(Movement *movement, text *code, const LotDates *dates,
						   ThOutcome *outcome);

/*
 * How many units of a serial number lie at all locations.  Until the transaction ends
 * nobody else can bring one in.
 */
extern int64 th_serial_claim(Ledger *ledger, int64 lot_id);

/*
 * False, TH_SERIAL_IN_STOCK, where the unit with the serial number of this movement lies
 * anywhere.
 */
extern bool th_serial_check_absent(Movement *movement, ThOutcome *outcome);

#endif /* TIDEHOLD_INVENTORY_MOVEMENT_H */
