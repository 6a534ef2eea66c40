/* SPDX-License-Identifier: MIT */
/* From cgroups to systemd units. */
#include "kernel/process_info.h"

#include "core/cleanup.h"
#include "kernel/proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef FILEID_KERNFS
#define FILEID_KERNFS 0xfe
#endif

/* Of the unit types, these can have processes. */
static const char *const unit_suffixes[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

struct component {
	const char *name;
	size_t length;
};

static bool has_prefix(struct component c, const char *prefix)
{
	size_t length = strlen(prefix);

	return c.length >= length && memcmp(c.name, prefix, length) == 0;
}

/* A suffix alone is no name. */
static bool has_suffix(struct component c, const char *suffix)
{
	size_t length = strlen(suffix);

	return c.length > length && memcmp(c.name + c.length - length, suffix, length) == 0;
}

static bool is_unit(struct component c)
{
	for (size_t i = 0; i < CW_ELEMENTS(unit_suffixes); i++) {
		if (has_suffix(c, unit_suffixes[i]))
			return true;
	}
	return false;
}

static bool is_session(struct component c)
{
	return (has_prefix(c, "session-") && has_suffix(c, ".scope")) ||
	       (has_prefix(c, "init.scope") && c.length == strlen("init.scope"));
}

static bool next_component(const char **path, struct component *ret)
{
	*path += strspn(*path, "/");
	ret->name = *path;
	ret->length = strcspn(*path, "/");
	*path += ret->length;
	if (!ret->length)
		return false;
	/* systemd puts "_" before a name that the kernel could take for one of its own files. */
	if (ret->name[0] == '_') {
		ret->name++;
		ret->length--;
	}
	return true;
}

/* "nginx.service", or "user@1000.service/app.service". 1; 0: it does not fit. */
static int join(struct component manager, struct component unit, char *buffer, size_t size)
{
	size_t start = manager.name ? manager.length + 1 : 0;

	if (start + unit.length >= size)
		return 0;
	if (manager.name) {
		memcpy(buffer, manager.name, manager.length);
		buffer[manager.length] = '/';
	}
	memcpy(buffer + start, unit.name, unit.length);
	buffer[start + unit.length] = '\0';
	return 1;
}

int process_info_unit_of_cgroup(const char *path, char *buffer, size_t size)
{
	struct component c, manager = { NULL, 0 };

	while (next_component(&path, &c)) {
		if (has_suffix(c, ".slice"))
			continue;
		/* A user's manager is a unit that runs units: the inner one is meant, but not as if it were the host's. */
		if (!manager.name && has_prefix(c, "user@") && has_suffix(c, ".service")) {
			manager = c;
			continue;
		}
		/* Below the unit the names are its own, whatever they look like. */
		if (is_session(c) || !is_unit(c))
			return 0;
		return join(manager, c, buffer, size);
	}
	return 0;
}

/* Copies the path of the line that starts with the controllers. The kernel marks a removed cgroup at the path's end. */
static bool cgroup_path(const char *text, const char *controllers, char *buffer, size_t size)
{
	static const char removed[] = " (deleted)";

	for (const char *line = text; *line;) {
		const char *end = strchrnul(line, '\n'), *colon = memchr(line, ':', (size_t)(end - line));
		size_t length = strlen(controllers);

		if (colon && strncmp(colon, controllers, length) == 0) {
			struct component c = { colon + length, (size_t)(end - colon) - length };

			if (has_suffix(c, removed))
				c.length -= sizeof(removed) - 1;
			if (c.length >= size)
				return false;
			memcpy(buffer, c.name, c.length);
			buffer[c.length] = '\0';
			return true;
		}
		line = *end ? end + 1 : end;
	}
	return false;
}

int process_info_unit_of_cgroup_file(const char *text, char *buffer, size_t size)
{
	/* cgroup v2 first, then systemd's own v1 hierarchy: on a host that is all v1, the v2 line says "/", or is
	 * missing. */
	static const char *const lines[] = { "::", ":name=systemd:" };
	char path[PATH_MAX];

	for (size_t i = 0; i < CW_ELEMENTS(lines); i++) {
		if (cgroup_path(text, lines[i], path, sizeof(path)) &&
		    process_info_unit_of_cgroup(path, buffer, size) == 1)
			return 1;
	}
	return 0;
}

int process_info_open_cgroup(void)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < CW_ELEMENTS(mounts); i++) {
		int fd = open(mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		struct statfs fs;

		if (fd < 0)
			continue;
		if (fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return fd;
		close(fd);
	}
	return -ENOENT;
}

/* A cgroup's id is the file handle of its directory. */
static int open_cgroup_id(int cgroup_fd, uint64_t cgroup_id)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(cgroup_id)];
	} id = { .handle = { .handle_bytes = sizeof(cgroup_id), .handle_type = FILEID_KERNFS } };
	int fd;

	memcpy(id.handle.f_handle, &cgroup_id, sizeof(cgroup_id));
	fd = open_by_handle_at(cgroup_fd, &id.handle, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Where a descriptor of ours points to. Whether it could be told and fits. */
static bool path_of(int fd, char buffer[PATH_MAX])
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, buffer, PATH_MAX - 1);
	if (n < 0 || n >= PATH_MAX - 1)
		return false;
	buffer[n] = '\0';
	return true;
}

int process_info_unit_of_cgroup_id(int cgroup_fd, uint64_t cgroup_id, char *buffer, size_t size)
{
	char mount[PATH_MAX], path[PATH_MAX], unit[NAME_MAX_ESCAPED];
	CW_CLEANUP(proc_closep) int fd = -1;
	size_t length;

	if (cgroup_fd < 0 || !cgroup_id)
		return 0;
	fd = open_cgroup_id(cgroup_fd, cgroup_id);
	if (fd < 0 || !path_of(cgroup_fd, mount) || !path_of(fd, path))
		return 0;
	length = strlen(mount);
	if (strncmp(path, mount, length) != 0 || (path[length] != '/' && path[length] != '\0'))
		return 0;
	if (process_info_unit_of_cgroup(path + length, unit, sizeof(unit)) == 0)
		return 0;
	escape_name(unit, strlen(unit), buffer, size);
	return 1;
}
