-- The order of a file's arms and questions is its author's: jsonb would put them into another.

ALTER TABLE "definition" ALTER COLUMN "compiled" TYPE JSON USING "compiled"::json;
