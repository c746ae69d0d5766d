type Child = Node | string | undefined;

/** Properties that `make` sets: attributes, or listeners under `on`. */
interface MakeOptions {
  readonly class?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly on?: {
    readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void;
  };
}

/** Creates an element; never parses markup, to satisfy strict content security policies and Trusted Types. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { class: className, attributes = {}, on = {} }: MakeOptions = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const [name, listener] of Object.entries(on)) {
    element.addEventListener(name, listener as EventListener);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Sets the text only if it differs, so that screen readers do not repeat live regions. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Shows or hides an element. */
export function show(element: HTMLElement, visible: boolean): void {
  if (element.hidden === visible) element.hidden = !visible;
}

/** Writes a field's value unless the user is typing in it. */
export function setValue(field: HTMLInputElement | HTMLSelectElement, value: string): void {
  const root = field.getRootNode();
  const typing =
    root instanceof ShadowRoot &&
    root.activeElement === field &&
    field instanceof HTMLInputElement &&
    field.type !== 'range';
  if (!typing && field.value !== value) field.value = value;
}

/** `0.824` as `82.4 %`. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

let nextId = 0;

/** An id that is unique in the page, to tie labels to fields. */
export function freshId(): string {
  return `gg-${nextId++}`;
}
