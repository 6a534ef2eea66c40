# SPDX-License-Identifier: MIT
"""Expectations that explain themselves, and waiting for conditions."""

import json
import time

DEADLINE = 15.0  # seconds that a condition may take; generous, because machines are slow at times
PAUSE = 0.03


class Failed(Exception):
    """What was expected, and what came."""


class Skipped(Exception):
    """Why this machine cannot run the test."""


def expect(condition, what, came=None):
    if not condition:
        raise Failed(what if came is None else "%s\ncame: %s" % (what, shown(came)))


def equal(came, expected, what):
    expect(came == expected, "%s: expected %s" % (what, shown(expected)), came)


def shown(value):
    if isinstance(value, (str, bytes)):
        return str(value)
    try:
        return json.dumps(value, indent=1, sort_keys=True, default=str)
    except (TypeError, ValueError):
        return repr(value)


def until(condition, what, deadline=DEADLINE):
    """Waits for condition() to be true and returns it. A Failed that it raises means: not yet."""
    end = time.monotonic() + deadline
    while True:
        last = None
        try:
            result = condition()
            if result:
                return result
        except Failed as failed:
            last = failed
        if time.monotonic() > end:
            raise Failed("waited %g s for: %s%s" % (deadline, what, "\nlast: %s" % last if last else ""))
        time.sleep(PAUSE)
