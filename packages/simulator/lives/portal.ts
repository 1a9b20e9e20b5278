/**
 * The access portal. Guarantees one credential for all portal events of a session (facts 2.2, 3.1) and a hard end that is the
 * organisation's portal duration after the sign-in. What people do with the portal is decided by their days.
 */
import type { Person } from "../model.ts";
import { MINUTE, SECOND } from "../random.ts";
import type { Device } from "./places.ts";
import { centerDraft, personIdentity } from "./record.ts";
import { signIn } from "./sign-in.ts";
import { newSession, type Plan, type Session, type Stage, type Step } from "./stage.ts";

type Fields = Record<string, unknown>;

/** One event of a person in the portal, its API or the directory. */
export function portalEvent(
  stage: Stage,
  plan: Plan,
  session: Session,
  name: string,
  at: number,
  more: {
    details?: Fields;
    readOnly: boolean;
    device?: Device;
    credentialId?: string;
    step?: Step;
    key?: string;
    type?: "AwsApiCall";
  },
): void {
  const device = more.device ?? session;
  plan.drafts.push(
    centerDraft(stage, {
      key: `${session.key}/${more.key ?? name}/${at}`,
      at,
      step: more.step ?? "session",
      session,
      source: "sso.amazonaws.com",
      name,
      identity: personIdentity(
        stage,
        session.person,
        more.credentialId ?? session.credentialId,
        at,
      ),
      ip: device.ip,
      userAgent: device.userAgent,
      readOnly: more.readOnly,
      type: more.type ?? "AwsServiceEvent",
      ...(more.details === undefined ? {} : { more: { serviceEventDetails: more.details } }),
    }),
  );
}

/** Signs in and opens a portal session; the first look at the portal is part of it unless a tool opened the browser. */
export function openPortal(
  stage: Stage,
  plan: Plan,
  key: string,
  person: Person,
  at: number,
  device: Device,
  options: { signsOutAt: number | null; looks: boolean },
): Session {
  const session = newSession({
    key,
    kind: "portal",
    person,
    startAt: at,
    hardEndAt: at,
    signsOutAt: options.signsOutAt,
    ...device,
    credentialId: stage.dice("portal", key).uuid(),
  });
  session.startAt = signIn(stage, plan, `${key}/sign-in`, person, at, device, session);
  session.hardEndAt = session.startAt + stage.organisation.portalSessionMinutes * MINUTE;
  portalEvent(stage, plan, session, "Authenticate", session.startAt + SECOND, { readOnly: false });
  if (options.looks)
    portalEvent(stage, plan, session, "ListApplications", session.startAt + 3 * SECOND, {
      readOnly: true,
    });
  if (session.signsOutAt !== null)
    portalEvent(stage, plan, session, "Logout", session.signsOutAt, { readOnly: false });
  plan.sessions.push(session);
  return session;
}
