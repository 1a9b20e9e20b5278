/**
 * Everybody's effective access as text, a person at a time and straight from the model: what is the same in many rows is written once, and
 * no row becomes an object. Pure. The rows, their order and their values are those of `effectiveAccess`; a cell that a spreadsheet would
 * run as a formula is made text (see `report/csv.ts`).
 */
import { NO_USE, type PathStep, type SeenUse } from "../access.ts";
import type { Person } from "../person.ts";
import { csvCell } from "../report/csv.ts";
import { pathText } from "../report/words.ts";
import type { AccessRows, PairFields } from "./effective.ts";
import { whole, type GrantTime, type SeenLeg } from "./grant-times.ts";
import type { Pair } from "./model.ts";
import { usageKey } from "./usage.ts";

export const EXPORT_FORMATS = ["csv", "ndjson"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How the parts of a row are written; a row is its parts one after the other. */
interface Parts {
  readonly header: string;
  user(person: Person): string;
  pair(fields: PairFields): string;
  path(steps: readonly PathStep[]): string;
  grant(grant: GrantTime, isAskedFor: boolean): string;
  use(use: SeenUse): string;
  end(usageSharedByPaths: boolean): string;
}

const CSV: Parts = {
  header: `${[
    "userName",
    "userId",
    "identityStoreArn",
    "accountId",
    "accountName",
    "accountTier",
    "permissionSetName",
    "permissionSetArn",
    "roleArn",
    "observedSince",
    "observationGaps",
    "administrator",
    "policyFindings",
    "path",
    "groupId",
    "entitlementId",
    "askedFor",
    "grantedAt",
    "grantedNotAfter",
    "grantedBy",
    "grantEventId",
    "firstUsedAt",
    "lastUsedAt",
    "uses30d",
    "usedDays",
    "calls",
    "deniedCalls",
    "usageSharedByPaths",
  ].join(",")}\r\n`,
  user: ({ userName, userId, identityStoreArn }) => cells(userName, userId, identityStoreArn),
  pair: (fields) =>
    cells(
      "",
      fields.accountId,
      fields.accountName,
      fields.accountTier,
      fields.permissionSetName,
      fields.permissionSetArn,
      fields.roleArn,
      fields.observedSince,
      fields.observationGaps,
      fields.administrator,
      fields.policy.findings.join(" "),
    ),
  path: (steps) => {
    const idOf = (kind: PathStep["kind"]) => steps.find((step) => step.kind === kind)?.id ?? null;
    return cells("", pathText(steps), idOf("group"), idOf("entitlement"));
  },
  grant: ({ grantedAt, grantedNotAfter, grantedBy, grantEventId }, isAskedFor) =>
    cells("", isAskedFor, grantedAt, grantedNotAfter, grantedBy, grantEventId),
  use: (use) =>
    cells(
      "",
      use.firstUsedAt,
      use.lastUsedAt,
      use.uses30d,
      use.usedDays,
      use.calls,
      use.deniedCalls,
    ),
  end: (isShared) => `,${isShared}\r\n`,
};

function cells(...values: readonly (string | number | boolean | null)[]): string {
  return values.map(csvCell).join(",");
}

/** A line is what `JSON.stringify` makes of the row. */
const NDJSON: Parts = {
  header: "",
  user: (person) => `{"user":${JSON.stringify(person)}`,
  pair: (fields) => inner(fields),
  path: (steps) => `,"path":${JSON.stringify(steps)}`,
  grant: (grant, isAskedFor) => (isAskedFor ? `,"askedFor":true` : "") + inner(grant),
  use: (use) => inner(use),
  end: (isShared) => `,"usageSharedByPaths":${isShared}}\n`,
};

const inner = (fields: object): string => `,${JSON.stringify(fields).slice(1, -1)}`;

/** One way to one pair, for whoever goes it: written for the first of them. */
interface WrittenGrant {
  readonly leg: SeenLeg;
  readonly path: string;
  readonly isAskedFor: boolean;
}

export class AccessWriter {
  readonly header: string;
  readonly #rows: AccessRows;
  readonly #parts: Parts;
  /** By the number of the pair. */
  readonly #pairs: string[] = [];
  readonly #usageKeys: string[] = [];
  /** By the key of the leg: grants of groups, which many people share. */
  readonly #grants = new Map<number, WrittenGrant>();
  /** Texts of grants that no event shows, which are many with few instants. */
  readonly #unknown = new Map<string, string>();
  readonly #noUse: string;
  readonly #ends: readonly [string, string];
  readonly #wanted: (pair: number) => boolean;

  /** @param wanted whether rows of a pair, by its number, are written; all of them when absent. */
  constructor(rows: AccessRows, format: ExportFormat, wanted?: (pair: number) => boolean) {
    this.#rows = rows;
    this.#wanted = wanted ?? (() => true);
    this.#parts = format === "csv" ? CSV : NDJSON;
    this.header = this.#parts.header;
    this.#noUse = this.#parts.use(NO_USE);
    this.#ends = [this.#parts.end(false), this.#parts.end(true)];
  }

  /** The rows of one user by number, as text; `used` as a `UsageLookup` answers it. */
  person(user: number, used: ReadonlyMap<string, SeenUse>): string {
    const { model } = this.#rows;
    const person = this.#rows.personOf(user);
    const begin = this.#parts.user(person);
    const keys = model.legKeys(user);
    const members = new Map<number, SeenLeg>();
    let text = "";
    for (let at = 0; at < keys.length; at += 1) {
      const key = keys[at]!;
      const number = model.slotOfLeg(key);
      const { pair } = model.slots[number]!;
      if (!this.#wanted(pair)) continue;
      const isShared =
        (at > 0 && this.#pairOf(keys[at - 1]!) === pair) ||
        (at + 1 < keys.length && this.#pairOf(keys[at + 1]!) === pair);
      const way = model.wayOfLeg(key);
      const grant = way === 0 ? this.#written(key, person.userId) : this.#shared(key);
      text +=
        begin +
        this.#pairText(pair) +
        grant.path +
        this.#grantText(grant, way === 0 ? null : this.#member(members, way, person)) +
        (used.size === 0 ? this.#noUse : this.#useText(pair, used)) +
        this.#ends[isShared ? 1 : 0];
    }
    return text;
  }

  #pairOf(key: number): number {
    const { model } = this.#rows;
    return model.slots[model.slotOfLeg(key)]!.pair;
  }

  #pairText(pair: number): string {
    return (this.#pairs[pair] ??= this.#parts.pair(
      this.#rows.pairFields(this.#rows.model.pairs[pair]!),
    ));
  }

  #shared(key: number): WrittenGrant {
    let grant = this.#grants.get(key);
    if (grant === undefined) {
      grant = this.#written(key, "");
      this.#grants.set(key, grant);
    }
    return grant;
  }

  #written(key: number, userId: string): WrittenGrant {
    const { model, times } = this.#rows;
    const leg = model.leg(key);
    const slot = model.slots[leg.slot]!;
    const pair = model.pairs[slot.pair]!;
    const path = this.#rows.path(userId, leg, pair);
    return {
      leg: times.grantLeg(leg.groupId ?? userId, slot, pair),
      path: this.#parts.path(path),
      isAskedFor: this.#rows.isAskedFor(path),
    };
  }

  #member(members: Map<number, SeenLeg>, way: number, { userId }: Person): SeenLeg {
    let leg = members.get(way);
    if (leg === undefined) {
      leg = this.#rows.times.memberLeg(this.#rows.model.groupIds[way - 1]!, userId);
      members.set(way, leg);
    }
    return leg;
  }

  #grantText({ leg, isAskedFor }: WrittenGrant, member: SeenLeg | null): string {
    const isKnown = leg.made !== null || (member !== null && member.made !== null);
    const legs = member === null ? [leg] : [leg, member];
    if (isKnown) return this.#parts.grant(whole(legs), isAskedFor);
    const seen = member !== null && member.seen > leg.seen ? member.seen : leg.seen;
    const key = isAskedFor ? `${seen} asked` : seen;
    let text = this.#unknown.get(key);
    if (text === undefined) {
      text = this.#parts.grant(whole(legs), isAskedFor);
      this.#unknown.set(key, text);
    }
    return text;
  }

  #useText(pair: number, used: ReadonlyMap<string, SeenUse>): string {
    const key = (this.#usageKeys[pair] ??= keyOf(this.#rows.model.pairs[pair]!));
    const use = used.get(key);
    if (use === undefined) return this.#noUse;
    const { firstUsedAt, lastUsedAt, uses30d, usedDays, calls, deniedCalls } = use;
    return this.#parts.use({ firstUsedAt, lastUsedAt, uses30d, usedDays, calls, deniedCalls });
  }
}

const keyOf = ({ accountId, kind, heldArn, heldName }: Pair): string =>
  usageKey(accountId, kind === "role" ? heldArn : heldName);
