/** Pages escape what people typed. */
import { expect, test } from 'vitest';
import { html } from '../../console/html.ts';

test('every value is escaped, nested HTML is kept, absence leaves nothing', () => {
  const name = `<script>alert("x")</script> & 'co'`;
  expect(html`<p title="${name}">${name}</p>`.text).toBe(
    '<p title="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39;">' +
      '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39;</p>',
  );
  expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}</ul>${null}${false}`.text).toBe(
    '<ul><li>1</li><li>2</li></ul>',
  );
});
