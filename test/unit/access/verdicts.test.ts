import { expect, test } from "vitest";
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

test("says nothing of a set whose policies were changed since, nor of a role that is not judged", () => {
  const rows = policies(
    setChanged("12T00:00:00", "PutInlinePolicyToPermissionSet", "inline-policy-put", 1),
    entitled("12T00:00:00", "ent-1", "ann"),
  );
  const found = new Map(rows.map(([name, ...verdict]) => [name, verdict]));
  expect(found.get("Set1")).toEqual([null, []]);
  expect(found.get("arn:aws:iam::444455556666:role/team/Deployer")).toEqual([null, []]);
  expect(found.get("Set2")?.[0]).toBe(false);
});
