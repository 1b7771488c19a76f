/** What a person reads when something cannot be shown: one sentence, and the way on. */
import { html } from '../html.ts';
import { page } from '../layout.ts';

export interface ErrorView {
  readonly status: number;
  readonly message: string;
  readonly requestId: string;
}

export function errorPage({ status, message, requestId }: ErrorView): string {
  return page(
    { title: titleOf(status) },
    html`<h1>${titleOf(status)}</h1>
      <p>${message}</p>
      <p class="soft small">Request ${requestId}</p>`,
  );
}

function titleOf(status: number): string {
  if (status === 404) return 'Nothing here';
  if (status === 403 || status === 401) return 'Not for you';
  return status >= 500 ? 'Something is wrong on our side' : 'That did not work';
}
