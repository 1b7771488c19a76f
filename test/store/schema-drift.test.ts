/** prisma/schema.prisma and prisma/migrations describe one database: compared on a migrated one. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createStore } from '../../store/client.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const schema = readFileSync(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');

interface Column {
  readonly type: string;
  readonly isNullable: boolean;
}

test('every column of the schema is in the database with its type, and none besides', async () => {
  const store = createStore({ databaseUrl: database.url, poolSize: 1 });
  try {
    const rows = await store.query<Column & { readonly table: string; readonly column: string }>(
      `SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
         NOT a.attnotnull AS "isNullable"
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
         AND c.relname <> '_prisma_migrations'`,
    );
    const found = Object.fromEntries(
      rows.map(({ table, column, type, isNullable }) => [
        `${table}.${column}`,
        { type, isNullable },
      ]),
    );
    expect(found).toEqual(declaredColumns());
  } finally {
    await store.close();
  }
});

test('every index and unique key of the schema is in the database', async () => {
  const store = createStore({ databaseUrl: database.url, poolSize: 1 });
  try {
    const rows = await store.query<{ readonly table: string; readonly columns: string }>(
      `SELECT tablename AS "table", (regexp_match(indexdef, '\\(([^)]*)\\)'))[1] AS columns
       FROM pg_indexes WHERE schemaname = 'public'`,
    );
    const found = new Set(
      rows.map(
        ({ table, columns }) => `${table}(${columns.replaceAll('"', '').replaceAll(' ', '')})`,
      ),
    );
    expect(declaredIndexes().filter((index) => !found.has(index))).toEqual([]);
  } finally {
    await store.close();
  }
});

const scalars: { readonly [type: string]: string } = {
  String: 'text',
  Int: 'integer',
  Float: 'double precision',
  BigInt: 'bigint',
  Boolean: 'boolean',
  Json: 'jsonb',
  DateTime: 'timestamp(3) without time zone',
};

function declaredColumns(): { readonly [column: string]: Column } {
  return Object.fromEntries(
    models().flatMap(({ table, fields }) =>
      fields.map(({ column, type, attributes }) => [
        `${table}.${column}`,
        columnOf(type, attributes),
      ]),
    ),
  );
}

function columnOf(type: string, attributes: string): Column {
  const base = type.replace(/[?[\]]/g, '');
  const native = attributes.includes('@db.Uuid')
    ? 'uuid'
    : attributes.includes('@db.Timestamptz(3)')
      ? 'timestamp(3) with time zone'
      : attributes.includes('@db.Json')
        ? 'json'
        : (scalars[base] ?? `unknown type ${type}`);
  const isList = type.endsWith('[]');
  // Prisma writes lists without NOT NULL.
  return { type: isList ? `${native}[]` : native, isNullable: type.endsWith('?') || isList };
}

function declaredIndexes(): readonly string[] {
  return models().flatMap(({ table, body, fields }) => {
    const column = (field: string) => fields.find(({ name }) => name === field.trim())?.column;
    const compound = [...body.matchAll(/@@(?:id|unique|index)\(\[([^\]]*)\]\)/g)].map(
      ([, list = '']) => list.split(',').map(column).join(','),
    );
    const single = fields
      .filter(({ attributes }) => /@(?:id|unique)\b/.test(attributes))
      .map((field) => field.column);
    return [...compound, ...single].map((columns) => `${table}(${columns})`);
  });
}

function models() {
  return [...schema.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].map(([, body = '']) => ({
    body,
    table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? '',
    fields: [...body.matchAll(/^ {2}(\w+)\s+(\w+(?:\?|\[\])?)(.*)$/gm)].map(
      ([, name = '', type = '', attributes = '']) => ({
        name,
        type,
        attributes,
        column: /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? name,
      }),
    ),
  }));
}
