/**
 * The directory at one instant, ready for any number of questions: its model, what its policies were found to be, and how far the use
 * of each account is known. Making one reads the whole directory; whoever is asked often keeps it. Nothing is written.
 */
import { AccessRows } from "../../domain/access/effective.ts";
import { grantEvents, type GrantEvents } from "../../domain/access/grants.ts";
import { AccessModel } from "../../domain/access/model.ts";
import {
  observations as observationsOf,
  type Observation,
} from "../../domain/access/observation.ts";
import { tiersOf, type TierVerdict } from "../../domain/access/tier.ts";
import type { ActionCatalogue } from "../../domain/policy/catalogue.ts";
import type { Instant } from "../../domain/time.ts";
import type { AccessStore, TimedSnapshot } from "../../ports/access/access-store.ts";
import type { ObservationStore } from "../../ports/observation-store.ts";
import { observedSince } from "../judge-people.ts";
import { Verdicts } from "./verdicts.ts";

export interface AccessViewPorts {
  readonly access: AccessStore;
  readonly observations: ObservationStore;
  /** The data of AWS's actions. */
  readonly actions: () => Promise<ActionCatalogue>;
  readonly productionAccounts: readonly string[];
}

/** What stays as it is until a crawl is published or access changes. */
export interface DirectoryView {
  readonly snapshot: TimedSnapshot;
  readonly model: AccessModel;
  readonly verdicts: Verdicts;
  readonly grants: GrantEvents;
  readonly tierOf: (accountId: string) => TierVerdict;
  readonly catalogue: ActionCatalogue;
}

export interface AccessView extends DirectoryView {
  readonly at: Instant;
  readonly rows: AccessRows;
  readonly observationOf: (accountId: string) => Observation;
}

/** Null before the first crawl. */
export async function directoryView(
  { access, observations, actions, productionAccounts }: AccessViewPorts,
  at: Instant,
): Promise<DirectoryView | null> {
  const [snapshot, events, catalogue] = await Promise.all([
    access.asOf(at),
    observations.grantEvents(at),
    actions(),
  ]);
  if (snapshot === null) return null;
  return {
    snapshot,
    model: new AccessModel(snapshot),
    verdicts: new Verdicts(snapshot, snapshot.amendments?.unreadSets ?? new Set(), catalogue),
    grants: grantEvents(events, at),
    tierOf: tiersOf(snapshot.accounts, productionAccounts),
    catalogue,
  };
}

/** How far the use of each account is known at an instant. */
export async function observationsAt(
  observations: ObservationStore,
  snapshot: TimedSnapshot,
  at: Instant,
): Promise<(accountId: string) => Observation> {
  const [coverage, ledger] = await Promise.all([
    observations.coverage(),
    observations.ledgerFacts(at),
  ]);
  const known = coverage.filter(({ firstEventAt }) => firstEventAt < at);
  const since = observedSince({ coverage: known, snapshot });
  return observationsOf(ledger, at, snapshot.instance.ownerAccountId, since);
}

export function viewOf(
  directory: DirectoryView,
  observationOf: (accountId: string) => Observation,
  at: Instant,
  productionAccounts: readonly string[],
): AccessView {
  const rows = new AccessRows(directory.snapshot, directory.model, {
    observedSince: (accountId) => observationOf(accountId).since,
    observationGaps: (accountId) => observationOf(accountId).gapHours,
    grants: directory.grants,
    productionAccounts,
    verdicts: (pair) => directory.verdicts.ofPair(pair),
  });
  return { ...directory, at, rows, observationOf };
}

/** For a single question. Null before the first crawl. */
export async function accessView(ports: AccessViewPorts, at: Instant): Promise<AccessView | null> {
  const directory = await directoryView(ports, at);
  if (directory === null) return null;
  const observationOf = await observationsAt(ports.observations, directory.snapshot, at);
  return viewOf(directory, observationOf, at, ports.productionAccounts);
}
