/** Fields of the queries about access, the cursor of its rows, and how rows are asked for. */
import { z } from "zod";
import { POLICY_FINDING_IDS } from "#core/domain/policy/verdict";
import { Fault } from "#core/domain/fault";
import { permissionSetNamed } from "#core/flows/access-views/permission-set";
import type { AccessPlace, AccessSelection } from "#core/flows/access-views/page";
import type { AccessView } from "#core/flows/access-views/view";
import type { PersonKey } from "#core/domain/person";
import { plainText } from "../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY } from "../http/paging.ts";

export const AS_OF = {
  asOf: instantText
    .optional()
    .describe("The directory and its use as of this instant, without later events."),
};

/** What narrows rows by what they give. */
export const ACCESS_FILTERS = {
  set: plainText(1_024)
    .optional()
    .describe("Name or ARN of a permission set, or the ARN of a role that entitlements give."),
  tier: z.enum(["management", "production", "other"]).optional(),
  administrator: z
    .enum(["yes", "no", "unknown"])
    .optional()
    .describe("Whether what is given makes an administrator; unknown where not all was read."),
  finding: z
    .enum(POLICY_FINDING_IDS)
    .optional()
    .describe("Only what was found to be this by the policies behind it."),
};

export interface AccessFilters {
  readonly set?: string | undefined;
  readonly tier?: AccessSelection["tier"] | undefined;
  readonly administrator?: AccessSelection["administrator"] | undefined;
  readonly finding?: string | undefined;
}

/** Pages of rows of access: the names in their keys may be long. */
export const ACCESS_PAGE = {
  ...PAGE_QUERY,
  cursor: z
    .string()
    .max(8_000, "give the nextCursor of the page before")
    .optional()
    .describe("`nextCursor` of the page before."),
};

const name = z.string().max(1_024);

/** A cursor of one route over rows of access. */
export const accessCursors = (route: string) =>
  cursorKind<AccessPlace>(
    route,
    z.strictObject({
      userName: name,
      userId: name,
      accountId: name,
      heldName: name,
      heldArn: name,
      entitlementId: name,
      groupId: name,
    }),
  );

/** Fault `input.unknown-permission-set` for a set that the directory does not hold. */
export function selectionOf(
  view: AccessView,
  persons: readonly PersonKey[] | null,
  accountId: string | null,
  { set, tier, administrator, finding }: AccessFilters,
): AccessSelection {
  return {
    persons,
    accountId,
    heldArn: set === undefined ? null : heldArnOf(view, set),
    tier: tier ?? null,
    administrator: administrator ?? null,
    finding: finding ?? null,
  };
}

function heldArnOf(view: AccessView, text: string): string {
  if (view.model.roles.has(text)) return text;
  const set = permissionSetNamed(view, text);
  if (set !== null) return set.arn;
  throw new Fault(
    "input.unknown-permission-set",
    "No permission set has this name or ARN: take one from the list of permission sets.",
  );
}
