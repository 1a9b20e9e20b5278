/** Who can take one permission set in each account, found in one pass over everybody's access. */
import { countBits, eachBit, type Bits } from "../../domain/access/dense/bits.ts";
import type { AccessModel } from "../../domain/access/model.ts";
import type { PersonKey } from "../../domain/person.ts";

export class SetHolders {
  readonly #model: AccessModel;
  readonly #byAccount = new Map<string, Bits>();

  constructor(model: AccessModel, permissionSetArn: string) {
    this.#model = model;
    model.eachPair(
      (number) => model.pairs[number]!.heldArn === permissionSetArn,
      // The set that is handed over holds until the next one.
      (number, holders) => this.#byAccount.set(model.pairs[number]!.accountId, holders.slice()),
    );
  }

  /** By account id. */
  get accountIds(): readonly string[] {
    return [...this.#byAccount.keys()];
  }

  count(accountId: string): number {
    const holders = this.#byAccount.get(accountId);
    return holders === undefined ? 0 : countBits(holders);
  }

  has(accountId: string, { identityStoreArn, userId }: PersonKey): boolean {
    const holders = this.#byAccount.get(accountId);
    const number = this.#model.numberOf(userId);
    if (holders === undefined || number === null) return false;
    if (this.#model.users[number]!.identityStoreArn !== identityStoreArn) return false;
    return ((holders[number >>> 5]! >>> (number & 31)) & 1) === 1;
  }

  /** Numbers of everybody who can take it anywhere, in order, each once. */
  everybody(): readonly number[] {
    const people = new Set<number>();
    for (const holders of this.#byAccount.values())
      eachBit(holders, (number) => people.add(number));
    return [...people].toSorted((left, right) => left - right);
  }
}
