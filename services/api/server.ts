/**
 * The HTTP server of the API. Guarantees for every request: who may is decided before anything is read; every refusal is a problem of
 * RFC 9457 without a word of SQL or code; a route that the access table does not know fails the build, and an entry without a route too.
 */
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import { PostgresTokenStore } from "#core/adapters/postgres/token-store";
import { Fault } from "#core/domain/fault";
import { instant } from "#core/domain/time";
import { accessOf, authenticate } from "./auth/authenticate.ts";
import { AccessViews } from "./access/views.ts";
import { ACCESS } from "./auth/roles.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { describeApi } from "./http/openapi.ts";
import { faultOf, PROBLEM_TYPE, problemOf } from "./http/problems.ts";
import { answerBrokenConnection } from "./http/broken-connection.ts";
import { refuseOtherMethods } from "./http/other-methods.ts";
import { landingRoutes } from "./landing/route.ts";
import { accountRoutes } from "./routes/accounts/route.ts";
import { assignmentRoutes } from "./routes/assignments/route.ts";
import { auditRoutes } from "./routes/audit/route.ts";
import { coverageRoutes } from "./routes/coverage/route.ts";
import { durationRoutes } from "./routes/durations/route.ts";
import { eventRoutes } from "./routes/events/route.ts";
import { findingRoutes } from "./routes/findings/route.ts";
import { peopleRoutes } from "./routes/people/route.ts";
import { permissionSetRoutes } from "./routes/permission-sets/route.ts";
import { reportRoutes } from "./routes/reports/route.ts";
import { revocationRoutes } from "./routes/revocations/route.ts";
import { residualRoutes } from "./routes/residuals/route.ts";
import { ruleRoutes } from "./routes/rules/route.ts";
import { sessionRoutes } from "./routes/sessions/route.ts";
import { systemRoutes } from "./routes/system/route.ts";
import { tokenRoutes } from "./routes/tokens/route.ts";

const ROUTES = [
  landingRoutes,
  systemRoutes,
  sessionRoutes,
  residualRoutes,
  peopleRoutes,
  durationRoutes,
  findingRoutes,
  eventRoutes,
  assignmentRoutes,
  accountRoutes,
  permissionSetRoutes,
  reportRoutes,
  ruleRoutes,
  coverageRoutes,
  auditRoutes,
  revocationRoutes,
  tokenRoutes,
];

const BODY_BYTES = 64 * 1024;
/** A request that takes longer to arrive is a slow-body attack or a broken line. */
const REQUEST_MILLISECONDS = 30_000;
const KEEP_ALIVE_MILLISECONDS = 65_000;
const REQUESTS_PER_MINUTE = 600;

/** Ready to listen, or to be asked by `inject`. */
export async function buildServer(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MILLISECONDS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    routerOptions: { maxParamLength: 200 },
    // A client's word for its own address is not believed: limits go by the socket.
    trustProxy: false,
    clientErrorHandler: answerBrokenConnection,
    frameworkErrors: (error, _request, reply) => {
      void sendProblem(reply, faultOf(error));
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.decorateRequest("caller", null);
  answerProblems(app, dependencies);
  await protect(app, dependencies);
  const registered = denyUnlisted(app);
  await describeApi(app, dependencies.installation.version);
  // Async: an error of a route's declaration rejects the build instead of leaving the process by another way.
  await app.register(async (api) => {
    const views = new AccessViews(dependencies);
    for (const add of ROUTES) add(api, dependencies, views);
  });
  refuseOtherMethods(app, registered);
  await app.ready();
  const missing = Object.keys(ACCESS).filter((key) => !registered.has(key));
  if (missing.length > 0)
    throw new Error(`listed in ACCESS but not registered: ${missing.join(", ")}`);
  return app;
}

function answerProblems(app: FastifyInstance, { log }: ApiDependencies): void {
  app.setErrorHandler((error, request, reply) => {
    const fault = faultOf(error);
    request.faultCode = fault.code;
    if (fault.status >= 500) {
      log.error("api.fault", { requestId: request.id, status: fault.status }, fault.cause ?? fault);
    }
    return sendProblem(reply, fault);
  });
  app.setNotFoundHandler(() => {
    throw new Fault(
      "api.not-found",
      "Nothing is at this path: /v1/openapi.json lists every route.",
    );
  });
  app.addHook("onResponse", (request, reply, done) => {
    log.info("api.request", {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      outcome: request.faultCode ?? "answered",
      tokenId: request.caller?.tokenId ?? null,
      durationMs: Math.round(reply.elapsedTime),
    });
    done();
  });
}

function sendProblem(reply: FastifyReply, fault: Fault): FastifyReply {
  const problem = problemOf(fault);
  if (fault.status === 401) void reply.header("www-authenticate", 'Bearer realm="curfew"');
  if (fault.retry === "later") void reply.header("retry-after", "5");
  return reply.code(problem.status).type(PROBLEM_TYPE).serializer(JSON.stringify).send(problem);
}

declare module "fastify" {
  interface FastifyRequest {
    faultCode: string | null;
  }
}

/** Headers, rate and identity, in this order: a flood is refused before it costs a look-up. */
async function protect(app: FastifyInstance, dependencies: ApiDependencies): Promise<void> {
  app.decorateRequest("faultCode", null);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
      },
    },
    referrerPolicy: { policy: "no-referrer" },
    // Whoever puts TLS in front says so there; over plain HTTP on loopback the header would be a promise nobody keeps.
    strictTransportSecurity: false,
  });
  await app.register(rateLimit, {
    max: dependencies.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => request.ip,
    errorResponseBuilder: () =>
      new Fault(
        "api.too-many-requests",
        "Too many requests within a minute: slow down and send it again after the time in Retry-After.",
      ),
  });
  const tokens = new PostgresTokenStore(dependencies.database);
  app.addHook("onRequest", async (request) => {
    const path = request.routeOptions.url;
    // No route: the answer is 404 for everybody alike.
    if (path === undefined || request.routeOptions.config.refusesMethod === true) return;
    const access = accessOf(request.method, path);
    if (access === undefined) throw new Fault("internal.bug", "This route is in no table.");
    if (access === "anyone") return;
    const now = instant(dependencies.clock.now());
    request.caller = await authenticate(request, access, tokens, now);
  });
}

/** Default deny: collects what is registered and fails on what no role was given for. */
function denyUnlisted(app: FastifyInstance): Set<string> {
  const registered = new Set<string>();
  app.addHook("onRoute", ({ method, url, config }) => {
    if ((config as { refusesMethod?: boolean } | undefined)?.refusesMethod === true) return;
    for (const one of [method].flat()) {
      if (one === "HEAD") continue;
      const key = `${one} ${url}`;
      if (ACCESS[key] === undefined)
        throw new Error(`${key} is not listed in ACCESS: nobody may call it`);
      registered.add(key);
    }
  });
  return registered;
}
