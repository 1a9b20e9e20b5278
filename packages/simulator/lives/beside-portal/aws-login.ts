/**
 * `aws login`: from a console session the command line gets credentials of its own, and the portal hears nothing of it (facts 2.9).
 * Guarantees the two sign-in records of a role session that is really there; what the credentials then do is not shown apart.
 */
import type { Person } from "../../model.ts";
import { PARTITION } from "../../partition.ts";
import { SECOND } from "../../random.ts";
import type { ApiCall } from "../calls.ts";
import { usedGrants } from "../person-day.ts";
import { running, traitsOf, type Device } from "../places.ts";
import { roleOf } from "../record.ts";
import { call, vend } from "../roles.ts";
import type { Plan, Stage } from "../stage.ts";
import { seat } from "./seat.ts";

/** Client of `aws login` on the same machine. */
const DEVTOOLS = `arn:${PARTITION}:signin:::devtools/same-device`;

/** Two engineers log in so on some days. */
export function planAwsLogins(stage: Stage, plan: Plan, day: number): void {
  const engineers = stage.organisation.people.filter((person) => person.profile === "engineer");
  for (const person of engineers.slice(2, 4)) login(stage, plan, day, person);
}

/** From a console session the command line gets credentials of its own; the portal hears nothing of it. */
function login(stage: Stage, plan: Plan, day: number, person: Person): void {
  const place = seat(stage, person, day);
  if (place === null) return;
  const [grant] = usedGrants(stage, person, place.at);
  if (grant === undefined) return;
  const session = vend(stage, plan, place.portal, grant, place.at, `login/${person.userId}/${day}`);
  const { accountId } = roleOf(session);
  const signInSessionArn = `arn:${PARTITION}:signin:${stage.organisation.region}:${accountId}:session/${stage.dice("sign-in-session", session.key).uuid()}`;
  const { commandLine } = traitsOf(stage, person);
  const terminal: Device = { ip: session.ip, userAgent: running(commandLine, "login") };
  const step = (name: string, after: number, device: Device, grantType?: string): void => {
    const made: ApiCall = {
      source: "signin.amazonaws.com",
      name,
      prefix: "signin",
      readOnly: false,
      region: null,
      request: {
        client_id: DEVTOOLS,
        ...(grantType === undefined ? {} : { grant_type: grantType }),
      },
      resource: "*",
    };
    const options = { made, device, key: `${session.key}/${name}` };
    call(stage, plan, session, session.startAt + after, options);
    const last = plan.drafts.at(-1);
    if (last !== undefined) last.record["additionalEventData"] = { signInSessionArn };
  };
  step("AuthorizeOAuth2Access", 40 * SECOND, session);
  step("CreateOAuth2Token", 42 * SECOND, terminal, "authorization_code");
}
