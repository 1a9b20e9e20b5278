/**
 * What every part of a simulated life works with: the organisation, its roles, the sessions people hold and the records they
 * leave. Guarantees that ids (roles, keys, events) are functions of the seed and of what they name, never of the order of work.
 */
import type { Organisation, PermissionSet, Person, Switches } from "../model.ts";
import { durationSeconds } from "../organisation/permission-sets.ts";
import { PARTITION } from "../partition.ts";
import { DAY, Dice } from "../random.ts";

export type SessionKind =
  | "portal"
  | "token"
  | "application"
  | "background"
  | "role"
  | "chained-role";

/** One session as it would be without what callers changed. The simulator's own labels: no observer sees them. */
export interface Session {
  key: string;
  kind: SessionKind;
  person: Person;
  startAt: number;
  /** When it ends at the latest. */
  hardEndAt: number;
  /** When the person signs out; null: never. */
  signsOutAt: number | null;
  /** Last use that is planned; grows while the plan is made. */
  lastUseAt: number;
  /** The session it came from. */
  parent: Session | null;
  ip: string;
  userAgent: string;
  /** For a portal session its one credential; for others see `credentialAt`. */
  credentialId: string;
  /** Client of a token chain. */
  clientId: string;
  role: RoleOf | null;
  /** Opened in the browser: the console takes another access key for every request. */
  console: boolean;
  accessKeyId: string;
}

/** A session with what its maker knows; the rest as for a session of that kind without it. */
export function newSession(
  parts: Pick<Session, "key" | "kind" | "person" | "startAt" | "hardEndAt" | "ip" | "userAgent"> &
    Partial<Session>,
): Session {
  return {
    signsOutAt: null,
    lastUseAt: parts.startAt,
    parent: null,
    credentialId: "",
    clientId: "",
    role: null,
    console: false,
    accessKeyId: "",
    ...parts,
  };
}

/** A permission set's role in one account, or a role assumed from it. */
export interface RoleOf {
  accountId: string;
  permissionSetArn: string;
  /** Name of the permission set; of the role itself for a chained one. */
  name: string;
  roleName: string;
  roleArn: string;
  roleId: string;
  /** Tail of the session's ARN. */
  sessionName: string;
  seconds: number;
}

/** What a record needs in order to happen, so that a caller's changes stop exactly what AWS would stop. */
export type Step =
  | "sign-in" // a person who is not disabled
  | "session" // portal and token activity: as above
  | "vend" // Federate, GetRoleCredentials: access too, else refused
  | "assume" // AssumeRoleWithSAML, ConsoleLogin: only where the vend succeeded
  | "call" // a call in a role session: denied by policies
  | "chain" // AssumeRole out of a role session: denied likewise
  | "chained-call" // a call without the person's context: no such deny reaches it
  | "outside"; // happens whatever callers do

/** A record as planned, before callers' changes are looked at. */
export interface Draft {
  at: number;
  step: Step;
  session: Session | null;
  accountId: string;
  region: string;
  record: Record<string, unknown> & { eventID: string };
  /** IAM action and resource, for the message of a denied call. */
  action?: string;
  resource?: string;
}

/** A scripted attack. */
export interface Attack {
  kind: "device-code-phishing" | "stolen-role-credentials" | "credential-sweep" | "self-elevation";
  key: string;
  person: Person;
  from: number;
  to: number;
  eventIds: string[];
}

/** Everything that begins on one day. */
export interface Plan {
  drafts: Draft[];
  sessions: Session[];
  attacks: Attack[];
}

export const emptyPlan = (): Plan => ({ drafts: [], sessions: [], attacks: [] });

/** Grants of the organisation as its seed made them. */
export interface Grant {
  accountId: string;
  set: PermissionSet;
}

export class Stage {
  readonly organisation: Organisation;
  readonly switches: Switches;
  readonly #sets: Map<string, PermissionSet>;
  readonly #roles = new Map<string, Omit<RoleOf, "sessionName">>();
  readonly #oldUntil: number;
  readonly #groupsOf = new Map<string, { groupId: string; from: number; to: number | null }[]>();

  constructor(organisation: Organisation, switches: Switches) {
    this.organisation = organisation;
    this.switches = switches;
    this.#sets = new Map(organisation.permissionSets.map((set) => [set.arn, set]));
    const fifth = organisation.anchor + (organisation.historyDays / 5) * DAY;
    this.#oldUntil =
      switches.shape === "old" ? Infinity : switches.shape === "new" ? -Infinity : fifth;
    for (const held of organisation.memberships)
      this.#groupsOf.set(held.userId, [...(this.#groupsOf.get(held.userId) ?? []), held]);
  }

  /** Whether a record of this instant has the shape from before the change of 2025-11 (AWS Security Blog, facts 3.3). */
  isOld(at: number): boolean {
    return at < this.#oldUntil;
  }

  dice(...parts: (string | number)[]): Dice {
    return new Dice(this.organisation.seed, ...parts);
  }

  set(arn: string): PermissionSet {
    const found = this.#sets.get(arn);
    if (found === undefined)
      throw new Error(`No permission set has the ARN ${arn}; use one of the organisation's.`);
    return found;
  }

  /** The role that Identity Center keeps for a set in an account (facts 3.4: path, name and suffix). */
  role(accountId: string, set: PermissionSet): Omit<RoleOf, "sessionName"> {
    const key = `${accountId} ${set.arn}`;
    const known = this.#roles.get(key);
    if (known !== undefined) return known;
    const dice = this.dice("role", key);
    const roleName = `AWSReservedSSO_${set.name}_${dice.hex(16)}`;
    const made = {
      accountId,
      permissionSetArn: set.arn,
      name: set.name,
      roleName,
      roleArn: `arn:${PARTITION}:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/${this.organisation.region}/${roleName}`,
      roleId: `AROA${dice.base32(17)}`,
      seconds: durationSeconds(set.sessionDuration),
    };
    this.#roles.set(key, made);
    return made;
  }

  /** What the seed lets a person become at an instant, but for sets that nobody ever takes; accounts that are suspended count for nothing. */
  grants(person: Person, at: number): Grant[] {
    const groups = new Set(
      (this.#groupsOf.get(person.userId) ?? [])
        .filter((held) => held.from <= at && (held.to ?? Infinity) > at)
        .map((held) => held.groupId),
    );
    return this.organisation.assignments
      .filter((held) => held.from <= at && (held.to ?? Infinity) > at)
      .filter((held) =>
        held.principalType === "USER"
          ? held.principalId === person.userId
          : groups.has(held.principalId),
      )
      .map((held) => ({ accountId: held.accountId, set: this.set(held.permissionSetArn) }))
      .filter((grant) => !grant.set.neverUsed);
  }

  /** Whether a person works here at an instant. */
  isHere(person: Person, at: number): boolean {
    return person.joinedAt <= at && (person.leftAt === null || person.leftAt > at);
  }
}
