/** What an entitlement gives to whom, read from the shape of the account access manager's API. Judges no ids. */
import type { Entitlement } from "../access.ts";
import { field, textField } from "./parameters.ts";

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const within = (value: unknown, name: string): Fields => {
  const inner = isFields(value) ? field(value, name) : null;
  return isFields(inner) ? inner : {};
};

/** The parts that a `principalRole` names; a part that it does not name is null. */
export interface PrincipalRole {
  readonly principal: Entitlement["principal"] | null;
  readonly accountId: string | null;
  readonly roleArn: string | null;
}

/** Reads `{ principalRole: { principal: { identityCenter: { userId | groupId } }, roleArn, account } }`. */
export function principalRoleOf(value: unknown): PrincipalRole {
  const named = within(value, "principalRole");
  const center = within(within(named, "principal"), "identityCenter");
  const userId = textField(center, "userId");
  const groupId = textField(center, "groupId");
  return {
    principal:
      userId !== ""
        ? { type: "USER", id: userId }
        : groupId !== ""
          ? { type: "GROUP", id: groupId }
          : null,
    accountId: textField(named, "account") || null,
    roleArn: textField(named, "roleArn") || null,
  };
}
