/**
 * `aws login` and agents that sign in the same way (facts 2.9): a console session authorises a client, which then renews credentials
 * of fifteen minutes. Guarantees no portal call for them. AWS documents neither whether the credentials have a creation date of their
 * own nor that every record names the sign-in session, so some have and some do not.
 */
import { PARTITION } from "../../partition.ts";
import { MINUTE, SECOND } from "../../random.ts";
import type { Device } from "../../lives/places.ts";
import { draft, roleIdentity, roleOf } from "../../lives/record.ts";
import { call } from "../../lives/roles.ts";
import { newSession, type Session } from "../../lives/stage.ts";
import { goOn } from "./chains.ts";
import { processOf, TOOL } from "./devices.ts";
import { lastIdentity } from "../plan.ts";
import type { Desk, Today } from "./today.ts";

const RENEWED_EVERY = 14 * MINUTE;
const LIFE = 15 * MINUTE;

interface Client {
  name: string;
  id: string;
  resource?: string;
}

const COMMAND_LINE: Client = { name: "login", id: "arn:aws:signin:::devtools/same-device" };
const AGENT: Client = {
  name: "agent",
  id: "https://agent.example/client",
  resource: "https://tools.example/mcp",
};
const AGENT_SAYS = "agent/1.4 os/linux lang/js";

interface Login {
  session: Session;
  console: Session;
  client: Client;
  device: Device;
  /** Whether credentials have a creation date of their own, or the console session's. */
  mintsAnew: boolean;
  arn: string | null;
}

/** Signs in on the command line out of a console session, and sometimes in an agent as well. */
export function logInFromConsole(today: Today, desk: Desk, console: Session, at: number): void {
  const { stage, profile } = today;
  const dice = stage.dice("crowd-login", console.key);
  if (!dice.chance(profile.loginShare)) return;
  const named = dice.chance(profile.namesSignInShare);
  const accountId = roleOf(console).accountId;
  const region = stage.organisation.region;
  const arn = named
    ? `arn:${PARTITION}:signin:${region}:${accountId}:session/${dice.uuid()}`
    : null;
  const mintsAnew = dice.chance(profile.mintedAnewShare);
  const begin = (client: Client, device: Device, when: number): void => {
    const session = opened(today, console, client, device, when, arn);
    renewals(today, { session, console, client, device, mintsAnew, arn });
  };
  const { ip } = desk.device;
  begin(COMMAND_LINE, { ip, userAgent: processOf(desk.device, "login", dice.hex(12)) }, at);
  if (dice.chance(profile.agentShare))
    begin(AGENT, { ip, userAgent: AGENT_SAYS }, at + dice.int(30, 2_000) * SECOND);
}

function opened(
  { plan, person }: Today,
  console: Session,
  client: Client,
  device: Device,
  at: number,
  arn: string | null,
): Session {
  const key = `aws-login/${console.key}/${client.name}`;
  const session = newSession({
    key,
    kind: "token",
    person,
    startAt: Math.floor(at / SECOND) * SECOND,
    hardEndAt: console.hardEndAt,
    parent: console,
    ...device,
    clientId: client.id,
  });
  plan.sessions.push(session);
  plan.kinds.set(key, "aws-login");
  plan.signInSessions.set(key, arn);
  plan.begunBy.set(key, []);
  return session;
}

/** The authorisation in the browser, then grants for as long as somebody works. */
function renewals(today: Today, login: Login): void {
  const { stage } = today;
  const { session, console, device } = login;
  const dice = stage.dice("crowd-renewals", session.key);
  const browser = { ip: console.ip, userAgent: console.userAgent };
  signInCall(today, login, "AuthorizeOAuth2Access", session.startAt - dice.int(2, 20) * SECOND, {
    device: browser,
    request: { response_type: "code" },
  });
  const until = Math.min(session.startAt + dice.int(5, 90) * MINUTE, console.hardEndAt - LIFE);
  for (let i = 0, at = session.startAt; at <= until; i += 1, at += RENEWED_EVERY) {
    signInCall(today, login, "CreateOAuth2Token", at, {
      device,
      request: { grant_type: i === 0 ? "authorization_code" : "refresh_token" },
      response: { expires_in: LIFE / SECOND, token_type: "aws_sigv4" },
    });
    if (i === 0 || dice.chance(0.7)) work(today, login, at, i);
  }
}

function signInCall(
  { stage, plan }: Today,
  { session, console, client, arn }: Login,
  name: string,
  at: number,
  how: { device: Device; request: Record<string, unknown>; response?: Record<string, unknown> },
): void {
  const key = `${session.key}/${name}/${at}`;
  const dice = stage.dice("crowd-sign-in-call", key);
  const named = dice.chance(stage.switches.onBehalfOfShare);
  plan.begunBy.get(session.key)?.push(key);
  plan.drafts.push(
    draft(stage, {
      key,
      at,
      step: "call",
      session: console,
      accountId: roleOf(console).accountId,
      region: stage.organisation.region,
      source: "signin.amazonaws.com",
      name,
      identity: roleIdentity(stage, console, `ASIA${dice.base32(16)}`, named),
      ...how.device,
      readOnly: false,
      request: {
        client_id: client.id,
        ...(client.resource === undefined ? {} : { resource: client.resource }),
        ...how.request,
      },
      response: how.response ?? null,
      ...(arn === null ? {} : { more: { additionalEventData: { signInSessionArn: arn } } }),
    }),
  );
}

/** Calls with the credentials of one grant. */
function work(today: Today, login: Login, at: number, index: number): void {
  const { stage, plan, profile } = today;
  const { session, console, device, arn, mintsAnew } = login;
  const key = `${session.key}/minted/${index}`;
  const dice = stage.dice("crowd-minted", key);
  const accessKeyId = `ASIA${dice.base32(16)}`;
  const startAt = at + dice.int(0, 1) * SECOND;
  const minted: Session = mintsAnew
    ? newSession({
        key,
        kind: "role",
        person: session.person,
        startAt,
        hardEndAt: startAt + LIFE,
        parent: session,
        ...device,
        role: roleOf(console),
        accessKeyId,
      })
    : // Records of the console session itself, by another client.
      { ...console, ...device, console: false, accessKeyId };
  if (mintsAnew) plan.sessions.push(minted);
  // Other tools of the device find the credentials where the client keeps them.
  const user = dice.chance(profile.otherToolShare) ? { ip: device.ip, userAgent: TOOL } : device;
  let when = at + 2 * SECOND;
  for (let i = dice.int(1, 4); i > 0; i--) {
    when += dice.int(1, 180) * SECOND;
    call(stage, plan, minted, when, { device: user, key: `${key}/call/${i}` });
    nameSignIn(lastIdentity(plan), arn);
  }
  if (mintsAnew && dice.chance(profile.chainedShare)) goOn(today, minted, when + 5 * SECOND);
}

function nameSignIn(identity: Record<string, unknown>, arn: string | null): void {
  if (arn === null) return;
  identity["sessionContext"] = {
    ...(identity["sessionContext"] as object),
    signInSessionArn: arn,
  };
}
