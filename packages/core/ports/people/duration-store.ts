/** Durations of sessions that a person entered, because no API reads them, and the changes that put them in question. */
import type { AuditEntry } from "../../domain/audit.ts";
import type { DurationKind, SessionSettings } from "../../domain/session.ts";
import type { Instant } from "../../domain/time.ts";

export interface NewDuration {
  readonly identityStoreArn: string;
  readonly kind: DurationKind;
  readonly minutes: number;
  /** Sessions that begin from here on last so long. */
  readonly effectiveFrom: Instant;
}

export interface DurationEntry extends NewDuration {
  /** Token name or `cli:<user>`. */
  readonly enteredBy: string;
  readonly enteredAt: Instant;
}

/** A configuration of an instance was seen to change; the record says neither which setting nor to what. */
export interface ConfigurationChange {
  /** Null: the record's account is that of no known identity store, so any may be meant. */
  readonly identityStoreArn: string | null;
  readonly at: Instant;
  readonly eventId: string;
}

export interface DurationStore {
  /** Newest entry first, at most `limit`, after an entry. */
  list(limit: number, after: DurationEntry | null): Promise<DurationEntry[]>;
  /** Identity stores that any person is known of, in their order. */
  identityStores(): Promise<string[]>;
  /** Oldest first. */
  changes(): Promise<ConfigurationChange[]>;
  /**
   * Adds an entry with its audit record and makes everybody of its identity store due, in one transaction. Answers the entry as
   * it stands: two entries from the same instant never share the instant of their entering.
   */
  enter(entry: DurationEntry, audit: Omit<AuditEntry, "at" | "actor">): Promise<DurationEntry>;
  /**
   * What counts now: `configured`, the newest entry for each store, kind and beginning, and what is known of permission sets. The
   * version is another one after every entry, and every change of a configuration or of a permission set that is stored.
   */
  settings(configured: SessionSettings): Promise<SessionSettings & { readonly version: string }>;
}
