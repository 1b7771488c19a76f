/**
 * What a form of the console gets back when its wish is refused: the page it was sent from, with the
 * sentence. Anything but a refusal of ours is not ours to word, and goes on.
 */
import type { Response } from 'express';
import { Problem, statusOf } from '../api/problems.ts';

export async function orShown(
  response: Response,
  shown: (problem: string) => Promise<string>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    sendPage(response, statusOf(error), await shown(error.message));
  }
}

export function sendPage(response: Response, status: number, body: string): void {
  response.status(status).set('Cache-Control', 'no-store').type('html').send(body);
}
