/** The figures of docs/examples/course-provider.md are made of these. */
import { expect, test } from 'vitest';
import {
  gradesWorthACall,
  linesBy,
  measure,
  type Graded,
} from '../../examples/course-provider/measures.ts';

function leads(grade: string, isMql: boolean, bought: number, not: number): readonly Graded[] {
  return Array.from({ length: bought + not }, (_, n) => ({
    ...{ leadId: `${grade}${n}`, grade, isMql, converted: n < bought },
  }));
}

const list = [...leads('A1', true, 3, 1), ...leads('B2', true, 1, 3), ...leads('C4', false, 1, 11)];

test('precision, recall and lift follow from the four counts', () => {
  expect(measure(list, ({ isMql }) => isMql)).toEqual({
    ...{ leads: 20, baseline: 0.25, truePositives: 4, falsePositives: 4 },
    ...{ falseNegatives: 1, trueNegatives: 11, precision: 0.5, recall: 0.8, lift: 2 },
  });
});

test('each grade has its rate and its lift; half of its leads make it worth a call', () => {
  expect(linesBy(list, ({ grade }) => grade)[0]).toEqual({
    ...{ group: 'A1', leads: 4, converted: 3, rate: 0.75, lift: 3 },
  });
  expect(gradesWorthACall(list)).toEqual(['A1']);
});

test('of nobody there is nothing to say, and nothing breaks', () => {
  expect(measure([], () => true)).toMatchObject({ leads: 0, precision: 0, recall: 0, lift: 0 });
});
