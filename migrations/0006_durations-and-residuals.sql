-- Durations that no API reads are entered with the instant from which they hold; what outlives a removal is kept beside the sessions it rests on.
CREATE TABLE "residuals" (
	"id" text PRIMARY KEY NOT NULL,
	"identity_store_arn" text NOT NULL,
	"user_id" text NOT NULL,
	"session_id" text NOT NULL,
	"removed_at" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone,
	"closed_at" timestamp (3) with time zone,
	"body" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session_durations" (
	"identity_store_arn" text NOT NULL,
	"kind" text NOT NULL,
	"minutes" integer NOT NULL,
	"effective_from" timestamp (3) with time zone NOT NULL,
	"entered_by" text NOT NULL,
	"entered_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "session_durations_identity_store_arn_kind_effective_from_entered_at_pk" PRIMARY KEY("identity_store_arn","kind","effective_from","entered_at"),
	CONSTRAINT "session_durations_kind" CHECK (kind in ('portal', 'background')),
	CONSTRAINT "session_durations_minutes" CHECK (minutes between 15 and 129600)
);
--> statement-breakpoint
CREATE INDEX "residuals_person" ON "residuals" USING btree ("identity_store_arn","user_id");--> statement-breakpoint
CREATE INDEX "residuals_session" ON "residuals" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "residuals_open" ON "residuals" USING btree ("until") WHERE closed_at is null;