/** The person that a path names by userId. */
import { Fault } from "#core/domain/fault";
import type { Person } from "#core/domain/person";
import type { PersonHistory } from "#core/ports/person-history";
import { plainText } from "../../http/fields.ts";

export const storeField = plainText(512)
  .optional()
  .describe("ARN or id of the identity store, where several have this userId.");

/** Faults: `input.unknown-person`, `input.invalid` where several identity stores have the userId. */
export async function personWith(
  history: PersonHistory,
  userId: string,
  store: string | undefined,
): Promise<Person> {
  const found = (await history.resolve(userId)).filter(
    (person) =>
      person.userId === userId &&
      (store === undefined ||
        person.identityStoreArn === store ||
        person.identityStoreArn.endsWith(`:identitystore/${store}`)),
  );
  const [only] = found;
  if (only === undefined) {
    throw new Fault(
      "input.unknown-person",
      "Nobody has this userId there: take one from the list of people.",
    );
  }
  if (found.length === 1) return only;
  throw new Fault(
    "input.invalid",
    `${found.length} identity stores have this userId: give store, the ARN of one of them.`,
  );
}
