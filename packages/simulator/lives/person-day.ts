/**
 * A person's ordinary day: whether they use AWS at all, from where, through the portal or the command line. Guarantees that a day
 * is a function of seed, person and day alone; days of one person meet only in a portal session kept all week.
 */
import type { Person, Profile } from "../model.ts";
import { DAY, HOUR, MINUTE, SECOND, type Dice } from "../random.ts";
import { addressOn, running, traitsOf, type Device } from "./places.ts";
import { openPortal, portalEvent } from "./portal.ts";
import { call, chain, vend } from "./roles.ts";
import { failedSignIn } from "./sign-in.ts";
import { emptyPlan, type Grant, type Plan, type Session, type Stage } from "./stage.ts";
import { credentialAt, openToken } from "./tokens.ts";

/** Share of working days on which somebody of a profile uses AWS. The watch has its own rota. */
const ACTIVE: Record<Profile, number> = {
  engineer: 0.17,
  operator: 0.02,
  analyst: 0.18,
  manager: 0.1,
  security: 0.28,
  "platform-admin": 0.15,
  contractor: 0.2,
  dormant: 0.012,
};

/** Share of active days on which somebody of a profile uses the command line; some of these use the portal too. */
const COMMAND_LINE: Record<Profile, number> = {
  engineer: 0.65,
  operator: 0.8,
  analyst: 0.25,
  manager: 0,
  security: 0.45,
  "platform-admin": 0.7,
  contractor: 0.5,
  dormant: 0,
};

/** 0 is Sunday; day 0 of the epoch was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

interface DayShape {
  active: boolean;
  beginsAt: number;
  endsAt: number;
  ip: string;
}

export function shapeOf(stage: Stage, person: Person, day: number): DayShape {
  const dice = stage.dice("day", person.userId, day);
  const weekday = weekdayOf(day);
  const share = ACTIVE[person.profile] * (weekday === 0 || weekday === 6 ? 0.06 : 1);
  const midnight = day * DAY - person.utcOffsetMinutes * MINUTE;
  const beginsAt = midnight + dice.int(8 * 60, 11 * 60) * MINUTE + dice.int(0, 59) * SECOND;
  const endsAt = beginsAt + dice.int(6 * 60, 9 * 60) * MINUTE;
  const active =
    dice.chance(share) && stage.isHere(person, beginsAt) && stage.isHere(person, endsAt);
  return { active, beginsAt, endsAt, ip: addressOn(stage, person, day) };
}

/** What a person may become today and would: rights that nobody remembers are left alone. */
export function usedGrants(stage: Stage, person: Person, at: number): Grant[] {
  const forgotten = person.profile === "manager" || person.profile === "dormant";
  return stage
    .grants(person, at)
    .filter((grant) => !(forgotten && grant.set.name === "AdministratorAccess"))
    .filter(
      (grant) =>
        grant.accountId !== stage.organisation.managementAccountId || person.profile === "manager",
    );
}

/** The portal session of the day: this morning's, or the one kept since the week began. */
export function portalOfDay(
  stage: Stage,
  plan: Plan,
  person: Person,
  day: number,
  looks: boolean,
): Session {
  const traits = traitsOf(stage, person);
  let opened = day;
  if (traits.habit === "keeps") {
    const monday = day - ((weekdayOf(day) + 6) % 7);
    opened = monday;
    while (!shapeOf(stage, person, opened).active) opened++;
  }
  const shape = shapeOf(stage, person, opened);
  const signsOutAt = traits.habit === "signs-out" ? shape.endsAt : null;
  const device = { ip: shape.ip, userAgent: traits.browser };
  // A session that was opened on an earlier day is made again to know its ids; its records belong to that day's plan.
  const target = opened === day ? plan : emptyPlan();
  return openPortal(
    stage,
    target,
    `portal/${person.userId}/${opened}`,
    person,
    shape.beginsAt,
    device,
    { signsOutAt, looks: opened !== day || looks },
  );
}

/** Calls of a role session: a few over the next hours, never after its end or the end of the day. */
function work(stage: Stage, plan: Plan, session: Session, dice: Dice, endsAt: number): void {
  const until = Math.min(session.hardEndAt, endsAt) - MINUTE;
  let at = session.startAt + dice.int(3, 40) * SECOND;
  for (let i = dice.int(3, 7); i > 0 && at < until; i--) {
    call(stage, plan, session, at);
    at += dice.int(1, 30) * MINUTE + dice.int(0, 59) * SECOND;
  }
}

