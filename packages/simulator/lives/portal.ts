/**
 * Signing in and the access portal. Guarantees the event sequences of facts 2.1 and 2.2: one event for people of the external
 * provider, challenge and verification of each factor for local ones, and one credential for all portal events of a session.
 */
import type { Person } from "../model.ts";
import { MINUTE, SECOND, type Dice } from "../random.ts";
import { draft, personIdentity } from "./record.ts";
import type { Plan, Session, Stage, Step } from "./stage.ts";

/** Where and with what somebody acts. */
export interface Device {
  ip: string;
  userAgent: string;
}

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
  const { managementAccountId, region } = stage.organisation;
  const device = more.device ?? session;
  plan.drafts.push(
    draft(stage, {
      key: `${session.key}/${more.key ?? name}/${at}`,
      at,
      step: more.step ?? "session",
      session,
      accountId: managementAccountId,
      region,
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

/** The query is what a careless reader would store: a code that still works. Made up here, as long as the real one. */
const loginTo = (stage: Stage, dice: Dice): string =>
  `https://${stage.organisation.identityStoreId}.awsapps.com/start/?state=${dice.alphanumeric(96)}&auth_code=${dice.alphanumeric(64)}&wdc_csrf_token=${dice.alphanumeric(48)}`;

interface SignIn extends Device {
  key: string;
  person: Person;
  session: Session | null;
  dice: Dice;
  workflow: string;
  credentialId: string;
}

function signInEvent(
  stage: Stage,
  plan: Plan,
  signIn: SignIn,
  name: string,
  at: number,
  data: Fields,
  outcome: "Success" | "Failure",
): void {
  const { managementAccountId, region } = stage.organisation;
  plan.drafts.push(
    draft(stage, {
      key: `${signIn.key}/${name}/${String(data["CredentialType"])}/${outcome}/${at}`,
      at,
      step: "sign-in",
      session: signIn.session,
      accountId: managementAccountId,
      region,
      source: "signin.amazonaws.com",
      name,
      identity: personIdentity(stage, signIn.person, signIn.credentialId, at),
      ip: signIn.ip,
      userAgent: signIn.userAgent,
      readOnly: false,
      type: "AwsServiceEvent",
      version: "1.08",
      more: {
        additionalEventData: { AuthWorkflowID: signIn.workflow, ...data },
        serviceEventDetails: { [name]: outcome },
      },
    }),
  );
}

/** All events of one sign-in; returns the instant it is done. `failures` wrong answers come first. */
export function signIn(
  stage: Stage,
  plan: Plan,
  key: string,
  person: Person,
  at: number,
  device: Device,
  session: Session | null,
): number {
  const dice = stage.dice("sign-in", key);
  const act: SignIn = {
    key,
    person,
    session,
    dice,
    ...device,
    workflow: dice.uuid(),
    credentialId: dice.uuid(),
  };
  // Before the change of 2025-11 the name stood in the identity; now it stands once in the additional data (facts 3.2).
  const named = stage.isOld(at) ? {} : { UserName: person.userName };
  if (person.externalId !== null) {
    signInEvent(
      stage,
      plan,
      act,
      "UserAuthentication",
      at,
      { LoginTo: loginTo(stage, dice), CredentialType: "EXTERNAL_IDP", ...named },
      "Success",
    );
    return at;
  }
  let now = at;
  for (const factor of ["PASSWORD", "TOTP"]) {
    let failures = dice.chance(0.1) ? dice.int(1, 2) : 0;
    for (;;) {
      const data = { CredentialType: factor, ...(factor === "PASSWORD" ? named : {}) };
      signInEvent(stage, plan, act, "CredentialChallenge", now, data, "Success");
      now += dice.int(4, 15) * SECOND;
      signInEvent(
        stage,
        plan,
        act,
        "CredentialVerification",
        now,
        { CredentialType: factor },
        failures > 0 ? "Failure" : "Success",
      );
      if (failures-- <= 0) break;
    }
  }
  signInEvent(
    stage,
    plan,
    act,
    "UserAuthentication",
    now,
    { LoginTo: loginTo(stage, dice), CredentialType: "PASSWORD,TOTP" },
    "Success",
  );
  return now;
}

/** A sign-in that fails for good: no UserAuthentication follows (facts 2.1). Someone typed a name that does not exist, too. */
export function failedSignIn(
  stage: Stage,
  plan: Plan,
  key: string,
  person: Person,
  at: number,
  device: Device,
): void {
  const dice = stage.dice("failed-sign-in", key);
  const act: SignIn = {
    key,
    person,
    session: null,
    dice,
    ...device,
    workflow: dice.uuid(),
    credentialId: dice.uuid(),
  };
  const from = plan.drafts.length;
  for (let i = 0; i < 3; i++) {
    const name = stage.isOld(at) ? {} : { UserName: "HIDDEN_DUE_TO_SECURITY_REASONS" };
    signInEvent(
      stage,
      plan,
      act,
      "CredentialChallenge",
      at + i * 9 * SECOND,
      { CredentialType: "PASSWORD", ...name },
      "Success",
    );
    signInEvent(
      stage,
      plan,
      act,
      "CredentialVerification",
      at + (i * 9 + 6) * SECOND,
      { CredentialType: "PASSWORD" },
      "Failure",
    );
  }
  const { managementAccountId: accountId } = stage.organisation;
  for (const made of plan.drafts.slice(from)) {
    made.step = "outside";
    made.record["userIdentity"] = stage.isOld(at)
      ? {
          type: "Unknown",
          principalId: accountId,
          arn: "",
          accountId,
          accessKeyId: "",
          userName: "HIDDEN_DUE_TO_SECURITY_REASONS",
        }
      : { type: "Unknown", arn: "", accountId, accessKeyId: "" };
  }
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
  const dice = stage.dice("portal", key);
  const session: Session = {
    key,
    kind: "portal",
    person,
    startAt: at,
    hardEndAt: at + stage.organisation.portalSessionMinutes * MINUTE,
    signsOutAt: options.signsOutAt,
    lastUseAt: at,
    parent: null,
    ...device,
    credentialId: dice.uuid(),
    clientId: "",
    role: null,
    console: false,
    accessKeyId: "",
  };
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
