/** Columns that every table has alike. */
import { timestamp } from "drizzle-orm/pg-core";

/** An instant: with its zone, to the millisecond, as the domain has it. */
export const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
