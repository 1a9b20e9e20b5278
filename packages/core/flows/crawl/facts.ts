/** Facts of a crawl from what the directory answers. Guarantees the key that the snapshot's facts have, and that nothing is left out. */
import type {
  Account,
  AccountAssignment,
  Application,
  ApplicationAssignment,
  DirectoryGroup,
  DirectoryUser,
  Entitlement,
  EntitlementRole,
  GroupMembership,
  IdentityCenterInstance,
  InstanceRegion,
  PermissionSet,
  PolicyDocument,
  Provisioning,
  TrustedTokenIssuer,
} from "../../domain/access.ts";
import {
  applicationAssignmentKey,
  assignmentKey,
  membershipKey,
  provisioningKey,
  type FactKind,
} from "../../domain/access/facts.ts";
import type { CrawlFact } from "../../ports/access/crawl-store.ts";
import type { Listing } from "../../ports/access/directory.ts";
import type { UnitContent } from "./crawl.ts";
import { oddities } from "./oddities.ts";

interface Bodies {
  readonly instance: IdentityCenterInstance;
  readonly region: InstanceRegion;
  readonly user: DirectoryUser;
  readonly group: DirectoryGroup;
  readonly membership: GroupMembership;
  readonly "permission-set": PermissionSet;
  readonly provisioning: Provisioning;
  readonly account: Account;
  readonly assignment: AccountAssignment;
  readonly application: Application;
  readonly "application-assignment": ApplicationAssignment;
  readonly "trusted-token-issuer": TrustedTokenIssuer;
  readonly entitlement: Entitlement;
  readonly policy: PolicyDocument;
  readonly role: EntitlementRole;
}

const KEYS: { readonly [K in FactKind]: (body: Bodies[K]) => string } = {
  instance: (body) => body.instanceArn,
  region: (body) => body.regionName,
  user: (body) => body.userId,
  group: (body) => body.groupId,
  membership: membershipKey,
  "permission-set": (body) => body.arn,
  provisioning: provisioningKey,
  account: (body) => body.accountId,
  assignment: assignmentKey,
  application: (body) => body.applicationArn,
  "application-assignment": applicationAssignmentKey,
  "trusted-token-issuer": (body) => body.trustedTokenIssuerArn,
  entitlement: (body) => body.entitlementId,
  policy: (body) => body.policyArn,
  role: (body) => body.roleArn,
};

export const factsIn = <K extends FactKind>(kind: K, bodies: readonly Bodies[K][]): CrawlFact[] =>
  bodies.map((body) => ({ kind, key: KEYS[kind](body), body }));

/** A listing as the content of a unit, with what is odd about it. */
export const contentOf = <K extends FactKind>(
  kind: K,
  { items, notes }: Listing<Bodies[K]>,
): UnitContent => {
  const facts = factsIn(kind, items);
  return { facts, notes: [...notes, ...oddities(facts)] };
};

/** What the crawl has to remember of a listing to plan what comes next; never published. */
export const LISTED = {
  permissionSet: "listed-permission-set",
  application: "listed-application",
  accessApplication: "listed-access-application",
  assignmentsBy: "assignments-by",
} as const;

export const listedIn = (kind: string, keys: readonly string[]): CrawlFact[] =>
  keys.map((key) => ({ kind, key, body: {} }));
