import { describe, expect, test } from "vitest";
import { parsePolicy } from "#core/domain/policy/document";
import { judgePolicies } from "#core/domain/policy/judge";
import type { PolicyVerdict } from "#core/domain/policy/verdict";
import { questions } from "#test/score-policies/questions";
import { managedPolicies, samplesThere } from "#test/score-policies/samples";
import { answer } from "#test/score-policies/score";
import { catalogue, ids } from "./written.ts";

const CHANGERS = [
  "AdministratorAccess",
  "PowerUserAccess",
  "IAMFullAccess",
  "SystemAdministrator",
  "AWSSSOMasterAccountAdministrator",
  "AWSOrganizationsFullAccess",
];
const CALM = ["ViewOnlyAccess", "SecurityAudit", "Billing", "IAMReadOnlyAccess", "AWSSSOReadOnly"];

describe.skipIf(!samplesThere())("against policies of others (samples beside the project)", () => {
  const verdicts = (): ReadonlyMap<string, PolicyVerdict> =>
    new Map(
      managedPolicies().map(({ name, Document }) => {
        const { policy, problem } = parsePolicy(JSON.stringify(Document));
        if (policy === null) throw new Error(`${name}: ${problem}`);
        return [name, judgePolicies({ documents: [{ name, policy }] }, catalogue)];
      }),
    );

  test("every policy that AWS manages is read, and one of them makes an administrator", () => {
    const judged = verdicts();
    expect(judged.size).toBeGreaterThan(1_500);
    expect(
      [...judged].filter(([, one]) => one.administrator !== false).map(([name]) => name),
    ).toEqual(["AdministratorAccess"]);
    for (const name of CHANGERS) {
      const grave = judged.get(name)!.findings.filter(({ severity }) => severity !== "medium");
      expect([name, grave.length > 0]).toEqual([name, true]);
    }
    for (const name of CALM) expect([name, ids(judged.get(name)!)]).toEqual([name, []]);
    expect(ids(judged.get("ReadOnlyAccess")!)).toEqual([
      "credential-exposure",
      "data-exfiltration",
    ]);
  });

  test("each verdict that others would give otherwise has its reason", () => {
    const odd = questions()
      .map((question) => answer(question, catalogue))
      .filter(({ reason }) => reason === undefined);
    expect(odd.map(({ name, asked }) => `${name}: ${asked}`)).toEqual([]);
  });
});
