/**
 * Whose sessions a change of the instance's configuration puts in question: it may have changed how long portal sessions last, so
 * whatever was entered before no longer holds for those who were seen since. AWS names neither the setting's old nor its new value.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Instant } from "../../../domain/time.ts";

export interface Touched {
  readonly arn: string;
  readonly user_id: string;
  readonly at: Instant;
}

/** The people of the account's identity stores who were seen at or after the change. */
export async function touchedByConfiguration(
  client: Pick<pg.PoolClient, "query">,
  events: readonly TrailEvent[],
): Promise<Touched[]> {
  const changes = events.filter(
    (event) =>
      event.kind === "instance-setting" &&
      event.setting === "configuration" &&
      event.errorCode === null,
  );
  if (changes.length === 0) return [];
  const { rows } = await client.query<Touched>(
    `select p.identity_store_arn as arn, p.user_id, p.last_event_at as at
       from people p
       join (select account, min(at) as at from unnest($1::text[], $2::timestamptz[]) as c(account, at) group by 1) c
         on split_part(p.identity_store_arn, ':', 5) = c.account
      where p.last_event_at >= c.at`,
    [changes.map((event) => event.accountId), changes.map((event) => event.occurredAt)],
  );
  return rows;
}
