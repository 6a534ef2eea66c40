#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs tests/scenarios/run on the programs just built (CLOSEWATCHD, CLOSEWATCHCTL), if this machine can.
if ! command -v python3 >/dev/null; then
	echo "skip scenarios: python3 is missing"
	exit 77
fi
exec python3 "${srcdir:-.}/tests/scenarios/run"
