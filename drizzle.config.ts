import { defineConfig } from "drizzle-kit";

/** `npm run db:generate -- --name <name>` writes the next file of migrations/, which is then edited by hand. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./packages/core/adapters/postgres/schema/*.ts",
  out: "./migrations",
});
