/**
 * Whom a change of access concerns although it does not name them: members of a group, whoever holds what was changed, and whoever held a
 * session that the change may touch. Set-based: one statement a batch that holds such a change. It names rather too many than too few;
 * judging tells.
 */
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import { membersIn } from "../../../domain/sessions/residual/access-history.ts";
import type { Instant } from "../../../domain/time.ts";

interface Touched {
  readonly arn: string;
  readonly user_id: string;
  readonly at: Instant;
}

interface Change {
  readonly at: Instant;
  readonly userId?: string;
  readonly groupId?: string;
  /** What the set allows was changed, or it is gone: of whoever can take it. */
  readonly held?: true;
  /** Of an entitlement that is taken back without naming whose it was, and of an application with all its entitlements. */
  readonly entitlementId?: string;
  readonly applicationArn?: string;
  /** Of role sessions that were alive then, in this account where one is named. */
  readonly account?: string | null;
  readonly roles?: true;
  readonly permissionSetArn?: string | null;
  /** Of application and entitlement sessions that were alive then. */
  readonly applications?: true;
  /** It may say how long role sessions last that began since. */
  readonly lasts?: true;
  /** A name became known, which residuals may have lacked. */
  readonly named?: true;
}

/**
 * Members are those whom any crawl ever saw in the group or any event put in or out of it: who was in it at the instant is for the
 * judgement to say. Sessions are those stored: whoever has others that are not judged yet is due already.
 */
const TOUCHED = `
  with changes as materialized (
    select * from jsonb_to_recordset($1::jsonb) as c(
      at timestamptz, "userId" text, "groupId" text, account text, roles boolean, "permissionSetArn" text,
      applications boolean, named boolean, held boolean, "entitlementId" text, "applicationArn" text, lasts boolean)),
  -- Users and groups. Events tell of grants that no crawl has seen: ids stand in their text.
  holding as materialized (
    select f.body->>'principalId' as id, c.at from changes c
      join access_facts f on f.kind = 'assignment' and f.body->>'permissionSetArn' = c."permissionSetArn" where c.held
    union
    -- Lateral: the facts are looked through only where such a change came.
    select f.id, c.at from changes c
      cross join lateral (
        select f.body->>'principalId' as id from access_facts f
         where f.kind = 'entitlement'
           and (f.key = c."entitlementId" or f.body->>'applicationArn' = c."applicationArn")) f
     where c."entitlementId" is not null or c."applicationArn" is not null
    union
    select m[1], c.at
      from changes c
      cross join lateral (
        select e.body from event_terms t join events e on e.type_no = t.term_no and e.administrative
         where t.kind = 'type' and (t.value like '["assignment",%' or t.value like '["entitlement",%')
           and position('"' || coalesce(c."entitlementId", c."applicationArn", c."permissionSetArn") || '"' in e.body) > 0) e,
           regexp_matches(e.body, '"([0-9a-zA-Z-]{10,47})"', 'g') as m
     where c.held or c."entitlementId" is not null or c."applicationArn" is not null),
  groups as materialized (
    select id, max(at) as at from (
      select "groupId" as id, at from changes where "groupId" is not null
      union all
      select h.id, h.at from holding h where not exists (select 1 from people p where p.user_id = h.id)) g
     group by 1),
  moves as materialized (
    select g.at, e.subject_user_id, e.body
      from event_terms t
      join events e on e.type_no = t.term_no and e.administrative
      join groups g on position('"' || g.id || '"' in e.body) > 0
     where t.kind = 'type' and t.value like '["membership",%'),
  users as (
    select "userId" as id, at from changes where "userId" is not null
    union all
    select id, at from holding
    union all
    select f.body->>'userId', g.at from access_facts f join groups g on g.id = f.body->>'groupId' where f.kind = 'membership'
    union all
    select subject_user_id, at from moves where subject_user_id is not null
    union all
    -- One SCIM request may name several members: they stand in the event's own text.
    select m[1], at from moves, regexp_matches(body, '"([0-9a-fA-F-]{36,47})"', 'g') as m where subject_user_id is null),
  names as (
    select distinct f.key as arn, f.body->>'name' as name from access_facts f
     where f.kind = 'permission-set' and f.key in (select "permissionSetArn" from changes)),
  holders as (
    select s.identity_store_arn as arn, s.user_id, c.at
      from changes c left join names n on n.arn = c."permissionSetArn"
      join sessions s on s.started_at <= c.at
       and s.started_at > c.at - case when s.kind = 'aws-login' then interval '90 days' else interval '12 hours' end
     where c.roles and s.kind in ('role', 'aws-login', 'entitlement-role')
       and (c.account is null or s.account_id = c.account)
       and (n.name is null or s.permission_set_name is null or s.permission_set_name = n.name)
    union all
    select s.identity_store_arn, s.user_id, c.at
      from changes c join sessions s on s.started_at <= c.at and s.started_at > c.at - interval '90 days'
     where c.applications and s.kind in ('application', 'background', 'entitlement-role')
    union all
    -- How long sessions last that began since: none yet, where the change came on time.
    select s.identity_store_arn, s.user_id, c.at
      from changes c left join names n on n.arn = c."permissionSetArn"
      join sessions s on s.started_at >= c.at
     where c.lasts and s.kind = 'role' and s.permission_set_name is not null
       and (n.name is null or s.permission_set_name = n.name)
    union all
    select r.identity_store_arn, r.user_id, r.removed_at
      from residuals r where r.body->>'unknown' is not null and exists (select 1 from changes where named))
  select arn, user_id, max(at) as at from (
    select p.identity_store_arn as arn, p.user_id, u.at from users u join people p on p.user_id = u.id
    union all
    select arn, user_id, at from holders) t
   group by 1, 2`;

