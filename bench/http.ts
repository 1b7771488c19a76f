/** Calls of the product's API, as a customer's server makes them: one kept connection, Basic auth. */
import { Agent, request } from 'node:http';
import type { Config } from '../runtime/config.ts';

export interface Api {
  post(path: string, body: object): Promise<unknown>;
  get(path: string): Promise<unknown>;
}

export function createApi(config: Config): Api {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const authorization = `Basic ${Buffer.from(`${config.PERENNIAL_API_KEY ?? ''}:`).toString('base64')}`;
  const call = (method: string, path: string, body?: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = { authorization, 'content-type': 'application/json' };
      const asked = request(
        `${config.publicUrl}${path}`,
        { method, agent, headers },
        (response) => {
          let answer = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
          response.once('end', () => {
            const status = response.statusCode ?? 0;
            if (status < 300) resolve(JSON.parse(answer));
            else
              reject(
                new Error(`${method} ${path} was answered ${status}: ${answer.slice(0, 500)}`),
              );
          });
        },
      );
      asked.once('error', reject);
      asked.end(text);
    });
  return {
    post: (path, body) => call('POST', path, body),
    get: (path) => call('GET', path),
  };
}
