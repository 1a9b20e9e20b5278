/**
 * Who may become what: 50 groups, their members and the account assignments, with periods that begin and end within the
 * history. Guarantees that every person of a working profile has at least one grant, that some grants are never used, and
 * that about half of the groups belong to the external directory (SCIM), with none but its own people, and half are local.
 */
import type { Estate } from "../access.ts";
import type { Account, PermissionSet, Person } from "../model.ts";
import { DAY, HOUR, type Dice } from "../random.ts";
import { TEAMS } from "./accounts.ts";
import { grantLater } from "./later-grants.ts";
import { separateLocalPeople } from "./local-people.ts";
import { assign, group, join, of, type Grants, type Site } from "./site.ts";

const WATCH = ["apac", "emea", "amer"] as const;

const production = (): string[] => [
  ...TEAMS.map((team) => `${team}-prod`),
  "customer-identity-prod",
];
const development = (): string[] => TEAMS.map((team) => `${team}-dev`);

function grantTeams(site: Site): void {
  const engineers = of(site, "engineer");
  TEAMS.forEach((team, t) => {
    const members = engineers.filter((_, i) => i % TEAMS.length === t);
    const everyone = group(site, `engineering-${team}`, true, `Engineers of ${team}`);
    const leads = group(site, `aws-${team}-release`, false, `May release ${team} by hand`);
    members.forEach((person) => join(site, everyone, person));
    members.slice(0, 4).forEach((person) => join(site, leads, person));
    assign(site, everyone, "Developer", [`${team}-dev`]);
    assign(site, everyone, "ReadOnly", [`${team}-prod`]);
    assign(site, everyone, "PowerUser", [`sandbox-${["one", "two", "three", "four"][t % 4]}`]);
    assign(site, leads, "ProductionDeploy", [`${team}-prod`]);
  });
  const onCall = group(site, "aws-on-call", false, "Engineers on call tonight");
  engineers.filter((_, i) => i % 6 === 1).forEach((person) => join(site, onCall, person));
  assign(site, onCall, "OnCallEngineer", production());
}

function grantWatch(site: Site): void {
  WATCH.forEach((region, r) => {
    const watch = group(site, `operations-${region}`, true, `The watch of ${region}`);
    of(site, "operator")
      .filter((_, i) => i % 3 === r)
      .forEach((person) => join(site, watch, person));
    assign(site, watch, "OperatorAccess", [...production(), "shared-services", "network"]);
    assign(site, watch, "LogReader", ["log-archive"]);
  });
  const maintenance = group(site, "aws-maintenance", false, "Long maintenance windows");
  of(site, "operator")
    .slice(0, 9)
    .forEach((person) => join(site, maintenance, person));
  assign(site, maintenance, "OperatorExtended", ["network", "backup", "shared-services"]);
  const restore = group(site, "aws-restore", false, "Restores backups");
  of(site, "operator")
    .slice(9, 15)
    .forEach((person) => join(site, restore, person));
  assign(site, restore, "BackupOperator", ["backup", "payments-prod", "ledger-prod"]);
}

function grantAdministrators(site: Site): void {
  const members = site.accounts
    .filter((account) => !account.isManagement && account.status === "ACTIVE")
    .map((account) => account.name);
  const admins = of(site, "platform-admin");
  const platform = group(site, "platform-team", true, "Runs the platform");
  const identity = group(site, "aws-identity-admins", false, "Administers Identity Center");
  admins.forEach((person) => join(site, platform, person));
  admins.forEach((person) => join(site, identity, person));
  assign(site, platform, "AdministratorAccess", members);
  assign(site, identity, "IdentityAdmin", ["management"]);
  assign(site, admins[0] as Person, "AdministratorAccess", ["management"]);
  const legacy = group(
    site,
    "aws-legacy-admins",
    false,
    "From before the platform team; nobody remembers why",
  );
  of(site, "dormant")
    .slice(0, 4)
    .forEach((person) => join(site, legacy, person));
  of(site, "manager")
    .slice(0, 1)
    .forEach((person) => join(site, legacy, person));
  assign(site, legacy, "AdministratorAccess", [
    ...production(),
    "shared-services",
    "network",
    "backup",
  ]);
}

