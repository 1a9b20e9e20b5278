/**
 * Settings of an instance and of its directory, and where its people come from. AWS documents most of these as names only, and one
 * of them in two spellings: names are compared without case, and the same name counts from any of Identity Center's sources.
 */
import type { EventBase, TrailEvent } from "../../event.ts";
import { anyCase, text, type Json } from "../fields.ts";

type Setting = Extract<TrailEvent, { kind: "instance-setting" }>["setting"];
type Source = Extract<TrailEvent, { kind: "identity-source" }>;
type Provisioning = Extract<TrailEvent, { kind: "provisioning" }>["change"];

/** Null when the event is no setting's. */
export function settingDetails(base: EventBase, record: Json): TrailEvent | null {
  const name = base.eventName.toLowerCase();
  const parameters = record["requestParameters"];
  const setting = SETTINGS.get(name);
  if (setting !== undefined) {
    return {
      ...base,
      kind: "instance-setting",
      setting,
      subject: text(anyCase(parameters, "configurationType", "regionName", "region")),
    };
  }
  const source = SOURCES.get(name);
  if (source !== undefined) {
    const directoryId = text(anyCase(parameters, "directoryId", "identityStoreId"));
    return { ...base, kind: "identity-source", ...source, directoryId };
  }
  const change = PROVISIONING.get(name);
  if (change === undefined) return null;
  const tenantId = text(anyCase(parameters, "tenantId"));
  return { ...base, kind: "provisioning", change, tenantId };
}

const SETTINGS: ReadonlyMap<string, Setting> = new Map([
  ["updatessoconfiguration", "configuration"],
  ["startsso", "service"],
  ["deletesso", "service"],
  ["createinstance", "instance"],
  ["updateinstance", "instance"],
  ["deleteinstance", "instance"],
  ["addregion", "region"],
  ["removeregion", "region"],
  ["createinstanceaccesscontrolattributeconfiguration", "access-control-attributes"],
  ["updateinstanceaccesscontrolattributeconfiguration", "access-control-attributes"],
  ["deleteinstanceaccesscontrolattributeconfiguration", "access-control-attributes"],
  ["putmfadevicemanagementfordirectory", "mfa"],
  ["updateidentitystore", "network-perimeter"],
]);

const SOURCES: ReadonlyMap<string, Pick<Source, "change" | "aspect">> = new Map([
  ["associatedirectory", { change: "created", aspect: "directory" }],
  ["disassociatedirectory", { change: "deleted", aspect: "directory" }],
  ["updatedirectoryassociation", { change: "updated", aspect: "directory" }],
  ["createexternalidpconfigurationfordirectory", provider("created")],
  ["updateexternalidpconfigurationfordirectory", provider("updated")],
  ["deleteexternalidpconfigurationfordirectory", provider("deleted")],
  ["enableexternalidpconfigurationfordirectory", provider("enabled")],
  ["disableexternalidpconfigurationfordirectory", provider("disabled")],
  ["importexternalidpcertificate", { change: "created", aspect: "certificate" }],
  ["deleteexternalidpcertificate", { change: "deleted", aspect: "certificate" }],
]);

function provider(change: Source["change"]): Pick<Source, "change" | "aspect"> {
  return { change, aspect: "external-identity-provider" };
}

const PROVISIONING: ReadonlyMap<string, Provisioning> = new Map([
  ["createbearertoken", "token-created"],
  ["deletebearertoken", "token-deleted"],
  ["createprovisioningtenant", "tenant-created"],
  ["deleteprovisioningtenant", "tenant-deleted"],
]);
