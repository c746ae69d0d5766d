/** Line drawings on a grid of 16, drawn for this viewer. */
const paths = {
  pan: 'M8 1.5v13M1.5 8h13M8 1.5 6 3.5M8 1.5l2 2M8 14.5l-2-2M8 14.5l2-2M1.5 8l2-2M1.5 8l2 2M14.5 8l-2-2M14.5 8l-2 2',
  window: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 2.5v11M10 4.5v7M12 6v4',
  ruler: 'M2.5 10.5l8-8 3 3-8 8zM5 8l1.2 1.2M7.5 5.5l1.2 1.2',
  roi: 'M8 3.5c3.6 0 6 2 6 4.5s-2.4 4.5-6 4.5S2 10.5 2 8s2.4-4.5 6-4.5ZM8 6.5v3M6.5 8h3',
  planes: 'M2 2.5h7v11H2zM11 2.5h3v4.5h-3zM11 9h3v4.5h-3z',
  copy: 'M5 5h8v9H5zM3 11V2h8',
  save: 'M8 2v8M5 7.5 8 10.5l3-3M2.5 13.5h11',
  fit: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4M5.5 5.5h5v5h-5z',
  oneToOne: 'M3 5.5 4.8 4v8M11 5.5 12.8 4v8M8 6.2v.2M8 9.8v.2',
  zoomIn: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3l3.7 3.7M5 7h4M7 5v4',
  zoomOut: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3l3.7 3.7M5 7h4',
  mask: 'M5 3.5c3-2 7 0 7.5 3.5S11 13.5 8 13 2 12 2.5 8.5 3.5 4.5 5 3.5ZM5.5 8.5l3-3M7 11l4-4',
  panel: 'M2 3h12v10H2zM10 3v10',
  help: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM6.2 6.3c.2-2.3 3.6-2.2 3.6-.1C9.8 7.5 8 7.6 8 9.2M8 11.2v.3',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  warning: 'M8 2.2 14.3 13.5H1.7ZM8 6.5v3.2M8 11.4v.4',
  spark: 'M8 2v3M8 11v3M2 8h3M11 8h3M4 4l1.8 1.8M10.2 10.2 12 12M12 4l-1.8 1.8M5.8 10.2 4 12',
} as const;

export type IconName = keyof typeof paths;

/** A drawing in the colour of the text around it, hidden from screen readers. */
export function icon(name: IconName): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', paths[name]);
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'icon');
  svg.append(path);
  return svg;
}
