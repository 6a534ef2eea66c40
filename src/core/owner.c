/* SPDX-License-Identifier: MIT */
#include "core/owner.h"

#include "core/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int owners_init(struct owners *owners, const struct holder_book *book, owner_unit_of unit_of, void *unit_context)
{
	uint32_t *of_process = malloc((book->n_processes + 1) * sizeof(*of_process));

	if (!of_process)
		return -ENOMEM;
	for (size_t i = 0; i < book->n_processes; i++)
		of_process[i] = OWNER_NONE;
	*owners = (struct owners){
		.of_process = of_process,
		.book = book,
		.unit_of = unit_of,
		.unit_context = unit_context,
	};
	return 0;
}

void owners_done(struct owners *owners)
{
	free(owners->list);
	free(owners->of_process);
	*owners = (struct owners){ 0 };
}

static uint32_t intern(struct owners *owners, const struct owner *owner)
{
	for (size_t i = 0; i < owners->n; i++)
		if (strcmp(owners->list[i].name, owner->name) == 0 && strcmp(owners->list[i].unit, owner->unit) == 0)
			return (uint32_t)i;
	if (owners->n == owners->size) {
		size_t size = owners->size ? 2 * owners->size : 8;
		struct owner *list = realloc(owners->list, size * sizeof(*list));

		if (!list)
			return OWNER_NONE;
		owners->list = list;
		owners->size = size;
	}
	owners->list[owners->n] = *owner;
	return (uint32_t)owners->n++;
}

uint32_t owners_of_process(struct owners *owners, uint32_t process)
{
	const struct process *p = &owners->book->processes[process];
	struct owner owner = { 0 };

	if (owners->of_process[process] != OWNER_NONE)
		return owners->of_process[process];
	snprintf(owner.unit, sizeof(owner.unit), "%s", p->unit);
	snprintf(owner.process, sizeof(owner.process), "%s", p->name);
	if (*p->unit || *p->name)
		snprintf(owner.name, sizeof(owner.name), "%s", *p->unit ? p->unit : p->name);
	else
		snprintf(owner.name, sizeof(owner.name), "uid %u", p->uid);
	return owners->of_process[process] = intern(owners, &owner);
}

static void name_row(const struct owners *owners, const struct sock_row *row, struct owner *ret)
{
	*ret = (struct owner){ 0 };
	if (!owners->unit_of || !row->cgroup_id ||
	    owners->unit_of(owners->unit_context, row->cgroup_id, ret->unit, sizeof(ret->unit)) != 1)
		*ret->unit = '\0';
	if (*ret->unit)
		memcpy(ret->name, ret->unit, sizeof(ret->name));
	else
		snprintf(ret->name, sizeof(ret->name), "uid %u", row->uid);
}

uint32_t owners_of_row(struct owners *owners, const struct sock_row *row)
{
	struct owner_memo *memo = &owners->memo[(row->cgroup_id ^ row->uid) % CW_ELEMENTS(owners->memo)];
	struct owner owner;
	uint32_t index;

	if (memo->owner && memo->cgroup_id == row->cgroup_id && memo->uid == row->uid)
		return memo->owner - 1;
	name_row(owners, row, &owner);
	index = intern(owners, &owner);
	if (index != OWNER_NONE)
		*memo = (struct owner_memo){ .cgroup_id = row->cgroup_id, .uid = row->uid, .owner = index + 1 };
	return index;
}
