-- A repeat gets the same answer to the byte: jsonb would put its keys into another order.

ALTER TABLE "event" ALTER COLUMN "answer" DROP DEFAULT;
ALTER TABLE "event" ALTER COLUMN "answer" TYPE JSON USING "answer"::json;
ALTER TABLE "event" ALTER COLUMN "answer" SET DEFAULT '{}';
