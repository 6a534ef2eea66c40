# SPDX-License-Identifier: MIT
"""The list of tests. A test is a function of a World (lib/world.py), and says what happens in its name."""

_tests = []


class Test:
    def __init__(self, number, way, function):
        self.number = number  # of the scenario; None: not one of the numbered ones
        self.way = way  # "scan", "daemon" or "" (lib/look.py)
        self.function = function
        parts = ["%02d" % number] if number is not None else []
        parts += [way] if way else []
        self.name = "-".join(parts + [function.__name__])


def tests():
    return _tests


def scenario(number=None):
    """A test that starts what it needs by itself."""

    def register(function):
        _tests.append(Test(number, "", function))
        return function

    return register


def scan_and_daemon(number=None):
    """A test of what is true now, and so told by `scan` and by a running daemon alike: it runs once with each."""

    def register(function):
        _tests.append(Test(number, "scan", function))
        _tests.append(Test(number, "daemon", function))
        return function

    return register
