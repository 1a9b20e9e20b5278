/** Calls of an administrator, of a stranger and of SCIM. */
import type { TrailEvent } from "#core/domain/event";
import { call, MEMBER, OWNER, record } from "#test/support/records";
import type { Case } from "./case.ts";

const T = "2026-11-02T08:00:00Z";

type Json = Record<string, unknown>;

/** A call of somebody's permission set role in the management account. */
export function admin(
  source: string,
  name: string,
  requestParameters: Json,
  more: Json = {},
): Json {
  return call(T, T, {
    eventSource: `${source}.amazonaws.com`,
    eventName: name,
    requestParameters,
    recipientAccountId: OWNER,
    ...more,
  });
}

/** A call of an IAM user who has nothing to do with Identity Center. */
export function stranger(
  source: string,
  name: string,
  requestParameters: Json,
  more: Json = {},
): Json {
  return record(T, `${source}.amazonaws.com`, name, {
    userIdentity: {
      type: "IAMUser",
      principalId: "AIDAEXAMPLE",
      arn: `arn:aws:iam::${MEMBER}:user/build`,
      accountId: MEMBER,
      userName: "build",
    },
    requestParameters,
    recipientAccountId: MEMBER,
    ...more,
  });
}

export function scim(name: string, requestParameters: Json, more: Json = {}): Json {
  return record(T, "identitystore-scim.amazonaws.com", name, {
    userIdentity: { type: "WebIdentityUser", accountId: OWNER, accessKeyId: "scim-1" },
    requestParameters: { tenantId: "t-1", ...requestParameters },
    ...more,
  });
}

/** The body of a SCIM PATCH. */
export const body = (...operations: Json[]): Json => ({ httpBody: { operations } });

export function row(what: string, made: Json, expected: Partial<TrailEvent>): Case {
  return { what, record: made, expected };
}
