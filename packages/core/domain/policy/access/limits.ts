/**
 * Which conditions limit what can be done, and which only say who, from where, when or how. Guarantees that a condition counts as a limit
 * of an Allow only where a request that lacks it is refused and the caller cannot simply choose to satisfy it; and that a condition of a
 * Deny counts as always true only where it cannot be otherwise. The reasons stand in docs/policy-analysis.md.
 */
import type { Condition, Operator } from "../grammar/conditions.ts";
import { isEverything } from "../pattern.ts";

/** Keys that tell about the caller, the way of the call or the moment, or that the caller fills in; a trailing star is a prefix. */
const CONTEXT_KEYS = [
  "aws:principal*",
  "aws:userid",
  "aws:username",
  "aws:federatedprovider",
  "aws:source*",
  "aws:vpc*",
  "aws:ec2instancesource*",
  "aws:multifactorauth*",
  "aws:currenttime",
  "aws:epochtime",
  "aws:tokenissuetime",
  "aws:requestedregion",
  "aws:securetransport",
  "aws:useragent",
  "aws:referer",
  "aws:calledvia*",
  "aws:viaawsservice",
  "aws:signinsessionarn",
  "aws:assumedroot",
  // The request's own tags: the caller writes them.
  "aws:requesttag/*",
  "aws:tagkeys",
  // A permission set acts in its account and organisation anyway.
  "aws:resourceaccount",
  "aws:resourceorg*",
  "identitystore:*",
  "saml:*",
  "sts:*",
  "cognito-identity.amazonaws.com:*",
  "ec2:region",
  "ec2:sourceinstancearn",
  "ec2:roledelivery",
  "ec2:metadatahttp*",
  "rds:req-tag/*",
  "s3:authtype",
  "s3:signature*",
  "s3:tlsversion",
  "s3:x-amz-*",
  "ssm:sessiondocumentaccesscheck",
  "secretsmanager:versionstage",
  "kms:requestalias",
] as const;

const isContext = (key: string): boolean =>
  CONTEXT_KEYS.some((known) =>
    known.endsWith("*") ? key.startsWith(known.slice(0, -1)) : key === known,
  );

/** They hold for everything but what is named, and for a request without the key. */
const NEGATIVE: ReadonlySet<Operator> = new Set([
  "StringNotEquals",
  "StringNotEqualsIgnoreCase",
  "StringNotLike",
  "NumericNotEquals",
  "DateNotEquals",
  "NotIpAddress",
  "ArnNotEquals",
  "ArnNotLike",
]);

const WITH_WILDCARDS: ReadonlySet<Operator> = new Set(["StringLike", "ArnLike", "ArnEquals"]);

/** The condition of an Allow narrows what may be done. */
export function limits(condition: Condition): boolean {
  const { operator, key, ifExists, of, values } = condition;
  if (ifExists || of === "all" || operator === "Null" || NEGATIVE.has(operator)) return false;
  // A tag of the caller's that must be the resource's is about the resource.
  const aboutResource =
    !isContext(key) || values.every((value) => /\$\{[^}]*resourcetag\//i.test(value));
  return aboutResource && !takesEverything(condition);
}

function takesEverything({ operator, values }: Condition): boolean {
  return (
    WITH_WILDCARDS.has(operator) &&
    values.some((value) => isEverything(value) || /^arn:[a-z*-]*(?::\*)*$/i.test(value))
  );
}

/** In every request (AWS: global condition context keys, availability). */
const ALWAYS_THERE: ReadonlySet<string> = new Set([
  "aws:currenttime",
  "aws:epochtime",
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principaltype",
  "aws:securetransport",
  "aws:userid",
]);

/** The condition of a Deny holds for every request, so that the Deny always binds. */
export function alwaysHolds(condition: Condition): boolean {
  const { operator, key, ifExists, of, values } = condition;
  const there = ALWAYS_THERE.has(key);
  if (operator === "Null") return there && values.every((value) => value === "false");
  return (there || ifExists || of === "all") && takesEverything(condition);
}
