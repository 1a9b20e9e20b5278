/** Fields that several routes take, with the sentence that says what would be right. */
import { z } from "zod";
import { Fault } from "#core/domain/fault";
import type { Person } from "#core/domain/person";
import type { PersonHistory } from "#core/ports/person-history";

/** Text without control characters: Postgres refuses NUL, and no name has the others. */
export const plainText = (longest: number) =>
  z
    .string()
    .min(1, `give 1 to ${longest} characters`)
    .max(longest, `give 1 to ${longest} characters`)
    // eslint-disable-next-line no-control-regex -- control characters are what is refused
    .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), "leave out control characters")
    .refine((text) => text.isWellFormed(), "give well-formed Unicode text");

/** `userId`, `userName` or e-mail address. */
export const userField = plainText(256).describe("A userId, a userName or an e-mail address.");

export const accountField = z
  .string()
  .regex(/^\d{12}$/, "give the 12 digits of an account id")
  .describe("The 12 digits of an AWS account.");

/** An id of a row: anything that reads like one. What is no row answers like an absent one. */
export const idField = z.string().regex(/^[a-z]{2,8}_[0-9a-f]{16,64}$/, "give an id from a list");

/** Everybody a text names; a person known under two identity stores is two. Fault `input.unknown-person` for nobody. */
export async function peopleNamed(history: PersonHistory, text: string): Promise<Person[]> {
  const people = await history.resolve(text);
  if (people.length === 0) {
    throw new Fault(
      "input.unknown-person",
      "Nobody is known by this user: give a userId, a userName or an e-mail address from the list of people.",
    );
  }
  return people;
}

/** Exactly one person. Faults `input.unknown-person`, `input.invalid` when the text names several. */
export async function personNamed(history: PersonHistory, text: string): Promise<Person> {
  const people = await peopleNamed(history, text);
  if (people.length > 1) {
    throw new Fault(
      "input.invalid",
      `This user names ${people.length} people: give the userId of one of them.`,
    );
  }
  return people[0]!;
}
