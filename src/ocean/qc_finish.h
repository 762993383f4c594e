/*
 * qc_finish.h
 *	  What is done for the streams that a statement has written, when it ends.
 */
#ifndef TIDEHOLD_OCEAN_QC_FINISH_H
#define TIDEHOLD_OCEAN_QC_FINISH_H

#include "ocean/qc_stream.h"

/*
 * Judges rows of the stream's spans again, and those that depend on them, and writes what has
 * changed; true where anything has.
 */
extern bool th_qc_rejudge(Relation observation, ThQcStream *stream, bool by_rules_in_force);

/* Flags are being written that have been judged. */
extern bool th_qc_is_rewriting(void);

/* An aggregate in the row's own scheme. */
extern int16 th_qc_flag_of(int verdict, const ThObservation *row);

extern void th_qc_rejudge_init(void);
extern void th_qc_finish_init(void);

#endif /* TIDEHOLD_OCEAN_QC_FINISH_H */
