/**
 * What may happen in a life that the seeds are tried on: for every kind of session what begins it, uses it and ends it, and for every
 * kind of removal one that touches it. Each step is at a minute that the dice give, and several may fall into one second.
 */
import {
  assumeRole,
  call,
  CLI,
  MEMBER,
  portal,
  record,
  signIn,
  token,
  USER,
  vend,
} from "#test/support/records";
import {
  byAdmin,
  chain,
  CHILD_ROLE,
  childCall,
  DEVTOOLS,
  endSession,
  entitle,
  login,
  SIGN_IN_SESSION,
  withIam,
  type Json,
} from "#test/unit/sessions/made";

export interface Moment {
  readonly minute: number;
  readonly random: () => number;
}

/** Records of one thing that happens. */
export type Step = (moment: Moment) => Json[];

export const SET = "arn:aws:sso:::permissionSet/ssoins-0000000000000001/ps-0000000000000001";
const APPLICATION =
  "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef";
const GROUP = "a1b2c3d4-0000-4000-8000-000000000001";
const AGENT = { client_id: "https://agent.example/client" };
const BROWSERS = [
  "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
  "Mozilla/5.0 (Macintosh) Chrome/141.0",
];
const ADDRESSES = ["198.51.100.23", "192.0.2.10"];

export function time(minute: number, second = 0): string {
  return new Date(Date.UTC(2026, 10, 2, 8, minute, second)).toISOString().replace(".000Z", "Z");
}

/** One of three portal sessions, which share browsers and addresses. */
function portalId(minute: number): string {
  return `6a1f2c3d-1111-4222-8333-${String(minute % 3).padStart(12, "0")}`;
}

const tokenId = (minute: number): string => `AAAAAG${String(minute % 4).repeat(84)}`;

function where(minute: number): Json {
  return { sourceIPAddress: ADDRESSES[minute % 2], userAgent: BROWSERS[minute % 3 === 0 ? 0 : 1] };
}

/** A call with credentials that a login minted, or of the session that authorised it. */
function minted(at: string, issuedAt: string, userAgent: string): Json {
  const made = call(at, issuedAt, { userAgent });
  const identity = made["userIdentity"] as { sessionContext: object };
  const sessionContext = { ...identity.sessionContext, signInSessionArn: SIGN_IN_SESSION };
  return { ...made, userIdentity: { ...identity, sessionContext } };
}

/** One access key for each minute in which a further role is taken. */
const keyOf = (minute: number): Json => ({ accessKeyId: `ASIACHILD${minute}` });

/** The permission set's session takes a further role. */
function taken(minute: number): Json {
  return chain(time(minute), time(minute - 1, 1), { credentials: keyOf(minute) });
}

function entitled(minute: number, parameters: Json = {}): Json {
  return entitle(time(minute), parameters, keyOf(minute));
}

/** A call of what was taken at the other minute. */
function child(minute: number, issuedAt: number): Json {
  return childCall(time(minute, 30), time(issuedAt), keyOf(issuedAt));
}

/** What was taken takes a further role. */
function grandchild(minute: number): Json {
  return {
    ...child(minute, minute),
    eventSource: "sts.amazonaws.com",
    eventName: "AssumeRole",
    requestParameters: { roleArn: CHILD_ROLE.replace("deployer", "publisher") },
    responseElements: {
      credentials: { accessKeyId: `ASIAGRANDCHILD${minute}` },
      assumedRoleUser: { assumedRoleId: "AROAEXAMPLEPUBLISHER1:publish" },
    },
  };
}

function changed(at: string, name: string, requestParameters: Json): Json {
  return record(at, "sso.amazonaws.com", name, {
    userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/admin/x" },
    requestParameters,
  });
}

const assignment = { targetId: MEMBER, targetType: "AWS_ACCOUNT", permissionSetArn: SET };

const interactive: readonly Step[] = [
  ({ minute }) => [
    signIn(time(minute), where(minute)),
    portal(time(minute, 3), "Authenticate", portalId(minute), where(minute)),
  ],
  ({ minute }) => [portal(time(minute), "ListApplications", portalId(minute), where(minute))],
  ({ minute }) => [portal(time(minute), "Logout", portalId(minute), where(minute))],
  ({ minute }) => [token(time(minute), "code"), token(time(minute + 57), "refresh")],
  ({ minute }) => [
    token(time(minute), "device", where(minute)),
    token(time(minute + 3), "refresh"),
  ],
  ({ minute }) => [portal(time(minute), "ListAccounts", tokenId(minute), { userAgent: CLI })],
  ({ minute }) => [withIam(time(minute), tokenId(minute))],
  ({ minute }) => [
    withIam(time(minute), `AAAAAGjob${minute % 3}`, { resource: "arn:aws:emr:::job" }),
    vend(time(minute + 400), "GetRoleCredentials", `AAAAAGjob${minute % 3}`),
  ],
];

