/**
 * The watch around the clock: three shifts of eight hours, six operators and an administrator in each. Guarantees that at any
 * instant at least six people hold a role session in a member account, one of them through an administrator permission set,
 * unless callers' changes took it from them.
 */
import type { Person } from "../model.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../random.ts";
import { addressOn, running, traitsOf } from "./places.ts";
import { openPortal, portalEvent } from "./portal.ts";
import { call, vend } from "./roles.ts";
import type { Grant, Plan, Session, Stage } from "./stage.ts";
import { credentialAt, openToken } from "./tokens.ts";

export const SHIFT = 8 * HOUR;
const OPERATORS = 6;
const REGIONS = 3;

/** Who is on watch in a shift (shifts since the epoch): operators first, the administrator last. */
export function onWatch(stage: Stage, shift: number): Person[] {
  const region = shift % REGIONS;
  const day = Math.floor(shift / REGIONS);
  const { people, breakGlassUserId } = stage.organisation;
  const operators = people
    .filter((person) => person.profile === "operator")
    .filter((_, i) => i % REGIONS === region);
  const admins = people
    .filter((person) => person.profile === "platform-admin")
    .filter((person, i) => i % REGIONS === region && person.userId !== breakGlassUserId);
  const pick = (list: Person[], index: number): Person => list[index % list.length] as Person;
  return [
    ...Array.from({ length: OPERATORS }, (_, i) => pick(operators, day * 7 + i)),
    pick(admins, day),
  ];
}

/** The grant somebody works with on watch. */
function watchGrant(stage: Stage, person: Person, at: number, wanted: string, slot: number): Grant {
  const grants = stage
    .grants(person, at)
    .filter(
      (grant) =>
        grant.set.name === wanted && grant.accountId !== stage.organisation.managementAccountId,
    );
  return grants[(slot * 2 + Math.floor(at / DAY)) % grants.length] as Grant;
}

/** Calls of one shift, about every fifty minutes, each in the role session that is current then. */
function keepWatch(
  stage: Stage,
  plan: Plan,
  token: Session,
  grant: Grant,
  begins: number,
  ends: number,
  slot: number,
): void {
  const dice = stage.dice("watch-calls", token.key);
  const traits = traitsOf(stage, token.person);
  const device = {
    ip: token.ip,
    userAgent: running(traits.commandLine, "cloudwatch.describe-alarms"),
  };
  let session = vend(stage, plan, token, grant, begins, `role/${token.key}/0`, device);
  let renewals = 0;
  for (
    let at = session.startAt + dice.int(5, 60) * SECOND;
    at < ends;
    at += dice.int(36, 60) * MINUTE + dice.int(0, 59) * SECOND
  ) {
    while (session.hardEndAt - 5 * MINUTE <= at)
      session = vend(
        stage,
        plan,
        token,
        grant,
        session.hardEndAt - 5 * MINUTE,
        `role/${token.key}/${++renewals}`,
        device,
      );
    call(stage, plan, session, at, { key: `${token.key}/call/${slot}/${at}` });
  }
  // Nobody leaves before the next shift has looked in: the last session outlives the hand-over.
  if (session.hardEndAt < ends + 30 * MINUTE)
    vend(
      stage,
      plan,
      token,
      grant,
      session.hardEndAt - 5 * MINUTE,
      `role/${token.key}/${++renewals}`,
      device,
    );
}

/** The administrator on watch also keeps a console session in the management account: that is the help desk. */
function openHelpDesk(stage: Stage, plan: Plan, portal: Session, at: number): Session {
  const set = stage.organisation.permissionSets.find(
    (candidate) => candidate.name === "IdentityAdmin",
  );
  if (set === undefined)
    throw new Error(
      'The organisation has no permission set "IdentityAdmin"; the help desk needs it.',
    );
  return vend(
    stage,
    plan,
    portal,
    { accountId: stage.organisation.managementAccountId, set },
    at,
    `role/${portal.key}/help-desk`,
  );
}

function standWatch(
  stage: Stage,
  plan: Plan,
  person: Person,
  shift: number,
  slot: number,
): Session {
  const dice = stage.dice("watch", shift, slot);
  const begins = shift * SHIFT - dice.int(4, 15) * MINUTE + dice.int(0, 59) * SECOND;
  const ends = (shift + 1) * SHIFT;
  const traits = traitsOf(stage, person);
  const ip = addressOn(stage, person, Math.floor(begins / DAY));
  const key = `watch/${shift}/${slot}/${person.userId}`;
  const signsOutAt = ends + dice.int(11, 20) * MINUTE;
  const portal = openPortal(
    stage,
    plan,
    `portal/${key}`,
    person,
    begins,
    { ip, userAgent: traits.browser },
    { signsOutAt, looks: slot === OPERATORS },
  );
  const at = portal.startAt + dice.int(15, 60) * SECOND;
  const token = openToken(stage, plan, {
    key: `token/${key}`,
    person,
    at,
    grant: traits.deviceCode ? "device_code" : "authorization_code",
    device: { ip, userAgent: running(traits.commandLine, "sso.login") },
    parent: portal,
    until: ends,
  });
  portalEvent(stage, plan, token, "ListAccounts", at + 3 * SECOND, {
    readOnly: true,
    credentialId: credentialAt(stage, token, at),
    type: "AwsApiCall",
  });
  const grant = watchGrant(
    stage,
    person,
    begins,
    slot === OPERATORS ? "AdministratorAccess" : "OperatorAccess",
    slot,
  );
  keepWatch(stage, plan, token, grant, at + 20 * SECOND, ends, slot);
  return portal;
}

/** The console session in the management account of the administrator on watch at an instant, made again to know its ids. */
export function helpDeskAt(stage: Stage, plan: Plan, at: number): Session {
  const shift = Math.floor(at / SHIFT);
  const person = administratorAt(stage, at);
  return openHelpDesk(
    stage,
    plan,
    standWatch(stage, plan, person, shift, OPERATORS),
    shift * SHIFT - 2 * MINUTE,
  );
}

/** The administrator on watch, last of the shift. */
export const administratorAt = (stage: Stage, at: number): Person =>
  onWatch(stage, Math.floor(at / SHIFT))[OPERATORS] as Person;

/** An administrator who is not on watch opens a console session in the management account at an instant, for a quarter of an hour. */
export function calledIn(stage: Stage, plan: Plan, person: Person, at: number): Session {
  const device = {
    ip: addressOn(stage, person, Math.floor(at / DAY)),
    userAgent: traitsOf(stage, person).browser,
  };
  const portal = openPortal(
    stage,
    plan,
    `portal/called-in/${person.userId}/${at}`,
    person,
    at,
    device,
    { signsOutAt: at + 15 * MINUTE, looks: true },
  );
  return openHelpDesk(stage, plan, portal, portal.startAt + 10 * SECOND);
}

/** Adds the shifts that begin on a UTC day. */
export function planWatch(stage: Stage, plan: Plan, day: number): void {
  for (let shift = day * REGIONS; shift < (day + 1) * REGIONS; shift++) {
    onWatch(stage, shift).forEach((person, slot) => {
      const portal = standWatch(stage, plan, person, shift, slot);
      if (slot !== OPERATORS) return;
      const desk = openHelpDesk(stage, plan, portal, shift * SHIFT - 2 * MINUTE);
      const dice = stage.dice("help-desk", shift);
      for (let hour = 1; hour < 8; hour += 2) {
        call(stage, plan, desk, shift * SHIFT + hour * HOUR + dice.int(0, 55) * MINUTE);
      }
    });
  }
}
