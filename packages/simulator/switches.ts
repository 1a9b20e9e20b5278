/**
 * The switches a demo runs with. Each stands for something AWS does not document; suites turn them the other way.
 */
import type { Switches } from "./model.ts";

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  userStatusReadable: true,
  principalListingIncludesGroups: false,
  batchDeleteNamesSession: true,
  denialNamesPolicy: true,
  lastAssignmentKillsSessions: false,
  onBehalfOfShare: 0.87,
  shape: "mixed",
  helpDeskMinutes: 4,
  duplicateShare: 0.01,
  lateShare: 0.01,
  missingIdShare: 0.004,
  accountInstanceListed: false,
  readerRole: "curfew-read",
  readerRoleMissingIn: "dns",
  emptyEntitlementFilter: true,
  accountAccess: "served",
};
