/** Answers 405 with an Allow header where a path exists but not with this method: 404 would say that there is nothing. */
import type { FastifyInstance, HTTPMethods } from "fastify";
import { Fault } from "#core/domain/fault";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route only refuses; it needs no role. */
    refusesMethod?: true;
  }
}

const METHODS: readonly HTTPMethods[] = [
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
];

/** @param registered `GET /path` of every route there is; HEAD goes with GET. */
export function refuseOtherMethods(app: FastifyInstance, registered: ReadonlySet<string>): void {
  const allowed = new Map<string, HTTPMethods[]>();
  for (const key of registered) {
    const [method, path] = key.split(" ") as [HTTPMethods, string];
    const methods = method === "GET" ? (["GET", "HEAD"] as const) : [method];
    allowed.set(path, [...(allowed.get(path) ?? []), ...methods]);
  }
  for (const [path, methods] of allowed) {
    const allow = methods.join(", ");
    app.route({
      method: METHODS.filter((method) => !methods.includes(method)),
      url: path,
      config: { refusesMethod: true },
      schema: { hide: true },
      // Before the body is read: what is refused need not arrive.
      onRequest(request, reply) {
        void reply.header("allow", allow);
        throw new Fault(
          "api.method-not-allowed",
          `${request.method} is not possible at this path: use ${methods.join(" or ")}.`,
        );
      },
      handler: () => null,
    });
  }
}
