# SPDX-License-Identifier: MIT
from cases import leaks, owners, queues, quiet, trends, together, names, life, disks, commands, events, services  # noqa: F401
