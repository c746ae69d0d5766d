import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Accessibility violations that axe finds, as `rule: the elements`. Frames inside are not looked into: axe's own way into them
 * (`@axe-core/playwright`) skips a frame that does not load axe within a second, without a word.
 *
 * @param {import('@playwright/test').Frame} frame
 * @param {string} [selector] the element to look in; default the whole page
 * @throws {Error} when there was nothing to check.
 */
export async function accessibilityFindings(frame, selector) {
  await frame.evaluate(source);
  /** @type {import('axe-core').AxeResults} */
  const { passes, violations } = await frame.evaluate(
    `axe.run(${JSON.stringify(selector) ?? 'document'})`,
  );
  // A selector that matches nothing would pass as a page without findings.
  if (passes.length + violations.length === 0) throw new Error('axe found nothing to check');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
