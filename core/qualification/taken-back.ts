/**
 * Where a lead goes back to when evidence is taken away: "that click was a robot".
 *
 * A stage rests on an event when its `when` held at the instant of entering with that event, and has
 * held at no instant since without it: what happened later may carry the stage by itself. Stages that
 * people or deals decided (a rep's acceptance, a stage set by hand, an opportunity) rest on no event.
 * The lead goes back to the last stage before it that stands on its own; it never goes forward here.
 *
 * Apart from `stages.ts` because it looks at the past: facts are judged anew at earlier instants.
 */
import type { Lead, LeadEvent, Trust } from '../facts/lead.ts';
import type { Qualification, StageRule } from './model.ts';
import type { JudgeLead } from './stages.ts';

export interface Evidence {
  /** As it was before the verdict. */
  readonly event: LeadEvent;
  /** What it is trusted as from now on. */
  readonly trust: Trust;
  /** The lead as it would be, had the verdict not come. */
  readonly before: Lead;
}
interface Scene {
  readonly lead: Lead;
  readonly qualification: Qualification;
  readonly evidence: Evidence;
  readonly judge: JudgeLead;
  readonly now: number;
}
interface Standing {
  readonly stage: string;
  readonly since: number;
}

/** A lead with more events than this since it entered is looked at after the latest ones. */
const INSTANTS_MAX = 500;

/** The stage to go back to, or null where the lead stands on more than that event. */
export function takenBackTo(scene: Scene): string | null {
  const { lead, qualification } = scene;
  const { stage, since, byHand } = lead.stage;
  if (byHand !== undefined) return null;
  let standing: Standing = { stage, since };
  while (restsOnIt(standing, scene)) {
    const earlier = standingBefore(standing, scene);
    if (earlier === null) break;
    standing = earlier;
  }
  if (standing.stage === stage) return null;
  const { order } = qualification;
  const isBelowLead = order.indexOf(standing.stage) < order.indexOf('lead');
  const hasLived = lead.lastActivityAt !== undefined && stage !== 'lead';
  return isBelowLead && hasLived && ruleOf(qualification, 'lead') === undefined
    ? 'lead'
    : standing.stage;
}

function restsOnIt({ stage, since }: Standing, scene: Scene): boolean {
  const { lead, qualification, evidence, judge, now } = scene;
  const rule = ruleOf(qualification, stage);
  if (rule === undefined) {
    const cameToLife = evidence.before.lastActivityAt !== undefined;
    return stage === 'lead' && cameToLife && lead.lastActivityAt === undefined;
  }
  if (!judge(evidence.before, since).holds(rule.when)) return false;
  const later = lead.events
    .map(({ occurredAt }) => occurredAt)
    .filter((at) => at > since && at < now)
    .slice(-INSTANTS_MAX);
  return ![since, ...new Set(later), now].some((at) => judge(lead, at).holds(rule.when));
}

/** Where the lead stood when it entered: the stage it left at that instant. */
function standingBefore({ stage, since }: Standing, scene: Scene): Standing | null {
  const { lead, qualification } = scene;
  const { order } = qualification;
  const { entered, left } = lead.stage;
  const earlier = order.slice(0, order.indexOf(stage));
  // Merged leads may have lost it: then the stage before the first rule is as far as can be said.
  const before = earlier.findLast((one) => left[one] === since) ?? bornBefore(earlier);
  if (before === undefined) return null;
  return { stage: before, since: entered[before] ?? lead.bornAt };
}

function bornBefore(earlier: readonly string[]): string | undefined {
  return earlier.includes('lead') ? 'lead' : earlier[0];
}

function ruleOf({ stages }: Qualification, stage: string): StageRule | undefined {
  return stages.find((rule) => rule.stage === stage);
}
