/**
 * A database's schema as sorted text, read from the catalogue: what a reviewer has to see when a migration changes it.
 * Complete for schemas, tables, columns, constraints, indexes, triggers, views, functions, types, policies and grants outside the catalogue itself;
 * rows, sequences' values and the migrator's own bookkeeping are not in it.
 */
import type pg from "pg";

/** Everything but the system's own schemas and Drizzle's record of migrations. */
const OURS = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'drizzle')";

const QUERIES = [
  `SELECT format('schema %I', n.nspname) AS line FROM pg_namespace n WHERE ${OURS}`,

  `SELECT format('%s %I.%I%s%s', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
          n.nspname, c.relname,
          CASE WHEN c.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END,
          CASE WHEN c.relispartition THEN ' ' || pg_get_expr(c.relpartbound, c.oid) ELSE '' END
            || CASE WHEN c.relkind IN ('v', 'm') THEN ' AS ' || regexp_replace(pg_get_viewdef(c.oid), '\\s+', ' ', 'g') ELSE '' END
            || CASE WHEN c.relrowsecurity THEN ' ROW LEVEL SECURITY' ELSE '' END) AS line
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND ${OURS}`,

  `SELECT format('column %I.%I.%I %s%s%s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
          CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
          CASE WHEN a.attidentity <> '' THEN ' IDENTITY ' || a.attidentity::text
               WHEN a.attgenerated <> '' THEN ' GENERATED ' || pg_get_expr(d.adbin, d.adrelid)
               WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END) AS line
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND ${OURS}`,

  // NOT NULL is told with the column; Postgres 18 lists it as a constraint as well, earlier servers do not.
  `SELECT format('constraint %I.%I.%I %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid)) AS line
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype <> 'n' AND ${OURS}`,

  `SELECT format('index %I.%I %s', n.nspname, c.relname, pg_get_indexdef(i.indexrelid)) AS line
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,

  `SELECT format('trigger %I.%I %s', n.nspname, c.relname, pg_get_triggerdef(t.oid)) AS line
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND ${OURS}`,

  `SELECT format('function %s', regexp_replace(pg_get_functiondef(p.oid), '\\s+', ' ', 'g')) AS line
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind IN ('f', 'p') AND ${OURS} AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')`,

  `SELECT format('type %I.%I %s', n.nspname, t.typname, coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '')) AS line
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_enum e ON e.enumtypid = t.oid
    WHERE t.typtype IN ('e', 'd') AND ${OURS} GROUP BY n.nspname, t.typname`,

  `SELECT format('policy %I.%I.%I %s USING %s CHECK %s', n.nspname, c.relname, p.polname, p.polcmd,
          pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) AS line
     FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,

  `SELECT format('extension %I', extname) AS line FROM pg_extension WHERE extname <> 'plpgsql'`,

  // What the owner may do by itself is no grant.
  `SELECT format('grant %s ON %I.%I TO %s', g.privilege_type, n.nspname, c.relname,
          CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END) AS line
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) g
    WHERE g.grantee <> c.relowner AND ${OURS}`,

  `SELECT format('grant %s (%I) ON %I.%I TO %s', g.privilege_type, a.attname, n.nspname, c.relname,
          CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END) AS line
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN LATERAL aclexplode(a.attacl) g WHERE g.grantee <> c.relowner AND ${OURS}`,
];

/** One object a line, sorted, ending in a line feed. */
export async function describeSchema(pool: pg.Pool): Promise<string> {
  const lines: string[] = [];
  for (const query of QUERIES) {
    const { rows } = await pool.query<{ line: string }>(query);
    lines.push(...rows.map(({ line }) => line));
  }
  return `${lines.sort().join("\n")}\n`;
}
