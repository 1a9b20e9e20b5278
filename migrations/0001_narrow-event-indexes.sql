DROP INDEX "events_occurred";--> statement-breakpoint
DROP INDEX "events_name";--> statement-breakpoint
CREATE INDEX "events_grants" ON "events" USING btree ("occurred_at") WHERE kind in ('assignment','membership');