#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs tests/systemd/run on what is built in the current directory, if this machine can.
skip() {
	echo "skip systemd: $1"
	exit 77
}

command -v python3 >/dev/null || skip "python3 is missing"
# shellcheck disable=SC2154 # the Makefile's
[ "$prefix:$sysconfdir" = /usr:/etc ] || skip "not configured with --prefix=/usr --sysconfdir=/etc"
[ -z "$SANITIZERS" ] || skip "the sanitizers need what the unit forbids"
exec python3 "${srcdir:-.}/tests/systemd/run"
