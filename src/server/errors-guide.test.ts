import { describe, expect, it } from 'vitest';
import { errorCodes } from '../shared/error-codes';
import { errorsGuide, guideHtml } from './errors-guide';

describe('F1: /docs/errors', () => {
  it('has a place to link to for every code', async () => {
    const html = await errorsGuide().text();
    for (const code of Object.keys(errorCodes)) expect(html).toContain(`id="${code}"`);
  });

  it('lets no text of the guide become markup', () => {
    expect(guideHtml('## A\n\nx `<script>` [t](http://a.test) [u](b.md)\n\n- one\n- two')).toBe(
      '<h2 id="A"><a href="#A">A</a></h2>\n' +
        '<p>x <code>&#60;script&#62;</code> <a href="http://a.test">t</a> u</p>\n' +
        '<ul><li>one</li><li>two</li></ul>',
    );
  });
});
