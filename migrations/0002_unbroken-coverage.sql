-- A first and a last event say nothing of a gap between them, and a proof by silence rests on the stretch without one.
-- Null for what was read before: it proves nothing until newer records begin a stretch.
ALTER TABLE "coverage" ADD COLUMN "unbroken_since" timestamp (3) with time zone;