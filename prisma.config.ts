// Where Prisma finds the schema and the migrations. The address is only needed by its migrate
// commands (`DATABASE_URL=... npx prisma migrate deploy`); the product applies the same files
// through store/migrate.ts.
import { defineConfig } from 'prisma/config';

const databaseUrl = process.env['DATABASE_URL'];

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(databaseUrl ? { datasource: { url: databaseUrl } } : {}),
});
