-- One database role a service, each with what its code needs and nothing else.
-- Guarantees: nobody may UPDATE, DELETE or TRUNCATE events, undecodable records, audit records, reports and their files, not even the
-- role that migrates, but for whole months that are past their retention; whatever is not granted here is refused, a table of a later migration too, until this file is applied again.
-- It does not bind superusers, and the owner of a table can always give itself a right back: no service runs as curfew_migrator.
--
-- Apply to the migrated database as a superuser, and again after every migration; running it twice changes nothing. The roles cannot log in:
-- make one login for each service and grant it its role (see README.md beside this file).

BEGIN;

DO $roles$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['curfew_migrator', 'curfew_ingest', 'curfew_worker', 'curfew_api'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END IF;
  END LOOP;
END
$roles$;

-- 1. Nothing. Everything below is a decision to open something.
DO $nothing$
DECLARE
  space text;
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM curfew_migrator, curfew_ingest, curfew_worker, curfew_api', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO curfew_migrator, curfew_ingest, curfew_worker, curfew_api', current_database());
  FOR space IN SELECT nspname FROM pg_namespace WHERE nspname IN ('public', 'drizzle', 'bullmq') LOOP
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC, curfew_ingest, curfew_worker, curfew_api', space);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM PUBLIC, curfew_ingest, curfew_worker, curfew_api', space);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM PUBLIC, curfew_ingest, curfew_worker, curfew_api', space);
    EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM PUBLIC, curfew_ingest, curfew_worker, curfew_api', space);
  END LOOP;
END
$nothing$;

-- 2. The migrator owns the objects, which is what ALTER TABLE asks for, and may create schemas and tables.
DO $owner$
DECLARE
  thing record;
BEGIN
  EXECUTE format('GRANT CREATE ON DATABASE %I TO curfew_migrator', current_database());
  FOR thing IN
    SELECT n.nspname AS space FROM pg_namespace n WHERE n.nspname IN ('drizzle', 'bullmq')
  LOOP
    EXECUTE format('ALTER SCHEMA %I OWNER TO curfew_migrator', thing.space);
  END LOOP;
  FOR thing IN
    SELECT n.nspname AS space, c.relname AS name
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'drizzle', 'bullmq') AND c.relkind IN ('r', 'p', 'v', 'm')
  LOOP
    -- Sequences of a column go with their table.
    EXECUTE format('ALTER TABLE %I.%I OWNER TO curfew_migrator', thing.space, thing.name);
    EXECUTE format('GRANT ALL ON TABLE %I.%I TO curfew_migrator', thing.space, thing.name);
  END LOOP;
  FOR thing IN
    SELECT p.oid::regprocedure AS routine
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = 'bullmq' OR (n.nspname = 'public' AND p.proname LIKE 'curfew%')
  LOOP
    EXECUTE format('ALTER ROUTINE %s OWNER TO curfew_migrator', thing.routine);
  END LOOP;
END
$owner$;
GRANT USAGE, CREATE ON SCHEMA public TO curfew_migrator;

-- What was written once stays: a migration that has to touch these says so by granting itself the right, in its own text.
REVOKE UPDATE, DELETE, TRUNCATE ON events, role_calls, record_batches, undecodable_records, audit_records, report_files FROM curfew_migrator;
-- Ids go when their month does, by curfew_forget_months; never by themselves.
REVOKE UPDATE, TRUNCATE ON event_ids FROM curfew_migrator;
-- UPDATE stays on reports: the foreign key of report_files locks the report as its owner, and a row lock asks for UPDATE
-- (PostgreSQL: "The Locking Clause" of SELECT).
REVOKE DELETE, TRUNCATE ON reports FROM curfew_migrator;

GRANT USAGE ON SCHEMA public TO curfew_ingest, curfew_worker, curfew_api;

-- 3. Ingest: appends what was read and how far, publishes access snapshots, marks people due. It judges nobody.
GRANT SELECT, INSERT ON
  events, role_calls, record_batches, event_ids, event_terms, undecodable_records, access_snapshots
  TO curfew_ingest;
-- Two processes that learn one term at once: the second one's insert becomes an update that changes nothing.
GRANT UPDATE (value) ON event_terms TO curfew_ingest;
GRANT USAGE ON SEQUENCE record_batches_batch_no_seq TO curfew_ingest;
GRANT EXECUTE ON FUNCTION curfew_make_month(timestamptz) TO curfew_ingest;
-- Whose calls are kept whole.
GRANT SELECT (user_id, settled) ON revocations TO curfew_ingest;
GRANT SELECT (user_id, released_at) ON deny_leases TO curfew_ingest;
GRANT SELECT, INSERT, UPDATE ON
  trail_files, followed_files, ingest_streams, trail_objects, trail_digests, trail_file_verdicts, source_states, coverage,
  rate_budgets, people, person_names, access_facts, organisations
  TO curfew_ingest;
