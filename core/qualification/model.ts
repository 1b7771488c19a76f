/** `rules/qualification.json`, parsed: the stages a lead moves through and who decides it. */
import type { Condition } from '../rules/condition.ts';

export interface StageRule {
  readonly stage: string;
  readonly label: string;
  readonly why: string;
  readonly when: Condition;
  readonly from?: readonly string[];
  readonly holdForMs: number;
  /** Event names that skip `holdFor`. */
  readonly instantOn: readonly string[];
  readonly onEnter?: { readonly handoff?: string; readonly journey?: string };
  readonly backTo?: { readonly stage: string; readonly if: Condition };
  readonly again?: {
    readonly notBeforeMs: number;
    readonly needs?: 'new-activity';
    readonly except: readonly string[];
  };
}
export interface BantAnswer {
  readonly ask: string;
  readonly yes: Condition;
  readonly no?: Condition;
}
export type BuyingStage = 'awareness' | 'consideration' | 'decision';
export interface BuyingStageRule {
  readonly is: BuyingStage;
  readonly why: string;
  readonly when: Condition;
}
export interface Qualification {
  readonly qualification: string;
  /** Stage values, earliest first. */
  readonly order: readonly string[];
  readonly bant: { readonly [answer: string]: BantAnswer };
  /** In order: the first that holds. */
  readonly buyingStages?: readonly BuyingStageRule[];
  readonly disqualified: readonly {
    readonly id: string;
    readonly why: string;
    readonly when: Condition;
  }[];
  readonly stages: readonly StageRule[];
  readonly outcome: {
    readonly opportunity: string;
    readonly won: string;
    readonly lost: string;
    readonly amount?: string;
    readonly currency?: string;
    readonly withinMs?: number;
  };
}
