/**
 * The simulated organisation: who works there, in which accounts, with which grants. Guarantees the same organisation for the
 * same seed, anchor and length of history. Holds no lives (see lives.ts) and nothing that callers changed (see state.ts).
 */
import type { Organisation, ServiceControlPolicy } from "./model.ts";
import { buildAccounts } from "./organisation/accounts.ts";
import { buildEstate, type Founded } from "./organisation/estate.ts";
import { buildGrants } from "./organisation/grants.ts";
import { buildPeople } from "./organisation/people.ts";
import { buildPermissionSets } from "./organisation/permission-sets.ts";
import { buildPolicies } from "./organisation/policies.ts";
import { PARTITION } from "./partition.ts";
import { DAY, Dice } from "./random.ts";

/** Days of history a demo starts with. */
export const HISTORY_DAYS = 120;

/** The anchor of an organisation whose demo opens at `opening`: midnight UTC, `historyDays` before that day. */
export function anchorFor(opening: number, historyDays = HISTORY_DAYS): number {
  return Math.floor(opening / DAY) * DAY - historyDays * DAY;
}

/** The portal session duration of every simulated organisation: seven days, so that sessions can grow stale. No API reads it. */
export const PORTAL_SESSION_MINUTES = 7 * 24 * 60;

/**
 * Builds the organisation. `anchor` is the first instant of history in epoch milliseconds; `historyDays` later the demo opens:
 * attacks are scripted so that one of them lies within the 24 hours before any instant of that day.
 */
export function buildOrganisation(
  seed: number,
  anchor: number,
  historyDays = HISTORY_DAYS,
): Organisation {
  const dice = new Dice("organisation", seed);
  const organizationId = `o-${dice.hex(10)}`;
  const instanceId = `ssoins-${dice.hex(16)}`;
  const storeHex = dice.hex(10);
  const { rootId, units, accounts } = buildAccounts(dice, anchor);
  const managementAccountId = (accounts[0] as { id: string }).id;
  const permissionSets = buildPermissionSets(dice, anchor, instanceId);
  const { people, breakGlassUserId } = buildPeople(dice, anchor, storeHex);
  const { grants, byHand } = buildGrants(dice, anchor, storeHex, people, accounts, permissionSets);
  const policies = buildPolicies({
    dice,
    organizationId,
    managementAccountId,
    rootId,
    units,
    accounts,
  });
  const founded: Founded = {
    seed,
    anchor,
    historyDays,
    organizationId,
    rootId,
    managementAccountId,
    region: "eu-central-1",
    instanceArn: `arn:${PARTITION}:sso:::instance/${instanceId}`,
    identityStoreId: `d-${storeHex}`,
    identityStoreArn: `arn:${PARTITION}:identitystore::${managementAccountId}:identitystore/d-${storeHex}`,
    portalSessionMinutes: PORTAL_SESSION_MINUTES,
    people,
    ...grants,
    permissionSets,
    units,
    accounts,
    policies,
    denyPolicyIds: [(policies.at(-1) as ServiceControlPolicy).id],
    breakGlassUserId,
  };
  return { ...founded, estate: buildEstate(founded, byHand) };
}