function grantOffices(site: Site): void {
  const rows: [string, boolean, Person[], string, string[]][] = [
    ["analysts", true, of(site, "analyst"), "DataAnalyst", ["data-prod", "data-dev"]],
    ["managers", true, of(site, "manager"), "ViewOnly", production()],
    ["finance", true, of(site, "manager").slice(0, 5), "BillingReadOnly", ["management"]],
    ["security-team", true, of(site, "security"), "SecurityAudit", [...production(), ...development(), "audit", "security-tooling"]],
    ["incident-responders", true, of(site, "security").slice(0, 6), "IncidentResponder", production()],
    ["contractors", true, of(site, "contractor"), "LimitedDeveloper", ["sandbox-one", "sandbox-two"]],
    ["auditors", true, [...of(site, "security").slice(6), ...of(site, "manager").slice(5, 7)], "Auditor", ["audit", "log-archive"]],
    ["database-guild", true, of(site, "engineer").slice(20, 30), "DatabaseAdministrator", ["data-prod", "orders-prod"]],
    ["former-project", true, of(site, "dormant"), "ReadOnly", ["search-prod", "search-dev"]],
    ["aws-billing", false, of(site, "manager").slice(0, 2), "Billing", ["management"]],
    ["aws-serverless", false, of(site, "engineer").slice(36, 46), "ServerlessDeveloper", ["web-dev", "mobile-dev"]],
    ["aws-storage", false, of(site, "engineer").slice(46, 52), "StorageAdministrator", ["data-dev", "backup"]],
    ["aws-role-managers", false, of(site, "platform-admin").slice(1, 5), "AccessManager", [...production(), "delivery"]],
    ["aws-log-readers", false, of(site, "security"), "LogReader", ["log-archive", "audit"]],
    ["aws-sandbox-owners", false, of(site, "engineer").slice(0, 5), "PowerUser", ["sandbox-one", "sandbox-two", "sandbox-three", "sandbox-four"]],
    ["aws-delivery", false, of(site, "engineer").slice(52, 58), "PowerUser", ["delivery"]],
    ["aws-temporary-access", false, of(site, "contractor").slice(0, 4), "ViewOnly", ["web-prod"]],
  ]; // prettier-ignore
  for (const [name, scim, members, setName, accounts] of rows) {
    const made = group(site, name, scim, `Holds ${setName}`);
    members.forEach((person) => join(site, made, person));
    assign(site, made, setName, accounts);
  }
  const staff = group(site, "all-staff", true, "Everybody");
  site.people
    .filter((person) => person.externalId !== null)
    .forEach((person) => join(site, staff, person));
  group(site, "aws-empty", false, "Left over from a migration");
}

/** Direct grants of single people: discouraged and common. */
function grantDirectly(site: Site): void {
  const engineers = of(site, "engineer");
  const contractors = of(site, "contractor");
  contractors
    .slice(0, 12)
    .forEach((person, i) =>
      assign(site, person, "LimitedDeveloper", [`sandbox-${["three", "four"][i % 2]}`]),
    );
  engineers
    .slice(60, 66)
    .forEach((person, i) => assign(site, person, "PowerUser", [`${TEAMS[i % TEAMS.length]}-prod`]));
  engineers
    .slice(30, 34)
    .forEach((person) => assign(site, person, "NetworkAdministrator", ["network", "dns"]));
  of(site, "analyst")
    .slice(0, 8)
    .forEach((person) => assign(site, person, "DataScientist", ["ml-dev"]));
  of(site, "operator")
    .slice(0, 6)
    .forEach((person) => assign(site, person, "SupportUser", ["shared-services"]));
  assign(site, engineers[3] as Person, "AdministratorAccess", ["sandbox-one", "web-dev"]);
  assign(site, of(site, "dormant")[5] as Person, "AdministratorAccess", [
    ...production(),
    ...development(),
  ]);
  assign(site, of(site, "manager")[2] as Person, "AdministratorAccess", ["ledger-prod"]);
}

/** Grants that begin or end within the history, so that "who had what when" has something to say. */
function grantForAWhile(site: Site): void {
  const { dice, anchor, people, grants } = site;
  const engineers = of(site, "engineer");
  for (let i = 0; i < 24; i++) {
    const from =
      anchor + dice.int(3, 108) * DAY + dice.int(8, 17) * HOUR + dice.int(0, 59) * 60_000;
    const to = i % 3 === 0 ? null : from + dice.int(2, 30) * DAY;
    assign(
      site,
      engineers[14 + i * 2] as Person,
      dice.pick(["ReadOnly", "PowerUser", "OnCallEngineer"]),
      [dice.pick(production())],
      from,
      to,
    );
  }
  const local = grants.groups.filter(
    (candidate) =>
      candidate.externalId === null && /on-call|release|serverless/.test(candidate.displayName),
  );
  for (let i = 0; i < 30; i++) {
    const from =
      anchor + dice.int(2, 110) * DAY + dice.int(8, 17) * HOUR + dice.int(0, 59) * 60_000;
    const target = dice.pick(local);
    const candidates = people.filter(
      (person) =>
        person.profile === "engineer" &&
        person.joinedAt < from &&
        person.leftAt === null &&
        !grants.memberships.some(
          (held) => held.userId === person.userId && held.groupId === target.groupId,
        ),
    );
    join(
      site,
      target,
      dice.pick(candidates),
      from,
      dice.chance(0.6) ? from + dice.int(3, 40) * DAY : null,
    );
  }
}

/** All grants, and which of them a person made by hand; `storeHex` as for people. */
export function buildGrants(
  dice: Dice,
  anchor: number,
  storeHex: string,
  people: Person[],
  accounts: Account[],
  sets: PermissionSet[],
): { grants: Grants; byHand: Estate["grantsByHand"] } {
  const find = <T extends { name: string }>(list: T[], name: string): T => {
    const found = list.find((candidate) => candidate.name === name);
    if (found === undefined)
      throw new Error(
        `The organisation has no "${name}"; name one of ${list.map((candidate) => candidate.name).join(", ")}.`,
      );
    return found;
  };
  const site: Site = {
    dice,
    anchor,
    storeHex,
    people,
    accounts,
    grants: { groups: [], memberships: [], assignments: [] },
    account: (name) => find(accounts, name),
    set: (name) => find(sets, name),
  };
  grantTeams(site);
  grantWatch(site);
  grantAdministrators(site);
  grantOffices(site);
  grantDirectly(site);
  grantForAWhile(site);
  const byHand = grantLater(site);
  separateLocalPeople(site);
  return { grants: site.grants, byHand };
}
