/* SPDX-License-Identifier: MIT */
/* Prints the table of config keys, one in a line: section, name, default and the values it takes, tabs between them. */
#include "core/config_value.h"

#include <stdio.h>

int main(void)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		char range[64];

		config_value_range(&keys[i], range, sizeof(range));
		printf("%s\t%s\t%s\t%s\n", keys[i].section, keys[i].name, keys[i].fallback, range);
	}
	return 0;
}
