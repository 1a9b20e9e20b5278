/**
 * The 30 permission sets of the simulated organisation, made from what set-drafts.ts says. Guarantees ARNs of AWS's form and the same
 * sets for the same dice.
 */
import type { PermissionSet } from "../model.ts";
import { MANAGED_POLICY_PREFIX, PARTITION } from "../partition.ts";
import { DAY, Dice } from "../random.ts";
import { LATER_SET_DRAFTS, SET_DRAFTS, type SetDraft } from "./set-drafts.ts";

/** Where boundaries lie among the policies of an account. */
export const BOUNDARY_PATH = "/boundaries/";

/** All sets; `instanceId` is the `ssoins-…` part of their ARNs. */
export function buildPermissionSets(
  dice: Dice,
  anchor: number,
  instanceId: string,
): PermissionSet[] {
  const later = new Dice("later-sets", instanceId);
  return [
    ...SET_DRAFTS.map((draft) => permissionSet(draft, dice, anchor, instanceId)),
    ...LATER_SET_DRAFTS.map((draft) => permissionSet(draft, later, anchor, instanceId)),
  ];
}

function permissionSet(
  draft: SetDraft,
  dice: Dice,
  anchor: number,
  instanceId: string,
): PermissionSet {
  return {
    arn: `arn:${PARTITION}:sso:::permissionSet/${instanceId}/ps-${dice.hex(16)}`,
    name: draft.name,
    description: draft.description,
    sessionDuration: `PT${draft.hours}H`,
    managedPolicyArns: draft.managed.map((name) => MANAGED_POLICY_PREFIX + name),
    customerManagedPolicies: (draft.customer ?? []).map((name) => ({ name, path: "/" })),
    inlinePolicy: draft.inline === undefined ? null : JSON.stringify(draft.inline),
    boundaryManagedPolicyArn:
      draft.boundary === undefined ? null : MANAGED_POLICY_PREFIX + draft.boundary,
    boundaryCustomerPolicy:
      draft.customerBoundary === undefined
        ? null
        : { name: draft.customerBoundary, path: BOUNDARY_PATH },
    relayState: draft.relayState ?? null,
    neverUsed: draft.neverUsed === true,
    createdAt: anchor - dice.int(200, 700) * DAY,
  };
}

/** Seconds of a duration as permission sets state it (`PT1H`..`PT12H`, whole hours or minutes). */
export function durationSeconds(sessionDuration: string): number {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(sessionDuration);
  if (match === null)
    throw new Error(
      `"${sessionDuration}" is no session duration; write hours and minutes as in PT8H or PT1H30M.`,
    );
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60;
}
