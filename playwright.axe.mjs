import { AxeBuilder } from '@axe-core/playwright';

/**
 * Accessibility violations that axe finds, as `rule: the elements`.
 *
 * @param {import('@playwright/test').Page} page
 * @param {readonly string[]} [include] where to look: the selectors of nested frames, and of an element of the last; default the whole page
 */
export async function accessibilityFindings(page, include) {
  const builder = new AxeBuilder({ page });
  const { passes, violations } = await (
    include ? builder.include([...include]) : builder
  ).analyze();
  // A selector that matches nothing would pass as a page without findings.
  if (passes.length + violations.length === 0) throw new Error('axe found nothing to check');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
