/**
 * What AWS says of a session after a removal, in words, with the page that says it. One place for residuals and for the plan of a
 * revocation. Where AWS's pages do not say a thing, the sentence says so.
 */

const SESSIONS = "IAM Identity Center User Guide, authentication sessions (authconcept)";

export const RULES = {
  roleLivesOn: `A role session, once issued, goes on until its own end, at most 12 hours; no action of Identity Center shortens it (${SESSIONS}).`,
  chained: `A chained role session goes on until its own end, at most one hour (IAM User Guide, roles terms and concepts: role chaining).`,
  applicationHalfHour: `Existing application sessions end within 30 minutes (${SESSIONS}).`,
  tokenHalfHour: `New role sessions are refused at once; what applications took from the session ends within 30 minutes (${SESSIONS}).`,
  portalStays: `The person keeps the access portal; new role sessions of what was removed are refused at once (${SESSIONS}).`,
  background:
    "User background sessions do not depend on the interactive session and must be ended one by one (IAM Identity Center User Guide, user background sessions).",
  awsLogin:
    "Credentials of aws login are renewed for as long as the console session that authorised them lives; AWS documents no action of Identity Center that ends them (Sign-In User Guide).",
  policyChanges:
    "A running role session is judged by the role's policies as they stand, so a provisioned change binds it too; its duration does not change (IAM Identity Center User Guide, permission sets; IAM User Guide, policy evaluation).",
  setDeleted: `Running role sessions go on until their own end unless the role itself is gone from the account (${SESSIONS}; that the role goes is not documented).`,
  applicationOwnEnd:
    "New tokens are refused at once; AWS does not document what a removed application, grant or scope does to tokens that were issued, so they count until their own end.",
  entitlement:
    "Role sessions of the account access manager go on until their own end, at most 12 hours (IAM User Guide, account access manager).",
  notDocumented: `AWS lists application sessions with every removal as ended within 30 minutes and does not say of which application (${SESSIONS}).`,
} as const;