/** What rules about the organisation look at changes with these. */
const OF_THE_ORGANISATION: ReadonlySet<TrailEvent["kind"]> = new Set([
  "assignment",
  "membership",
  "directory-user",
  "directory-group",
  "permission-set",
  "application",
  "access-application",
  "trusted-token-issuer",
  "entitlement",
  "organization",
]);

/** As of its last judgement at the latest, by which a change is told from the passing of time. */
const ORGANISATION_DUE = `
  update organisations set due_at = least(due_at, judged_at, $1::timestamptz)
   where due_at is null or due_at > least(judged_at, $1::timestamptz)`;

/** Call it with the people locked (`lockPeople`) and the events appended. It makes the organisations due itself. */
export async function touchedByAccess(
  client: Pick<pg.PoolClient, "query">,
  events: readonly TrailEvent[],
): Promise<Touched[]> {
  const earliest = events
    .filter((event) => event.errorCode === null && OF_THE_ORGANISATION.has(event.kind))
    .map((event) => event.occurredAt)
    .toSorted()[0];
  if (earliest !== undefined) await client.query(ORGANISATION_DUE, [earliest]);
  const changes = events.flatMap((event) => (event.errorCode === null ? changesIn(event) : []));
  if (changes.length === 0) return [];
  const { rows } = await client.query<Touched>(TOUCHED, [JSON.stringify(changes)]);
  return rows;
}

function changesIn(event: TrailEvent): Change[] {
  const at = event.occurredAt;
  switch (event.kind) {
    case "membership":
      return membersIn(event).map((userId) => ({ at, userId }));
    case "directory-group":
      return event.groupId === null || event.change !== "deleted"
        ? []
        : [{ at, groupId: event.groupId }];
    case "assignment":
    case "entitlement":
      return event.change === "created"
        ? ofPrincipal(event, null)
        : [...ofPrincipal(event, event.targetAccountId), ...ofEntitlement(event)];
    case "application":
      return event.principalId === null
        ? [{ at, applications: true }, ...ofApplication(event)]
        : ofPrincipal(event, null);
    case "access-application":
      return [{ at, applications: true }, ...ofApplication(event)];
    case "permission-set": {
      const named = event.permissionSetName === null ? {} : { named: true as const };
      const { permissionSetArn } = event;
      const isOfDuration =
        event.change === "provisioned" ||
        event.change === "created" ||
        event.sessionDuration !== null;
      const lasts = isOfDuration ? { lasts: true as const } : {};
      const held = REDEFINING.has(event.change) ? { held: true as const } : {};
      return [{ at, roles: true, permissionSetArn, ...held, ...named, ...lasts }];
    }
    default:
      return [];
  }
}

function ofEntitlement(event: TrailEvent): Change[] {
  if (event.kind !== "entitlement" || event.entitlementId === null) return [];
  return [{ at: event.occurredAt, entitlementId: event.entitlementId }];
}

/** An application that is deleted takes its entitlements with it. */
function ofApplication(
  event: Extract<TrailEvent, { kind: "application" | "access-application" }>,
): Change[] {
  const { change, applicationArn, occurredAt: at } = event;
  return change !== "deleted" || applicationArn === null ? [] : [{ at, applicationArn }];
}

/** Changes of what a set allows. A request to provision it changes nothing, and a new set is nobody's yet. */
const REDEFINING: ReadonlySet<string> = new Set([
  "deleted",
  "policy-attached",
  "policy-detached",
  "inline-policy-put",
  "inline-policy-removed",
  "boundary-put",
  "boundary-removed",
]);

/** A group's members, and, as they may not be known, whoever held a role session in the account. */
function ofPrincipal(
  event: Pick<TrailEvent, "occurredAt"> & {
    readonly principalType: string | null;
    readonly principalId: string | null;
  },
  account: string | null,
): Change[] {
  const { occurredAt: at, principalId, principalType } = event;
  if (principalId === null) return [];
  if (principalType !== "GROUP") return [{ at, userId: principalId }];
  const holders: Change[] = account === null ? [] : [{ at, roles: true, account }];
  return [{ at, groupId: principalId }, ...holders];
}
