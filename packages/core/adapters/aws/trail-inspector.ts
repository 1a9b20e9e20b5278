/**
 * What CloudTrail says of the trails that write to a bucket: Regions, organisation, logging, selectors. Guarantees the calling
 * account's view of its home Region's trails and of those that shadow it; a trail of another account is seen only as an organisation's.
 */
import {
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  type AdvancedEventSelector,
  type AdvancedFieldSelector,
  type CloudTrailClient,
  type GetEventSelectorsCommandOutput,
  type Trail,
} from "@aws-sdk/client-cloudtrail";
import { instant, type Instant } from "../../domain/time.ts";
import type { TrailFact } from "../../domain/trail/trail-settings.ts";
import type { TrailInspector } from "../../ports/trail/trail-bucket.ts";
import type { AwsClients } from "./clients.ts";

type Clients = Pick<AwsClients, "cloudTrail" | "call">;

/** Sources without which nothing of Identity Center is left. */
const NEEDED = ["sso.amazonaws.com", "signin.amazonaws.com", "sts.amazonaws.com"];

export function awsTrailInspector(
  clientsOf: (region: string) => Clients,
  options: { readonly bucket: string; readonly askIn: string; readonly clock: { now(): number } },
): TrailInspector {
  return {
    async facts() {
      const { bucket, askIn, clock } = options;
      const { cloudTrail, call } = clientsOf(askIn);
      const asked = dated(cloudTrail);
      const { trailList = [] } = await call(`describe the trails in ${askIn}`, () =>
        asked.send(new DescribeTrailsCommand({ includeShadowTrails: true })),
      );
      const receivedAt = instant(clock.now());
      const writing = trailList.filter(({ S3BucketName }) => S3BucketName === bucket);
      const trails: TrailFact[] = [];
      for (const trail of writing) trails.push(await factOf(clientsOf, askIn, trail));
      return { trails, serverTime: asked.serverTime(), receivedAt };
    },
  };
}

/** A shadow trail answers in its home Region only. */
async function factOf(
  clientsOf: (region: string) => Clients,
  askIn: string,
  trail: Trail,
): Promise<TrailFact> {
  const homeRegion = trail.HomeRegion ?? askIn;
  const { cloudTrail, call } = clientsOf(homeRegion);
  const name = trail.TrailARN ?? trail.Name;
  const shown = trail.Name ?? "";
  const status = await call(`tell the status of the trail ${shown}`, () =>
    cloudTrail.send(new GetTrailStatusCommand({ Name: name })),
  );
  const selectors = await call(`tell the event selectors of the trail ${shown}`, () =>
    cloudTrail.send(new GetEventSelectorsCommand({ TrailName: name })),
  );
  const prefix = trail.S3KeyPrefix ?? "";
  return {
    name: shown,
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    multiRegion: trail.IsMultiRegionTrail === true,
    organization: trail.IsOrganizationTrail === true,
    homeRegion,
    logging: status.IsLogging === true,
    ...managementEvents(selectors),
  };
}

/** Basic selectors, or advanced ones, never both (AWS: GetEventSelectors API reference). */
function managementEvents({
  EventSelectors: basic = [],
  AdvancedEventSelectors: advanced = [],
}: GetEventSelectorsCommandOutput): { readEvents: boolean; writeEvents: boolean } {
  const passes = (readOnly: boolean) =>
    basic.some(
      ({ IncludeManagementEvents: management, ReadWriteType: type = "All" }) =>
        management !== false && (type === "All" || type === (readOnly ? "ReadOnly" : "WriteOnly")),
    ) || NEEDED.every((source) => advanced.some((one) => selects(one, source, readOnly)));
  return { readEvents: passes(true), writeEvents: passes(false) };
}

function selects(
  { FieldSelectors: fields = [] }: AdvancedEventSelector,
  source: string,
  readOnly: boolean,
): boolean {
  const values: Readonly<Record<string, string>> = {
    eventCategory: "Management",
    eventSource: source,
    readOnly: String(readOnly),
  };
  return fields.every((field) => {
    const value = values[field.Field ?? ""];
    // A condition on a field that is not looked at here narrows to some events only.
    return value !== undefined && matches(field, value);
  });
}

function matches(field: AdvancedFieldSelector, value: string): boolean {
  const { Equals: equals, NotEquals: not = [], StartsWith: starts, EndsWith: ends } = field;
  return (
    (equals === undefined || equals.includes(value)) &&
    !not.includes(value) &&
    (starts === undefined || starts.some((start) => value.startsWith(start))) &&
    (ends === undefined || ends.some((end) => value.endsWith(end))) &&
    !(field.NotStartsWith ?? []).some((start) => value.startsWith(start)) &&
    !(field.NotEndsWith ?? []).some((end) => value.endsWith(end))
  );
}

/** Sends one command and keeps the `Date` header of its answer, which has whole seconds. */
function dated(client: CloudTrailClient): {
  send(command: DescribeTrailsCommand): Promise<{ trailList?: Trail[] | undefined }>;
  serverTime(): Instant | null;
} {
  let date: string | undefined;
  return {
    send: (command) => {
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          const { headers } = result.response as { headers?: Record<string, string> };
          date = headers?.["date"];
          return result;
        },
        { step: "deserialize", name: "curfewDate" },
      );
      return client.send(command);
    },
    serverTime: () => {
      const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
      return Number.isNaN(milliseconds) ? null : instant(milliseconds);
    },
  };
}
