/**
 * The chain of audit records: each carries the hash of the one before, so that a change or a gap shows. Pure; the store appends
 * in the transaction of the change that the record tells of.
 */
import { canonicalJson, sha256 } from "./ids.ts";
import type { Instant } from "./time.ts";

export interface AuditEntry {
  readonly at: Instant;
  /** Token name, `worker`, `cli:<user>`. */
  readonly actor: string;
  /** `revocation.requested`, `step.performed`, … */
  readonly action: string;
  /** Id of what it is about. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends AuditEntry {
  readonly sequence: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** What the first record names as the one before it. */
export const AUDIT_GENESIS = "0".repeat(64);

export function auditHash(previousHash: string, entry: AuditEntry): string {
  const { at, actor, action, subject, body } = entry;
  return sha256(`${previousHash}\n${canonicalJson({ at, actor, action, subject, body })}`);
}

/** The sequence of the first record that does not follow from the one before it; null when the chain holds. */
export function firstBrokenLink(records: readonly AuditRecord[]): number | null {
  let previous = AUDIT_GENESIS;
  for (const record of records) {
    if (record.previousHash !== previous || record.hash !== auditHash(previous, record)) {
      return record.sequence;
    }
    previous = record.hash;
  }
  return null;
}
