/**
 * What callers' changes do to lives. Guarantees that a change touches nothing before it takes effect, and that each record is
 * kept, refused, denied or never made exactly as AWS would (facts 5.3, 8): role sessions outlive everything but a deny.
 */
import type { Change, Organisation } from "../../model.ts";
import { stateAt, type OrganisationState } from "../../state.ts";
import { denyingPolicies, userIdsDeniedBy } from "../../state/denies.ts";
import { disabledByHelpDesk } from "../../state/help-desk.ts";
import { deactivatedAt, leavings, type Leaving } from "../../state/identity-provider.ts";
import { textField } from "../../state/parameters.ts";
import { roleOf, sessionArn } from "../record.ts";
import type { Draft, Session, Stage } from "../stage.ts";

/** Events that can deny or un-deny people. */
export const DENYING = /^(UpdatePolicy|AttachPolicy|DetachPolicy|ProvisionPermissionSet)$/;

interface Remembered {
  count: number;
  state: OrganisationState;
}

/** States at the instants of changes; kept from one length of the log to the next, because the log only grows. */
export type StateMemory = Map<number, Remembered>;

export class Consequences {
  readonly changes: readonly Change[];
  readonly helpDesk: ReadonlyMap<string, number>;
  readonly #stage: Stage;
  readonly #organisation: Organisation;
  readonly #memory: StateMemory;
  readonly #instants: number[];
  readonly #disabledAt = new Map<string, number>();
  readonly #touchedPairs = new Set<string>();
  readonly #removals: { pair: string; at: number }[] = [];
  readonly #blocked = new Map<string, boolean>();
  #touchedMemberships = false;
  #touchedEntitlements = false;

