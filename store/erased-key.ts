/**
 * What is left of an address once its person was erased: a salted hash. It says whether an address that
 * comes again was erased, and tells nobody which addresses were.
 *
 * The salt is made with the first erasure and lives beside the data, so that every statement that asks
 * for permission can ask for both keys at once; until then the expression is NULL and finds nothing.
 */
import type { Sql } from './client.ts';

const saltSetting = 'erasure-salt';

/** The hash of an SQL expression, as an SQL expression. */
export function erasedKey(expression: string): string {
  return `(SELECT 'erased:' || encode(sha256(convert_to((salt.value #>> '{}') || ' ' || ${expression}, 'UTF8')), 'hex')
    FROM setting AS salt WHERE salt.key = '${saltSetting}')`;
}

/** Two random UUIDs: 244 bits. The first one stays. */
export async function ensureErasureSalt(sql: Sql): Promise<void> {
  await sql.run(
    `INSERT INTO setting (key, value)
     VALUES ('${saltSetting}', to_jsonb(gen_random_uuid()::text || gen_random_uuid()::text))
     ON CONFLICT (key) DO NOTHING`,
  );
}
