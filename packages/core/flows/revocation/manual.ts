/**
 * Looks whether a person did what only a person can do: by a read of the thing itself, or by its event. What has neither stays with
 * the person. An event that names no session confirms that some session ended, not this one.
 */
import type { TrailEvent } from "../../domain/event.ts";
import { endingEvent, lastInstant } from "../../domain/revocation/lifetime.ts";
import { reconstruct } from "../../domain/sessions/reconstruct.ts";
import { instant } from "../../domain/time.ts";
import type { StoredRevocation, StoredStep } from "../../ports/revocation-store.ts";
import { DONE_BEFORE, type StepOutcome } from "./outcome.ts";
import type { StepPorts } from "./ports.ts";

const WAITING: StepOutcome = { outcome: "awaiting-person", problem: null };

export async function lookForConfirmation(
  ports: StepPorts,
  revocation: StoredRevocation,
  step: StoredStep,
): Promise<StepOutcome> {
  const userId = revocation.user.userId;
  switch (step.mechanism) {
    case "remove-membership": {
      const membership = await ports.revoker.membershipId(String(step.target["groupId"]), userId);
      return membership === null ? DONE_BEFORE : WAITING;
    }
    case "scim-deactivate":
    case "disable-user":
      return userDisabled(ports, revocation);
    case "end-sessions":
      return sessionsEnded(ports, revocation, step);
    case "deny-lease":
    case "deny-permission-set":
    case "remove-assignment":
    case "delete-entitlement":
    case "remove-application-access":
    case "revoke-older-sessions":
    case "deny-sign-in-session":
      return WAITING;
    default:
      return step.mechanism satisfies never;
  }
}

async function userDisabled(ports: StepPorts, { user }: StoredRevocation): Promise<StepOutcome> {
  const status = await ports.revoker.userStatus(user.userId);
  if (status === "disabled" || status === "deleted") return DONE_BEFORE;
  if (status === "enabled") return WAITING;
  // AWS did not say: the newest event about it decides.
  const events = await ports.history.eventsOf(user, instant(ports.clock.now()));
  const newest = events.filter((event) => changesStatus(event, user.userId)).at(-1);
  return newest?.kind === "directory-user" && newest.change !== "enabled" ? DONE_BEFORE : WAITING;
}

function changesStatus(event: TrailEvent, userId: string): boolean {
  return (
    event.kind === "directory-user" &&
    event.errorCode === null &&
    event.subjectUserId === userId &&
    ["disabled", "enabled", "deleted"].includes(event.change)
  );
}

async function sessionsEnded(
  ports: StepPorts,
  { user, requestedAt }: StoredRevocation,
  step: StoredStep,
): Promise<StepOutcome> {
  const now = instant(ports.clock.now());
  const events = await ports.history.eventsOf(user, now);
  const wanted = new Set(step.target["sessionIds"] as readonly string[]);
  const sessions = reconstruct(user, events, ports.sessionSettings).filter(({ id }) =>
    wanted.has(id),
  );
  const over = sessions.filter((session) => {
    const last = lastInstant(session).at;
    return endingEvent(session, events) !== null || (last !== null && last <= now);
  });
  if (over.length === wanted.size) return DONE_BEFORE;
  const unnamed = events.some(
    (event) =>
      event.kind === "session-deleted" &&
      event.occurredAt >= requestedAt &&
      event.errorCode === null &&
      event.credentialIds.length === 0,
  );
  return {
    outcome: "awaiting-person",
    problem: unnamed
      ? "An event shows that some session ended, but not which: check in the console that none of the person's is left."
      : null,
  };
}
