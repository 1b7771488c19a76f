// The smallest workflow: it shows that a worker, a queue and the server of the run fit together.
export function echo(text: string): Promise<string> {
  return Promise.resolve(text);
}
