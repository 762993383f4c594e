/*
 * call.h
 *	  What every SQL-callable function of ours needs.
 */
#ifndef TIDEHOLD_BASE_CALL_H
#define TIDEHOLD_BASE_CALL_H

#include "fmgr.h"

/*
 * Refuses a call that would write in a read-only transaction, on a standby or in a
 * parallel worker.  The executor checks none of this for C that writes by itself.
 */
extern void th_require_writable(const char *function);

/* Called by th_require_writable when it has refused nothing; from _PG_init. */
extern void th_on_write(void (*callback)(void));

/* Name of the role that calls, as palloc'd text. */
extern Datum th_actor(void);

/* A new id from a sequence: node in the upper 16 bits, number in the lower 48. */
extern int64 th_next_id(Oid sequence);

/* Argument as text * (detoasted), or NULL. */
#define TH_GETARG_TEXT(n) (PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n))

#endif /* TIDEHOLD_BASE_CALL_H */
