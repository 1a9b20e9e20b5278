/**
 * What forbids a revocation or holds it back for a second person. Every brake is judged; the plan is always shown with all of them.
 */
import { personKey } from "../person.ts";
import type { Brake } from "../revocation.ts";
import { choosePolicy } from "./deny-policy.ts";
import type { RevocationFacts } from "./facts.ts";

export function brakesOf(facts: RevocationFacts): Brake[] {
  return [
    ...settingBrakes(facts),
    ...personBrakes(facts),
    ...extentBrakes(facts),
    ...footingBrakes(facts),
  ];
}

function settingBrakes({ settings }: RevocationFacts): Brake[] {
  if (settings.contain === "off") {
    return [
      {
        code: "contain-off",
        effect: "refused",
        sentence:
          "Containing is off: set CURFEW_CONTAIN=on and name a break-glass person to carry a plan out.",
      },
    ];
  }
  if (settings.contain === "on" && settings.breakGlass.length === 0) {
    return [
      {
        code: "no-break-glass",
        effect: "refused",
        sentence: "No break-glass person is named: name the one who keeps access whatever happens.",
      },
    ];
  }
  return [];
}

function personBrakes({ user, requester, settings, access, directory }: RevocationFacts): Brake[] {
  const brakes: Brake[] = [];
  const name = user.userName?.toLowerCase() ?? null;
  const actorName = requester.actor.replace(/^cli:/, "").toLowerCase();
  if (requester.userId === user.userId || (name !== null && actorName === name)) {
    brakes.push({
      code: "self",
      effect: "refused",
      sentence: "Nobody ends their own access: ask somebody else to request it.",
    });
  }
  const guarded = settings.breakGlass.map((entry) => entry.toLowerCase());
  if (guarded.includes(user.userId.toLowerCase()) || (name !== null && guarded.includes(name))) {
    brakes.push({
      code: "break-glass",
      effect: "refused",
      sentence: "This is a break-glass person: name another one before their access is ended.",
    });
  }
  if (mayBeLastAdministrator(access, directory)) {
    brakes.push({
      code: "last-administrator",
      effect: "refused",
      sentence:
        "This is the last administrator: give somebody else an administrator's permission set first.",
    });
  }
  return brakes;
}

/**
 * Of an administrator another one has to be known for certain. Where policies could not be read, somebody who may be one is kept unless
 * another is, or may be as well: otherwise nobody could be cut while AWS does not let policies be read. A second person approves those.
 */
function mayBeLastAdministrator(
  access: RevocationFacts["access"],
  directory: RevocationFacts["directory"],
): boolean {
  if (directory === null || directory.otherAdministrators > 0) return false;
  if (access.some((row) => row.administrator === true)) return true;
  return access.some((row) => row.administrator === null) && directory.otherUnknown === 0;
}

function extentBrakes({ user, access, directory, settings, peopleCut }: RevocationFacts): Brake[] {
  const brakes: Brake[] = [];
  const people = new Set([...peopleCut, user].map(personKey)).size;
  if (people > settings.peopleIn24h) {
    brakes.push({
      code: "too-many-people",
      effect: "approval",
      sentence: `This would be person ${people} in 24 hours and ${settings.peopleIn24h} may be cut without a second person: have somebody else approve it.`,
    });
  }
  const management = directory?.managementAccountId ?? null;
  // A permission set that could not be read counts as privileged: less is not known of it.
  const privileged = access.some(
    (row) => row.administrator !== false || (management !== null && row.accountId === management),
  );
  if (privileged) {
    const demo = settings.contain === "demo";
    brakes.push({
      code: "privileged-target",
      effect: demo ? "notice" : "approval",
      sentence: demo
        ? "The person has privileged access: outside the demo a second person would have to approve it."
        : "The person has privileged access: have somebody else approve it.",
    });
  }
  return brakes;
}

function footingBrakes({ user, directory, denyPolicies }: RevocationFacts): Brake[] {
  const brakes: Brake[] = [];
  if (directory === null) {
    brakes.push({
      code: "no-snapshot",
      effect: "notice",
      sentence:
        "No snapshot of the directory was taken: the plan knows no grants; run curfew snapshot.",
    });
  }
  if (choosePolicy(denyPolicies, user.userId) === null) {
    brakes.push({
      code: "no-deny-policy",
      effect: "refused",
      sentence:
        denyPolicies.length === 0
          ? "No deny policy is configured: attach one to the organisation's root and name its id."
          : "No deny policy has room for another person: attach a further one and name its id.",
    });
  }
  return brakes;
}
