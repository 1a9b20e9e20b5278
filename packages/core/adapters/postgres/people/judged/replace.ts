/**
 * Writes what people's sessions and residuals have become: what is new or differs, and nothing of what is as it was. What differs is told
 * by digests that are stored beside the bodies, so an unchanged body is neither sent nor compared; a row that was changed by hand is
 * written again only when its events change or its digest is emptied.
 */
import type pg from "pg";
import type { Session } from "../../../../domain/session.ts";
import { sessionDigest } from "../../../../domain/sessions/reconstruct.ts";
import type { Residual } from "../../../../domain/sessions/residual/removal.ts";
import { residualDigest } from "../../../../domain/sessions/residual/residuals.ts";
import type { StoredDigests } from "./stored.ts";

type Queryable = Pick<pg.PoolClient, "query">;

/** Statements about one of the tables. */
interface Table {
  readonly name: "sessions" | "residuals";
  /** Of bodies `$1` and their digests `$2`, in one order. */
  readonly write: string;
}

const BODIES = `
  from jsonb_array_elements($1::jsonb) with ordinality as j(b, place)
  join unnest($2::text[]) with ordinality as d(digest, place) using (place)
 order by 1`;

const SESSIONS: Table = {
  name: "sessions",
  write: `
    insert into sessions (id, identity_store_arn, user_id, kind, started_at, last_seen_at, account_id,
                          permission_set_name, body, body_sha256)
    select b->>'id', b->'user'->>'identityStoreArn', b->'user'->>'userId', b->>'kind',
           (b->>'startedAt')::timestamptz, (b->>'lastSeenAt')::timestamptz, b->>'accountId',
           b->>'permissionSetName', b, digest ${BODIES}
    on conflict (id) do update
       set started_at = excluded.started_at, last_seen_at = excluded.last_seen_at,
           account_id = excluded.account_id, permission_set_name = excluded.permission_set_name,
           body = excluded.body, body_sha256 = excluded.body_sha256`,
};

const RESIDUALS: Table = {
  name: "residuals",
  write: `
    insert into residuals (id, identity_store_arn, user_id, session_id, removed_at, until, closed_at, body, body_sha256)
    select b->>'id', b->'user'->>'identityStoreArn', b->'user'->>'userId', b->>'sessionId',
           (b->'removal'->>'at')::timestamptz, (b->>'until')::timestamptz, (b->>'closedAt')::timestamptz, b, digest ${BODIES}
    on conflict (id) do update
       set session_id = excluded.session_id, removed_at = excluded.removed_at, until = excluded.until,
           closed_at = excluded.closed_at, body = excluded.body, body_sha256 = excluded.body_sha256`,
};

/** All sessions of people whom the caller's transaction has locked; `stored` is what `storedDigests` says of each of them. */
export function replaceSessions(
  client: Queryable,
  stored: readonly StoredDigests[],
  sessions: readonly Session[],
): Promise<void> {
  const gone = new Map(stored.flatMap((one) => [...one.sessions]));
  return replace(client, SESSIONS, gone, digested(sessions, sessionDigest));
}

/** All residuals of people, likewise. */
export function replaceResiduals(
  client: Queryable,
  stored: readonly StoredDigests[],
  residuals: readonly Residual[],
): Promise<void> {
  const gone = new Map(stored.flatMap((one) => [...one.residuals]));
  return replace(client, RESIDUALS, gone, digested(residuals, residualDigest));
}

interface Digested {
  readonly body: { readonly id: string };
  readonly digest: string;
}

function digested<T extends { readonly id: string }>(
  bodies: readonly T[],
  digestOf: (body: T) => string,
): Digested[] {
  return bodies.map((body) => ({ body, digest: digestOf(body) }));
}

/** @param gone what is stored; of it what is not among `made` is deleted. */
async function replace(
  client: Queryable,
  table: Table,
  gone: Map<string, string>,
  made: readonly Digested[],
): Promise<void> {
  const changed: Digested[] = [];
  for (const one of made) {
    if (gone.get(one.body.id) !== one.digest) changed.push(one);
    gone.delete(one.body.id);
  }
  if (gone.size > 0) {
    await client.query(`delete from ${table.name} where id = any($1)`, [[...gone.keys()]]);
  }
  if (changed.length > 0) {
    await client.query(table.write, [
      JSON.stringify(changed.map(({ body }) => body)),
      changed.map(({ digest }) => digest),
    ]);
  }
}
