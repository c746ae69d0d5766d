const namespace = 'http://www.w3.org/2000/svg';

/** Makes an SVG element with attributes. */
export function shape(
  tag: 'svg' | 'line' | 'ellipse' | 'text' | 'g',
  attributes: Readonly<Record<string, string | number>> = {},
  text?: string,
): SVGElement {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}
