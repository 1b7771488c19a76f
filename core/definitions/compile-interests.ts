/** `rules/interests.json` parsed → interests, with events and conditions checked. */
import type { Interest, InterestRules } from '../interests/model.ts';
import { checkMatch } from './check-condition.ts';
import type { InterestsFile } from './interests.ts';
import { present } from './present.ts';
import type { Scope } from './scope.ts';

export function compileInterests(scope: Scope, file: InterestsFile): InterestRules {
  const interests = interestsOf(scope, file);
  return file.gate === undefined ? interests : { interests, gate: file.gate };
}

function interestsOf(scope: Scope, file: InterestsFile): readonly Interest[] {
  return file.interests.map(({ id, title, why, fadesAfter, from }, index) => ({
    id,
    title,
    why,
    fadesAfterMs: fadesAfter,
    from: from.map(({ points, halfLife, ...match }, place) =>
      present({
        match: checkMatch(scope, match, ['interests', index, 'from', place], undefined),
        points,
        halfLifeMs: halfLife,
      }),
    ),
  }));
}
