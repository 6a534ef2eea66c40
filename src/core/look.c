/* SPDX-License-Identifier: MIT */
#include "core/look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void look_reset(struct look *look)
{
	struct sock_row *rows = look->rows;
	size_t size = look->rows_size;

	*look = (struct look){ .rows = rows, .rows_size = size };
}

int look_add(struct look *look, const struct sock_row *row)
{
	if (look->n_rows == look->rows_size) {
		size_t size = look->rows_size ? look->rows_size + look->rows_size / 2 : 64;
		struct sock_row *rows = realloc(look->rows, size * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		look->rows = rows;
		look->rows_size = size;
	}
	look->rows[look->n_rows++] = *row;
	return 0;
}

void look_done(struct look *look)
{
	free(look->rows);
	*look = (struct look){ 0 };
}
