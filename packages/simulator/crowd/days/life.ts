/**
 * A person's day in a crowd: several devices at once, each with a browser and a command line, roles taken by both. Guarantees that a
 * day is a function of seed, profile, person and day; what is lost of it is decided elsewhere (`shown.ts`).
 */
import type { Person } from "../../model.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../random.ts";
import type { Device } from "../../lives/places.ts";
import { openPortal, portalEvent } from "../../lives/portal.ts";
import { call, vend } from "../../lives/roles.ts";
import type { Grant, Session, Stage } from "../../lives/stage.ts";
import { openToken } from "../../lives/tokens.ts";
import { goOn } from "./chains.ts";
import { devicesOf, processOf, TOOL } from "./devices.ts";
import { takeEntitled } from "./entitlements.ts";
import { logInFromConsole } from "./logins.ts";
import { application, job } from "./machines.ts";
import type { CrowdPlan } from "../plan.ts";
import type { NoiseProfile } from "../profile.ts";
import type { Desk, Today } from "./today.ts";

/** A person between two days: the portal session that the first device kept. */
export interface Kept {
  portal: Session | null;
}

/** Adds the day (days since the epoch) of a person. `rush`: the role that many take at one instant, and when. */
export function planCrowdDay(
  stage: Stage,
  plan: CrowdPlan,
  profile: NoiseProfile,
  person: Person,
  day: number,
  kept: Kept,
  rush: { grant: Grant; at: number },
): void {
  const dice = stage.dice("crowd-day", person.userId, day);
  const atNight = stage.dice("crowd-night", person.userId).chance(profile.nightShare);
  const beginsAt = day * DAY + (atNight ? dice.int(20, 22) : dice.int(7, 9)) * HOUR;
  const grants = stage.grants(person, beginsAt);
  if (grants.length === 0) return;
  const today: Today = {
    stage,
    plan,
    profile,
    person,
    key: `crowd/${person.userId}/${day}`,
    dice,
    grants,
    devices: devicesOf(stage, person, profile),
    beginsAt: beginsAt + dice.int(0, 3_000) * SECOND,
    endsAt: beginsAt + dice.int(6, 9) * HOUR,
  };
  const desks = openDesks(today, kept);
  for (const desk of desks) workAt(today, desk, desks);
  if (dice.chance(profile.applicationShare)) application(today);
  if (stage.dice("crowd-jobs", today.key).chance(profile.jobShare)) job(today);
  takeEntitled(today, desks);
  const rushes = dice.chance(profile.rushShare) && !atNight;
  const desk = desks[0];
  if (
    rushes &&
    desk?.token &&
    rush.at > desk.token.startAt &&
    rush.at < desk.tokenUntil &&
    holds(grants, rush.grant)
  ) {
    take(today, desk, rush.grant, rush.at, "rush", "command-line");
  }
}

const holds = (grants: Grant[], wanted: Grant): boolean =>
  grants.some((grant) => grant.accountId === wanted.accountId && grant.set === wanted.set);

function openDesks(today: Today, kept: Kept): Desk[] {
  const { stage, plan, profile, person, dice, devices } = today;
  const desks: Desk[] = [];
  devices.forEach((device, i) => {
    const at = today.beginsAt + i * dice.int(0, 1_500) * SECOND;
    const stays = i === 0 && dice.chance(profile.keptShare);
    const signsOut = !stays && dice.chance(profile.signsOutShare);
    const options = {
      signsOutAt: signsOut ? today.endsAt + 20 * MINUTE : null,
      looks: dice.chance(0.6),
    };
    const browser = { ip: device.ip, userAgent: device.browser };
    const portal =
      i === 0 && kept.portal !== null
        ? kept.portal
        : openPortal(stage, plan, `portal/${today.key}/${i}`, person, at, browser, options);
    if (i === 0) kept.portal = stays ? portal : null;
    desks.push({ name: String(i), device, portal, token: null, tokenUntil: 0 });
  });
  for (const desk of desks) {
    if (!dice.chance(0.75)) continue;
    desk.token = logIn(today, desk, desks);
    desk.tokenUntil = desk.token.lastUseAt + 50 * MINUTE;
  }
  return desks;
}

