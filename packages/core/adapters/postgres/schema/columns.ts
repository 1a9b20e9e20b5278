/** Columns that every table has alike. */
import { customType, timestamp } from "drizzle-orm/pg-core";

/** An instant: with its zone, to the millisecond, as the domain has it. */
export const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** A set of instants: ranges that touch are one. */
export const times = customType<{ data: string }>({ dataType: () => "tstzmultirange" });

export const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
