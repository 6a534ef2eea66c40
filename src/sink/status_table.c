/* SPDX-License-Identifier: MIT */
#include "sink/status_table.h"

#include "core/cleanup.h"
#include "core/report.h"

static const struct ini_field head_fields[] = {
	INI_FIELD(report, version, "version", INI_NAME, true),
	INI_FIELD(report, host, "host", INI_NAME, true),
	INI_FIELD(report, health, "health", INI_TEXT, true),
	INI_FIELD(report, complete, "complete", INI_FLAG, true),
	INI_FIELD(report, updated_usec, "updated", INI_TIME, true),
	INI_FIELD(report, started_usec, "started", INI_TIME, false),
	INI_FIELD(report, config_read_usec, "config_read", INI_TIME, false),
	INI_FIELD(report, config_error, "config_error", INI_NAME, false),
	INI_FIELD(report, interval_usec, "interval", INI_SPAN, false),
	INI_FIELD(report, stale_age_usec, "stale_age", INI_SPAN, false),
	INI_FIELD(report, cycles, "cycles", INI_NUMBER, false),
	INI_FIELD(report, last_cycle_usec, "last_cycle", INI_DURATION, true),
	INI_FIELD(report, pid, "pid", INI_PID, false),
	INI_FIELD(report, boot_id, "boot_id", INI_NAME, false),
	INI_FIELD(report, more_groups, "more_groups", INI_NUMBER, false),
};

static const struct ini_field listener_fields[] = {
	INI_FIELD(report_listener, netns, "namespace", INI_NAME, true),
	INI_FIELD(report_listener, address, "address", INI_ADDRESS, true),
	INI_FIELD(report_listener, port, "port", INI_NUMBER, true),
	INI_FIELD(report_listener, queue, "queue", INI_NUMBER, true),
	INI_FIELD(report_listener, limit, "limit", INI_NUMBER, true),
	INI_FIELD(report_listener, drops, "drops", INI_NUMBER, true),
	INI_FIELD(report_listener, overflowed, "overflowed", INI_NUMBER, false),
	INI_FIELD(report_listener, not_accepted, "not_accepted", INI_NUMBER, false),
	INI_FIELD(report_listener, oldest_wait_usec, "oldest_wait", INI_DURATION, false),
	INI_FIELD(report_listener, owner, "owner", INI_NAME, false),
	INI_FIELD(report_listener, unit, "unit", INI_NAME, false),
	INI_FIELD(report_listener, process, "process", INI_NAME, false),
	INI_FIELD(report_listener, pid, "pid", INI_PID, false),
	INI_FIELD(report_listener, uid, "uid", INI_NUMBER, true),
	INI_FIELD(report_listener, inode, "inode", INI_NUMBER, false),
	INI_FIELD(report_listener, cookie, "cookie", INI_NUMBER, false),
};

static const struct ini_field end_fields[] = {
	INI_FIELD(status_end, listeners, "listeners", INI_NUMBER, true),
	INI_FIELD(status_end, groups, "groups", INI_NUMBER, true),
	INI_FIELD(status_end, findings, "findings", INI_NUMBER, true),
};

const struct ini_table status_table_head = { head_fields, CW_ELEMENTS(head_fields) };
const struct ini_table status_table_listener = { listener_fields, CW_ELEMENTS(listener_fields) };
const struct ini_table status_table_end = { end_fields, CW_ELEMENTS(end_fields) };
