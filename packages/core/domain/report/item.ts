/**
 * One row of the access review: everything that a reviewer needs to decide on one path of one person, and the section it stands
 * in. Pure; a row's hash covers all of it.
 */
import { heldArn, heldName } from "../access.ts";
import type { DirectoryUser, EffectiveAccess, PathStep } from "../access.ts";
import type { Finding } from "../finding.ts";
import { canonicalJson, derivedId, sha256 } from "../ids.ts";
import type { Instant } from "../time.ts";
import type { AccessReviewFacts, SessionSummary } from "./facts.ts";
import { advise, observedDays, type Recommendation } from "./recommend.ts";

/** In the order in which people should decide; `rest` needs no decision and stays listed. */
export const SECTIONS = [
  "leaver",
  "privileged-unused",
  "new",
  "changed",
  "advice",
  "rest",
] as const;
export type SectionId = (typeof SECTIONS)[number];

export interface ReviewItem {
  /** The same in every review as long as the path is the same. */
  readonly itemId: string;
  readonly section: SectionId;
  readonly person: {
    readonly identityStoreArn: string;
    readonly userId: string;
    readonly userName: string | null;
    readonly displayName: string | null;
    readonly email: string | null;
    readonly externalId: string | null;
    readonly status: DirectoryUser["status"];
  };
  readonly account: {
    readonly accountId: string;
    readonly name: string;
    readonly organizationalUnitPath: string | null;
    readonly isManagement: boolean;
  };
  readonly permissionSet: {
    readonly arn: string;
    readonly name: string;
    readonly administrator: boolean | null;
  };
  readonly path: readonly PathStep[];
  readonly grantedAt: Instant | null;
  readonly grantedNotAfter: Instant | null;
  readonly lastUsedAt: Instant | null;
  readonly uses30d: number;
  readonly usageSharedByPaths: boolean;
  readonly observedSince: Instant | null;
  readonly observedDays: number | null;
  /** Role sessions alive that came by this access; `ofPerson` counts all of theirs. */
  readonly openSessions: {
    readonly here: number;
    readonly ofPerson: number;
    readonly latestEndsAt: Instant | null;
    readonly endUnknown: boolean;
  };
  readonly findings: readonly {
    readonly id: string;
    readonly ruleId: string;
    readonly severity: Finding["severity"];
    readonly summary: string;
  }[];
  readonly changeSinceLast: "new" | "changed" | "unchanged";
  readonly recommendation: Recommendation;
  readonly reasons: readonly string[];
  /** Of what a reviewer would call the same access; a difference to the last review makes it `changed`. */
  readonly fingerprint: string;
  readonly rowHash: string;
}

/** What the facts say of one person, looked up once. */
export interface PersonContext {
  readonly user: DirectoryUser | undefined;
  readonly access: readonly EffectiveAccess[];
  readonly sessions: SessionSummary | undefined;
  readonly findings: readonly Finding[];
}

/** Findings that belong in the row: those about the person or a session, and those about this very access or what it gives. */
function findingsOf(row: EffectiveAccess, findings: readonly Finding[]): ReviewItem["findings"] {
  const here = `${row.accountId}/${heldArn(row)}`;
  return findings
    .filter(
      ({ subject }) =>
        (subject.kind !== "access" || subject.id === here) &&
        (subject.kind !== "permission-set" || subject.id === heldArn(row)),
    )
    .map(({ id, ruleId, severity, summary }) => ({ id, ruleId, severity, summary }));
}

function changeOf(
  itemId: string,
  fingerprint: string,
  row: EffectiveAccess,
  facts: AccessReviewFacts,
): ReviewItem["changeSinceLast"] {
  if (row.grantedAt !== null && row.grantedAt >= facts.windowFrom) return "new";
  if (facts.previous === null) return "unchanged";
  const before = facts.previous.items.get(itemId);
  if (before === undefined) return "new";
  return before === fingerprint ? "unchanged" : "changed";
}

function sectionOf(
  item: Pick<ReviewItem, "person" | "permissionSet" | "recommendation" | "changeSinceLast">,
): SectionId {
  const { administrator } = item.permissionSet;
  const doubtful = item.recommendation === "revoke" || item.recommendation === "needs-person";
  if (item.person.status === "disabled") return "leaver";
  if (administrator === true && doubtful) return "privileged-unused";
  if (item.changeSinceLast === "new") return "new";
  if (item.changeSinceLast === "changed") return "changed";
  // A short observation says nothing against ordinary access; asking about every row of it would bury the few that matter.
  const noAdvice =
    item.recommendation === "keep" ||
    (item.recommendation === "needs-person" && administrator === false);
  return noAdvice ? "rest" : "advice";
}

function personOf(row: EffectiveAccess, user: DirectoryUser | undefined): ReviewItem["person"] {
  return {
    identityStoreArn: row.user.identityStoreArn,
    userId: row.user.userId,
    userName: user?.userName ?? row.user.userName,
    displayName: user?.displayName ?? null,
    email: user?.email ?? null,
    externalId: user?.externalId ?? null,
    status: user?.status ?? "unknown",
  };
}

function openSessionsOf(
  row: EffectiveAccess,
  sessions: SessionSummary | undefined,
): ReviewItem["openSessions"] {
  const here = sessions?.roles.find(
    (role) => role.accountId === row.accountId && role.permissionSetName === row.permissionSetName,
  );
  return {
    here: here?.alive ?? 0,
    ofPerson: sessions?.alive ?? 0,
    latestEndsAt: sessions?.latestEndsAt ?? null,
    endUnknown: sessions?.endUnknown ?? false,
  };
}

/** What the row's access itself says, without judgement. */
function accessOf(row: EffectiveAccess, asOf: Instant) {
  return {
    permissionSet: {
      arn: heldArn(row),
      name: heldName(row),
      administrator: row.administrator,
    },
    path: row.path,
    grantedAt: row.grantedAt,
    grantedNotAfter: row.grantedNotAfter,
    lastUsedAt: row.lastUsedAt,
    uses30d: row.uses30d,
    usageSharedByPaths: row.usageSharedByPaths,
    observedSince: row.observedSince,
    observedDays: observedDays(row, asOf),
  };
}

export function reviewItem(
  row: EffectiveAccess,
  context: PersonContext,
  facts: AccessReviewFacts,
  account: ReviewItem["account"],
): ReviewItem {
  const { identityStoreArn, userId } = row.user;
  const pathIds = row.path.flatMap(({ kind, id }) => [kind, id]);
  const itemId = derivedId(
    "itm",
    identityStoreArn,
    userId,
    row.accountId,
    heldArn(row),
    ...pathIds,
  );
  const person = personOf(row, context.user);
  const openSessions = openSessionsOf(row, context.sessions);
  const advice = advise({
    row,
    allOfPerson: context.access,
    status: person.status,
    openSessionsOfPerson: openSessions.ofPerson,
    findings: context.findings,
    asOf: facts.asOf,
  });
  const fingerprint = sha256(
    canonicalJson([heldName(row), row.administrator, person.status]),
  ).slice(0, 16);
  const body = {
    itemId,
    person,
    account,
    ...accessOf(row, facts.asOf),
    openSessions,
    findings: findingsOf(row, context.findings),
    changeSinceLast: changeOf(itemId, fingerprint, row, facts),
    ...advice,
    fingerprint,
  };
  const whole = { ...body, section: sectionOf(body) };
  return { ...whole, rowHash: sha256(canonicalJson(whole)) };
}
