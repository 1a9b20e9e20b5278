/**
 * What each service may do with each table, as the tests expect it: written down apart from the statements that grant it.
 * S select, I insert, U update of every column, D delete; `columns` names the only columns that may be updated.
 */

export const SERVICES = ["curfew_ingest", "curfew_worker", "curfew_api"] as const;
export type Service = (typeof SERVICES)[number];

export interface Right {
  readonly verbs: string;
  readonly columns?: readonly string[];
}

const row = (ingest: string, worker: string, api: string): Readonly<Record<Service, Right>> => ({
  curfew_ingest: { verbs: ingest },
  curfew_worker: { verbs: worker },
  curfew_api: { verbs: api },
});

/** Every table of record; a table that is missing here fails the test until somebody decides about it. */
export const RIGHTS: Readonly<Record<string, Readonly<Record<Service, Right>>>> = {
  events: row("SI", "S", "S"),
  role_calls: row("SI", "S", "S"),
  record_batches: row("SI", "S", "S"),
  event_ids: row("SI", "S", "S"),
  event_terms: {
    ...row("", "S", "S"),
    curfew_ingest: { verbs: "SI", columns: ["value"] },
  },
  undecodable_records: row("SI", "S", "S"),
  trail_files: row("SIU", "S", "S"),
  followed_files: row("SIU", "S", "S"),
  ingest_streams: row("SIU", "S", "S"),
  trail_objects: row("SIU", "S", "S"),
  trail_digests: row("SIU", "S", "S"),
  trail_file_verdicts: row("SIU", "S", "S"),
  source_states: row("SIU", "S", "S"),
  coverage: row("SIU", "S", "S"),
  rate_budgets: row("SIU", "SIU", ""),
  people: {
    ...row("SIU", "SU", ""),
    curfew_api: { verbs: "S", columns: ["due_at"] },
  },
  person_names: row("SIU", "S", "S"),
  sessions: row("", "SIUD", "S"),
  // Ingest reads whose residual access is in doubt.
  residuals: row("S", "SIUD", "S"),
  session_durations: row("", "S", "SI"),
  findings: { ...row("", "SIU", ""), curfew_api: { verbs: "S", columns: ["state"] } },
  deliveries: {
    ...row("", "SIU", ""),
    curfew_api: { verbs: "S", columns: ["state", "attempts", "next_attempt_at"] },
  },
  access_snapshots: row("SI", "S", "S"),
  access_facts: row("SIU", "S", "S"),
  crawl_runs: row("SIUD", "S", "S"),
  crawl_units: row("SIUD", "", "S"),
  crawl_facts: row("SIUD", "", ""),
  access_usage: row("", "SIUD", "S"),
  organisations: row("SIU", "SU", "S"),
  reports: row("", "SI", "S"),
  report_files: row("", "SI", "S"),
  audit_records: row("", "SI", "SI"),
  // Ingest reads who is under a revocation or a lease, and nothing else of it.
  revocations: row("S", "SU", "SIU"),
  revocation_steps: row("", "SU", "SIU"),
  session_proofs: row("", "SI", "S"),
  deny_leases: row("S", "SIU", "S"),
  api_tokens: row("", "", "SIU"),
  idempotency_keys: row("", "", "SIUD"),
};

/** Written once: no role but a superuser may change or remove a row. */
export const WRITTEN_ONCE = [
  "events",
  "role_calls",
  "record_batches",
  "undecodable_records",
  "audit_records",
  "reports",
  "report_files",
] as const;
