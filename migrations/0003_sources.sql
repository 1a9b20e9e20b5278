-- Sources beside the folder and LookupEvents, and what is known of each: windows and objects that were read, what digests say of them, gaps.
-- Nothing that was read before changes; its files have no SHA-256 of their unpacked bytes and its accounts no hours until they are read on.
CREATE TABLE "ingest_streams" (
	"stream" text PRIMARY KEY NOT NULL,
	"windows_read" "tstzmultirange" DEFAULT '{}' NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_states" (
	"source" text PRIMARY KEY NOT NULL,
	"checked_at" timestamp (3) with time zone NOT NULL,
	"healthy_at" timestamp (3) with time zone,
	"problem_code" text,
	"problem" text,
	"failing_since" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "trail_digests" (
	"bucket" text NOT NULL,
	"key" text NOT NULL,
	"account_id" text NOT NULL,
	"region" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"backfill" boolean NOT NULL,
	"verdict" text NOT NULL,
	"reason" text,
	"previous_key" text,
	"checked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "trail_digests_bucket_key_pk" PRIMARY KEY("bucket","key"),
	CONSTRAINT "trail_digests_verdict" CHECK (verdict in ('valid', 'invalid', 'unconfirmed'))
);
--> statement-breakpoint
CREATE TABLE "trail_file_verdicts" (
	"bucket" text NOT NULL,
	"key" text NOT NULL,
	"account_id" text NOT NULL,
	"region" text NOT NULL,
	"digest_key" text,
	"expected_sha256" text,
	"verdict" text NOT NULL,
	"reason" text,
	"checked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "trail_file_verdicts_bucket_key_pk" PRIMARY KEY("bucket","key"),
	CONSTRAINT "trail_file_verdicts_verdict" CHECK (verdict in ('valid', 'invalid', 'missing', 'no-digest'))
);
--> statement-breakpoint
CREATE TABLE "trail_objects" (
	"bucket" text NOT NULL,
	"key" text NOT NULL,
	"etag" text NOT NULL,
	"version_id" text,
	"account_id" text,
	"region" text,
	"delivered_at" timestamp (3) with time zone,
	"bytes" bigint,
	"announced_by" text NOT NULL,
	"state" text NOT NULL,
	"problem" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"sha256" text,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"read_at" timestamp (3) with time zone,
	CONSTRAINT "trail_objects_bucket_key_etag_pk" PRIMARY KEY("bucket","key","etag"),
	CONSTRAINT "trail_objects_announced_by" CHECK (announced_by in ('notification', 'listing')),
	CONSTRAINT "trail_objects_state" CHECK (state in ('waiting', 'read', 'failing', 'refused', 'gone', 'superseded', 'foreign'))
);
--> statement-breakpoint
ALTER TABLE "coverage" ADD COLUMN "hours_seen" "tstzmultirange" DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "trail_files" ADD COLUMN "unpacked_sha256" text;--> statement-breakpoint
CREATE INDEX "trail_digests_place" ON "trail_digests" USING btree ("account_id","region","starts_at");--> statement-breakpoint
CREATE INDEX "trail_file_verdicts_place" ON "trail_file_verdicts" USING btree ("account_id","region","verdict");--> statement-breakpoint
CREATE INDEX "trail_objects_waiting" ON "trail_objects" USING btree ("next_attempt_at") WHERE state in ('waiting', 'failing');--> statement-breakpoint
CREATE INDEX "trail_objects_sha256" ON "trail_objects" USING btree ("sha256");