/**
 * The people of the simulated organisation. Guarantees 224 of them with unique user names, both forms of userId, joiners and
 * leavers within the history, and a handful that only the local directory knows (they sign in by password and code).
 * Names are synthetic; every address is under corp.example.
 */
import type { Person, Profile } from "../model.ts";
import { DAY, HOUR, type Dice } from "../random.ts";

const GIVEN = [
  "Ada", "Alma", "Amir", "Anouk", "Bela", "Bruno", "Carla", "Chidi", "Dana", "Dario", "Edda", "Emil", "Farah", "Femi", "Greta", "Hugo",
  "Ines", "Ivo", "Jada", "Joon", "Kaja", "Kofi", "Lena", "Luca", "Mei", "Milo", "Nadia", "Nils", "Olga", "Omar", "Priya", "Quinn",
]; // prettier-ignore
const FAMILY = [
  "Abara", "Becker", "Castell", "Dimov", "Ekberg", "Falk", "Garner", "Hayashi", "Ibsen", "Jansen", "Kowal", "Lindgren", "Mbeki", "Novak",
  "Okafor", "Petrov", "Quist", "Rossi", "Santos", "Tamm", "Ueda", "Varga", "Winter", "Xu", "Yilmaz", "Zeller", "Arden", "Bloom",
]; // prettier-ignore

/** Where people work, as minutes east of UTC. Summer time is left out: nobody notices in a synthetic life. */
export const OFFSETS = {
  berlin: 60,
  london: 0,
  newYork: -300,
  sanFrancisco: -480,
  singapore: 480,
  sydney: 600,
} as const;

const EVERYWHERE = [
  OFFSETS.berlin,
  OFFSETS.berlin,
  OFFSETS.london,
  OFFSETS.newYork,
  OFFSETS.sanFrancisco,
  OFFSETS.singapore,
];

const HEADCOUNT: [profile: Profile, count: number][] = [
  ["platform-admin", 13],
  ["operator", 36],
  ["engineer", 92],
  ["analyst", 22],
  ["manager", 15],
  ["security", 12],
  ["contractor", 20],
  ["dormant", 14],
];

/** The three regions that hand the watch to each other; each shift of eight hours falls into the region's day. */
const WATCH_OFFSETS = [OFFSETS.singapore, OFFSETS.berlin, OFFSETS.newYork];

export interface Population {
  people: Person[];
  breakGlassUserId: string;
}

function offsetOf(profile: Profile, index: number, dice: Dice): number {
  const onWatch = profile === "operator" || profile === "platform-admin";
  return onWatch ? (WATCH_OFFSETS[index % WATCH_OFFSETS.length] as number) : dice.pick(EVERYWHERE);
}

/** `storeHex` is the ten-digit part of the identity store's id: newer user ids begin with it (AWS: DescribeUser API reference). */
export function buildPeople(dice: Dice, anchor: number, storeHex: string): Population {
  const names = dice.shuffle(
    GIVEN.flatMap((given) => FAMILY.map((family) => [given, family] as const)),
  );
  const people: Person[] = [];
  for (const [profile, count] of HEADCOUNT) {
    for (let i = 0; i < count; i++) {
      const [givenName, familyName] = names[people.length] as readonly [string, string];
      const userName = `${givenName}.${familyName}`.toLowerCase() + "@corp.example";
      const uuid = dice.uuid();
      people.push({
        userId: dice.chance(0.35) ? uuid : `${storeHex}-${uuid}`,
        userName,
        displayName: `${givenName} ${familyName}`,
        givenName,
        familyName,
        email: userName,
        externalId: `idp-${dice.hex(20)}`,
        profile,
        utcOffsetMinutes: offsetOf(profile, i, dice),
        joinedAt: anchor - dice.int(90, 1200) * DAY,
        leftAt: null,
        disabledAt: null,
      });
    }
  }
  const breakGlass = people[0] as Person;
  breakGlass.externalId = null;
  moveLocalPeople(people);
  moveJoinersAndLeavers(people, dice, anchor);
  return { people, breakGlassUserId: breakGlass.userId };
}

const of = (people: Person[], profile: Profile): Person[] =>
  people.filter((person) => person.profile === profile);

/** Six contractors and one engineer exist only in the local directory, with a password and a code generator. */
function moveLocalPeople(people: Person[]): void {
  for (const person of [
    ...of(people, "contractor").slice(0, 6),
    ...of(people, "engineer").slice(0, 1),
  ])
    person.externalId = null;
}

/** Ten join and nine leave within the history; two of the leavers were forgotten and stay enabled. */
function moveJoinersAndLeavers(people: Person[], dice: Dice, anchor: number): void {
  const engineers = of(people, "engineer");
  const contractors = of(people, "contractor");
  const joiners = [...engineers.slice(-8), ...of(people, "analyst").slice(-2)];
  joiners.forEach((person, i) => {
    person.joinedAt =
      anchor +
      (6 + i * 9) * DAY +
      9 * HOUR +
      dice.int(0, 3) * HOUR -
      person.utcOffsetMinutes * 60_000;
  });
  const leavers = [
    ...engineers.slice(10, 14),
    ...contractors.slice(-3),
    ...of(people, "manager").slice(-2),
  ];
  leavers.forEach((person, i) => {
    person.leftAt = anchor + (12 + i * 10) * DAY + 17 * HOUR - person.utcOffsetMinutes * 60_000;
    const forgotten = i === 3 || i === 5;
    person.disabledAt = forgotten ? null : person.leftAt + dice.int(1, 40) * HOUR;
  });
}
