-- What an event said beside its properties and traits: address, account, tags, and how it was meant.
-- With it a lead can be built again as it was known at any instant. Null: nothing beside them.
ALTER TABLE "event" ADD COLUMN "said" JSONB;
