/**
 * Privilege escalation: every published way by which a holder comes to more rights, over all documents together. Guarantees that a way
 * which depends on its target is said to depend on it, and that what IAM's own conditions close (a required boundary, named policies, the
 * service a role may be passed to) counts as closed.
 */
import type { EffectiveAccess, Grant, Reach } from "../access/effective.ts";
import { atLeast, narrower, type Breadth } from "../access/region.ts";
import type { ResourceForms } from "../catalogue.ts";
import { covers } from "../pattern.ts";
import type { PolicyFinding, PolicySeverity } from "../verdict.ts";
import { findingOf, isWide, open, openOf, waysOf, type OpenPath, type Path } from "./paths.ts";
import { EXISTING_COMPUTE, REACHES } from "./tables/existing-compute.ts";
import { IDENTITY_CENTER } from "./tables/identity-center.ts";
import { FEDERATION, RIGHTS, TAKE_OVER } from "./tables/own-rights.ts";
import { PASS_ROLE, PASS_ROLE_UNTRIGGERED, type PassPath } from "./tables/pass-role.ts";

export function escalations(access: EffectiveAccess): readonly PolicyFinding[] {
  return [
    ...group(rights(access), {
      severity: "critical",
      opening: "Holders can give themselves or somebody else more rights",
      narrow:
        "It is allowed on some resources only: whether it gives more depends on who holds those.",
    }),
    ...group(openOf(TAKE_OVER, "some", access), {
      severity: "high",
      opening: "Holders can become another user of IAM",
      narrow:
        "It is allowed on some users only: whether that is more depends on what those may do.",
    }),
    ...group(openOf(FEDERATION, "some", access), {
      severity: "high",
      opening: "Holders can let an identity provider of theirs speak for others",
      narrow:
        "It is allowed on some providers only: it gives what the roles may do that trust those.",
    }),
    ...group(openOf(IDENTITY_CENTER, "some", access), {
      severity: "critical",
      opening: "Holders can give themselves or somebody else access through Identity Center",
      narrow: "It is allowed on some resources only: whether it gives more depends on those.",
    }),
    ...passedRoles(access),
    ...group(existingCompute(access), {
      severity: "high",
      opening: "Holders can use the role of something that already runs in the account",
      wide: "How much that gives depends on those roles.",
    }),
    ...assumedRoles(access),
  ];
}

interface Wording {
  readonly severity: PolicySeverity;
  readonly opening: string;
  /** Said of ways that hold everywhere. */
  readonly wide?: string;
  /** Said where no way holds everywhere. */
  readonly narrow?: string;
}

/** On everything as grave as it gets, on some resources a question for a person. */
function group(
  found: readonly OpenPath[],
  { severity, opening, wide = "", narrow = "" }: Wording,
): readonly PolicyFinding[] {
  if (found.length === 0) return [];
  const grave = found.some(isWide);
  const more = grave ? wide : narrow;
  const explanation = `${opening}: by ${waysOf(found)}.${more === "" ? "" : ` ${more}`}`;
  return [findingOf("privilege-escalation", grave ? severity : "medium", explanation, found)];
}

/** Policies that give everything in IAM: a list of policies that may be attached is no limit when one of them is in it. */
const POWERFUL = ["AdministratorAccess", "IAMFullAccess"].map(
  (name) => `arn:aws:iam::aws:policy/${name}`,
);

function rights(access: EffectiveAccess): readonly OpenPath[] {
  const reachOf = (action: string): Reach => access.reachThrough(action, { grant: unguarded });
  return RIGHTS.flatMap((way) => open(way, "some", reachOf) ?? []);
}

/** Null for a grant that demands a boundary, or names policies none of which gives everything (AWS: IAM condition keys). */
function unguarded(grant: Grant): Grant | null {
  const guarded = grant.limits.some(
    ({ key, values }) =>
      key === "iam:permissionsboundary" ||
      (key === "iam:policyarn" &&
        !values.some((value) =>
          POWERFUL.some((policy) => covers(value.replace(/^arn:aws[a-z-]*:/, "arn:aws:"), policy)),
        )),
  );
  return guarded ? null : grant;
}

