import { AxeBuilder } from '@axe-core/playwright';

/**
 * What axe finds wrong for accessibility, as `rule: the elements`.
 *
 * @param {import('@playwright/test').Page} page
 * @param {readonly string[]} [include] where it looks: the selectors of frames within frames, and of an element of the last; the whole page unless given
 */
export async function accessibilityFindings(page, include) {
  const builder = new AxeBuilder({ page });
  const { violations } = await (include ? builder.include([...include]) : builder).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
