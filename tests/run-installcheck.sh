#!/bin/sh
# SPDX-License-Identifier: MIT
# What "make install" left behind works: run by "make installcheck" with the directories in the environment.
# shellcheck disable=SC2154
status=0

fail() {
	echo "installcheck: $*" >&2
	status=1
}

for program in "$DESTDIR$sbindir/closewatchd" "$DESTDIR$bindir/closewatchctl"; do
	"$program" --version | grep -qF "$version" || fail "$program --version does not say $version"
	"$program" --help | grep -qi usage || fail "$program --help shows no usage"
done

for page in man8/closewatchd.8 man1/closewatchctl.1 man5/closewatch.conf.5 man5/closewatch-status.5; do
	[ -s "$DESTDIR$mandir/$page" ] || fail "the manual $page is missing"
done

config=$DESTDIR$sysconfdir/closewatch/closewatch.conf
[ -s "$config" ] || fail "$config is missing"
"$DESTDIR$bindir/closewatchctl" check-config "$config" >/dev/null || fail "$config is refused"

if [ -n "$unitdir" ]; then
	unit=$DESTDIR$unitdir/closewatchd.service
	grep -qxF "ExecStart=$sbindir/closewatchd" "$unit" || fail "$unit does not start $sbindir/closewatchd"
	if [ -z "$DESTDIR" ] && command -v systemd-analyze >/dev/null; then
		# Without the reload: small systems have no kill.
		copy=$(mktemp -d)
		grep -v '^ExecReload=' "$unit" >"$copy/closewatchd.service"
		systemd-analyze verify --man=no --recursive-errors=no "$copy/closewatchd.service" ||
			fail "systemd does not like $unit"
		rm -rf "$copy"
	fi
fi

[ -z "$catalogdir" ] || [ -s "$DESTDIR$catalogdir/closewatch.catalog" ] || fail "the journal's catalog is missing"

[ $status -ne 0 ] || echo "installcheck: all there"
exit $status