function passedRoles(access: EffectiveAccess): readonly PolicyFinding[] {
  const followed = (paths: readonly PassPath[]) =>
    paths.flatMap(({ services, path }) => passed(access, services, path) ?? []);
  const found = followed(PASS_ROLE);
  const made = found.map(({ words }) => words).length > 0 ? [] : followed(PASS_ROLE_UNTRIGGERED);
  const depends =
    "Whether that is more than they have depends on the roles of the account that trust the service.";
  if (found.length > 0) {
    return group(found, {
      severity: "high",
      opening:
        "Holders can hand a role to a service that then acts for them with the role's rights",
      wide: depends,
      narrow: `Not every role or resource is open to it. ${depends}`,
    });
  }
  if (made.length === 0) return [];
  const explanation = `Holders can hand a role to something they make, though nothing here lets them run it: by ${waysOf(made)}. ${depends}`;
  return [findingOf("privilege-escalation", "medium", explanation, made)];
}

/** The way together with the passing of a role to one of its services. */
function passed(access: EffectiveAccess, services: readonly string[], way: Path): OpenPath | null {
  const pass = passRoleTo(access, services);
  if (!atLeast(pass.breadth, "some")) return null;
  const found = open(way, "some", (action) => access.reachOf(action));
  if (found === null) return null;
  return {
    words: found.words,
    breadth: narrower(pass.breadth, found.breadth),
    actions: ["iam:PassRole", ...found.actions],
    grants: [...pass.grants, ...found.grants],
  };
}

/** `iam:PassedToService` closes every other service, and limits nothing for the one it names. */
export function passRoleTo(access: EffectiveAccess, services: readonly string[]): Reach {
  return access.reachThrough("iam:PassRole", {
    grant: (grant) => {
      const named = grant.limits.filter(({ key }) => key === "iam:passedtoservice");
      const fits = named.every(({ values }) =>
        values.some((value) =>
          services.some((service) => covers(value.replace(/\.cn$/, ""), service)),
        ),
      );
      if (!fits) return null;
      return { ...grant, limits: grant.limits.filter((limit) => !named.includes(limit)) };
    },
  });
}

/** Only where it holds everywhere: on named functions and machines it is what a developer's access is for. */
function existingCompute(access: EffectiveAccess): readonly OpenPath[] {
  const reachOf = (action: string): Reach => {
    const forms = REACHES[action];
    return forms === undefined
      ? access.reachOf(action)
      : access.reachThrough(action, { resources: { forms, every: false } });
  };
  return EXISTING_COMPUTE.flatMap((way) => open(way, "most", reachOf) ?? []);
}

/** Roles that AWS makes in every member account for its management account, each an administrator there. */
const ACCOUNT_KEYS: ResourceForms = {
  forms: ["OrganizationAccountAccessRole", "AWSControlTowerExecution"].map(
    (name) => `arn:*:iam::*:role/${name}`,
  ),
  every: false,
};

function accountKeys(access: EffectiveAccess): readonly PolicyFinding[] {
  const { breadth, grants } = access.reachThrough("sts:AssumeRole", { resources: ACCOUNT_KEYS });
  if (!atLeast(breadth, "some")) return [];
  return [
    findingOf(
      "privilege-escalation",
      "high",
      "Holders can take on the role by which the management account administers member accounts (sts:AssumeRole on OrganizationAccountAccessRole or AWSControlTowerExecution). In an account that this role trusts it makes them administrators of others.",
      [{ actions: ["sts:AssumeRole"], grants }],
    ),
  ];
}

function assumedRoles(access: EffectiveAccess): readonly PolicyFinding[] {
  const any: Breadth = "most";
  const findings: PolicyFinding[] = [];
  const root = access.reachOf("sts:AssumeRoot");
  if (atLeast(root.breadth, "some")) {
    findings.push(
      findingOf(
        "privilege-escalation",
        "critical",
        "Holders can act as the root user of member accounts, within the tasks that AWS allows for it (sts:AssumeRoot).",
        [{ actions: ["sts:AssumeRoot"], grants: root.grants }],
      ),
    );
  }
  findings.push(...accountKeys(access));
  const role = access.reachOf("sts:AssumeRole");
  if (atLeast(role.breadth, any)) {
    findings.push(
      findingOf(
        "privilege-escalation",
        "high",
        "Holders can take on any role, here or in another account, whose trust lets their account in (sts:AssumeRole). How much that gives depends on those roles; name the roles that are meant.",
        [{ actions: ["sts:AssumeRole"], grants: role.grants }],
      ),
    );
  }
  return findings;
}
