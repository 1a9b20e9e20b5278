/**
 * One sentence for a request that its schema refuses: which part, which field, what would be right. It repeats names that the caller
 * sent, shortened, and never their values, which may be secrets.
 */
import type { ZodFastifySchemaValidationError } from "fastify-type-provider-zod";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

const PARTS: Readonly<Record<string, string>> = {
  querystring: "query",
  params: "path",
  body: "body",
  headers: "headers",
};

/** Null for an error that is none of a schema. */
export function validationSentence(error: unknown): string | null {
  if (!hasZodFastifySchemaValidationErrors(error)) return null;
  const context = (error as { validationContext?: string }).validationContext ?? "";
  const part = PARTS[context] ?? "request";
  const [first] = error.validation;
  return first === undefined
    ? `The ${part} is not what this route takes.`
    : sentenceOf(part, first);
}

function sentenceOf(part: string, found: ZodFastifySchemaValidationError): string {
  if (found.keyword === "unrecognized_keys") {
    const keys = (found.params as { keys?: readonly string[] } | undefined)?.keys ?? [];
    return `The ${part} has ${keys.map(shortened).join(", ")}, which this route does not take: leave it out.`;
  }
  const field = found.instancePath.split("/").filter(Boolean).map(shortened).join(".");
  const where = field === "" ? `The ${part}` : `${field} in the ${part}`;
  return `${where} is wrong: ${found.message ?? "it is not what this route takes"}.`;
}

function shortened(name: string): string {
  const printable = name.replace(/[^\x20-\x7e]/g, "?");
  return printable.length > 40 ? `${printable.slice(0, 40)}…` : printable;
}
