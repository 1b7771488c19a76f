-- A suppression that ends by itself. Null: it stays until somebody, or something, lifts it.
ALTER TABLE "suppression" ADD COLUMN "until" TIMESTAMPTZ(3);
