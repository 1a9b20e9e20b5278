/**
 * Finds assignments and entitlements whose principal, account or permission set does not exist any more: one finding for each thing
 * that is missing. Silent about a kind of thing that the crawl could not read whole, because then everything of it seems missing.
 */
import type { OrganisationFacts } from "../organisation-facts.ts";
import type { Detection } from "../../domain/finding.ts";
import { assignmentKey } from "../../domain/access/facts.ts";
import { earliest, type Instant } from "../../domain/time.ts";
import { counted, listed, seenFrom } from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";

const KINDS = ["user", "group", "account", "permission-set"] as const;
type Kind = (typeof KINDS)[number];

const LISTINGS: Readonly<Record<Kind, string>> = {
  user: "users",
  group: "groups",
  account: "accounts",
  "permission-set": "permission-sets",
};

interface Grant {
  readonly kind: "assignment" | "entitlement";
  readonly key: string;
  readonly seenFrom: Instant;
  readonly refersTo: readonly (readonly [Kind, string])[];
}

const principalKind = (type: "USER" | "GROUP"): Kind => (type === "USER" ? "user" : "group");

function grantsOf(facts: OrganisationFacts): Grant[] {
  const { assignments, entitlements } = facts.snapshot;
  return [
    ...assignments.map((one): Grant => {
      const key = assignmentKey(one);
      return {
        kind: "assignment",
        key,
        seenFrom: seenFrom(facts, "assignment", key),
        refersTo: [
          [principalKind(one.principalType), one.principalId],
          ["account", one.accountId],
          ["permission-set", one.permissionSetArn],
        ],
      };
    }),
    ...entitlements.map((one): Grant => ({
      kind: "entitlement",
      key: one.entitlementId,
      seenFrom: seenFrom(facts, "entitlement", one.entitlementId),
      refersTo: [
        [principalKind(one.principalType), one.principalId],
        ["account", one.accountId],
      ],
    })),
  ];
}

function knownIds({ snapshot }: OrganisationFacts): Record<Kind, ReadonlySet<string>> {
  return {
    user: new Set(snapshot.users.map(({ userId }) => userId)),
    group: new Set(snapshot.groups.map(({ groupId }) => groupId)),
    account: new Set(snapshot.accounts.map(({ accountId }) => accountId)),
    "permission-set": new Set(snapshot.permissionSets.map(({ arn }) => arn)),
  };
}

function detection(kind: Kind, id: string, grants: readonly Grant[]): Detection {
  const since = earliest(...grants.map((grant) => grant.seenFrom))!;
  return {
    key: [kind, id],
    subject: { kind: "assignment", id: grants[0]!.key },
    since,
    lastSeenAt: since,
    severity: "low",
    summary: `${counted(grants.length, "grant names", "grants name")} the ${kind.replace("-", " ")} ${id}, which does not exist any more: delete them, so that nothing comes to life with an id that returns.`,
    evidence: {
      missing: kind,
      missingId: id,
      grants: listed(grants.map(({ kind: what, key }) => ({ kind: what, key }))),
      grantCount: grants.length,
      firstSeenAt: since,
    },
    eventIds: [],
  };
}

export const orphanedAssignment: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "orphaned-assignment",
    title: "Grant to or of something that does not exist",
    severity: "low",
    pack: "over-broad",
    description:
      "An assignment or entitlement names a user, group, account or permission set that the directory does not have.",
    revision: 1,
  },
  parameters: {},
  evaluate(facts) {
    const known = knownIds(facts);
    const isUnread = (kind: Kind): boolean =>
      known[kind].size === 0 ||
      facts.snapshot.notes.some((note) => note.kind === "unread" && note.about === LISTINGS[kind]);
    const unread = KINDS.filter(isUnread);
    const missing = new Map<string, { kind: Kind; id: string; grants: Grant[] }>();
    for (const grant of grantsOf(facts)) {
      for (const [kind, id] of grant.refersTo) {
        if (known[kind].has(id) || unread.includes(kind)) continue;
        const key = `${kind} ${id}`;
        const found = missing.get(key) ?? { kind, id, grants: [] };
        missing.set(key, found);
        found.grants.push(grant);
      }
    }
    const isAsked = grantsOf(facts).length > 0;
    return {
      detections: [...missing.values()].map(({ kind, id, grants }) => detection(kind, id, grants)),
      nextDecisionAt: null,
      withheld: isAsked ? unread.map((kind) => `the ${LISTINGS[kind]} were not read`) : [],
    };
  },
};
