/*
 * request.h
 *	  Idempotency: a request id that was served answers with its first result.
 */
#ifndef TIDEHOLD_INVENTORY_REQUEST_H
#define TIDEHOLD_INVENTORY_REQUEST_H

#include "fmgr.h"

#include "base/claim.h"
#include "base/errors.h"

typedef struct Request
{
	bool active; /* a request id was given */
	int32 tenant_id;
	text *request_id;
	const char *operation;
	Datum *arguments; /* text, as the types' output functions write them */
	bool *argument_nulls;
	int argument_count;
	ThClaim claim; /* held until th_request_finish */

	/* Where the id was served before: its result */
	bool replayed;
	Datum *result; /* text */
	bool *result_nulls;
	int result_count;
} Request;

/*
 * Finds the argument named request_id of the running function; where it is given, waits
 * for a transaction that is serving the same id and looks it up.  The other arguments
 * are compared with those of the first call in the order of the parameters.
 * False: TH_REQUEST_DIFFERS naming the first argument that differs, TH_TEXT_TOO_LONG.
 * Call it before any other check.
 */
extern bool th_request_begin(FunctionCallInfo fcinfo, Request *request, ThOutcome *outcome);

/* Stores the result (C strings, NULL elements allowed) of a request served now. */
extern void th_request_finish(Request *request, const char *const *result, int count);

/* Gives the id free where the request was refused without an error. */
extern void th_request_abandon(Request *request);

/* Element of the stored result as C string, NULL where it is null. */
extern char *th_request_result(const Request *request, int element);

#endif /* TIDEHOLD_INVENTORY_REQUEST_H */
