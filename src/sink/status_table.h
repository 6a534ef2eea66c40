/* SPDX-License-Identifier: MIT */
/* The keys of the status file's "[closewatch]" and "[listener N]" sections, for its writer and its reader. */
#ifndef CW_SINK_STATUS_TABLE_H
#define CW_SINK_STATUS_TABLE_H

#include "sink/ini_table.h"

extern const struct ini_table status_table_head; /* of struct report, "format" left out */
extern const struct ini_table status_table_listener; /* of struct report_listener */

/* What the last section counts: a file that was cut does not agree with it. */
struct status_end {
	uint64_t listeners, groups, findings;
};

extern const struct ini_table status_table_end;

#endif