/** `aws sso login`: by the browser of the same device, or by a code that any browser may approve. */
function logIn(today: Today, desk: Desk, desks: Desk[]): Session {
  const { stage, plan, profile, person, dice } = today;
  const byCode = dice.chance(profile.deviceCodeShare);
  const approved = byCode && dice.chance(profile.approvedElsewhere) ? dice.pick(desks) : desk;
  const newest = Math.max(today.beginsAt, approved.portal.startAt, desk.portal.startAt);
  // An hour into the day or at once: the portal session is then long unused, or was opened for this.
  const at = newest + (dice.chance(0.6) ? dice.int(8, 90) : dice.int(600, 7_000)) * SECOND;
  const key = `token/${today.key}/${desk.name}`;
  const agent = processOf(desk.device, "sso.login", dice.hex(12));
  return openToken(stage, plan, {
    key,
    person,
    at,
    grant: byCode ? "device_code" : "authorization_code",
    device: { ip: desk.device.ip, userAgent: agent },
    parent: approved.portal,
    until: Math.min(at + dice.int(20, 300) * MINUTE, today.endsAt),
  });
}

function workAt(today: Today, desk: Desk, desks: Desk[]): void {
  const { dice, grants, profile } = today;
  const { token } = desk;
  const console = dice.int(0, 2);
  for (let i = 0; i < console; i++) {
    const at = Math.max(desk.portal.startAt, today.beginsAt) + dice.int(10, 15_000) * SECOND;
    if (at < today.endsAt) take(today, desk, dice.pick(grants), at, `p${i}`, "browser");
  }
  if (token === null) return;
  for (let i = dice.int(1, 4); i > 0; i--) {
    const at =
      token.startAt + dice.int(5, Math.floor((desk.tokenUntil - token.startAt) / SECOND)) * SECOND;
    const grant = dice.pick(grants);
    take(today, desk, grant, at, `c${i}`, "command-line");
    const twin = desks.find((other) => other !== desk && other.token !== null);
    if (!dice.chance(profile.twinShare)) continue;
    if (twin?.token && twin.token.startAt < at && twin.tokenUntil > at + 5 * SECOND) {
      take(today, twin, grant, at + dice.int(0, 4) * SECOND, `t${desk.name}-${i}`, "command-line");
    } else if (desk.portal.startAt < at) {
      take(today, desk, grant, at + dice.int(0, 4) * SECOND, `t${desk.name}-${i}`, "browser");
    }
  }
}

/** Takes a role and works in it; sometimes goes on to another role from there. */
function take(
  today: Today,
  desk: Desk,
  grant: Grant,
  at: number,
  name: string,
  by: "browser" | "command-line",
): void {
  const { stage, plan, dice, profile } = today;
  const parent = by === "browser" ? desk.portal : desk.token;
  if (parent === null) return;
  const key = `role/${today.key}/${desk.name}/${name}`;
  const sid = dice.hex(12);
  const agentOf = (command: string, process: string): string =>
    by === "browser" ? desk.device.browser : processOf(desk.device, command, process);
  if (by === "browser" && dice.chance(0.5)) {
    portalEvent(stage, plan, parent, "ListApplications", at - 6 * SECOND, { readOnly: true });
  }
  const vended = { ip: desk.device.ip, userAgent: agentOf("sts.get-caller-identity", sid) };
  const session = vend(stage, plan, parent, grant, at, key, vended);
  const user = userOf(today, desk, by);
  let when = session.startAt + dice.int(2, 20) * SECOND;
  for (let i = 0, calls = dice.int(1, 4); i < calls; i++) {
    const process = i === 0 ? sid : dice.hex(12);
    const device = user ?? { ip: desk.device.ip, userAgent: agentOf("s3.ls", process) };
    call(stage, plan, session, when, { device, key: `${key}/call/${i}` });
    when += dice.int(1, 600) * SECOND;
  }
  if (dice.chance(profile.chainedShare)) goOn(today, session, when);
  if (by === "browser") logInFromConsole(today, desk, session, when + 30 * SECOND);
}

const MACHINE =
  "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.12.11";

/** Who works with a role session other than the client that took it: credentials can be exported. Null: the client itself. */
function userOf(
  { dice, profile, person, stage }: Today,
  desk: Desk,
  by: "browser" | "command-line",
): Device | null {
  const how = dice.next();
  if (by === "browser") return null;
  if (how < profile.otherToolShare) return { ip: desk.device.ip, userAgent: TOOL };
  if (how >= profile.otherToolShare + profile.otherMachineShare) return null;
  const index = stage.organisation.people.indexOf(person);
  return { ip: `10.200.${index}.7`, userAgent: MACHINE };
}
