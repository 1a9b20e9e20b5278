/** Permission sets in one line each, and one of them whole with a policy cut to its use. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresFindingStore } from "#core/adapters/postgres/people/finding-store";
import type { PermissionSet } from "#core/domain/access";
import { Fault } from "#core/domain/fault";
import { permissionSetDetail } from "#core/flows/access-views/permission-set";
import { permissionSetSummaries } from "#core/flows/access-views/permission-sets";
import { usesOfRoles, usesOfSet, type SetUses } from "#core/flows/access-views/set-uses";
import type { AccessView } from "#core/flows/access-views/view";
import { ACCESS_FILTERS, AS_OF } from "../../access/fields.ts";
import { permissionSetDetailSchema, permissionSetSummarySchema } from "../../access/schemas.ts";
import type { AccessViews } from "../../access/views.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { plainText } from "../../http/fields.ts";
import { cursorKind, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema } from "../../http/schemas.ts";

const cursors = cursorKind(
  "permission-sets",
  z.strictObject({ name: z.string().max(256), arn: z.string().max(1_024) }),
);

/** What an instant of the past is rebuilt for at once. */
const MOST_PEOPLE = 2_000;

export function permissionSetRoutes(
  app: FastifyInstance,
  dependencies: ApiDependencies,
  views: AccessViews,
): void {
  listRoute(app, views);
  itemRoute(app, dependencies, views);
}

function listRoute(app: FastifyInstance, views: AccessViews): void {
  const { administrator, finding } = ACCESS_FILTERS;
  route(app, {
    method: "GET",
    path: "/v1/permission-sets",
    tag: "access",
    summary: "Permission sets by name: reach, what their policies were found to be, last use.",
    query: { ...PAGE_QUERY, administrator, finding, ...AS_OF },
    answers: { 200: listSchema(permissionSetSummarySchema) },
    async handle({ query }) {
      const after = cursors.read(query.cursor);
      const asked: SetUses = { ...(await views.at(query.asOf)), store: views.store };
      checkSize(asked, asked.view.model.users.length);
      const uses = await usesOfRoles(asked);
      const wanted = WORDS[query.administrator ?? "any"];
      const sets = await permissionSetSummaries(asked.view, views.store, uses);
      const found = sets
        .filter((set) => wanted === undefined || set.administrator === wanted)
        .filter(
          (set) =>
            query.finding === undefined || set.policyFindings.some((id) => id === query.finding),
        )
        .filter(
          ({ name, permissionSetArn }) =>
            after === null ||
            name > after.name ||
            (name === after.name && permissionSetArn > after.arn),
        );
      return pageOf(found, query.limit, ({ name, permissionSetArn: arn }) =>
        cursors.write({ name, arn }),
      );
    },
  });
}

const WORDS: Readonly<Record<string, boolean | null | undefined>> = {
  yes: true,
  no: false,
  unknown: null,
};

function itemRoute(app: FastifyInstance, { database }: ApiDependencies, views: AccessViews): void {
  const findings = new PostgresFindingStore(database);
  route(app, {
    method: "GET",
    path: "/v1/permission-sets/:id",
    tag: "access",
    summary: "One permission set: what it can do, who holds it, its use, and a policy cut to it.",
    params: {
      id: plainText(1_024).describe("The ARN, percent-encoded, or its last part: `ps-…`."),
    },
    query: AS_OF,
    answers: { 200: permissionSetDetailSchema },
    async handle({ params, query }) {
      const asked: SetUses = { ...(await views.at(query.asOf)), store: views.store };
      const set = setOf(asked.view, params.id);
      const ports = {
        store: views.store,
        findings,
        usesOf: (one: PermissionSet) => usesOfSet(asked, one),
      };
      return permissionSetDetail(asked.view, ports, set);
    },
  });
}

function setOf(view: AccessView, id: string): PermissionSet {
  const set = view.snapshot.permissionSets.find(
    ({ arn }) => arn === id || arn.slice(arn.lastIndexOf("/") + 1) === id,
  );
  if (set !== undefined) return set;
  throw new Fault(
    "api.not-found",
    "There is no such permission set: take an ARN, or its last part, from the list of permission sets.",
  );
}

function checkSize({ isPast }: SetUses, people: number): void {
  if (!isPast || people <= MOST_PEOPLE) return;
  throw new Fault(
    "input.invalid",
    `asOf rebuilds everybody's use here, which is done for up to ${MOST_PEOPLE} people: ask for one permission set.`,
  );
}
