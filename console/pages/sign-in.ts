/** The door of the console: one button for a link that signs in once, or an API key. */
import { html } from '../html.ts';
import { page } from '../layout.ts';

export interface SignInView {
  /** Of the link; the button uses it up. */
  readonly token?: string;
  /** The page that was asked for. */
  readonly next: string;
  readonly problem?: string;
}

export function signInPage({ token, next, problem }: SignInView): string {
  return page(
    { title: 'Sign in' },
    html`<p class="brand large"><img src="/assets/mark.svg" alt="" width="34" height="34" />Perennial</p>
      <h1>Sign in to the console</h1>
      ${problem !== undefined && html`<p class="notice rust" role="alert">${problem}</p>`}
      ${
        token !== undefined
          ? html`<form method="post" action="/console/sign-in" class="card">
              <p>This link signs you in once, on this browser.</p>
              <input type="hidden" name="token" value="${token}" />
              <input type="hidden" name="next" value="${next}" />
              <button>Open the console</button>
            </form>`
          : html`<p class="soft">Use the one-time link that <code>npm start</code> printed, or an API key.</p>`
      }
      <form method="post" action="/console/sign-in" class="card">
        <input type="hidden" name="next" value="${next}" />
        <label><span>API key</span><input type="password" name="key" required autocomplete="off" /></label>
        <button class="quiet">Sign in with the key</button>
      </form>`,
  );
}
