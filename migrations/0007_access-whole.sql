-- A crawl keeps what it read, so that it can be resumed; kinds of facts, use of access and findings about the organisation as a whole come with it.
CREATE TABLE "access_usage" (
	"identity_store_arn" text NOT NULL,
	"user_id" text NOT NULL,
	"account_id" text NOT NULL,
	"role_name" text NOT NULL,
	"first_used_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone NOT NULL,
	"body" jsonb NOT NULL,
	"body_sha256" text NOT NULL,
	CONSTRAINT "access_usage_identity_store_arn_user_id_account_id_role_name_pk" PRIMARY KEY("identity_store_arn","user_id","account_id","role_name")
);
--> statement-breakpoint
CREATE TABLE "crawl_facts" (
	"run_id" text NOT NULL,
	"unit" text NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"body" jsonb NOT NULL,
	"body_sha256" text NOT NULL,
	CONSTRAINT "crawl_facts_run_id_kind_key_unit_pk" PRIMARY KEY("run_id","kind","key","unit")
);
--> statement-breakpoint
CREATE TABLE "crawl_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"instance_arn" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"touched_at" timestamp (3) with time zone NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"api_calls" jsonb NOT NULL,
	CONSTRAINT "crawl_runs_state" CHECK (state in ('running', 'published', 'abandoned'))
);
--> statement-breakpoint
CREATE TABLE "crawl_units" (
	"run_id" text NOT NULL,
	"unit" text NOT NULL,
	"read_at" timestamp (3) with time zone NOT NULL,
	"notes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	CONSTRAINT "crawl_units_run_id_unit_pk" PRIMARY KEY("run_id","unit")
);
--> statement-breakpoint
CREATE TABLE "organisations" (
	"instance_arn" text PRIMARY KEY NOT NULL,
	"due_at" timestamp (3) with time zone,
	"judged_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "access_facts" DROP CONSTRAINT "access_facts_kind";--> statement-breakpoint
ALTER TABLE "findings" ALTER COLUMN "identity_store_arn" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "findings" ALTER COLUMN "user_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "access_snapshots" ADD COLUMN "notes" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "findings" ADD COLUMN "instance_arn" text;--> statement-breakpoint
ALTER TABLE "residuals" ADD COLUMN "body_sha256" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "body_sha256" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "access_usage" ADD CONSTRAINT "access_usage_identity_store_arn_user_id_people_identity_store_arn_user_id_fk" FOREIGN KEY ("identity_store_arn","user_id") REFERENCES "public"."people"("identity_store_arn","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crawl_facts" ADD CONSTRAINT "crawl_facts_run_id_unit_crawl_units_run_id_unit_fk" FOREIGN KEY ("run_id","unit") REFERENCES "public"."crawl_units"("run_id","unit") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crawl_units" ADD CONSTRAINT "crawl_units_run_id_crawl_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."crawl_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_usage_role" ON "access_usage" USING btree ("role_name","account_id");--> statement-breakpoint
CREATE INDEX "crawl_facts_unit" ON "crawl_facts" USING btree ("run_id","unit");--> statement-breakpoint
CREATE UNIQUE INDEX "crawl_runs_running" ON "crawl_runs" USING btree ("instance_arn") WHERE state = 'running';--> statement-breakpoint
CREATE INDEX "organisations_due" ON "organisations" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "findings_instance" ON "findings" USING btree ("instance_arn") WHERE instance_arn is not null;--> statement-breakpoint
ALTER TABLE "access_facts" ADD CONSTRAINT "access_facts_kind" CHECK (kind in ('instance','region','user','group','membership','permission-set','provisioning','account','assignment',
          'application','application-assignment','trusted-token-issuer','entitlement','policy','role'));--> statement-breakpoint
ALTER TABLE "findings" ADD CONSTRAINT "findings_subject" CHECK ((user_id is null) = (identity_store_arn is null) and (user_id is null) = (instance_arn is not null));