/**
 * Every rule there is, listed by hand so that what runs is what was read in review; a test holds that the list equals the folders.
 * A shipped rule stays as long as findings name it.
 */
import { administratorAccessOnCriticalAccounts } from "./administrator-access-on-critical-accounts/rule.ts";
import { deviceCodeFromUnknownNetwork } from "./device-code-from-unknown-network/rule.ts";
import { directUserAssignment } from "./direct-user-assignment/rule.ts";
import { disabledUserWithAccess } from "./disabled-user-with-access/rule.ts";
import { dutiesApart } from "./duties-apart/rule.ts";
import { entitlementSessionNameFree } from "./entitlement-session-name-free/rule.ts";
import { grantOutsidePipeline } from "./grant-outside-pipeline/rule.ts";
import { impersonatingApplication } from "./impersonating-application/rule.ts";
import { largeGroupOnPrivilegedSet } from "./large-group-on-privileged-set/rule.ts";
import { longSessionOnPrivilegedSet } from "./long-session-on-privileged-set/rule.ts";
import { orphanedAssignment } from "./orphaned-assignment/rule.ts";
import { peerOutlier } from "./peer-outlier/rule.ts";
import { permissionSetDrift } from "./permission-set-drift/rule.ts";
import { privilegeEscalationInPermissionSet } from "./privilege-escalation-in-permission-set/rule.ts";
import type { Rule } from "./rule.ts";
import { stalePortalSession } from "./stale-portal-session/rule.ts";
import { unusedAdministratorPermissionSet } from "./unused-administrator-permission-set/rule.ts";
import { unusedAssignment } from "./unused-assignment/rule.ts";
import { unusedPermissionSet } from "./unused-permission-set/rule.ts";
import { unusedServicesInPermissionSet } from "./unused-services-in-permission-set/rule.ts";

/** In the order of their ids. */
export const catalogue: readonly Rule[] = Object.freeze([
  administratorAccessOnCriticalAccounts,
  deviceCodeFromUnknownNetwork,
  directUserAssignment,
  disabledUserWithAccess,
  dutiesApart,
  entitlementSessionNameFree,
  grantOutsidePipeline,
  impersonatingApplication,
  largeGroupOnPrivilegedSet,
  longSessionOnPrivilegedSet,
  orphanedAssignment,
  peerOutlier,
  permissionSetDrift,
  privilegeEscalationInPermissionSet,
  stalePortalSession,
  unusedAdministratorPermissionSet,
  unusedAssignment,
  unusedPermissionSet,
  unusedServicesInPermissionSet,
]);
