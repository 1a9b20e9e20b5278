/**
 * The plan of one person's revocation: ordered steps, what would still work after them, what would break, and what forbids it.
 * Pure. A plan never deletes a GROUP assignment and never deletes a user; a step that AWS offers no public call for, or whose object
 * another system owns, is manual and says what to do.
 */
import { heldArn, heldName, type EffectiveAccess } from "../access.ts";
import type {
  PlannedStep,
  ResidualAccess,
  RevocationImpact,
  RevocationPlan,
} from "../revocation.ts";
import type { SessionView } from "../session.ts";
import { DAY, latest, plus } from "../time.ts";
import { brakesOf } from "./brakes.ts";
import { ruleOf } from "../sessions/residual/effects.ts";
import { choosePolicy } from "./deny-policy.ts";
import type { RevocationFacts } from "./facts.ts";
import { actsInAccount, lastInstant } from "./lifetime.ts";

type Step = Omit<PlannedStep, "order">;

export function planRevocation(facts: RevocationFacts): RevocationPlan {
  const steps = [
    ...denyLease(facts),
    ...assignments(facts),
    ...memberships(facts),
    ...entitlements(facts),
    ...directoryUser(facts, "scim-deactivate"),
    ...endSessions(facts),
    ...directoryUser(facts, "disable-user"),
    ...managementAccount(facts),
    ...chainedRoles(facts),
  ];
  return {
    user: facts.user,
    steps: steps.map((step, index) => ({ ...step, order: index + 1 })),
    residual: facts.sessions.filter(mayLive).map((session) => residualOf(session, facts)),
    impact: impactOf(facts),
    brakes: brakesOf(facts),
  };
}

function mayLive(session: SessionView): boolean {
  return session.state === "active" || session.state === "unknown";
}

function denyLease({ user, denyPolicies }: RevocationFacts): Step[] {
  const policyId = choosePolicy(denyPolicies, user.userId);
  if (policyId === null) return [];
  return [
    {
      mechanism: "deny-lease",
      mode: "automatic",
      target: { policyId, userId: user.userId },
      why: "refuses every call of the person's role sessions in member accounts, running ones and new ones; it does not bind the management account, nor roles taken by chaining",
    },
  ];
}

function unique<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

function assignments({ user, access }: RevocationFacts): Step[] {
  const direct = access.filter(
    (row) => row.path.length === 1 && row.path[0]!.kind === "assignment",
  );
  return unique(direct, (row) => `${row.accountId} ${row.permissionSetArn}`).map((row) => ({
    mechanism: "remove-assignment",
    mode: "automatic",
    target: {
      accountId: row.accountId,
      permissionSetArn: row.permissionSetArn,
      permissionSetName: row.permissionSetName,
      principalType: "USER",
      principalId: user.userId,
    },
    why: `no new role session with ${row.permissionSetName} in ${row.accountId}; running ones go on`,
  }));
}

function carriedBy(access: readonly EffectiveAccess[], groupId: string): EffectiveAccess[] {
  return access.filter((row) => row.path[0]?.kind === "group" && row.path[0].id === groupId);
}

function memberships({ user, access, directory }: RevocationFacts): Step[] {
  const carrying = (directory?.groups ?? []).filter(
    ({ groupId }) => carriedBy(access, groupId).length > 0,
  );
  return carrying.map(({ groupId, groupName, scimOwned }) => ({
    mechanism: "remove-membership",
    mode: scimOwned ? "manual" : "automatic",
    target: { groupId, groupName, userId: user.userId },
    why: scimOwned
      ? `take the person out of ${groupName} at the identity provider, which owns the group and would undo a removal here`
      : `no new role session by ${groupName}; the group's assignments stay, for its other members`,
  }));
}

function entitlements({ access }: RevocationFacts): Step[] {
  const direct = access.filter(
    (row) => row.path.length === 1 && row.path[0]!.kind === "entitlement",
  );
  return unique(direct, (row) => row.path[0]!.id).map((row) => ({
    mechanism: "delete-entitlement",
    mode: "manual",
    target: { entitlementId: row.path[0]!.id, accountId: row.accountId },
    why: `delete the entitlement ${row.path[0]!.name} in the account access manager: no new session of its role`,
  }));
}

