/**
 * Who a person is. Identity is the pair (identityStoreArn, userId) and nothing less: user ids repeat across identity stores and
 * names change (AWS Security Blog, changes to CloudTrail events for IAM Identity Center).
 */

export interface PersonKey {
  readonly identityStoreArn: string;
  readonly userId: string;
}

export interface Person extends PersonKey {
  /** The newest known name; null where none was ever seen. */
  readonly userName: string | null;
}

/** `<10 hex>-<uuid>` or `<uuid>`; both occur and neither is ever shortened. */
const USER_ID =
  /^(?:[0-9a-f]{10}-)?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

export function isUserId(text: unknown): text is string {
  return typeof text === "string" && USER_ID.test(text);
}

/** Text that is equal exactly when the persons are. */
export function personKey(person: PersonKey): string {
  return `${person.identityStoreArn} ${person.userId}`;
}
