/*
 * qc_config.h
 *	  Configurations of quality control, kept by their id, which stands for one set of
 *	  thresholds for ever.
 */
#ifndef TIDEHOLD_OCEAN_QC_CONFIG_H
#define TIDEHOLD_OCEAN_QC_CONFIG_H

#include "utils/rel.h"

#include "ocean/threshold.h"

/* NULL where there is no such configuration. */
extern const ThThresholds *th_qc_config(Relation observation, int32 config_id);

extern void th_qc_config_init(void);

#endif /* TIDEHOLD_OCEAN_QC_CONFIG_H */
