import type { ReviewPanel, ReviewRow } from './review-row.js';

/** A person accepts the row as it is: its slices count as decided by a person. */
export function acceptRow(row: ReviewRow): ReviewRow {
  return {
    ...row,
    state: 'accepted',
    panels: row.panels.map((panel) => ({ ...panel, decidedBy: 'person' })),
  };
}

/** Nothing of the row goes into the dataset. */
export function skipRow(row: ReviewRow): ReviewRow {
  return { ...row, state: 'skipped' };
}

/** Reopens the row. A person's decisions about panels stay. */
export function reopenRow(row: ReviewRow): ReviewRow {
  return { ...row, state: 'open' };
}

/**
 * Sets one panel's label; `not-ct` means that it is no slice.
 *
 * @throws {RangeError} when the row has no such panel.
 */
export function setPanelLabel(
  row: ReviewRow,
  panelId: string,
  label: ReviewPanel['label'] | 'not-ct',
): ReviewRow {
  panelOf(row, panelId);
  return {
    ...row,
    panels: row.panels.map((panel) =>
      panel.id !== panelId
        ? panel
        : {
            ...panel,
            ...(label === 'not-ct'
              ? { kind: panel.kind === 'axial-ct' ? ('grey-picture' as const) : panel.kind }
              : { kind: 'axial-ct' as const, label }),
            confidence: 1,
            decidedBy: 'person',
          },
    ),
  };
}

/**
 * Merges panels into one with the box around them; label and words come from the first.
 *
 * @throws {RangeError} when fewer than two panels are named, or one that the row does not have.
 */
export function mergePanels(row: ReviewRow, panelIds: readonly string[]): ReviewRow {
  const chosen = panelIds.map((id) => panelOf(row, id));
  const first = chosen[0];
  if (!first || chosen.length < 2) {
    throw new RangeError(`Expected at least two panels to merge, got ${chosen.length}`);
  }
  const left = Math.min(...chosen.map(({ box }) => box.left));
  const top = Math.min(...chosen.map(({ box }) => box.top));
  const right = Math.max(...chosen.map(({ box }) => box.left + box.columns));
  const bottom = Math.max(...chosen.map(({ box }) => box.top + box.rows));
  const merged: ReviewPanel = {
    ...changed(first),
    box: { left, top, columns: right - left, rows: bottom - top },
  };
  return {
    ...row,
    panels: row.panels.flatMap((panel) =>
      panel.id === first.id ? [merged] : panelIds.includes(panel.id) ? [] : [panel],
    ),
  };
}

/**
 * Cuts a panel in two.
 *
 * @param at in pixels of the figure's picture: a row for `horizontal`, a column for `vertical`.
 * @throws {RangeError} when the row has no such panel, or the cut is not inside it.
 */
export function splitPanelAt(
  row: ReviewRow,
  panelId: string,
  direction: 'horizontal' | 'vertical',
  at: number,
): ReviewRow {
  const panel = panelOf(row, panelId);
  const { left, top, columns, rows } = panel.box;
  const cut = Math.round(at);
  const inside =
    direction === 'vertical' ? cut > left && cut < left + columns : cut > top && cut < top + rows;
  if (!inside)
    throw new RangeError(`Expected a cut inside of the panel, got ${direction} at ${at}`);
  const [a, b] =
    direction === 'vertical'
      ? [
          { ...panel.box, columns: cut - left },
          { ...panel.box, left: cut, columns: left + columns - cut },
        ]
      : [
          { ...panel.box, rows: cut - top },
          { ...panel.box, top: cut, rows: top + rows - cut },
        ];
  const halves: ReviewPanel[] = [
    { ...changed(panel), box: a },
    { ...changed(panel), id: freeId(row, panel.id), box: b },
  ];
  return {
    ...row,
    panels: row.panels.flatMap((other) => (other.id === panelId ? halves : [other])),
  };
}

/** A panel whose box a person changed: its file and its position on the page are no longer valid. */
function changed(panel: ReviewPanel): ReviewPanel {
  return { ...panel, image: null, pageBox: null, source: 'cropped', decidedBy: 'person' };
}

function panelOf(row: ReviewRow, id: string): ReviewPanel {
  const panel = row.panels.find((candidate) => candidate.id === id);
  if (!panel) {
    throw new RangeError(`Expected a panel of ${row.id}, there is none called "${id}"`);
  }
  return panel;
}

function freeId(row: ReviewRow, base: string): string {
  for (let i = 2; ; i++) {
    const id = `${base}.${i}`;
    if (row.panels.every((panel) => panel.id !== id)) return id;
  }
}
