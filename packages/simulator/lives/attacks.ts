/**
 * Scripted attacks, two a week in every kind by turns. Guarantees one in the 24 hours before any instant of the day the demo
 * opens, from networks no employee uses, with victims for whom it is a working hour. Attackers go no further than looking around.
 */
import type { Person } from "../model.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../random.ts";
import { thievishCall } from "./calls.ts";
import { addressOn, ATTACKERS, running, traitsOf, type Device } from "./places.ts";
import { usedGrants } from "./person-day.ts";
import { openPortal, portalEvent } from "./portal.ts";
import { draft, roleIdentity, roleOf } from "./record.ts";
import { call, vend } from "./roles.ts";
import type { Attack, Draft, Plan, Session, Stage } from "./stage.ts";
import { credentialAt, openToken } from "./tokens.ts";
import { helpDeskAt } from "./watch.ts";

const WEEK = 7 * DAY;

/** Kinds by turns; the first of each row is the one nearest to the day the demo opens. */
const BEATS: { after: number; kinds: Attack["kind"][] }[] = [
  {
    after: -3 * HOUR,
    kinds: [
      "device-code-phishing",
      "credential-sweep",
      "stolen-role-credentials",
      "self-elevation",
    ],
  },
  {
    after: 8 * HOUR,
    kinds: [
      "stolen-role-credentials",
      "device-code-phishing",
      "self-elevation",
      "credential-sweep",
    ],
  },
];

interface Scene {
  stage: Stage;
  plan: Plan;
  key: string;
  at: number;
  person: Person;
  own: Device;
  attacker: Device;
}

/** Somebody of these profiles who is at work at that hour and may become something in at least three places. */
function victimOf(
  stage: Stage,
  key: string,
  at: number,
  profiles: Person["profile"][],
): Person | null {
  const candidates = stage.organisation.people.filter((person) => {
    const hour = (((at / HOUR + person.utcOffsetMinutes / 60) % 24) + 24) % 24;
    const fits =
      profiles.includes(person.profile) && person.userId !== stage.organisation.breakGlassUserId;
    return (
      fits &&
      hour >= 8 &&
      hour < 20 &&
      stage.isHere(person, at) &&
      usedGrants(stage, person, at).length >= 3
    );
  });
  return candidates.length === 0 ? null : stage.dice("victim", key).pick(candidates);
}

function tokenOf(
  scene: Scene,
  at: number,
  device: Device,
  grant: "device_code" | "authorization_code",
  until: number,
): Session {
  const { stage, plan, key, person, own } = scene;
  const portal = openPortal(stage, plan, `portal/${key}`, person, at - 70 * SECOND, own, {
    signsOutAt: null,
    looks: false,
  });
  return openToken(stage, plan, {
    key: `token/${key}`,
    person,
    at,
    grant,
    device,
    parent: portal,
    until,
  });
}

/** The victim approves a code from their own desk; the token appears on the attacker's machine. */
function phish(scene: Scene): Draft[] {
  const { stage, plan, key, at, person, attacker } = scene;
  const dice = stage.dice("phish", key);
  const token = tokenOf(scene, at, attacker, "device_code", at + 6 * HOUR);
  let now = at + 20 * SECOND;
  const look = (name: string, details?: Record<string, unknown>): void =>
    portalEvent(stage, plan, token, name, now, {
      readOnly: true,
      type: "AwsApiCall",
      credentialId: credentialAt(stage, token, now),
      key: `${name}/${now}`,
      ...(details === undefined ? {} : { details }),
    });
  look("ListAccounts");
  const grants = usedGrants(stage, person, at).slice(0, 12);
  for (const accountId of new Set(grants.map((grant) => grant.accountId))) {
    now += dice.int(1, 3) * SECOND;
    look("ListAccountRoles", { account_id: accountId });
  }
  grants.forEach((grant, i) => {
    now += dice.int(2, 9) * SECOND;
    const session = vend(stage, plan, token, grant, now, `role/${key}/${i}`, attacker);
    const { accountId } = roleOf(session);
    const calls = i < 3 ? 9 : 1;
    for (
      let n = 0, then = session.startAt + 2 * SECOND;
      n < calls && then < session.hardEndAt;
      n++, then += dice.int(2, 28) * MINUTE
    ) {
      const name = `${session.key}/call/${n}`;
      call(stage, plan, session, then, {
        key: name,
        made: thievishCall(accountId, stage.organisation.region, stage.dice("theft", name)),
      });
    }
  });
  return plan.drafts.filter(
    (made) =>
      made.session !== null &&
      (made.session.key === token.key || made.session.parent?.key === token.key),
  );
}

/** The victim works as ever; somebody else uses the same key from elsewhere. */
function steal(scene: Scene): Draft[] {
  const { stage, plan, key, at, person, own, attacker } = scene;
  const dice = stage.dice("steal", key);
  const device = {
    ip: own.ip,
    userAgent: running(traitsOf(stage, person).commandLine, "sso.login"),
  };
  const token = tokenOf(scene, at - 40 * MINUTE, device, "authorization_code", at + HOUR);
  const session = vend(
    stage,
    plan,
    token,
    dice.pick(usedGrants(stage, person, at)),
    at - 39 * MINUTE,
    `role/${key}`,
    device,
  );
  for (let i = 0; i < 6; i++)
    call(stage, plan, session, session.startAt + (2 + i * 9) * MINUTE, { key: `${key}/own/${i}` });
  const from = plan.drafts.length;
  const { accountId } = roleOf(session);
  for (
    let i = 0, now = at + 5 * MINUTE;
    i < 14 && now < session.hardEndAt;
    i++, now += dice.int(1, 9) * MINUTE
  ) {
    const name = `${key}/thief/${i}`;
    call(stage, plan, session, now, {
      key: name,
      device: attacker,
      made: thievishCall(accountId, stage.organisation.region, stage.dice("theft", name)),
    });
  }
  return plan.drafts.slice(from);
}

