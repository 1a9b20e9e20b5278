/**
 * Every rule there is, listed by hand so that what runs is what was read in review; a test holds that the list equals the folders.
 * A shipped rule stays as long as findings name it.
 */
import { deviceCodeFromUnknownNetwork } from "./device-code-from-unknown-network/rule.ts";
import type { Rule } from "./rule.ts";
import { stalePortalSession } from "./stale-portal-session/rule.ts";
import { unusedAdministratorPermissionSet } from "./unused-administrator-permission-set/rule.ts";

/** In the order of their ids. */
export const catalogue: readonly Rule[] = Object.freeze([
  deviceCodeFromUnknownNetwork,
  stalePortalSession,
  unusedAdministratorPermissionSet,
]);
