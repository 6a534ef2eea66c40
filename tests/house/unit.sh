# SPDX-License-Identifier: MIT
# The unit file is one that systemd understands, and its sandbox stays as tight as it is.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

unit=systemd/closewatchd.service

# The exposure is threshold / 10, at most. Without open_by_handle_at it would be 1.6, and listeners that nobody looked
# through would have no unit.
threshold=18
if ! command -v systemd-analyze >/dev/null || ! systemd-analyze --help | grep -q -e --offline; then
	skip exposure_of_the_unit_is_low "systemd-analyze (250 or newer) is missing"
	skip systemd_understands_the_unit "systemd-analyze (250 or newer) is missing"
else
	: >"$work/bad"
	systemd-analyze security --offline=yes --no-pager --threshold=$threshold "$unit" >"$work/security" 2>&1 ||
		grep -v '✓' "$work/security" >"$work/bad"
	check exposure_of_the_unit_is_low "$work/bad"

	# The daemon is not installed yet, and small systems have no kill: any program stands in for them.
	sed 's,^\(Exec[A-Za-z]*\)=.*,\1=/bin/true,' "$unit" >"$work/closewatchd.service"
	systemd-analyze verify --man=no --recursive-errors=no "$work/closewatchd.service" >"$work/bad" 2>&1
	check systemd_understands_the_unit "$work/bad"
fi

# What a tighter sandbox would break, without anybody noticing before an incident.
grep -nE '^Private(Network|Users|PIDs)=(yes|true|1|on)|^ProcSubset=pid|^(Dynamic)?User=' "$unit" >"$work/bad"
check the_unit_can_see_the_host "$work/bad"

for line in Type=notify RestartPreventExitStatus=78 RuntimeDirectory=closewatch StateDirectory=closewatch \
	'CapabilityBoundingSet=CAP_SYS_PTRACE CAP_DAC_READ_SEARCH' 'RestrictAddressFamilies=AF_NETLINK AF_UNIX'; do
	grep -qxF "$line" "$unit" || echo "missing: $line"
done >"$work/bad"
grep -n @ "$unit" | grep -v '^[0-9]*:SystemCallFilter=' >>"$work/bad"
check the_unit_says_what_the_daemon_relies_on "$work/bad"

finish
