/**
 * One permission set whole: what it can do, account by account where that differs, by which policies, who holds it by which grants, and
 * what its holders did with it in the observed time. Use by people who hold it no longer is counted apart. Nothing is written.
 */
import type { AccountTier, PermissionSet, PolicyDocument } from "../../domain/access.ts";
import { RoleUses } from "../../domain/access/proposal/role-use.ts";
import { proposal, type Proposal } from "../../domain/access/proposal.ts";
import { describeVerdict } from "../../domain/policy/describe.ts";
import type { PolicyFinding, ServiceAllowance } from "../../domain/policy/verdict.ts";
import type { Finding } from "../../domain/finding.ts";
import { personKey } from "../../domain/person.ts";
import { latest, type Instant } from "../../domain/time.ts";
import type { AccessViewStore, FindingCount, PersonUse } from "../../ports/access/access-views.ts";
import type { FindingStore } from "../../ports/finding-store.ts";
import { SetHolders } from "./holders.ts";
import { reachOf, summaryOf, windowOf, type PermissionSetSummary } from "./permission-sets.ts";
import { grantsOfSet, type SetGrant } from "./set-grants.ts";
import type { VerdictInAccounts } from "./verdicts.ts";
import type { AccessView } from "./view.ts";

/** A policy that makes up the set. */
export interface SetPolicy {
  readonly kind: "aws-managed" | "customer-managed" | "inline" | "boundary";
  /** Its ARN, or path and name where it exists once an account. */
  readonly name: string;
  /** Of how many accounts its document was read, and of how many it could not be; an inline or AWS managed one counts once. */
  readonly read: number;
  readonly unread: number;
}

export interface PermissionSetDetail extends PermissionSetSummary {
  readonly tags: Readonly<Record<string, string>>;
  readonly relayState: string | null;
  /** Where it is assigned or stands as a role. */
  readonly inAccounts: readonly {
    readonly accountId: string;
    readonly accountName: string;
    readonly accountTier: AccountTier;
    readonly people: number;
    /** False where the role has an older definition of the set; null where that, or whether it stands there, is not known. */
    readonly isLatest: boolean | null;
  }[];
  readonly policies: readonly SetPolicy[];
  /** One a group of accounts in which its policies are the same; empty where they were changed and not read since. */
  readonly verdicts: readonly {
    readonly accountIds: readonly string[];
    readonly administrator: boolean | null;
    /** One sentence each, for a reader who does not read policies. */
    readonly summary: readonly string[];
    readonly findings: readonly PolicyFinding[];
    readonly unread: readonly string[];
  }[];
  readonly grants: readonly SetGrant[];
  readonly use: SetUse;
  /** What rules hold about the set, and counts of what they hold about its holders. */
  readonly findings: readonly Finding[];
  readonly findingsOfHolders: readonly FindingCount[];
  readonly proposal: Proposal;
}

/** By those who hold it now. */
export interface SetUse {
  readonly people: number;
  /** Others who used it, and hold it no longer. */
  readonly formerHolders: number;
  readonly firstUsedAt: Instant | null;
  readonly lastUsedAt: Instant | null;
  readonly calls: number;
  readonly deniedCalls: number;
  /** Calls by prefix of the service. */
  readonly services: Readonly<Record<string, number>>;
  /** Calls by `service:EventName`, the most frequent of each person. */
  readonly actions: Readonly<Record<string, number>>;
  readonly otherActionCalls: number;
}

export interface SetPorts {
  readonly store: Pick<AccessViewStore, "openFindings" | "findingsAbout" | "findingsOfHolders">;
  readonly findings: Pick<FindingStore, "get">;
  /** Everybody's use of the set, by those who hold it no longer too. */
  readonly usesOf: (set: PermissionSet) => Promise<readonly PersonUse[]>;
}

export async function permissionSetDetail(
  view: AccessView,
  { store, findings, usesOf }: SetPorts,
  set: PermissionSet,
): Promise<PermissionSetDetail> {
  const uses = await usesOf(set);
  const ids = await store.findingsAbout(set.arn, view.at);
  const about = await Promise.all(ids.map((id) => findings.get(id)));
  const accountIds = reachOf(view).get(set.arn)?.accountIds ?? [];
  const judged = view.verdicts.inAccounts(set.arn, accountIds);
  const holders = new SetHolders(view.model, set.arn);
  // Of those who can take the set in that account today.
  const held = uses.filter(({ person, use }) => holders.has(use.accountId, person));
  return {
    ...summaryOf(view, set, totalOf(uses), ids.length),
    tags: set.tags,
    relayState: set.relayState,
    inAccounts: accountsOf(view, set, holders),
    policies: policiesOf(view, set, accountIds),
    verdicts: judged.map(({ accountIds: own, verdict }) => ({
      accountIds: own,
      administrator: verdict.administrator,
      summary: describeVerdict(verdict),
      findings: verdict.findings,
      unread: verdict.unread,
    })),
    grants: grantsOfSet(view, set.arn, held),
    use: useOf(held, peopleOf(uses) - peopleOf(held)),
    findings: about.filter((finding) => finding !== null),
    findingsOfHolders: await store.findingsOfHolders(set.arn, view.at),
    proposal: proposalFor(view, set, accountIds, judged, held),
  };
}