-- A crawl under way is thrown away when it is published or begun anew.
GRANT SELECT, INSERT, UPDATE, DELETE ON crawl_runs, crawl_units, crawl_facts TO curfew_ingest;
-- Publishing a crawl marks people due whose residual access is in doubt.
GRANT SELECT (user_id, body) ON residuals TO curfew_ingest;
-- It gathers what the crawl saw in tables of its own transaction.
DO $temporary$
BEGIN
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO curfew_ingest', current_database());
END
$temporary$;

-- 4. Worker: judges people, sends alerts, carries revocations out, seals reports.
GRANT SELECT ON
  events, role_calls, record_batches, event_ids, event_terms, undecodable_records, trail_files, followed_files, ingest_streams, trail_objects, trail_digests, trail_file_verdicts,
  source_states, coverage, person_names, access_snapshots, access_facts, crawl_runs
  TO curfew_worker;
GRANT SELECT, UPDATE ON people, organisations, revocations, revocation_steps TO curfew_worker;
GRANT SELECT, INSERT, UPDATE ON findings, deliveries, deny_leases, rate_budgets TO curfew_worker;
GRANT SELECT, INSERT ON session_proofs, reports, report_files, audit_records TO curfew_worker;
-- The sessions of a person are rebuilt whole: what the events no longer say is removed.
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, residuals, access_usage TO curfew_worker;
GRANT SELECT ON session_durations TO curfew_worker;
GRANT USAGE ON SEQUENCE audit_records_sequence_seq TO curfew_worker;
GRANT EXECUTE ON FUNCTION curfew_forget_months(timestamptz) TO curfew_worker;

-- 5. API: reads everything but secrets' neighbours, and writes requests: a revocation and its cancelling, tokens, answers that were given.
GRANT SELECT ON
  events, role_calls, record_batches, event_ids, event_terms, undecodable_records, trail_files, followed_files, ingest_streams, trail_objects, trail_digests, trail_file_verdicts,
  source_states, coverage, people, person_names, sessions, findings, deliveries,
  access_snapshots, access_facts, access_usage, organisations, crawl_runs, crawl_units, reports, report_files, session_proofs, deny_leases
  TO curfew_api;
GRANT SELECT, INSERT ON audit_records, session_durations TO curfew_api;
GRANT SELECT ON residuals TO curfew_api;
GRANT SELECT, INSERT, UPDATE ON revocations, revocation_steps, api_tokens TO curfew_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO curfew_api;
-- A person may acknowledge a finding and send a dead letter again; neither changes what it says.
GRANT UPDATE (state) ON findings TO curfew_api;
-- A duration that is entered makes the people of its store due.
GRANT UPDATE (due_at) ON people TO curfew_api;
GRANT UPDATE (state, attempts, next_attempt_at) ON deliveries TO curfew_api;
GRANT USAGE ON SEQUENCE audit_records_sequence_seq TO curfew_api;

-- 6. Which migrations were applied: read by every service before it starts.
DO $ledger$
BEGIN
  IF to_regclass('drizzle.__drizzle_migrations') IS NOT NULL THEN
    GRANT USAGE ON SCHEMA drizzle TO curfew_ingest, curfew_worker, curfew_api;
    GRANT SELECT ON drizzle.__drizzle_migrations TO curfew_ingest, curfew_worker, curfew_api;
  END IF;
END
$ledger$;

-- 7. The queue, where it lives in Postgres. It holds no truth, so whoever nudges or works may write it; ingest nudges too. Its schema is the
-- library's: its own migrations are the migrator's.
DO $queue$
BEGIN
  IF to_regnamespace('bullmq') IS NOT NULL THEN
    -- BullMQ makes a sequence for each queue at its first job, which no service may: the one of Curfew's only queue is made here, by the name
    -- that bullmq.job_id_seq_name gives it.
    EXECUTE format('CREATE SEQUENCE IF NOT EXISTS bullmq.%I', bullmq.job_id_seq_name('curfew'));
    EXECUTE format('ALTER SEQUENCE bullmq.%I OWNER TO curfew_migrator', bullmq.job_id_seq_name('curfew'));
    GRANT USAGE ON SCHEMA bullmq TO curfew_ingest, curfew_worker, curfew_api;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bullmq TO curfew_ingest, curfew_worker, curfew_api;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA bullmq TO curfew_ingest, curfew_worker, curfew_api;
    GRANT EXECUTE ON ALL ROUTINES IN SCHEMA bullmq TO curfew_ingest, curfew_worker, curfew_api;
    REVOKE INSERT, UPDATE, DELETE ON bullmq.migration FROM curfew_ingest, curfew_worker, curfew_api;
  END IF;
END
$queue$;

COMMIT;
