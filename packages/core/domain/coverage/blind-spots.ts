/**
 * What CloudTrail cannot show at all, however well it is read: each with the AWS page that says so, or that says nothing of it, and
 * what it means for whoever reads a list of sessions or a review. A gap in what was read is no blind spot; it stands in the ledger.
 */

export interface BlindSpot {
  readonly id: string;
  /** What is not shown. */
  readonly what: string;
  /** What follows for the reader. */
  readonly means: string;
  /** Title of the AWS page. */
  readonly source: string;
}

const SIGN_IN_EVENTS = "IAM Identity Center User Guide: Understanding sign-in events";
const IN_CLOUDTRAIL =
  "IAM Identity Center User Guide: IAM Identity Center information in CloudTrail";
const LOOKUP_EVENTS = "AWS CloudTrail API Reference: LookupEvents";
const RECORD_CONTENTS = "AWS CloudTrail User Guide: CloudTrail record contents";
const EVENTBRIDGE =
  "Amazon EventBridge User Guide: AWS service events delivered via AWS CloudTrail";

export const BLIND_SPOTS: readonly BlindSpot[] = [
  {
    id: "failed-sign-ins-at-identity-provider",
    what: "Failed sign-ins at an external identity provider.",
    means:
      "Guessing of passwords there is not seen: only the sign-in that succeeds is. Read the provider's own log beside this one.",
    source: SIGN_IN_EVENTS,
  },
  {
    id: "managed-web-applications",
    what: "Signing in to AWS managed web applications over OIDC.",
    means: "Such use is not counted: a person who uses only these looks unused.",
    source: IN_CLOUDTRAIL,
  },
  {
    id: "device-code-requests",
    what: "RegisterClient and StartDeviceAuthorization, which need no signing in.",
    means:
      "A device-code phishing attempt shows only when its token is issued; who asked for the code is not known.",
    source: IN_CLOUDTRAIL,
  },
  {
    id: "masked-user-names",
    what: "The user name that was typed when it was wrong: it is masked.",
    means:
      "Failed sign-ins with an unknown name belong to nobody; they can be counted by address only.",
    source: "IAM Identity Center User Guide: Username in sign-in CloudTrail events",
  },
  {
    id: "names-of-people",
    what: "User names and group names in events of Identity Center: the records carry ids.",
    means: "A person has a name here only when the directory was read or a sign-in showed one.",
    source: "AWS Security Blog: Important changes to CloudTrail events for AWS IAM Identity Center",
  },
  {
    id: "sessions-ended-in-the-console",
    what: "Which session was ended or extended in the console: its event need not name it.",
    means:
      "Such an event shows that some session of a person ended, not which one; the others are taken to be alive.",
    source: "IAM Identity Center User Guide: End active sessions for your workforce users",
  },
  {
    id: "portal-durations",
    what: "How long portal sessions may last: no API and no event tells the setting.",
    means:
      "Without CURFEW_PORTAL_SESSION_MINUTES the end of a portal session is unknown, and 90 days are assumed where it matters.",
    source:
      "IAM Identity Center User Guide: Configure the session duration of the AWS access portal",
  },
  {
    id: "data-events",
    what: "Data events, such as reading objects of S3 or invoking functions, unless a trail logs them.",
    means: "“No use” and “contained” speak of management events: reading data is not seen.",
    source: "AWS CloudTrail User Guide: Logging data events",
  },
  {
    id: "chained-roles",
    what: "Who acts through a role that was taken from another role: onBehalfOf is lost by role chaining.",
    means:
      "Calls of a chained role are tied to a person by the key that was issued, or not at all; a deny by user id does not stop them.",
    source: "IAM Identity Center User Guide: Identity-enhanced IAM role sessions",
  },
  {
    id: "other-accounts-in-event-history",
    what: "Other accounts' events in LookupEvents: it answers for the calling account, 90 days back.",
    means: "Role sessions of member accounts are seen through an organisation trail only.",
    source: LOOKUP_EVENTS,
  },
  {
    id: "write-only-trails",
    what: "Read-only management events in a trail that logs writes only.",
    means: "GetRoleCredentials is read-only: without it nobody is seen taking a role by the CLI.",
    source: "AWS CloudTrail User Guide: Logging management events",
  },
  {
    id: "eventbridge-best-effort",
    what: "Events that EventBridge did not deliver: it delivers on a best-effort basis.",
    means: "Its silence proves nothing; trail files are what counts.",
    source: EVENTBRIDGE,
  },
  {
    id: "large-events",
    what: "Fields left out of records over 256 KB; over EventBridge such service events are dropped whole.",
    means:
      "A very large call may lack its parameters, and may be missing where EventBridge is the source.",
    source: RECORD_CONTENTS,
  },
  {
    id: "late-delivery",
    what: "Records that are delivered late: an average is promised, no bound.",
    means:
      "The newest minutes are never final. A record may come up to 30 days late after an error of the bucket.",
    source: "AWS CloudTrail User Guide: How CloudTrail works",
  },
  {
    id: "old-scim-tokens",
    what: "SCIM calls made with a token from before September 2024.",
    means: "Users and groups may be changed by provisioning without an event.",
    source: "IAM Identity Center User Guide: Logging SCIM API calls with CloudTrail",
  },
  {
    id: "account-access-manager",
    what: "Roles given by account access manager, which no listing of account assignments shows.",
    means: "They are not part of the population of an access review until they are crawled.",
    source: "IAM User Guide: Security in account access manager",
  },
];
