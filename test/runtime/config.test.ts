/** The environment: every problem at once, nothing unknown in the files that set it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConfigError, readConfig, variables } from '../../runtime/config.ts';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  test('starts with an empty environment, on loopback, sending locally', () => {
    const config = readConfig({}, '/somewhere');
    expect(config.publicUrl).toBe('http://127.0.0.1:3000');
    expect(config.home).toBe('/somewhere/.perennial');
    expect(config.sendVia).toBe('local');
  });

  test('sends through the mail queue when the relay is on another machine', () => {
    expect(readConfig({ SMTP_URL: 'smtp://relay.example:587' }).sendVia).toBe('queue');
  });

  test('reports every problem at once, each with place, found and expected', () => {
    expect(problemsOf({ PORT: '99999', DATABASE_URL: 'mysql://x', SEND_VIA: 'pigeon' })).toEqual([
      'PORT is "99999"; expected a number of at most 65535.',
      'DATABASE_URL is a value that does not fit; expected a URL that starts with postgresql:// or postgres://.',
      'SEND_VIA is "pigeon"; expected one of local, queue.',
    ]);
  });

  test('never prints a secret', () => {
    expect(problemsOf({ PERENNIAL_SECRET: 'hunter2' }).join()).not.toContain('hunter2');
  });

  test('starts nothing embedded in production and refuses failpoints there', () => {
    const problems = problemsOf({ NODE_ENV: 'production', FAILPOINTS: 'send.after250=kill' });
    expect(problems).toHaveLength(7);
    expect(problems[0]).toContain('FAILPOINTS');
  });

  test('a receiver of mail needs a domain to receive for', () => {
    expect(problemsOf({ INBOUND_SMTP_PORT: '2525' }).join()).toContain('BOUNCE_DOMAIN');
    expect(problemsOf({ INBOUND_SMTP_PORT: '2525', REPLY_DOMAIN: 'r.acme.example' })).toEqual([]);
  });

  test('treats an empty value as not set', () => {
    expect(readConfig({ SMTP_URL: '' }).SMTP_URL).toBeUndefined();
  });
});

describe('the files that set the environment', () => {
  test('.env.example names every variable and no other', () => {
    const named = [...readFileSync('.env.example', 'utf8').matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)];
    expect(named.map((match) => match[1]).sort()).toEqual(Object.keys(variables).sort());
  });

  interface Service {
    readonly image?: string;
    readonly build?: unknown;
    readonly healthcheck?: { readonly test: unknown };
    readonly environment?: Readonly<Record<string, unknown>>;
  }
  const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
  };

  test('docker-compose.yml holds the whole product, each part with a health check', () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      'api',
      'mailpit',
      'perennial-db',
      'temporal',
      'temporal-db',
      'temporal-ui',
      'worker',
    ]);
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service.healthcheck?.test, `${name} has no health check`).toBeDefined();
    }
  });

  test('docker-compose.yml pins every image to a fixed tag', () => {
    const images = Object.values(compose.services).flatMap((service) => service.image ?? []);
    expect(images.length).toBeGreaterThan(3);
    expect(images.filter((image) => !/:v?\d+(\.\d+)+[\w.-]*$/.test(image))).toEqual([]);
  });

  test('docker-compose.yml sets only variables that exist, to values that fit', () => {
    for (const name of ['api', 'worker']) {
      const environment = compose.services[name]?.environment ?? {};
      expect(Object.keys(environment).filter((key) => !(key in variables))).toEqual([]);
      const values = Object.entries(environment).map(([key, value]) => [
        key,
        String(value).replace(/\$\{\w+:\?[^}]*\}/, 'x'.repeat(40)),
      ]);
      expect(problemsOf(Object.fromEntries(values) as Record<string, string>)).toEqual([]);
    }
  });
});
