CREATE TABLE "access_facts" (
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"instance_arn" text NOT NULL,
	"body" jsonb NOT NULL,
	"body_sha256" text NOT NULL,
	"observed_from" timestamp (3) with time zone NOT NULL,
	"observed_to" timestamp (3) with time zone,
	"first_snapshot_id" text NOT NULL,
	CONSTRAINT "access_facts_instance_arn_kind_key_observed_from_pk" PRIMARY KEY("instance_arn","kind","key","observed_from"),
	CONSTRAINT "access_facts_kind" CHECK (kind in ('instance','user','group','membership','permission-set','account','assignment')),
	CONSTRAINT "access_facts_period" CHECK (observed_to is null or observed_to > observed_from)
);
--> statement-breakpoint
CREATE TABLE "access_snapshots" (
	"id" text PRIMARY KEY NOT NULL,
	"instance_arn" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"completed_at" timestamp (3) with time zone NOT NULL,
	"counts" jsonb NOT NULL,
	"api_calls" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "report_files" (
	"report_id" text NOT NULL,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" integer NOT NULL,
	"content" text NOT NULL,
	CONSTRAINT "report_files_report_id_name_pk" PRIMARY KEY("report_id","name")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"period" text,
	"as_of" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"manifest" jsonb NOT NULL,
	CONSTRAINT "reports_period_unique" UNIQUE("period")
);
--> statement-breakpoint
CREATE TABLE "audit_records" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"body" jsonb NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_records_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "coverage" (
	"source" text NOT NULL,
	"account_id" text NOT NULL,
	"region" text NOT NULL,
	"first_event_at" timestamp (3) with time zone NOT NULL,
	"last_event_at" timestamp (3) with time zone NOT NULL,
	"records" bigint NOT NULL,
	"last_received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "coverage_source_account_id_region_pk" PRIMARY KEY("source","account_id","region")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"event_id" text PRIMARY KEY NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"event_name" text NOT NULL,
	"event_source" text NOT NULL,
	"region" text NOT NULL,
	"account_id" text NOT NULL,
	"identity_store_arn" text,
	"user_id" text,
	"subject_user_id" text,
	"session_name" text,
	"role_session_key" text,
	"record" jsonb NOT NULL,
	"content_sha256" text NOT NULL,
	"origin" text NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "events_event_id_form" CHECK (event_id ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'),
	CONSTRAINT "events_kind" CHECK (kind in ('sign-in-step','portal','token','token-with-iam','role-issued','role-call','assignment','membership','directory-user','session-deleted','policy-updated','administration','unknown')),
	CONSTRAINT "events_person_whole" CHECK ((identity_store_arn is null) = (user_id is null))
);
--> statement-breakpoint
CREATE TABLE "followed_files" (
	"folder" text NOT NULL,
	"path" text NOT NULL,
	"bytes" bigint NOT NULL,
	"modified_at" timestamp (3) with time zone NOT NULL,
	"sha256" text,
	"problem" text,
	CONSTRAINT "followed_files_folder_path_pk" PRIMARY KEY("folder","path")
);
--> statement-breakpoint
CREATE TABLE "ingest_cursors" (
	"stream" text PRIMARY KEY NOT NULL,
	"read_through" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_budgets" (
	"scope" text PRIMARY KEY NOT NULL,
	"next_free_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trail_files" (
	"sha256" text PRIMARY KEY NOT NULL,
	"path" text NOT NULL,
	"bytes" bigint NOT NULL,
	"records" integer NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"appended" integer DEFAULT 0 NOT NULL,
	"duplicates" integer DEFAULT 0 NOT NULL,
	"undecodable" integer DEFAULT 0 NOT NULL,
	"ignored" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"completed_at" timestamp (3) with time zone,
	CONSTRAINT "trail_files_sum" CHECK (appended >= 0 and duplicates >= 0 and undecodable >= 0 and position <= records)
);
--> statement-breakpoint
CREATE TABLE "undecodable_records" (
	"origin" text NOT NULL,
	"position" integer NOT NULL,
	"record_sha256" text NOT NULL,
	"reason" text NOT NULL,
	"excerpt" text NOT NULL,
	"event_id" text,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "undecodable_records_origin_position_record_sha256_pk" PRIMARY KEY("origin","position","record_sha256")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"delivery_key" text NOT NULL,
	"channel" text NOT NULL,
	"finding_id" text NOT NULL,
	"payload" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"last_error" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"delivered_at" timestamp (3) with time zone,
	CONSTRAINT "deliveries_delivery_key_unique" UNIQUE("delivery_key"),
	CONSTRAINT "deliveries_state" CHECK (state in ('pending','delivered','dead')),
	CONSTRAINT "deliveries_delivered" CHECK ((state = 'delivered') = (delivered_at is not null))
);
--> statement-breakpoint
CREATE TABLE "findings" (
	"id" text PRIMARY KEY NOT NULL,
	"rule_id" text NOT NULL,
	"rule_version" text NOT NULL,
	"severity" text NOT NULL,
	"identity_store_arn" text NOT NULL,
	"user_id" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"state" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"summary" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"event_ids" jsonb NOT NULL,
	CONSTRAINT "findings_state" CHECK (state in ('open','acknowledged','resolved')),
	CONSTRAINT "findings_severity" CHECK (severity in ('low','medium','high','critical')),
	CONSTRAINT "findings_resolved" CHECK ((state = 'resolved') = (resolved_at is not null))
);
--> statement-breakpoint
CREATE TABLE "people" (
	"identity_store_arn" text NOT NULL,
	"user_id" text NOT NULL,
	"first_event_at" timestamp (3) with time zone,
	"last_event_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"judged_at" timestamp (3) with time zone,
	"revision" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "people_identity_store_arn_user_id_pk" PRIMARY KEY("identity_store_arn","user_id")
);
--> statement-breakpoint
CREATE TABLE "person_names" (
	"identity_store_arn" text NOT NULL,
	"user_id" text NOT NULL,
	"user_name" text NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "person_names_identity_store_arn_user_id_user_name_pk" PRIMARY KEY("identity_store_arn","user_id","user_name")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"identity_store_arn" text NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"account_id" text NOT NULL,
	"permission_set_name" text,
	"body" jsonb NOT NULL,
	CONSTRAINT "sessions_kind" CHECK (kind in ('portal','token','application','background','role','aws-login','entitlement-role'))
);
--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"token_sha256" text NOT NULL,
	"roles" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_tokens_token_sha256_unique" UNIQUE("token_sha256")
);
--> statement-breakpoint
CREATE TABLE "deny_leases" (
	"policy_id" text NOT NULL,
	"user_id" text NOT NULL,
	"revocation_id" text,
	"leased_at" timestamp (3) with time zone NOT NULL,
	"released_at" timestamp (3) with time zone,
	CONSTRAINT "deny_leases_policy_id_user_id_pk" PRIMARY KEY("policy_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"actor" text NOT NULL,
	"key" text NOT NULL,
	"request_sha256" text NOT NULL,
	"status" integer,
	"body" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_actor_key_pk" PRIMARY KEY("actor","key")
);
--> statement-breakpoint
CREATE TABLE "revocation_steps" (
	"id" text PRIMARY KEY NOT NULL,
	"revocation_id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"mechanism" text NOT NULL,
	"mode" text NOT NULL,
	"target" jsonb NOT NULL,
	"why" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"request_id" text,
	"performed_at" timestamp (3) with time zone,
	"confirmed_at" timestamp (3) with time zone,
	"problem" text,
	CONSTRAINT "revocation_steps_mode" CHECK (mode in ('automatic','manual')),
	CONSTRAINT "revocation_steps_state" CHECK (state in ('pending','performed','confirmed','awaiting-person','failed'))
);
--> statement-breakpoint
CREATE TABLE "revocations" (
	"id" text PRIMARY KEY NOT NULL,
	"identity_store_arn" text NOT NULL,
	"user_id" text NOT NULL,
	"user_name" text,
	"reason" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"plan" jsonb NOT NULL,
	"approval_needed" boolean NOT NULL,
	"approved_by" text,
	"approved_at" timestamp (3) with time zone,
	"cancelled_at" timestamp (3) with time zone,
	"released_at" timestamp (3) with time zone,
	"settled" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session_proofs" (
	"revocation_id" text NOT NULL,
	"session_id" text NOT NULL,
	"proof" text NOT NULL,
	"proven_at" timestamp (3) with time zone NOT NULL,
	"event_ids" jsonb NOT NULL,
	"why" text NOT NULL,
	CONSTRAINT "session_proofs_revocation_id_session_id_pk" PRIMARY KEY("revocation_id","session_id"),
	CONSTRAINT "session_proofs_proof" CHECK (proof in ('ended-by-event','exact-hard-end','denied-call','silence-after-hard-end'))
);
--> statement-breakpoint
ALTER TABLE "access_facts" ADD CONSTRAINT "access_facts_first_snapshot_id_access_snapshots_id_fk" FOREIGN KEY ("first_snapshot_id") REFERENCES "public"."access_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "report_files" ADD CONSTRAINT "report_files_report_id_reports_id_fk" FOREIGN KEY ("report_id") REFERENCES "public"."reports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_finding_id_findings_id_fk" FOREIGN KEY ("finding_id") REFERENCES "public"."findings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "findings" ADD CONSTRAINT "findings_identity_store_arn_user_id_people_identity_store_arn_user_id_fk" FOREIGN KEY ("identity_store_arn","user_id") REFERENCES "public"."people"("identity_store_arn","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_identity_store_arn_user_id_people_identity_store_arn_user_id_fk" FOREIGN KEY ("identity_store_arn","user_id") REFERENCES "public"."people"("identity_store_arn","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deny_leases" ADD CONSTRAINT "deny_leases_revocation_id_revocations_id_fk" FOREIGN KEY ("revocation_id") REFERENCES "public"."revocations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revocation_steps" ADD CONSTRAINT "revocation_steps_revocation_id_revocations_id_fk" FOREIGN KEY ("revocation_id") REFERENCES "public"."revocations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_proofs" ADD CONSTRAINT "session_proofs_revocation_id_revocations_id_fk" FOREIGN KEY ("revocation_id") REFERENCES "public"."revocations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "access_facts_current" ON "access_facts" USING btree ("instance_arn","kind","key") WHERE observed_to is null;--> statement-breakpoint
CREATE INDEX "access_facts_snapshot" ON "access_facts" USING btree ("first_snapshot_id");--> statement-breakpoint
CREATE INDEX "reports_created" ON "reports" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "audit_records_subject" ON "audit_records" USING btree ("subject","sequence");--> statement-breakpoint
CREATE INDEX "coverage_account" ON "coverage" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "events_person" ON "events" USING btree ("identity_store_arn","user_id","occurred_at");--> statement-breakpoint
CREATE INDEX "events_subject" ON "events" USING btree ("subject_user_id") WHERE subject_user_id is not null;--> statement-breakpoint
CREATE INDEX "events_session_name" ON "events" USING btree ("session_name") WHERE session_name is not null;--> statement-breakpoint
CREATE INDEX "events_role_session" ON "events" USING btree ("role_session_key") WHERE role_session_key is not null;--> statement-breakpoint
CREATE INDEX "events_occurred" ON "events" USING btree ("occurred_at");--> statement-breakpoint
CREATE INDEX "events_name" ON "events" USING btree ("event_name","occurred_at");--> statement-breakpoint
CREATE INDEX "followed_files_sha256" ON "followed_files" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "deliveries_finding" ON "deliveries" USING btree ("finding_id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("next_attempt_at") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "findings_person" ON "findings" USING btree ("identity_store_arn","user_id");--> statement-breakpoint
CREATE INDEX "findings_opened" ON "findings" USING btree ("opened_at","id");--> statement-breakpoint
CREATE INDEX "findings_rule" ON "findings" USING btree ("rule_id","state");--> statement-breakpoint
CREATE INDEX "people_due" ON "people" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "person_names_name" ON "person_names" USING btree ("user_name");--> statement-breakpoint
CREATE INDEX "sessions_person" ON "sessions" USING btree ("identity_store_arn","user_id","started_at");--> statement-breakpoint
CREATE INDEX "sessions_started" ON "sessions" USING btree ("started_at","id");--> statement-breakpoint
CREATE INDEX "sessions_use" ON "sessions" USING btree ("account_id","permission_set_name");--> statement-breakpoint
CREATE INDEX "deny_leases_revocation" ON "deny_leases" USING btree ("revocation_id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "revocation_steps_order" ON "revocation_steps" USING btree ("revocation_id","ordinal");--> statement-breakpoint
CREATE INDEX "revocation_steps_due" ON "revocation_steps" USING btree ("next_attempt_at") WHERE state in ('pending','performed');--> statement-breakpoint
CREATE INDEX "revocations_requested" ON "revocations" USING btree ("requested_at","id");--> statement-breakpoint
CREATE INDEX "revocations_person" ON "revocations" USING btree ("identity_store_arn","user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "revocations_unsettled" ON "revocations" USING btree ("identity_store_arn","user_id") WHERE not settled;