/** What people decide about a lead on its page: the form that sets its stage, and the verdict on an event. */
import { leftAloneWords } from '../../api/hand-words.ts';
import type { TimelineEntry } from '../../api/timeline.ts';
import type { Release } from '../../core/definitions/release.ts';
import { EVENT_JUDGED } from '../../core/decision/judged.ts';
import type { Lead } from '../../core/facts/lead.ts';
import { isActivity } from '../../core/decision/activity.ts';
import { isLeftAlone } from '../../core/qualification/stages.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import { html, type Html } from '../html.ts';

/** Who set the stage, as long as rules leave it alone. */
export function byHandNotice(lead: Lead, release: Release, now: number): Html | false {
  const { byHand, stage } = lead.stage;
  if (byHand === undefined || !isLeftAlone(lead, now)) return false;
  const alone = leftAloneWords(byHand.until, release);
  return html`<p class="notice">${stageLabel(release, stage)} was set by hand by ${byHand.by}: ${byHand.why}. ${alone}.</p>`;
}

export function stageSection(lead: Lead, release: Release): Html {
  const { stage: here } = lead.stage;
  return html`<details class="card"><summary>Set the stage by hand</summary>
    <p class="soft small">Rules leave it alone as long as you say. A deal, and what a rep answers, still move it.</p>
    <form method="post" action="/console/leads/${lead.id}/stage" class="pause">
      <label><span>Stage</span><select name="stage">${release.qualification.order.map(
        (stage) =>
          html`<option value="${stage}" ${stage === here && html`selected`}>${stageLabel(release, stage)}</option>`,
      )}</select></label>
      <label><span>Why</span><input name="reason" maxlength="200" required /></label>
      <label><span>For how long ("ever": for good)</span><input name="for" value="30 days" required /></label>
      <label><span>Your name</span><input name="by" maxlength="80" required /></label>
      <label><span>Who is told</span><select name="quiet"><option value="">Whoever is told on any way in</option><option value="yes">Nobody, and no journey begins</option></select></label>
      <button class="quiet">Set the stage</button>
    </form></details>`;
}

/** On what the lead did, and on a click that was taken for a robot's: one button, behind a fold. */
export function verdictOn(entry: TimelineEntry, lead: Lead, release: Release): Html | false {
  const { type, id, detail } = entry;
  const { name, trust } = detail;
  if (type !== 'event' || typeof name !== 'string' || name === EVENT_JUDGED) return false;
  if (!isActivity(release, name, 'human')) return false;
  const [verdict, words] =
    trust === 'likely-robot' ? ['human', 'Was a person'] : ['robot', 'Was a robot'];
  return html`<details><summary>${words}?</summary>
    <form method="post" action="/console/leads/${lead.id}/verdict" class="pause">
      <input type="hidden" name="event" value="${id}" /><input type="hidden" name="trust" value="${verdict}" />
      <label><span>What speaks for it</span><input name="because" maxlength="200" required /></label>
      <label><span>Your name</span><input name="by" maxlength="80" required /></label>
      <button class="quiet">${words}</button>
    </form></details>`;
}
