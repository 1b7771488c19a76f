/**
 * The line by which a reader decides: subject and preheader as an inbox shows them, with a sample's
 * values in them. What breaks the email is an error, what costs readers is a warning.
 */
import { error, warning, type TemplateProblem } from '../templates/problem.ts';

/** Below, it says nothing; above, phones cut it. */
const subjectCharactersMin = 15;
const subjectCharactersMax = 60;
const preheaderCharactersMax = 140;

export function subjectProblems(subject: string, isInternal: boolean): readonly TemplateProblem[] {
  if (subject === '') return [error('the subject is empty')];
  const length = [...subject].length;
  const said = JSON.stringify(subject);
  return [
    ...(length < subjectCharactersMin
      ? [warning(`the subject ${said} has ${length} characters: too few to say anything`)]
      : []),
    // A rep reads the whole line in a mail program, and wants name, reason and deadline in it.
    ...(length > subjectCharactersMax && !isInternal
      ? [
          warning(
            `the subject ${said} has ${length} characters: phones cut it after ${subjectCharactersMax}`,
          ),
        ]
      : []),
    ...shouting('subject', subject),
    ...(/^(re|fwd?|aw|wg):/i.test(subject)
      ? [warning(`the subject ${said} looks like an answer that it is not: filters look for that`)]
      : []),
  ];
}

export function preheaderProblems(preheader: string, subject: string): readonly TemplateProblem[] {
  if (preheader === '') {
    const message = 'there is no preheader: inboxes show the first words of the email instead';
    return [warning(message, 'say in a few words what the subject leaves open')];
  }
  const length = [...preheader].length;
  return [
    ...(preheader === subject ? [warning('the preheader repeats the subject')] : []),
    ...(length > preheaderCharactersMax
      ? [warning(`the preheader has ${length} characters: no inbox shows so many`)]
      : []),
    ...shouting('preheader', preheader),
  ];
}

function shouting(what: string, text: string): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  if (/[!?]{2,}|!.*!/.test(text)) {
    problems.push(warning(`the ${what} shouts: ${JSON.stringify(text)}`, 'one "!" at most'));
  }
  const words = text.match(/\p{L}{4,}/gu) ?? [];
  const loud = words.filter((word) => word === word.toUpperCase() && word !== word.toLowerCase());
  if (loud.length >= 2 && loud.length * 2 >= words.length) {
    problems.push(warning(`the ${what} is written in capitals: ${JSON.stringify(text)}`));
  }
  return problems;
}
