import { describe, expect, test } from "vitest";
import type { EntitlementRole, PolicyDocument } from "#core/domain/access";
import { amend } from "#core/domain/access/amend/amend";
import { AccessRows } from "#core/domain/access/effective";
import { grantEvents } from "#core/domain/access/grants";
import { AccessModel } from "#core/domain/access/model";
import { pairVerdicts } from "#core/domain/access/verdicts";
import type { TrailEvent } from "#core/domain/event";
import { catalogue } from "#test/unit/policy/written";
import {
  account,
  assignment,
  at,
  observed,
  permissionSet,
  snapshot,
  STORE,
  user,
} from "./directory-facts.ts";
import { entitled, setChanged } from "./events.ts";

const all = (Action: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*" }],
  });
const facts = snapshot({
  users: [user("ann")],
  permissionSets: [
    permissionSet(1, { inlinePolicy: all("*") }),
    permissionSet(2, { inlinePolicy: all("iam:PutUserPolicy") }),
  ],
  accounts: [account("444455556666")],
  assignments: [
    assignment("444455556666", 1, "USER", "ann"),
    assignment("444455556666", 2, "USER", "ann"),
  ],
});
const SEEN = at("10T08:00:00");
const NOW = at("20T08:00:00");

function policies(...events: TrailEvent[]) {
  const changed = amend(observed(facts, SEEN), events, { startedAt: SEEN, at: NOW });
  const rows = new AccessRows(changed, new AccessModel(changed), {
    observedSince: () => null,
    grants: grantEvents(events, NOW),
    verdicts: pairVerdicts(changed, catalogue),
  });
  const found = rows.of({ identityStoreArn: STORE, userId: "ann" }, () => new Map());
  return found.map((row) => [
    row.permissionSetName ?? row.roleArn,
    row.administrator,
    row.policy.findings,
  ]);
}

test("shows what the policies of each set were found to be, by the ids of the findings", () => {
  const [first, second] = policies();
  expect(first?.slice(0, 2)).toEqual(["Set1", true]);
  expect(second?.slice(0, 2)).toEqual(["Set2", false]);
  expect(second?.[2]).toContain("privilege-escalation");
});

describe("a role of an entitlement", () => {
  const role: EntitlementRole = {
    roleArn: "arn:aws:iam::444455556666:role/team/Deployer",
    accountId: "444455556666",
    trustPolicy: all("sts:AssumeRole"),
    maxSessionSeconds: 3600,
    managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
    inlinePolicies: [],
    boundaryArn: null,
    unread: null,
  };
  const document = (policyArn: string, text: string): PolicyDocument => {
    const [accountId, versionId] = [null, "v1"];
    return { policyArn, accountId, versionId, document: text, unread: null };
  };
  const everything = document(role.managedPolicyArns[0]!, all("*"));
  const bounded = "arn:aws:iam::444455556666:policy/limit";
  const verdict = (more: Partial<EntitlementRole>, policies = [everything]) => {
    const parts = { permissionSets: [], entitlementRoles: [{ ...role, ...more }], policies };
    const { roleArn: heldArn, accountId } = role;
    const pair = { accountId, accountName: "", heldArn, heldName: "", kind: "role" as const };
    return pairVerdicts(parts, catalogue)(pair);
  };

  test("is what its policies and its boundary together make of it", () => {
    expect(verdict({})).toMatchObject({ administrator: true });
    const limit = document(bounded, all("ec2:DescribeRegions"));
    const limited = verdict({ boundaryArn: bounded }, [everything, limit]);
    expect(limited).toEqual({ administrator: false, findings: [] });
    const own = verdict({ managedPolicyArns: [], inlinePolicies: [all("iam:PutUserPolicy")] });
    expect(own.administrator).toBe(false);
    expect(own.findings).toContain("privilege-escalation");
  });

  test("is unknown where a policy, its boundary or the role itself was not read", () => {
    expect(verdict({}, []).administrator).toBeNull();
    expect(verdict({ boundaryArn: bounded }).administrator).toBeNull();
    const unread = { unread: "AWS does not let Curfew read it.", managedPolicyArns: [] };
    expect(verdict(unread).administrator).toBeNull();
    expect(verdict({ unread: "Its tags were not read." }).administrator).toBe(true);
    expect(verdict({ unread: "Denied.", trustPolicy: null }).administrator).toBeNull();
  });
});

test("says nothing of a set whose policies were changed since, nor of a role that no crawl has read", () => {
  const rows = policies(
    setChanged("12T00:00:00", "PutInlinePolicyToPermissionSet", "inline-policy-put", 1),
    entitled("12T00:00:00", "ent-1", "ann"),
  );
  const found = new Map(rows.map(([name, ...verdict]) => [name, verdict]));
  expect(found.get("Set1")).toEqual([null, []]);
  expect(found.get("arn:aws:iam::444455556666:role/team/Deployer")).toEqual([null, []]);
  expect(found.get("Set2")?.[0]).toBe(false);
});
