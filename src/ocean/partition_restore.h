/*
 * partition_restore.h
 *	  Lets a dump with partitions of ocean.observation be restored.
 */
#ifndef TIDEHOLD_OCEAN_PARTITION_RESTORE_H
#define TIDEHOLD_OCEAN_PARTITION_RESTORE_H

extern void th_partition_restore_init(void);

#endif /* TIDEHOLD_OCEAN_PARTITION_RESTORE_H */