  constructor(stage: Stage, changes: readonly Change[], memory: StateMemory) {
    this.#stage = stage;
    this.#organisation = stage.organisation;
    this.changes = changes;
    this.#memory = memory;
    this.#instants = [...new Set(changes.map((change) => change.effectiveAt))].sort(
      (a, b) => a - b,
    );
    this.helpDesk = disabledByHelpDesk(stage.organisation, changes, stage.switches.helpDeskMinutes);
    for (const person of stage.organisation.people)
      if (person.disabledAt !== null) this.#disabledAt.set(person.userId, person.disabledAt);
    for (const [userId, at] of this.helpDesk) this.#disable(userId, at);
    if (this.helpDesk.size > 0) this.#touchedMemberships = true;
    for (const change of changes) this.#index(change);
  }

  #disable(userId: string, at: number): void {
    this.#disabledAt.set(userId, Math.min(at, this.#disabledAt.get(userId) ?? Infinity));
  }

  #index(change: Change): void {
    const { eventName, parameters, effectiveAt } = change;
    if (eventName === "DisableUser") this.#disable(textField(parameters, "UserId"), effectiveAt);
    if (
      eventName === "PatchUser" &&
      this.#after(effectiveAt)?.userStatus(textField(parameters, "id")) === "DISABLED"
    ) {
      this.#disable(textField(parameters, "id"), effectiveAt);
    }
    if (eventName === "DeleteEntitlement") this.#touchedEntitlements = true;
    if (eventName.endsWith("GroupMembership")) this.#touchedMemberships = true;
    if (eventName.endsWith("AccountAssignment")) {
      const pair = `${textField(parameters, "TargetId")} ${textField(parameters, "PermissionSetArn")}`;
      this.#touchedPairs.add(pair);
      if (eventName === "DeleteAccountAssignment") this.#removals.push({ pair, at: effectiveAt });
    }
  }

  /** The state right after the last change in effect at an instant; null before the first. */
  #after(at: number): OrganisationState | null {
    let low = 0;
    let high = this.#instants.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#instants[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    const instant = this.#instants[low - 1];
    return instant === undefined ? null : this.#stateAt(instant);
  }

  #stateAt(instant: number): OrganisationState {
    const count = this.changes.reduce(
      (sum, change) => sum + (change.effectiveAt <= instant ? 1 : 0),
      0,
    );
    const known = this.#memory.get(instant);
    if (known?.count === count) return known.state;
    const state = stateAt(this.#organisation, this.changes, instant);
    this.#memory.set(instant, { count, state });
    return state;
  }

  /** When a person is disabled; Infinity: never. */
  disabledAt(userId: string): number {
    return this.#disabledAt.get(userId) ?? Infinity;
  }

  /** Who denies a role session's calls at an instant; null: nobody. A chained session carries no id that a deny could match. */
  denier(
    session: Session,
    at: number,
  ): { kind: "scp"; policyArn: string } | { kind: "inline" } | null {
    const state = session.kind === "role" ? this.#after(at) : null;
    if (state === null) return null;
    const { accountId, permissionSetArn } = roleOf(session);
    const { userId } = session.person;
    if (state.deniedUserIds(accountId).has(userId)) {
      const policy = denyingPolicies(this.#organisation, state.policies, accountId).find(
        (candidate) => userIdsDeniedBy(candidate.content).has(userId),
      );
      return { kind: "scp", policyArn: policy?.arn ?? "" };
    }
    return state.inlineDeniedUserIds(accountId, permissionSetArn).has(userId)
      ? { kind: "inline" }
      : null;
  }

  /** What the identity provider does about a person whom the help desk disabled; null: it does not know them. */
  departure(userId: string): { deactivated: number; leavings: Leaving[] } | null {
    const helpDeskAt = this.helpDesk.get(userId);
    if (helpDeskAt === undefined) return null;
    const deactivated = deactivatedAt(this.#organisation, userId, helpDeskAt);
    if (deactivated === null) return null;
    const { memberships } = stateAt(this.#organisation, this.changes, deactivated);
    return {
      deactivated,
      leavings: leavings(this.#organisation, memberships, userId, deactivated),
    };
  }

  /** Whether the grant that a role session needs is gone when it would begin. */
  isRefused(session: Session): boolean {
    const { accountId, permissionSetArn, roleArn } = roleOf(session);
    const touched =
      this.#touchedMemberships ||
      (permissionSetArn === "" && this.#touchedEntitlements) ||
      this.#touchedPairs.has(`${accountId} ${permissionSetArn}`);
    if (!touched || (this.#instants[0] ?? Infinity) > session.startAt) return false;
    const { helpDeskMinutes } = this.#stage.switches;
    const state = stateAt(this.#organisation, this.changes, session.startAt, helpDeskMinutes);
    const { userId } = session.person;
    return permissionSetArn === ""
      ? !state.isEntitled(userId, roleArn)
      : !state.hasAccess(userId, accountId, permissionSetArn);
  }

  /** Whether a session never comes to be. */
  isBlocked(session: Session): boolean {
    const known = this.#blocked.get(session.key);
    if (known !== undefined) return known;
    const blocked = this.#isBlocked(session);
    this.#blocked.set(session.key, blocked);
    return blocked;
  }

  #isBlocked(session: Session): boolean {
    if (session.parent !== null && this.isBlocked(session.parent)) return true;
    if (session.kind === "chained-role")
      return session.parent !== null && this.denier(session.parent, session.startAt) !== null;
    if (session.startAt >= this.disabledAt(session.person.userId)) return true;
    return session.kind === "role" && this.isRefused(session);
  }

  /** When the role of a session is removed with its last assignment, where the switch says that this kills sessions. */
  removedAt(session: Session): number {
    if (!this.#stage.switches.lastAssignmentKillsSessions || session.kind !== "role")
      return Infinity;
    const { accountId, permissionSetArn } = roleOf(session);
    const pair = `${accountId} ${permissionSetArn}`;
    const gone = this.#removals
      .filter((removal) => removal.pair === pair && removal.at >= session.startAt)
      .filter(
        ({ at }) =>
          !this.#stateAt(at).assignments.some(
            (held) => held.accountId === accountId && held.permissionSetArn === permissionSetArn,
          ),
      );
    return Math.min(Infinity, ...gone.map((removal) => removal.at));
  }

  /** What becomes of a planned record: itself, a refused or denied one, or null. */
  judge(draft: Draft): Draft | null {
    const { session } = draft;
    if (draft.step === "outside" || session === null) return draft;
    if (draft.step === "sign-in" || draft.step === "session")
      return draft.at >= this.disabledAt(session.person.userId) ? null : draft;
    if (draft.step === "vend") {
      if (draft.at >= this.disabledAt(session.person.userId)) return null;
      return this.isRefused(session) ? refused(draft) : draft;
    }
    if (this.isBlocked(session) || draft.at >= this.removedAt(session)) return null;
    if (draft.step !== "call" && draft.step !== "chain") return draft;
    const denier = this.denier(session, draft.at);
    return denier === null ? draft : this.#denied(draft, session, denier);
  }

  #denied(
    draft: Draft,
    session: Session,
    denier: { kind: "scp"; policyArn: string } | { kind: "inline" },
  ): Draft {
    const why = denier.kind === "scp" ? "a service control policy" : "an identity-based policy";
    const named =
      denier.kind === "scp" && this.#stage.switches.denialNamesPolicy && denier.policyArn !== ""
        ? `: ${denier.policyArn}`
        : "";
    const errorMessage = `User: ${sessionArn(session)} is not authorized to perform: ${draft.action ?? ""} on resource: ${draft.resource ?? "*"} with an explicit deny in ${why}${named}`;
    return {
      ...draft,
      record: { ...draft.record, responseElements: null, errorCode: "AccessDenied", errorMessage },
    };
  }
}

/** A portal call for a role that is no longer granted (the portal API's ForbiddenException). */
function refused(draft: Draft): Draft {
  return {
    ...draft,
    record: {
      ...draft.record,
      responseElements: null,
      errorCode: "ForbiddenException",
      errorMessage: "No access",
    },
  };
}
