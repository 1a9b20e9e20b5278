-- Windows and hours that were read say more than a cursor and the beginning of the last stretch without a gap did, and nothing reads those any
-- more. What was read before by a cursor alone is read again.
DROP TABLE "ingest_cursors";--> statement-breakpoint
CREATE INDEX "trail_objects_place" ON "trail_objects" USING btree ("account_id","region","delivered_at");--> statement-breakpoint
CREATE INDEX "trail_objects_lost" ON "trail_objects" USING btree ("account_id","region") WHERE state in ('refused', 'gone');--> statement-breakpoint
ALTER TABLE "coverage" DROP COLUMN "unbroken_since";