function directoryUser(
  { user, directory }: RevocationFacts,
  mechanism: "scim-deactivate" | "disable-user",
): Step[] {
  const scimOwned = (directory?.user?.externalId ?? null) !== null;
  const mine = (mechanism === "scim-deactivate") === scimOwned;
  if (!mine || directory?.user?.status === "disabled") return [];
  return [
    {
      mechanism,
      mode: "manual",
      target: { userId: user.userId },
      why: scimOwned
        ? "deactivate the person at the identity provider, which owns the user: no new sign-in; role sessions go on"
        : "disable the user in the console, for which AWS has no public call: no new sign-in; role sessions go on",
    },
  ];
}

function endSessions({ user, sessions }: RevocationFacts): Step[] {
  const living = sessions.filter((session) => mayLive(session) && !actsInAccount(session.kind));
  if (living.length === 0) return [];
  return [
    {
      mechanism: "end-sessions",
      mode: "manual",
      target: { userId: user.userId, sessionIds: living.map(({ id }) => id) },
      why: "end the person's active sessions in the console (load all, select all), for which AWS has no public call: portal at once, applications within 30 minutes; role sessions go on",
    },
  ];
}

function managementAccount({ access, directory }: RevocationFacts): Step[] {
  const management = directory?.managementAccountId ?? null;
  // A role of the account access manager has no permission set whose policy could deny.
  const rows = access.filter(
    (row) => row.accountId === management && row.permissionSetArn !== null,
  );
  return unique(rows, heldArn).map((row) => ({
    mechanism: "deny-permission-set",
    mode: "manual",
    target: {
      accountId: row.accountId,
      permissionSetArn: row.permissionSetArn,
      permissionSetName: row.permissionSetName,
    },
    why: `deny the person's userId in the inline policy of ${row.permissionSetName} and provision it to the management account, which no service control policy binds`,
  }));
}

function chainedRoles({ chainedRoleArns }: RevocationFacts): Step[] {
  return [...new Set(chainedRoleArns)].sort().map((roleArn) => ({
    mechanism: "revoke-older-sessions",
    mode: "manual",
    target: { roleArn },
    why: `revoke the older sessions of ${roleArn}, which the person took by chaining: the deny does not reach them; it cuts everybody who holds that role`,
  }));
}

function residualOf(session: SessionView, { directory }: RevocationFacts): ResidualAccess {
  const { at, assumed } = lastInstant(session);
  const { id: sessionId, kind } = session;
  if (!actsInAccount(kind)) {
    const bound = assumed
      ? "90 days are assumed, because its duration is not known"
      : `until ${session.endsAt.limitedBy}`;
    return {
      sessionId,
      kind,
      until: at,
      why: `signed in until somebody ends it or it runs out: ${bound}. ${ruleOf(session)}`,
    };
  }
  const bindable = session.accountId !== directory?.managementAccountId;
  const bound = assumed && at !== null ? "; the longest life AWS allows is assumed" : "";
  return {
    sessionId,
    kind,
    until: at,
    why: bindable
      ? `its credentials live on until then, and the deny policy refuses their calls in ${session.accountId}${bound}. ${ruleOf(session)}`
      : `its credentials work until then: no service control policy binds the management account${bound}. ${ruleOf(session)}`,
  };
}

function impactOf({ access, sessions, now, directory }: RevocationFacts): RevocationImpact {
  const since = plus(now, -30 * DAY);
  const used = sessions.filter((session) => session.kind === "role" && session.lastSeenAt >= since);
  const names = new Map((directory?.groups ?? []).map((group) => [group.groupId, group.groupName]));
  return {
    accounts: new Set(access.map((row) => row.accountId)).size,
    permissionSets: new Set(access.map(heldArn)).size,
    roleSessions30d: used.filter((session) => session.startedAt >= since).length,
    lastUsedAt: latest(...sessions.map((session) => session.lastSeenAt)),
    alsoRemoved: access
      .filter((row) => row.path[0]?.kind === "group")
      .map((row) => ({
        groupName: names.get(row.path[0]!.id) ?? row.path[0]!.name,
        accountId: row.accountId,
        permissionSetName: heldName(row),
      })),
  };
}
