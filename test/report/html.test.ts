import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figure, section, table } from '../../src/report/figure.js';
import { html, trusted } from '../../src/report/html.js';

test('everything is text unless it is markup made here', () => {
  const name = '<img src=x onerror="alert(1)">\u202e\u0007';
  const quoted = '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;\ufffd\ufffd';
  assert.equal(html`<p title="${name}">${name}</p>`.markup, `<p title="${quoted}">${quoted}</p>`);
  const parts = [html`<b>${1}</b>`, html`<i>${'&'}</i>`, trusted('<hr>')];
  assert.equal(html`${parts}${null}${html`${parts[0]!}`}`.markup, '<b>1</b><i>&amp;</i><hr><b>1</b>');
});

test('a figure is drawn for both widths, its table folded away', () => {
  const rows = table(['Class', 'Images'], [['<a>', 3]]);
  assert.match(rows.markup, /<th scope="row">&lt;a&gt;<\/th><td>3<\/td>/);
  const draw = (width: number) => `<svg width="${width}"></svg>`;
  const { markup } = figure({ draw, caption: html`${'a < b'}`, table: rows, wideWidth: 900 });
  assert.deepEqual(markup.match(/<svg width="\d+">/g), ['<svg width="900">', '<svg width="326">']);
  assert.ok(
    markup.includes('<figcaption>a &lt; b</figcaption>') && markup.includes(`${rows.markup}</div></details>`),
  );
  assert.ok(!figure({ draw, caption: html`` }).markup.includes('<details>'));
  assert.equal(section('a', 'B & C', html`<p>`).markup, '<section id="a"><h2>B &amp; C</h2><p></section>\n');
});
