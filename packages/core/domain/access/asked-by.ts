/** Who asked for a change of access. Pure; says what the record says and joins nothing to it. */
import type { TrailEvent } from "../event.ts";

/**
 * The ARN of an IAM identity (that of a role session ends in its session name), the userId of somebody who changed it for themselves, or
 * the identity provider where it came over SCIM. Null where the record names nobody.
 */
export function askedBy(event: TrailEvent): string | null {
  if (event.callerArn !== null) return event.callerArn;
  if ("by" in event && event.by === "provisioning") return "identity provider (SCIM)";
  return event.person?.userId ?? null;
}
