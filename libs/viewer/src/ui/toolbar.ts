import type { Part, ViewActions, ViewModel } from '../view-model.js';
import { fillIn, type ViewerStrings } from '../strings.js';
import { iconButton, setPressed } from './controls.js';
import { make, setText, setValue, show } from './dom.js';
import { hasPlanes } from './plane-view.js';

/** The bar above the picture: what is open, the tools, and the panels that can be shown. */
export function createToolbar(strings: ViewerStrings, actions: ViewActions): Part {
  const title = make('h1', { class: 'title' });
  const facts = make('span', { class: 'facts' });
  const pan = iconButton('pan', strings.pan, () => {
    actions.change({ tool: 'pan' });
  });
  const window = iconButton('window', strings.dragWindow, () => {
    actions.change({ tool: 'window' });
  });
  const ruler = iconButton('ruler', `${strings.ruler} (R)`, () => {
    actions.change({ tool: 'ruler' });
  });
  const roi = iconButton('roi', `${strings.roi} (E)`, () => {
    actions.change({ tool: 'roi' });
  });
  const planes = iconButton('planes', `${strings.planes} (X)`, () => {
    actions.change({ planes: !view.planes });
  });
  const timePoint = make('select', {
    class: 'time-point',
    attributes: { 'aria-label': strings.timePoint },
    on: {
      change: () => {
        actions.chooseTimePoint(Number(timePoint.value));
      },
    },
  });
  let view: ViewModel['view'];
  const mask = iconButton('mask', `${strings.maskVisible} (M)`, () => {
    actions.change({ maskVisible: !view.maskVisible });
  });
  const panel = iconButton('panel', strings.togglePanel, () => {
    actions.change({ panelOpen: !view.panelOpen });
  });
  const tools = make(
    'div',
    { class: 'tools', attributes: { role: 'toolbar', 'aria-label': strings.view } },
    make('span', { class: 'tool-group' }, pan, window, ruler, roi),
    make(
      'span',
      { class: 'tool-group' },
      iconButton('zoomOut', `${strings.zoomOut} (−)`, () => {
        actions.zoomBy(1 / 1.25);
      }),
      iconButton('zoomIn', `${strings.zoomIn} (+)`, () => {
        actions.zoomBy(1.25);
      }),
      iconButton('fit', `${strings.fit} (F)`, () => {
        actions.change({ zoom: 'fit', centre: undefined });
      }),
      iconButton('oneToOne', `${strings.oneToOne} (O)`, () => {
        actions.change({ zoom: 1 });
      }),
    ),
    make('span', { class: 'tool-group' }, mask, planes),
    make(
      'span',
      { class: 'tool-group' },
      iconButton('help', `${strings.help} (?)`, () => {
        actions.toggleHelp();
      }),
      panel,
    ),
  );
  return {
    element: make('header', { class: 'toolbar' }, title, facts, timePoint, tools),
    update(model) {
      view = model.view;
      setText(title, model.volume?.title ?? '');
      setText(facts, model.volume ? volumeFacts(model) : '');
      show(tools, model.volume !== undefined);
      setPressed(pan, view.tool === 'pan');
      setPressed(window, view.tool === 'window');
      setPressed(ruler, view.tool === 'ruler');
      setPressed(roi, view.tool === 'roi');
      show(planes, hasPlanes(model.volume));
      setPressed(planes, view.planes);
      showTimePoints(timePoint, model, strings);
      setPressed(mask, view.maskVisible);
      setPressed(panel, view.panelOpen);
    },
  };
}

/** The volumes of a file with several, as a list to choose from. */
function showTimePoints(
  select: HTMLSelectElement,
  { volume }: ViewModel,
  strings: ViewerStrings,
): void {
  const point = volume?.timePoint ?? null;
  show(select, point !== null && point.count > 1);
  if (!point) return;
  if (select.options.length !== point.count) {
    select.replaceChildren(
      ...Array.from({ length: point.count }, (_, at) =>
        make(
          'option',
          { attributes: { value: String(at) } },
          fillIn(strings.timePointOf, at + 1, point.count),
        ),
      ),
    );
  }
  setValue(select, String(point.index));
}

const formatNames = {
  dicom: 'DICOM',
  nifti: 'NIfTI',
  metaimage: 'MetaImage',
  png: 'PNG',
  jpeg: 'JPEG',
} as const;

function volumeFacts({ volume }: ViewModel): string {
  if (!volume) return '';
  const { columns, rows, sliceCount, geometry, pixelSpacing, format } = volume;
  const size = sliceCount > 1 ? `${columns} × ${rows} × ${sliceCount}` : `${columns} × ${rows}`;
  const facts = [formatNames[format], size];
  const spacing = geometry?.spacing ?? pixelSpacing;
  if (spacing) {
    const lengths = [spacing.column, spacing.row];
    if (geometry && sliceCount > 1) lengths.push(geometry.spacing.slice);
    facts.push(`${lengths.map((length) => String(Number(length.toFixed(2)))).join(' × ')} mm`);
  }
  return facts.join('  ·  ');
}
