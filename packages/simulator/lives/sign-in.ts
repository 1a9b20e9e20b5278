/**
 * Signing in. Guarantees the event sequences of facts 2.1: one event for people of the external provider; challenge and
 * verification of each factor for local ones, with wrong answers now and then. No key joins a sign-in to what follows it.
 */
import type { Person } from "../model.ts";
import { SECOND, type Dice } from "../random.ts";
import type { Device } from "./places.ts";
import { centerDraft, personIdentity } from "./record.ts";
import type { Plan, Session, Stage } from "./stage.ts";

type Fields = Record<string, unknown>;
type Outcome = "Success" | "Failure";

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";

/** The query is what a careless reader would store: a code that still works. Made up here, as long as the real one. */
const loginTo = (stage: Stage, dice: Dice): string =>
  `https://${stage.organisation.identityStoreId}.awsapps.com/start/?state=${dice.alphanumeric(96)}&auth_code=${dice.alphanumeric(64)}&wdc_csrf_token=${dice.alphanumeric(48)}`;

/** Adds one event of a sign-in. */
type Emit = (name: string, at: number, data: Fields, outcome: Outcome) => void;

/** What makes the events of one sign-in; `identity` null: nobody that the directory knows. */
function emitter(
  stage: Stage,
  plan: Plan,
  key: string,
  person: Person | null,
  device: Device,
  session: Session | null,
): { emit: Emit; dice: Dice } {
  const dice = stage.dice("sign-in", key);
  const workflow = dice.uuid();
  const credentialId = dice.uuid();
  const emit: Emit = (name, at, data, outcome) => {
    plan.drafts.push(
      centerDraft(stage, {
        key: `${key}/${name}/${String(data["CredentialType"])}/${outcome}/${at}`,
        at,
        step: person === null ? "outside" : "sign-in",
        session,
        source: "signin.amazonaws.com",
        name,
        identity:
          person === null ? nobody(stage, at) : personIdentity(stage, person, credentialId, at),
        ...device,
        readOnly: false,
        type: "AwsServiceEvent",
        version: "1.08",
        more: {
          additionalEventData: { AuthWorkflowID: workflow, ...data },
          serviceEventDetails: { [name]: outcome },
        },
      }),
    );
  };
  return { emit, dice };
}

/** The identity of somebody who gave a name that the directory does not know (facts 3.2). */
function nobody(stage: Stage, at: number): Fields {
  const { managementAccountId: accountId } = stage.organisation;
  const identity = { type: "Unknown", arn: "", accountId, accessKeyId: "" };
  return stage.isOld(at) ? { ...identity, principalId: accountId, userName: HIDDEN } : identity;
}

/** All events of one sign-in; returns the instant it is done. */
export function signIn(
  stage: Stage,
  plan: Plan,
  key: string,
  person: Person,
  at: number,
  device: Device,
  session: Session | null,
): number {
  const { emit, dice } = emitter(stage, plan, key, person, device, session);
  // Before the change of 2025-11 the name stood in the identity; now it stands once in the additional data (facts 3.2).
  const named = stage.isOld(at) ? {} : { UserName: person.userName };
  const LoginTo = loginTo(stage, dice);
  if (person.externalId !== null) {
    emit(
      "UserAuthentication",
      at,
      { LoginTo, CredentialType: "EXTERNAL_IDP", ...named },
      "Success",
    );
    return at;
  }
  let now = at;
  for (const factor of ["PASSWORD", "TOTP"]) {
    let failures = dice.chance(0.1) ? dice.int(1, 2) : 0;
    for (let name = factor === "PASSWORD" ? named : {}; ; name = {}) {
      emit("CredentialChallenge", now, { CredentialType: factor, ...name }, "Success");
      now += dice.int(4, 15) * SECOND;
      const outcome = failures > 0 ? "Failure" : "Success";
      emit("CredentialVerification", now, { CredentialType: factor }, outcome);
      if (failures-- <= 0) break;
    }
  }
  emit("UserAuthentication", now, { LoginTo, CredentialType: "PASSWORD,TOTP" }, "Success");
  return now;
}

/** Three wrong tries with a name that does not exist, often a password typed into the wrong field: nobody is signed in. */
export function failedSignIn(
  stage: Stage,
  plan: Plan,
  key: string,
  at: number,
  device: Device,
): void {
  const { emit } = emitter(stage, plan, key, null, device, null);
  const name = stage.isOld(at) ? {} : { UserName: HIDDEN };
  for (let now = at; now < at + 27 * SECOND; now += 9 * SECOND) {
    emit("CredentialChallenge", now, { CredentialType: "PASSWORD", ...name }, "Success");
    emit("CredentialVerification", now + 6 * SECOND, { CredentialType: "PASSWORD" }, "Failure");
  }
}
