/** The people and organisations that are due, and what judging them writes. */
import type { PersonUsage } from "../domain/access/usage.ts";
import type { TrailEvent } from "../domain/event.ts";
import type { Person } from "../domain/person.ts";
import type { Session } from "../domain/session.ts";
import type { RoleUse } from "../domain/access/proposal/role-use.ts";
import type { Finding, OrganisationKey } from "../domain/finding.ts";
import type { Reconciliation } from "../domain/reconcile-findings.ts";
import type { AccessHistory } from "../domain/sessions/residual/access-history.ts";
import type { Residual } from "../domain/sessions/residual/removal.ts";
import type { Instant } from "../domain/time.ts";

/** A claimed person with everything that is theirs. */
export interface DuePerson {
  readonly person: Person;
  readonly events: readonly TrailEvent[];
  /** Findings that are not resolved. */
  readonly findings: readonly Finding[];
}

/** What replaces a person's sessions, residuals and use of access and changes their findings. */
export interface Judgement {
  readonly sessions: readonly Session[];
  readonly residuals: readonly Residual[];
  readonly usage: PersonUsage;
  readonly reconciliation: Reconciliation;
  /** When to look again although no event comes; null: only after one. */
  readonly nextDecisionAt: Instant | null;
}

/** What every judgement of a run starts from. */
export interface JudgedFrom {
  readonly now: Instant;
  /** Of the directory that is judged by; null before the first crawl. Whoever is judged by an older one than is stored stays due. */
  readonly snapshotTakenAt: Instant | null;
  /**
   * Of the durations that are judged by (`DurationStore.settings`), where they can change: whoever is judged by others than are stored
   * is due again.
   */
  readonly settingsVersion?: string;
}

export interface SweepStore {
  /**
   * Claims up to `limit` people that are due (oldest first, skipping those another process holds), judges as many of them together
   * as have few enough events to be held at once, and writes the result in one transaction. `history` is what was taken away, as
   * known to this transaction. `judge` answers one judgement for each, in their order. Answers how many it judged; 0 when nobody is
   * due.
   */
  sweep(
    from: JudgedFrom,
    limit: number,
    channels: readonly string[],
    judge: (due: readonly DuePerson[], history: AccessHistory) => readonly Judgement[],
  ): Promise<number>;
  /** People that are due now. */
  dueCount(now: Instant): Promise<number>;
}

/** A claimed organisation. */
export interface DueOrganisation {
  readonly organisation: OrganisationKey;
  /** Findings about it that are not resolved. */
  readonly findings: readonly Finding[];
  /** The use that everybody made of each role, as stored. */
  readonly usage: readonly RoleUse[];
}

export interface OrganisationJudgement {
  readonly reconciliation: Reconciliation;
  /** When to look again although nothing changes; null: only then. */
  readonly nextDecisionAt: Instant | null;
}

export interface OrganisationStore {
  /**
   * Claims one organisation that is due by `dueBy` (skipping one that another process holds) and writes its judgement in one
   * transaction, with the deliveries. False when there is none.
   */
  sweep(
    now: Instant,
    dueBy: Instant,
    channels: readonly string[],
    judge: (due: DueOrganisation) => Promise<OrganisationJudgement>,
  ): Promise<boolean>;
  /** Notes that people's use of their access was judged anew: every organisation is due, `rest` milliseconds after its last judgement. */
  usageChanged(now: Instant, rest: number): Promise<void>;
  /**
   * Makes those due who are compared with their peers, where a crawl or a change of access was stored since their organisation was judged:
   * what the others hold may have changed. Call it before people and the organisation are judged; repeated, it changes nothing more.
   */
  comparePeersAgain(now: Instant): Promise<void>;
}