/** A day of a person, as the parts of it are planned. */
interface Today {
  stage: Stage;
  plan: Plan;
  person: Person;
  day: number;
  shape: DayShape;
  dice: Dice;
  portal: Session;
  grants: Grant[];
}

function portalWork({ stage, plan, person, day, shape, dice, portal, grants }: Today): void {
  let at = Math.max(portal.startAt, shape.beginsAt) + dice.int(20, 300) * SECOND;
  const device = { ip: shape.ip, userAgent: portal.userAgent };
  for (let i = dice.int(1, 2); i > 0 && at < shape.endsAt - HOUR; i--) {
    portalEvent(stage, plan, portal, "ListApplications", at, { readOnly: true, device });
    const key = `role/${person.userId}/${day}/p${i}`;
    const session = vend(stage, plan, portal, dice.pick(grants), at + 8 * SECOND, key, device);
    work(stage, plan, session, dice, shape.endsAt);
    at += dice.int(40, 150) * MINUTE;
  }
}

function lookAround({ stage, plan, dice, grants }: Today, token: Session, at: number): void {
  const credentialId = credentialAt(stage, token, at);
  const seen = { readOnly: true, credentialId, type: "AwsApiCall" } as const;
  portalEvent(stage, plan, token, "ListAccounts", at + 4 * SECOND, seen);
  const details = { account_id: dice.pick(grants).accountId };
  portalEvent(stage, plan, token, "ListAccountRoles", at + 6 * SECOND, { ...seen, details });
}

function chainedWork({ stage, plan, person, day, dice }: Today, session: Session): void {
  const role = dice.pick(["deployer", "data-pipeline", "migration"]);
  const at = session.startAt + dice.int(60, 300) * SECOND;
  const child = chain(stage, plan, session, at, role, `chain/${person.userId}/${day}`);
  for (let i = 1; i <= 3; i++) {
    const key = `${child.key}/call/${i}`;
    call(stage, plan, child, child.startAt + i * dice.int(30, 400) * SECOND, { key });
  }
}

function commandLineWork(today: Today): void {
  const { stage, plan, person, day, shape, dice, portal, grants } = today;
  const traits = traitsOf(stage, person);
  const device = (command: string): Device => ({
    ip: shape.ip,
    userAgent: running(traits.commandLine, command),
  });
  const at = Math.max(portal.startAt, shape.beginsAt) + dice.int(12, 90) * SECOND;
  const token = openToken(stage, plan, {
    key: `token/${person.userId}/${day}`,
    person,
    at,
    grant: traits.deviceCode ? "device_code" : "authorization_code",
    device: device("sso.login"),
    parent: portal,
    until: Math.min(at + dice.int(30, 150) * MINUTE, shape.endsAt - MINUTE),
  });
  if (dice.chance(0.4)) lookAround(today, token, at);
  const become = (after: number, name: string, command: string): Session => {
    const key = `role/${person.userId}/${day}/${name}`;
    const session = vend(stage, plan, token, dice.pick(grants), at + after, key, device(command));
    work(stage, plan, session, dice, shape.endsAt);
    return session;
  };
  const first = become(dice.int(10, 50) * SECOND, "c0", "sts.get-caller-identity");
  if (dice.chance(0.3)) become(dice.int(20, 60) * MINUTE, "c1", "s3.ls");
  if (dice.chance(0.08)) chainedWork(today, first);
}

/** Adds a person's local day (days since the epoch) to the plan. */
export function planPersonDay(stage: Stage, plan: Plan, person: Person, day: number): void {
  const shape = shapeOf(stage, person, day);
  if (!shape.active) return;
  const dice = stage.dice("work", person.userId, day);
  const traits = traitsOf(stage, person);
  if (person.externalId === null && dice.chance(0.04)) {
    const device = { ip: shape.ip, userAgent: traits.browser };
    failedSignIn(
      stage,
      plan,
      `failed/${person.userId}/${day}`,
      shape.beginsAt - 2 * MINUTE,
      device,
    );
  }
  const byCommandLine = dice.chance(COMMAND_LINE[person.profile]);
  const looks = !byCommandLine || dice.chance(0.4);
  const portal = portalOfDay(stage, plan, person, day, looks);
  // Some open the portal in the morning and never come back to it: a session of seven days that nobody uses.
  if (traits.habit === "leaves" && !byCommandLine && dice.chance(0.6)) return;
  const grants = usedGrants(stage, person, shape.beginsAt);
  if (grants.length === 0) return;
  const today: Today = { stage, plan, person, day, shape, dice, portal, grants };
  if (byCommandLine) commandLineWork(today);
  if (!byCommandLine || dice.chance(0.2)) portalWork(today);
}
