/** Sending policy and email manifests: parsed files → models. */
import type { SendingPolicy } from '../sending/model.ts';
import { compileReplies, compileSunset } from './answers.ts';
import { checkCondition, leadWorld } from './check-condition.ts';
import { checkLast } from './compile-sales.ts';
import { compileRates, compileStopWhen, compileWarmUp } from './pace.ts';
import { list } from './problems.ts';
import { present } from './present.ts';
import type { TemplateManifest } from './release.ts';
import { check, checkUnique, refer } from './scope.ts';
import type { Scope } from './scope.ts';
import type { SendingFile } from './sending.ts';
import { didYouMean } from './suggest.ts';
import type { TemplateFile } from './template.ts';

export function compileSending(scope: Scope, file: SendingFile): SendingPolicy {
  checkLast(scope, file.consent, ['consent'], 'consent rule');
  for (const part of ['topics', 'caps', 'consent'] as const) {
    checkUnique(
      scope,
      'id',
      file[part].map(({ id }, index) => ({ id, path: [part, index, 'id'] })),
    );
  }
  const consent = file.consent.map(({ expiresAfter, ...rest }, index) =>
    present({
      ...rest,
      expiresAfterMs: expiresAfter,
      if:
        rest.if === undefined
          ? undefined
          : checkCondition(scope, rest.if, ['consent', index, 'if'], leadWorld),
    }),
  );
  return present({
    from: file.from,
    postalAddress: file.postalAddress,
    zoneIfUnknown: file.zoneIfUnknown,
    topics: file.topics,
    caps: file.caps,
    fewer: file.fewer,
    quiet: file.quiet,
    holidays: file.holidays,
    spreadMs: file.spread,
    consent,
    uncertainSend: file.uncertainSend,
    stopWhen: compileStopWhen(file.stopWhen),
    rates: compileRates(scope, file.rates),
    warmUp: compileWarmUp(scope, file.warmUp, file.from),
    replies: compileReplies(scope, file.replies),
    sunset: compileSunset(file.sunset),
    tracking: trackingOf(file.tracking),
  });
}

function trackingOf(tracking: SendingFile['tracking']): SendingPolicy['tracking'] {
  if (tracking === undefined) return undefined;
  const { utm, ...what } = tracking;
  return present({ ...what, utm: utm === undefined ? undefined : present({ ...utm }) });
}

/** `folder` is the name of the directory the manifest lies in. */
export function compileTemplate(
  scope: Scope,
  file: TemplateFile,
  folder: string,
): TemplateManifest {
  const found = JSON.stringify(file.template);
  if (file.template !== folder) {
    const expected = JSON.stringify(folder);
    const message = `template ${found} lies in the folder ${expected}: both must be the same`;
    scope.report(['template'], { message, found, expected });
  }
  if (file.topic !== undefined) refer(scope, 'topic', file.topic, ['topic']);
  for (const [index, interest] of (file.about ?? []).entries()) {
    refer(scope, 'interest', interest, ['about', index]);
  }
  const languages = Object.keys(file.languages);
  if (!languages.includes(file.ifNoLanguage)) {
    const message = `expected one of the "languages" (${list(languages)}), found ${JSON.stringify(file.ifNoLanguage)}`;
    scope.reportShape(
      ['ifNoLanguage'],
      present({ message, fix: didYouMean(file.ifNoLanguage, languages) }),
      ['languages'],
    );
  }
  checkVariables(scope, file);
  const { template, topic, buyingStage, about, from, ifNoOwner, again, ifNoLanguage, variables } =
    file;
  return present({
    template,
    topic,
    buyingStage,
    about,
    from,
    ifNoOwner,
    again,
    languages: file.languages,
    ifNoLanguage,
    variables,
  });
}

/** `lead.<fact>` must be a fact; what else an email can read is the renderer's. */
function checkVariables(scope: Scope, file: TemplateFile): void {
  const known = new Set(scope.names.facts.keys());
  for (const variable of Object.keys(file.variables)) {
    const [root, ...rest] = variable.split('.');
    if (root !== 'lead') continue;
    check(scope, 'fact', rest.join('.'), ['variables', variable], known);
  }
}
