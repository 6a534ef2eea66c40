/* SPDX-License-Identifier: MIT */
/* One [rule NAME] of the config: what it matches and what it changes. */
#ifndef CW_CORE_RULE_H
#define CW_CORE_RULE_H

#include "core/config.h"

bool rule_matches(const struct rule *rule, const struct rule_subject *subject);

/* What a rule is matched against for a finding. Points into it. */
struct rule_subject rule_subject_of(const struct finding *finding);

/* Sets what the rule overrides. */
void rule_apply(const struct rule *rule, struct thresholds *thresholds);

#endif
