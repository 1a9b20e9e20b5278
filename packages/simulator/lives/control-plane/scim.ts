/**
 * The external directory at work on the identity store (facts 2.6). Guarantees a web identity on what succeeds and none on what
 * fails, and that values are masked as AWS masks them. Who joins and leaves is decided by the organisation.
 */
import { DAY, MINUTE, SECOND } from "../../random.ts";
import { centerDraft } from "../record.ts";
import type { Plan, Stage } from "../stage.ts";

type Fields = Record<string, unknown>;

/** What CloudTrail writes in place of a value. */
export const MASKED = "HIDDEN_DUE_TO_SECURITY_REASONS";

/** A call of the external directory; a failed one has no identity. */
export function byScim(
  stage: Stage,
  plan: Plan,
  key: string,
  at: number,
  name: string,
  request: Fields,
  error?: [code: string, message: string],
): void {
  const { managementAccountId: accountId, identityStoreId } = stage.organisation;
  const type = error === undefined ? "WebIdentityUser" : "Unknown";
  const made = centerDraft(stage, {
    key,
    at,
    step: "outside",
    session: null,
    source: "identitystore-scim.amazonaws.com",
    name,
    identity: { type, accountId, accessKeyId: stage.dice("scim-key").uuid() },
    ip: "10.90.0.12",
    userAgent: "Go-http-client/2.0",
    version: "1.10",
    readOnly: /^(Get|List)/.test(name),
    request: { tenantId: stage.dice("tenant", identityStoreId).uuid(), ...request },
    ...(error === undefined ? {} : { more: { errorCode: error[0], errorMessage: error[1] } }),
  });
  plan.drafts.push(made);
}

const patch = (operation: Fields): Fields => ({
  operations: [operation],
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
});

/** The PatchUser that deactivates a person; AWS masks the value. */
export const switchOff = (userId: string): Fields => ({
  id: userId,
  httpBody: patch({ op: "REPLACE", path: "active", value: MASKED }),
});

const members =
  (op: "ADD" | "REMOVE") =>
  (groupId: string, userId: string): Fields => ({
    id: groupId,
    httpBody: patch({ op, path: "members", value: [{ value: userId }] }),
  });

/** The PatchGroup that adds a member. */
export const joinGroup = members("ADD");

/** The PatchGroup that takes a member out. */
export const leaveGroup = members("REMOVE");

/** The directory looks in a few times a day; now and then a request of it is wrong. */
export function planSyncs(stage: Stage, plan: Plan, day: number): void {
  const dice = stage.dice("scim", day);
  for (let i = 0; i < 3; i++) {
    const at = day * DAY + dice.int(0, 1439) * MINUTE + dice.int(0, 59) * SECOND;
    const person = dice.pick(stage.organisation.people);
    byScim(stage, plan, `scim/${day}/${i}/list`, at, "ListUsers", { filter: MASKED });
    const operations = [{ op: "REPLACE", path: "title", value: MASKED }];
    if (person.joinedAt < at && person.externalId !== null)
      byScim(stage, plan, `scim/${day}/${i}/patch`, at + 2 * SECOND, "PatchUser", {
        id: person.userId,
        httpBody: { operations },
      });
  }
  if (dice.chance(0.25)) {
    byScim(
      stage,
      plan,
      `scim/${day}/failed`,
      day * DAY + dice.int(0, 1439) * MINUTE,
      "CreateUser",
      { httpBody: { active: true } },
      [
        "ValidationException",
        "Request is unparsable, syntactically incorrect, or violates schema.",
      ],
    );
  }
}