/** Somebody collects every credential they can have, within minutes, from their own desk. */
function sweep(scene: Scene): Draft[] {
  const { stage, plan, key, at, person, own } = scene;
  const dice = stage.dice("sweep", key);
  const device = {
    ip: own.ip,
    userAgent: running(traitsOf(stage, person).commandLine, "configure.export-credentials"),
  };
  const token = tokenOf(scene, at, device, "authorization_code", at + HOUR);
  const from = plan.drafts.length;
  let now = at + 30 * SECOND;
  usedGrants(stage, person, at)
    .slice(0, 30)
    .forEach((grant, i) => {
      now += dice.int(4, 16) * SECOND;
      vend(stage, plan, token, grant, now, `role/${key}/${i}`, device);
    });
  return plan.drafts.slice(from);
}

/** An administrator adds themselves to a group that may do more; the watch finds it two hours later. */
function elevate(scene: Scene): Draft[] {
  const { stage, plan, key, at, person, own } = scene;
  const {
    managementAccountId: accountId,
    region,
    identityStoreId,
    groups,
    permissionSets,
  } = stage.organisation;
  const group = groups.find((candidate) => candidate.displayName === "aws-legacy-admins");
  const set = permissionSets.find((candidate) => candidate.name === "IdentityAdmin");
  if (group === undefined || set === undefined)
    throw new Error(
      "The organisation lacks aws-legacy-admins or IdentityAdmin; the scripted attack needs both.",
    );
  const portal = openPortal(stage, plan, `portal/${key}`, person, at - 4 * MINUTE, own, {
    signsOutAt: at + HOUR,
    looks: true,
  });
  const session = vend(stage, plan, portal, { accountId, set }, at - 2 * MINUTE, `role/${key}`);
  const desk = helpDeskAt(stage, { drafts: [], sessions: [], attacks: [] }, at + 2 * HOUR);
  const change = (name: string, by: Session, when: number): Draft =>
    draft(stage, {
      key: `${key}/${name}`,
      at: when,
      step: "call",
      session: by,
      accountId,
      region,
      source: "sso-directory.amazonaws.com",
      name,
      identity: roleIdentity(
        stage,
        by,
        `ASIA${stage.dice("console-key", key, name).base32(16)}`,
        true,
      ),
      ip: by.ip,
      userAgent: by.userAgent,
      readOnly: false,
      request: { identityStoreId, groupId: group.groupId, memberId: { userId: person.userId } },
      more: { sessionCredentialFromConsole: "true" },
      action: `sso-directory:${name}`,
    });
  const added = change("AddMemberToGroup", session, at);
  plan.drafts.push(added, change("RemoveMemberFromGroup", desk, at + 2 * HOUR));
  return [added];
}

const SCRIPTS: Record<
  Attack["kind"],
  { play: (scene: Scene) => Draft[]; victims: Person["profile"][] }
> = {
  "device-code-phishing": { play: phish, victims: ["engineer", "security"] },
  "stolen-role-credentials": { play: steal, victims: ["engineer", "security"] },
  "credential-sweep": { play: sweep, victims: ["security", "platform-admin"] },
  "self-elevation": { play: elevate, victims: ["platform-admin"] },
};

function stageAttack(stage: Stage, plan: Plan, kind: Attack["kind"], at: number): void {
  const key = `attack/${kind}/${at}`;
  const script = SCRIPTS[kind];
  const person = victimOf(stage, key, at, script.victims);
  if (person === null) return;
  const dice = stage.dice("attacker", key);
  const own = {
    ip: addressOn(stage, person, Math.floor(at / DAY)),
    userAgent: traitsOf(stage, person).browser,
  };
  const attacker = { ip: dice.pick(ATTACKERS.addresses), userAgent: dice.pick(ATTACKERS.tools) };
  const scene: Plan = { drafts: [], sessions: [], attacks: [] };
  const acts = script.play({ stage, plan: scene, key, at, person, own, attacker });
  const instants = acts.map((act) => act.at);
  const eventIds = acts.map((act) => act.record.eventID);
  plan.drafts.push(...scene.drafts);
  plan.sessions.push(...scene.sessions);
  plan.attacks.push({
    kind,
    key,
    person,
    from: Math.min(...instants),
    to: Math.max(...instants),
    eventIds,
  });
}

/** Adds the attacks that begin on a UTC day. */
export function planAttacks(stage: Stage, plan: Plan, day: number): void {
  const { anchor, historyDays } = stage.organisation;
  const opening = anchor + historyDays * DAY;
  for (const { after, kinds } of BEATS) {
    const week = Math.ceil((day * DAY - opening - after) / WEEK);
    const at = opening + after + week * WEEK;
    if (at >= (day + 1) * DAY || at < anchor + 2 * DAY) continue;
    const turn = ((week % kinds.length) + kinds.length) % kinds.length;
    stageAttack(stage, plan, kinds[turn] as Attack["kind"], at);
  }
}
