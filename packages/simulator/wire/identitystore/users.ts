/**
 * Users of the identity store, as they are at the instant of the call.
 * `UserStatus` is answered only where the switch says that AWS answers it; `ExternalIds` where SCIM owns the user.
 */
import type { Person } from "../../model.ts";
import { text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { InvalidInput } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { alternate, common, externalIds, filterOf, requireStore, storeNotFound } from "./store.ts";

/** The user of that id. Throws ResourceNotFoundException. */
export function requireUser(call: Call, userId: string): Person {
  const found = call.state().find.person(userId);
  if (found === undefined) throw storeNotFound("USER", userId, `User ${userId} does not exist.`);
  return found;
}

export const USERS: Readonly<Record<string, Operation>> = {
  ListUsers: {
    handle: (call) => {
      requireStore(call);
      const userName = filterOf(call.members, "UserName");
      const people = call
        .state()
        .people.filter((one) => userName === null || one.userName === userName);
      const users = page(people, (one) => one.userId, {
        scope: "ListUsers",
        members: call.members,
        most: 100,
      });
      return { Users: users.items.map((one) => userOf(call, one)), ...nextToken(users) };
    },
  },
  DescribeUser: {
    handle: (call) => {
      requireStore(call);
      return userOf(call, requireUser(call, text(call.members, "UserId")));
    },
  },
  GetUserId: {
    handle: (call) => {
      requireStore(call);
      const matches = matcher(call);
      const found = call.state().people.find(matches);
      if (found === undefined) throw storeNotFound("USER", "", "No user has that identifier.");
      return { IdentityStoreId: call.world.organisation.identityStoreId, UserId: found.userId };
    },
  },
};

function matcher(call: Call): (person: Person) => boolean {
  const asked = alternate(call.members);
  if ("externalId" in asked)
    return (one) => one.externalId !== null && one.externalId === asked.externalId;
  const value = asked.value.toLowerCase();
  if (asked.attribute.toLowerCase() === "username")
    return (one) => one.userName.toLowerCase() === value;
  if (asked.attribute.toLowerCase() === "emails.value")
    return (one) => one.email.toLowerCase() === value;
  throw new InvalidInput(
    `AttributePath must be userName or emails.value; it is ${asked.attribute}.`,
  );
}

function userOf(call: Call, person: Person): object {
  const disabled = person.disabledAt !== null && person.disabledAt <= call.now;
  return {
    ...common(call, person.joinedAt),
    UserId: person.userId,
    UserName: person.userName,
    DisplayName: person.displayName,
    Name: {
      Formatted: person.displayName,
      GivenName: person.givenName,
      FamilyName: person.familyName,
    },
    Emails: [{ Value: person.email, Type: "work", Primary: true }],
    ...externalIds(person.externalId),
    ...(call.world.switches.userStatusReadable
      ? { UserStatus: disabled ? "DISABLED" : "ENABLED" }
      : {}),
  };
}
