/**
 * Reads again what events touched since the newest snapshot began, and nothing else: permission sets with their policies and where
 * they are provisioned, applications, and issuers. Guarantees that everything else stays as it was read, that a refresh which fails
 * changes nothing, and that it never stands in the way of a crawl. What an event does not name is left to the next crawl.
 */
import type { CrawlNote, PermissionSet, Provisioning } from "../../domain/access.ts";
import type { TrailEvent } from "../../domain/event.ts";
import { instant, type Instant } from "../../domain/time.ts";
import type {
  CrawlStore,
  NewestSnapshot,
  Published,
  Replaced,
} from "../../ports/access/crawl-store.ts";
import type { TakeSnapshot } from "../take-snapshot.ts";
import { applicationUnit, trustedTokenIssuersUnit } from "./applications.ts";
import { provisioningUnit } from "./assignments.ts";
import { Crawl, type Unit } from "./crawl.ts";
import {
  customerPolicies,
  managedArns,
  managedPolicyUnit,
  policiesInAccountUnit,
} from "./policies.ts";
import { permissionSetUnit } from "./whole.ts";

/** The unit by which a run is known as a refresh. */
export const REFRESH = "refresh";

export interface RefreshReceipt extends Pick<Published, "opened" | "closed"> {
  readonly id: string;
  readonly completedAt: Instant;
  /** Ids of what was read again. */
  readonly refreshed: readonly string[];
  readonly apiCalls: Readonly<Record<string, number>>;
}

interface Touched {
  readonly kind: "permission-set" | "application" | "trusted-token-issuers";
  /** Its ARN; `trusted-token-issuers` for all of them, who are few. */
  readonly id: string;
}

/** Null where nothing was touched, or a crawl is under way that will read it. Throws the directory's or the store's fault. */
export async function refreshSnapshot(
  ports: Omit<TakeSnapshot, "beforePublishing">,
): Promise<RefreshReceipt | null> {
  const { store, clock } = ports;
  const base = await store.newest();
  if (base === null) return null;
  const begun = instant(clock.now());
  const touched = touchedSince(base, await store.changesBetween(base.startedAt, begun));
  if (touched.length === 0) return null;
  const directory = await ports.directory.open();
  if (directory.instance.instanceArn !== base.instanceArn) return null;
  return store.exclusively(base.instanceArn, async () => {
    if (await store.isRunning(base.instanceArn)) return null;
    const run = await store.begin(ports.newId(begun), base.instanceArn, begun, null);
    try {
      const crawl = new Crawl({ ...ports, directory }, run, []);
      await crawl.read(REFRESH, [{ name: REFRESH, read: () => Promise.resolve(NOTHING) }]);
      for (const one of touched) await readTouched(crawl, one);
      const completedAt = instant(clock.now());
      const apiCalls = crawl.calls();
      const published = await store.publish(run.id, {
        completedAt,
        apiCalls,
        notes: touched.map((one) => refreshedNote(one, begun)),
        replaces: touched.flatMap(replacedBy),
      });
      const { opened, closed } = published;
      const refreshed = touched.map((one) => one.id);
      return { id: run.id, completedAt, refreshed, apiCalls, opened, closed };
    } catch (error) {
      await store.abandon(run.id);
      throw error;
    }
  });
}

const NOTHING = { facts: [], notes: [] };

/** What events name that happened after it was read last, each once. */
export function touchedSince(base: NewestSnapshot, events: readonly TrailEvent[]): Touched[] {
  const readAt = new Map(
    base.notes.flatMap((note) => (note.at === undefined ? [] : [[note.about, note.at] as const])),
  );
  const touched = new Map<string, Touched>();
  for (const event of events) {
    const one = touchedBy(event, base.instanceArn);
    if (one === null || event.occurredAt <= (readAt.get(one.id) ?? base.startedAt)) continue;
    touched.set(one.id, one);
  }
  return [...touched.values()];
}

function touchedBy(event: TrailEvent, instanceArn: string): Touched | null {
  // Ids of other instances stand in the same trail.
  const instanceId = instanceArn.split("/").at(-1) ?? "";
  const ours = (arn: string | null): arn is string => arn?.includes(`/${instanceId}/`) === true;
  if (event.kind === "permission-set" && ours(event.permissionSetArn)) {
    return { kind: "permission-set", id: event.permissionSetArn };
  }
  if (event.kind === "application" && ours(event.applicationArn)) {
    return { kind: "application", id: event.applicationArn };
  }
  return event.kind === "trusted-token-issuer"
    ? { kind: "trusted-token-issuers", id: "trusted-token-issuers" }
    : null;
}

const refreshedNote = ({ kind, id }: Touched, at: Instant): CrawlNote => ({
  kind: "refreshed",
  about: id,
  at,
  problem:
    kind === "permission-set"
      ? "This permission set changed after the snapshot and was read again."
      : kind === "application"
        ? "This application changed after the snapshot and was read again."
        : "Trusted token issuers changed after the snapshot and were read again.",
});

function replacedBy({ kind, id }: Touched): Replaced[] {
  switch (kind) {
    case "permission-set":
      return [
        { kind: "permission-set", key: id },
        { kind: "provisioning", member: { name: "permissionSetArn", value: id } },
      ];
    case "application":
      return [
        { kind: "application", key: id },
        { kind: "application-assignment", member: { name: "applicationArn", value: id } },
      ];
    case "trusted-token-issuers":
      return [{ kind: "trusted-token-issuer" }];
  }
}

async function readTouched(crawl: Crawl, { kind, id }: Touched): Promise<void> {
  if (kind === "application") return crawl.read("applications", [applicationUnit(crawl, id)]);
  if (kind === "trusted-token-issuers") {
    return crawl.read("trusted token issuers", [trustedTokenIssuersUnit(crawl)]);
  }
  await crawl.read("permission sets", [permissionSetUnit(crawl, id), provisioningUnit(crawl, id)]);
  await crawl.read("policies", await newPolicies(crawl, id));
}

/** Documents that the set names now and the newest snapshot does not hold. */
async function newPolicies(crawl: Crawl, setArn: string): Promise<Unit[]> {
  const { store, run } = crawl;
  const sets = await store.bodies<PermissionSet>(run.id, "permission-set");
  const set = sets.find((one) => one.arn === setArn);
  if (set === undefined) return [];
  const known = new Set(await store.publishedKeys(run.instanceArn, "policy"));
  const managed = managedArns([set], []).filter((arn) => !known.has(arn));
  const paths = customerPolicies(set);
  const isKnown = (accountId: string, path: string) =>
    [...known].some((arn) => arn.endsWith(`:${accountId}:policy${path}`));
  const accounts = paths.length === 0 ? [] : await accountsOf(store, run.id, setArn);
  const inAccounts = accounts.flatMap((accountId) => {
    const wanted = paths.filter((path) => !isKnown(accountId, path));
    return policiesInAccountUnit(crawl, accountId, wanted, []);
  });
  return [...managed.map((arn) => managedPolicyUnit(crawl, arn)), ...inAccounts];
}

async function accountsOf(store: CrawlStore, runId: string, setArn: string): Promise<string[]> {
  const provisioned = await store.bodies<Provisioning>(runId, "provisioning");
  return provisioned.filter((one) => one.permissionSetArn === setArn).map((one) => one.accountId);
}
