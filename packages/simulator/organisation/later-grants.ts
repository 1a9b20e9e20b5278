/**
 * Grants that should give a reviewer something to say, each kind once or twice. Guarantees that they are made with dice of their
 * own: the ids of every other group, membership and assignment stay what they are. README.md lists what is odd about whom.
 */
import type { Estate } from "../access.ts";
import type { Person } from "../model.ts";
import { DAY, Dice, HOUR } from "../random.ts";
import { assign, group, join, of, type Site } from "./site.ts";

/** Adds them; answers those that a person made by hand. */
export function grantLater(site: Site): Estate["grantsByHand"] {
  const own: Site = { ...site, dice: new Dice("later-grants", site.storeHex) };
  grantUnused(own);
  grantTogether(own);
  leaveOrphan(own);
  return [grantByHand(own)];
}

/** Sets that nobody takes: one for everybody, one for those of a project that is over. */
function grantUnused(site: Site): void {
  assign(site, named(site, "all-staff"), "WorkshopAdmin", ["sandbox-four"]);
  const mover = group(site, "aws-migration-factory", false, "The move is over");
  of(site, "engineer")
    .slice(70, 74)
    .forEach((person) => join(site, mover, person));
  assign(site, mover, "MigrationFactory", ["backup", "shared-services"]);
}

/** Duties that belong apart in one hand, a person who has more than their peers, and two policies that escalate together. */
function grantTogether(site: Site): void {
  const security = of(site, "security");
  const auditorAndManager = security[7] as Person;
  assign(site, auditorAndManager, "AccessManager", ["delivery"]);
  const outlier = of(site, "analyst")[5] as Person;
  assign(site, outlier, "DatabaseAdministrator", ["ledger-prod", "payments-prod"]);
  const builders = group(site, "aws-builders", false, "Run the build functions");
  of(site, "engineer")
    .slice(52, 55)
    .forEach((person) => join(site, builders, person));
  assign(site, builders, "BuildOperator", ["delivery"]);
  const partner = of(site, "contractor")[8] as Person;
  assign(site, partner, "PartnerIntegration", ["web-dev"]);
}

/** A group that is deleted while its assignment stays; its members had been taken out before. */
function leaveOrphan(site: Site): void {
  const partners = group(site, "aws-former-partners", false, "Partners of last year");
  const deletedAt = site.anchor + 41 * DAY + 10 * HOUR;
  of(site, "dormant")
    .slice(8, 10)
    .forEach((person) => join(site, partners, person, undefined, deletedAt - 2 * HOUR));
  assign(site, partners, "PowerUser", ["mobile-prod"]);
  partners.deletedAt = deletedAt;
}

function grantByHand(site: Site): Estate["grantsByHand"][number] {
  const manager = of(site, "manager")[6] as Person;
  const administrator = of(site, "platform-admin")[3] as Person;
  assign(
    site,
    manager,
    "PowerUser",
    ["payments-prod"],
    site.anchor + 101 * DAY + 14 * HOUR + 600_000,
  );
  return {
    accountId: site.account("payments-prod").id,
    permissionSetArn: site.set("PowerUser").arn,
    principalId: manager.userId,
    byUserId: administrator.userId,
  };
}

function named(site: Site, displayName: string) {
  const found = site.grants.groups.find((one) => one.displayName === displayName);
  if (found === undefined) throw new Error(`The organisation has no group "${displayName}".`);
  return found;
}
