/**
 * Whether a change is of the instance that a snapshot is of: an organisation can have several instances, and their ids repeat in nothing.
 * Pure. A record that names no instance is taken for this one's.
 */
import type { IdentityCenterInstance } from "../../access.ts";
import type { TrailEvent } from "../../event.ts";

export function isOfInstance(event: TrailEvent, instance: IdentityCenterInstance): boolean {
  const { subjectIdentityStoreId } = event;
  if (subjectIdentityStoreId !== undefined && subjectIdentityStoreId !== instance.identityStoreId)
    return false;
  const arn = instanceSubject(event);
  const named = arn === null ? undefined : /[:/](ssoins-[^/]+)\//.exec(arn)?.[1];
  return named === undefined || instance.instanceArn.endsWith(`/${named}`);
}

function instanceSubject(event: TrailEvent): string | null {
  switch (event.kind) {
    case "assignment":
    case "permission-set":
      return event.permissionSetArn;
    case "application":
    case "access-application":
    case "entitlement":
      return event.applicationArn;
    case "trusted-token-issuer":
      return event.issuerArn;
    default:
      return null;
  }
}
