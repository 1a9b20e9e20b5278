/**
 * Statements that name a principal: trust of a role, policy of a resource. Guarantees a finding where everybody, or all of an account, is
 * let in without a condition that says who; what a policy of a resource gives to somebody else is not judged.
 */
import type { NamedPolicy } from "../access/statements.ts";
import type { Condition } from "../grammar/conditions.ts";
import type { Statement } from "../document.ts";
import { isEverything } from "../pattern.ts";
import type { PolicyFinding, StatementRef } from "../verdict.ts";
import { refsOf } from "./refs.ts";

export function trustFindings(policies: readonly NamedPolicy[]): readonly PolicyFinding[] {
  const letting = policies.flatMap(({ name, policy }) =>
    policy.statements
      .filter(
        (one) => one.effect === "Allow" && one.principal !== null && !one.conditions.some(saysWho),
      )
      .map((statement) => ({
        statement,
        ref: { document: name, statement: statement.number, sid: statement.sid },
      })),
  );
  return [
    ...finding(
      letting.filter(({ statement }) => letsIn(statement, isAnybody)),
      {
        severity: "critical",
        explanation:
          "Everybody, in any account and signed in or not, is let in without a condition that says who. Name the principals, or require aws:PrincipalOrgID.",
      },
    ),
    ...finding(
      letting.filter(({ statement }) => letsIn(statement, isAccount)),
      {
        severity: "medium",
        explanation:
          "Everybody in an account is let in whom that account's own policies let out. Name the roles that are meant, and require sts:ExternalId where the account is somebody else's.",
      },
    ),
  ];
}

function finding(
  letting: readonly { readonly statement: Statement; readonly ref: StatementRef }[],
  { severity, explanation }: Pick<PolicyFinding, "severity" | "explanation">,
): readonly PolicyFinding[] {
  if (letting.length === 0) return [];
  const actions = letting.flatMap(({ statement }) => statement.actions.patterns);
  return [
    {
      id: "open-trust",
      severity,
      explanation,
      statements: refsOf(letting),
      actions: [...new Set(actions)].toSorted(),
    },
  ];
}

const letsIn = ({ principal }: Statement, fits: (value: string) => boolean): boolean =>
  principal!.names.some(({ kind, value }) => kind === "AWS" && fits(value));

const isAnybody = (value: string): boolean =>
  isEverything(value) || /^arn:[^:]*:iam::\*/.test(value);
const isAccount = (value: string): boolean =>
  /^\d{12}$/.test(value) || /^arn:[^:]*:iam::\d{12}:root$/.test(value);

/** Conditions that say who calls, or from where, by something that the caller cannot write. */
const WHO =
  /^(?:aws:principal(?:org|arn|account|tag)|aws:userid|aws:username|aws:source(?:arn|account|org|ip|vpc|identity)|aws:vpc|sts:externalid|sts:rolesessionname|saml:|aws:federatedprovider|kms:(?:calleraccount|viaservice)|.*:(?:sub|aud|amr)$)/;

function saysWho({ key, operator, ifExists, of, values }: Condition): boolean {
  const weak = ifExists || of === "all" || operator === "Null" || operator.includes("Not");
  return !weak && WHO.test(key) && !values.some(isEverything);
}
