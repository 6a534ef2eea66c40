/* SPDX-License-Identifier: MIT */
#include "ctl/output.h"

#include "ctl/command.h"
#include "ctl/json.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int output_json(json_t *value)
{
	int r = json_write(stdout, value);

	/* output_close() tells what the stream itself met. */
	if (r < 0 && !ferror(stdout))
		warnx("cannot print JSON: %s", strerror(-r));
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

int output_close(int code)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return code;
	if (errno)
		warn("cannot write the output");
	else
		warnx("cannot write the output");
	return EXIT_FAILED;
}
