import type { Part, ViewActions, ViewModel } from '../view-model.js';
import type { ViewerStrings } from '../strings.js';
import { iconButton, setPressed } from './controls.js';
import { make, setText, show } from './dom.js';

/** The bar above the picture: what is open, the tools, and the parts that can be shown. */
export function createToolbar(strings: ViewerStrings, actions: ViewActions): Part {
  const title = make('h1', { class: 'title' });
  const facts = make('span', { class: 'facts' });
  const pan = iconButton('pan', strings.pan, () => {
    actions.change({ tool: 'pan' });
  });
  const window = iconButton('window', strings.dragWindow, () => {
    actions.change({ tool: 'window' });
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
    make('span', { class: 'tool-group' }, pan, window),
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
    make('span', { class: 'tool-group' }, mask),
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
    element: make('header', { class: 'toolbar' }, title, facts, tools),
    update(model) {
      view = model.view;
      setText(title, model.volume?.title ?? '');
      setText(facts, model.volume ? volumeFacts(model) : '');
      show(tools, model.volume !== undefined);
      setPressed(pan, view.tool === 'pan');
      setPressed(window, view.tool === 'window');
      setPressed(mask, view.maskVisible);
      setPressed(panel, view.panelOpen);
    },
  };
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
