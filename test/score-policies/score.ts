/** Our verdicts held against the questions. A disagreement is either ours to mend or stands, with its reason, in `explained.ts`. */
import type { ActionCatalogue } from "#core/domain/policy/catalogue";
import { parsePolicy } from "#core/domain/policy/document";
import { judgePolicies } from "#core/domain/policy/judge";
import { EXPLAINED } from "./explained.ts";
import type { Question } from "./questions.ts";

export interface Answer extends Question {
  readonly answered: boolean;
  /** Why we differ; null where we agree, undefined where nobody knows. */
  readonly reason: string | null | undefined;
}

export function answer(question: Question, catalogue: ActionCatalogue): Answer {
  const answered = question.texts.some((text) => stands(question, text, catalogue));
  const reason =
    answered === question.expected ? null : EXPLAINED[`${question.name}: ${question.asked}`];
  return { ...question, answered, reason };
}

function stands({ asked }: Question, text: string, catalogue: ActionCatalogue): boolean {
  const { policy } = parsePolicy(text);
  if (asked === "refused") return policy === null;
  if (policy === null) return false;
  const verdict = judgePolicies({ documents: [{ name: "case", policy }] }, catalogue);
  return asked === "unknown-action"
    ? verdict.unknownActions.length > 0
    : verdict.findings.some(({ id }) => id === asked);
}
