/**
 * What exists at an instant, found by its ids. Guarantees that an index is built when it is first asked for and not before: a state
 * that lives for one request pays for nothing else, one that is kept pays once.
 */
import type { AccountAssignment, Group, Membership, Person } from "../model.ts";

interface Content {
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly memberships: readonly Membership[];
  readonly assignments: readonly AccountAssignment[];
}

type Index<T> = ReadonlyMap<string, readonly T[]>;

function indexed<T>(list: readonly T[], keyOf: (one: T) => string): Index<T> {
  const index = new Map<string, T[]>();
  for (const one of list) {
    const key = keyOf(one);
    const known = index.get(key);
    if (known === undefined) index.set(key, [one]);
    else known.push(one);
  }
  return index;
}

const pairOf = (accountId: string, permissionSetArn: string): string =>
  `${accountId} ${permissionSetArn}`;

export class Lookups {
  readonly #content: Content;
  readonly #indexes = new Map<string, Index<unknown>>();

  constructor(content: Content) {
    this.#content = content;
  }

  #found<T>(name: string, list: readonly T[], keyOf: (one: T) => string, key: string) {
    const known = this.#indexes.get(name) as Index<T> | undefined;
    const index = known ?? indexed(list, keyOf);
    if (known === undefined) this.#indexes.set(name, index);
    return index.get(key) ?? [];
  }

  person(userId: string): Person | undefined {
    return this.#found("people", this.#content.people, (one) => one.userId, userId)[0];
  }

  group(groupId: string): Group | undefined {
    return this.#found("groups", this.#content.groups, (one) => one.groupId, groupId)[0];
  }

  membershipsOfGroup(groupId: string): readonly Membership[] {
    return this.#found("of group", this.#content.memberships, (one) => one.groupId, groupId);
  }

  membershipsOfPerson(userId: string): readonly Membership[] {
    return this.#found("of person", this.#content.memberships, (one) => one.userId, userId);
  }

  assignmentsOfPair(accountId: string, permissionSetArn: string): readonly AccountAssignment[] {
    return this.#found(
      "of pair",
      this.#content.assignments,
      (one) => pairOf(one.accountId, one.permissionSetArn),
      pairOf(accountId, permissionSetArn),
    );
  }

  assignmentsOfAccount(accountId: string): readonly AccountAssignment[] {
    return this.#found("of account", this.#content.assignments, (one) => one.accountId, accountId);
  }

  assignmentsOfSet(permissionSetArn: string): readonly AccountAssignment[] {
    const { assignments } = this.#content;
    return this.#found("of set", assignments, (one) => one.permissionSetArn, permissionSetArn);
  }

  assignmentsOfPrincipal(principalId: string): readonly AccountAssignment[] {
    const { assignments } = this.#content;
    return this.#found("of principal", assignments, (one) => one.principalId, principalId);
  }
}