const roles: readonly Step[] = [
  ({ minute }) => [
    vend(time(minute), "GetRoleCredentials", tokenId(minute), { userAgent: CLI }),
    assumeRole(time(minute, 1)),
  ],
  ({ minute }) => [vend(time(minute), "Federate", portalId(minute), where(minute))],
  ({ minute }) => [
    call(time(minute, 30), time(minute, 1)),
    call(time(minute + 9), time(minute, 1), where(minute)),
  ],
  ({ minute }) => [taken(minute), child(minute, minute)],
  ({ minute }) => [
    entitled(minute, minute % 2 === 0 ? { durationSeconds: 900 } : {}),
    { ...child(minute + 2, minute), ...where(minute) },
  ],
  ({ minute }) => [{ ...child(minute, minute - 5), ...where(minute) }],
  ({ minute }) => [minute % 2 === 0 ? entitled(minute) : taken(minute), grandchild(minute)],
  ({ minute }) => [
    login(time(minute, 10), "AuthorizeOAuth2Access", time(minute, 1)),
    login(time(minute, 15), "CreateOAuth2Token", time(minute, 1)),
    minted(time(minute, 40), time(minute, 15), BROWSERS[0]!),
  ],
  ({ minute }) => [
    login(time(minute), "CreateOAuth2Token", time(minute), {
      requestParameters: minute % 2 === 0 ? AGENT : { client_id: DEVTOOLS },
      ...(minute % 3 === 0 ? { additionalEventData: {} } : {}),
    }),
    minted(time(minute, 20), time(minute), minute % 2 === 0 ? "agent/1" : CLI),
  ],
  ({ minute }) => [login(time(minute), "RevokeOAuth2TokenWithIAM", time(minute - 9))],
];

const removals: readonly Step[] = [
  ({ minute }) => [byAdmin(time(minute), "DisableUser"), byAdmin(time(minute + 1), "EnableUser")],
  ({ minute }) => [byAdmin(time(minute), "DeleteUser")],
  ({ minute }) => [endSession(time(minute), portalId(minute))],
  ({ minute }) => [endSession(time(minute), `AAAAAGjob${minute % 3}`)],
  ({ minute }) => [
    byAdmin(time(minute), minute % 2 === 0 ? "AddMemberToGroup" : "RemoveMemberFromGroup", {
      groupId: GROUP,
      memberId: USER,
    }),
  ],
  ({ minute }) => [byAdmin(time(minute), "DeleteGroup", { userId: null, groupId: GROUP })],
  ({ minute }) => [
    changed(
      time(minute),
      minute % 3 === 0 ? "CreateAccountAssignment" : "DeleteAccountAssignment",
      {
        ...assignment,
        principalType: minute % 2 === 0 ? "USER" : "GROUP",
        principalId: minute % 2 === 0 ? USER : GROUP,
      },
    ),
  ],
  ({ minute }) => [
    changed(
      time(minute),
      minute % 2 === 0 ? "DeletePermissionSet" : "PutInlinePolicyToPermissionSet",
      {
        permissionSetArn: SET,
      },
    ),
  ],
  ({ minute }) => [
    changed(time(minute), "DeleteApplicationAssignment", {
      applicationArn: APPLICATION,
      principalType: "USER",
      principalId: USER,
    }),
  ],
  ({ minute }) => [
    {
      ...changed(time(minute), "DeleteEntitlement", {
        userId: USER,
        roleArn: CHILD_ROLE,
        account: MEMBER,
      }),
      eventSource: "account-access.amazonaws.com",
    },
  ],
];

const copies: readonly Step[] = [
  ({ minute, random }) => {
    const original = portal(time(minute), "ListApplications", portalId(minute));
    const addendum = { reason: "UPDATED_DATA", originalEventID: original["eventID"] };
    const sourceIPAddress = `192.0.2.${Math.floor(random() * 250)}`;
    const more = { addendum, sourceIPAddress };
    return [original, portal(time(minute), "ListApplications", portalId(minute), more)];
  },
  // One event that two accounts received, and one record that came from two Regions.
  ({ minute }) => {
    const sharedEventID = `00000000-1111-4222-8333-${String(minute).padStart(12, "0")}`;
    return [0, 1].map(() => token(time(minute), "code", { sharedEventID }));
  },
  ({ minute }) => {
    const one = portal(time(minute), "Authenticate", portalId(minute), where(minute));
    return [one, { ...one, awsRegion: "us-east-1" }];
  },
];

export const STEPS: readonly Step[] = [...interactive, ...roles, ...removals, ...copies];