/** The set with this name or ARN; the last part of an ARN will do. Null where there is none. */
export function permissionSetNamed(view: AccessView, text: string): PermissionSet | null {
  const { permissionSets } = view.snapshot;
  return (
    permissionSets.find((set) => set.name === text) ??
    permissionSets.find((set) => set.arn === text || set.arn.endsWith(`/${text}`)) ??
    permissionSets.find((set) => set.name.toLowerCase() === text.toLowerCase()) ??
    null
  );
}

const peopleOf = (uses: readonly PersonUse[]): number =>
  new Set(uses.map(({ person }) => personKey(person))).size;

function totalOf(uses: readonly PersonUse[]) {
  const lastUsedAt = latest(...uses.map(({ use }) => use.lastUsedAt));
  return lastUsedAt === null ? undefined : { lastUsedAt, people: peopleOf(uses) };
}

function useOf(held: readonly PersonUse[], formerHolders: number): SetUse {
  const all = new RoleUses();
  // Added up as one role: which account it was in stands in the grants.
  all.add(held.map(({ use }) => ({ ...use, accountId: "" })));
  const [use] = all.all();
  return {
    people: peopleOf(held),
    formerHolders,
    firstUsedAt: use?.firstUsedAt ?? null,
    lastUsedAt: use?.lastUsedAt ?? null,
    calls: use?.calls ?? 0,
    deniedCalls: use?.deniedCalls ?? 0,
    services: use?.services ?? {},
    actions: use?.actions ?? {},
    otherActionCalls: use?.otherActionCalls ?? 0,
  };
}

function accountsOf(
  view: AccessView,
  set: PermissionSet,
  holders: SetHolders,
): PermissionSetDetail["inAccounts"] {
  const names = new Map(view.snapshot.accounts.map((one) => [one.accountId, one.name]));
  const stands = new Map(
    view.snapshot.provisionings
      .filter((one) => one.permissionSetArn === set.arn)
      .map((one) => [one.accountId, one.isLatest]),
  );
  return [...new Set([...holders.accountIds, ...stands.keys()])].toSorted().map((accountId) => ({
    accountId,
    accountName: names.get(accountId) ?? accountId,
    accountTier: view.tierOf(accountId).tier,
    people: holders.count(accountId),
    isLatest: stands.get(accountId) ?? null,
  }));
}

function policiesOf(
  view: AccessView,
  set: PermissionSet,
  accountIds: readonly string[],
): SetPolicy[] {
  const known = new Map(view.snapshot.policies.map((one) => [one.policyArn, one]));
  const partition = set.arn.split(":")[1] ?? "aws";
  const isRead = (one: PolicyDocument | undefined) => one !== undefined && one.document !== null;
  const once = (kind: SetPolicy["kind"], name: string, read: boolean): SetPolicy => ({
    kind,
    name,
    read: read ? 1 : 0,
    unread: read ? 0 : 1,
  });
  const byAccount = (kind: SetPolicy["kind"], path: string): SetPolicy => {
    const name = path.startsWith("/") ? path : `/${path}`;
    const read = accountIds.filter((id) =>
      isRead(known.get(`arn:${partition}:iam::${id}:policy${name}`)),
    ).length;
    return { kind, name, read, unread: accountIds.length - read };
  };
  const { boundary } = set;
  return [
    ...set.managedPolicyArns.map((arn) => once("aws-managed", arn, isRead(known.get(arn)))),
    ...set.customerManagedPolicies.map(({ path, name }) =>
      byAccount("customer-managed", `${path}${name}`),
    ),
    ...(set.inlinePolicy === null ? [] : [once("inline", "inline policy", true)]),
    ...(boundary === null
      ? []
      : [
          boundary.startsWith("arn:")
            ? once("boundary", boundary, isRead(known.get(boundary)))
            : byAccount("boundary", boundary),
        ]),
  ];
}

function proposalFor(
  view: AccessView,
  set: PermissionSet,
  accountIds: readonly string[],
  judged: readonly VerdictInAccounts[],
  uses: readonly PersonUse[],
): Proposal {
  const { observedSince: from, observationGaps: gapHours } = windowOf(view, accountIds);
  const input = {
    permissionSetArn: set.arn,
    permissionSetName: set.name,
    allows: allowedAnywhere(judged),
    uses,
    observed: { from, to: view.at, gapHours },
  };
  return proposal(input, view.catalogue);
}

/** What it allows in any account: of each service the most. Null where a policy could not be read. */
function allowedAnywhere(judged: readonly VerdictInAccounts[]): readonly ServiceAllowance[] | null {
  if (judged.length === 0 || judged.some(({ verdict }) => verdict.unread.length > 0)) return null;
  const most = new Map<string, ServiceAllowance>();
  for (const one of judged.flatMap(({ verdict }) => verdict.allows)) {
    const known = most.get(one.service);
    if (known === undefined || sizeOf(one) > sizeOf(known)) most.set(one.service, one);
  }
  return [...most.values()].toSorted((left, right) => (left.service < right.service ? -1 : 1));
}

const sizeOf = ({ levels }: ServiceAllowance): number =>
  Object.values(levels).reduce((sum, count) => sum + count, 0);
