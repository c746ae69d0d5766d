import { defineViewer, toViewerError } from '@groundglass/viewer';
import { GroundglassClient } from '@groundglass/client';
import { CtError, type SlicePrediction } from '@groundglass/core/browser';
import { droppedFiles } from './dropped-files.js';
import { groupFiles, type FileGroup } from './file-groups.js';
import { openFile } from './open-file.js';
import { fetchSamples, type Sample } from './samples.js';
import { StudyList } from './study-list.js';
import { drawThumbnail } from './thumbnail.js';

/** The server's page: a CT image dropped, chosen or picked from the samples is decoded here and scored by the server. */
defineViewer();

const byId = (id: string): HTMLElement => document.getElementById(id)!;
const viewer = document.querySelector('groundglass-viewer')!;
const chooser = byId('files') as HTMLInputElement;
const welcome = byId('welcome');
const token = byId('token') as HTMLInputElement;
/** The files chosen or dropped last, and those of them that are shown. */
let chosen: readonly File[] = [];
let opened: readonly File[] = [];
/** Those shown files that the server needs. */
let upload: readonly File[] = [];
let opening = new AbortController();
let predicting = new AbortController();

/** Cancels the scoring of the files that are not shown. */
let scoring = new AbortController();

/** The entry of the list whose picture is shown; its verdict comes with the picture's prediction. */
let entry: { readonly list: StudyList; readonly index: number } | undefined;
/** Settles when what is shown has its prediction, or will have none. */
let shown: Promise<void> = Promise.resolve();

/** Shows the first picture of some files, and lists and scores the others where there are several. */
async function openAll(files: readonly File[]): Promise<void> {
  chosen = files;
  scoring.abort();
  scoring = new AbortController();
  const { signal } = scoring;
  const groups = await groupFiles(files);
  const [first] = groups;
  if (!first || signal.aborted) return;
  const list = new StudyList(byId('study'), groups, (group) => {
    choose(group);
  });
  const choose = (group: FileGroup): void => {
    entry = { list, index: groups.indexOf(group) };
    list.show(entry.index);
    shown = show(group.files);
  };
  choose(first);
  if (groups.length > 1) await scoreAll(groups, list, signal);
}

/** Fetches the list's verdicts one by one, after the shown picture, which fetches its own. */
async function scoreAll(
  groups: readonly FileGroup[],
  list: StudyList,
  signal: AbortSignal,
): Promise<void> {
  const left = [...groups.keys()];
  while (left.length > 0) {
    const index = left.find((each) => each !== list.shown);
    if (index === undefined) {
      await shown;
      if (signal.aborted) return;
      // Another one may have been chosen meanwhile.
      if (list.shown === left[0] && !list.isReported(left[0])) return;
    } else if (!list.isReported(index)) {
      await scoreOne(groups[index]!, index, list, signal);
      if (signal.aborted) return;
    }
    for (const each of [...left]) {
      if (list.isReported(each)) left.splice(left.indexOf(each), 1);
    }
  }
}

async function scoreOne(
  { files }: FileGroup,
  index: number,
  list: StudyList,
  signal: AbortSignal,
): Promise<void> {
  list.progress(index, 'scoring');
  try {
    const found = await openFile(files, signal);
    const prediction = await server().predict(uploadOf(found.upload), {
      signal,
      mask: false,
      priority: 'background',
    });
    list.report(index, prediction);
  } catch (error) {
    if (!signal.aborted) list.report(index, sentenceOf(error));
  }
}

const sentenceOf = (error: unknown): string =>
  error instanceof CtError ? error.message : 'Could not be scored';

const uploadOf = (files: readonly File[]) =>
  files.length === 1 ? files[0]! : files.map((file) => ({ name: file.name, data: file }));

/** Shows some files and asks for their prediction. */
async function show(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  opening.abort();
  predicting.abort();
  opening = new AbortController();
  const { signal } = opening;
  opened = files;
  upload = [];
  const of = entry;
  welcome.hidden = true;
  viewer.hidden = false;
  viewer.wait();
  try {
    const found = await openFile(files, signal);
    if (signal.aborted) return;
    upload = found.upload;
    viewer.open(found.volume, found.provider);
    viewer.focus();
    await predict();
  } catch (error) {
    if (signal.aborted) return;
    viewer.fail(toViewerError(error));
    of?.list.report(of.index, sentenceOf(error));
  }
}

async function predict(): Promise<void> {
  if (upload.length === 0) return;
  predicting.abort();
  predicting = new AbortController();
  const { signal } = predicting;
  const of = entry;
  of?.list.progress(of.index, 'scoring');
  viewer.prediction = { kind: 'running', done: 0, total: 0, slices: [] };
  try {
    const slices: SlicePrediction[] = [];
    const prediction = await server().predictStream(uploadOf(upload), {
      signal,
      startAt: viewer.viewState.slice,
      onEvent: (event) => {
        if ((event.event !== 'slice' && event.event !== 'skipped') || signal.aborted) return;
        if (event.event === 'slice') slices.push(event.slice);
        const { done, total } = event;
        viewer.prediction = { kind: 'running', done, total, slices: [...slices] };
      },
    });
    of?.list.report(of.index, prediction);
    if (!signal.aborted) viewer.prediction = { kind: 'done', prediction };
  } catch (error) {
    if (signal.aborted) {
      of?.list.progress(of.index, 'waiting');
      return;
    }
    viewer.prediction = { kind: 'failed', error: toViewerError(error) };
    of?.list.report(of.index, sentenceOf(error));
    if (error instanceof CtError && error.code === 'CT_UNAUTHORIZED') askForToken();
  }
}

/** The server that sent this page. It may still be loading its models, so a call is retried for about 15 seconds. */
function server(): GroundglassClient {
  const given = token.value.trim();
  const baseUrl = new URL('.', document.baseURI).href;
  return new GroundglassClient({ baseUrl, attempts: 8, ...(given ? { token: given } : {}) });
}

function authorization(): Record<string, string> {
  const given = token.value.trim();
  return given ? { authorization: `Bearer ${given}` } : {};
}

/** Back to the first view, where the token is entered; the picture waits. */
function askForToken(): void {
  byId('access').hidden = false;
  (byId('access') as HTMLDetailsElement).open = true;
  welcome.hidden = false;
  viewer.hidden = true;
  token.focus();
}

token.addEventListener('change', () => {
  void listSamples();
  void showModel();
  if (upload.length === 0) return;
  // All of them: the listed files failed without the token, too.
  void openAll(chosen);
});

viewer.addEventListener('requestprediction', () => void predict());
viewer.addEventListener('cancelprediction', () => {
  predicting.abort();
  entry?.list.report(entry.index, 'Cancelled');
  viewer.prediction = { kind: 'idle' };
});
viewer.addEventListener('retry', () => {
  shown = show(opened);
});
chooser.addEventListener('change', () => {
  void openAll([...(chooser.files ?? [])]);
  // The same file can be chosen again.
  chooser.value = '';
});
addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('dropping');
});
addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) document.body.classList.remove('dropping');
});
addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('dropping');
  if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(openAll);
});

async function listSamples(): Promise<void> {
  const samples = await fetchSamples(authorization());
  byId('samples').hidden = samples.length === 0;
  byId('sample-list').replaceChildren(
    ...samples.map(({ name, url }) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(name);
      void addThumbnail(button, { name, url });
      button.addEventListener('click', () => void showSample(name, url));
      const item = document.createElement('li');
      item.append(button);
      return item;
    }),
  );
}

/** A sample that cannot be drawn keeps its empty square. */
async function addThumbnail(button: HTMLElement, { name, url }: Sample): Promise<void> {
  const empty = document.createElement('canvas');
  button.prepend(empty);
  const response = await fetch(url, { headers: authorization() }).catch(() => undefined);
  if (!response?.ok) return;
  const drawn = await drawThumbnail(await response.blob(), name);
  if (drawn) empty.replaceWith(drawn);
}

/** Shows which model answers, and a hint at a token only if the server requires one. Retries until the server has loaded its models. */
async function showModel(): Promise<void> {
  const status = byId('model');
  try {
    const [model] = await server().models();
    byId('access').hidden = token.value === '';
    const reason = model ? undefined : await whyNotReady();
    if (reason !== undefined) setTimeout(() => void showModel(), 1000);
    status.textContent = model
      ? `Model: ${model.name} ${model.version}${model.trained === false ? ', untrained' : ''}. The server is ready.`
      : `${reason ?? 'The server has no model for CT images'}.`;
  } catch (error) {
    const wantsToken = error instanceof CtError && error.code === 'CT_UNAUTHORIZED';
    byId('access').hidden = !wantsToken;
    status.textContent = wantsToken ? '' : 'The server does not answer.';
  }
}

/** In the server's words; undefined where it is ready. */
async function whyNotReady(): Promise<string | undefined> {
  const response = await fetch('healthz').catch(() => undefined);
  const health = (await response?.json().catch(() => undefined)) as
    { readonly reason?: unknown } | undefined;
  return typeof health?.reason === 'string' ? health.reason : undefined;
}

async function showSample(name: string, url: string): Promise<void> {
  const response = await fetch(url, { headers: authorization() }).catch(() => undefined);
  if (response?.ok) await openAll([new File([await response.blob()], name)]);
  else {
    welcome.hidden = true;
    viewer.hidden = false;
    viewer.fail(
      toViewerError(
        new CtError('CT_READ_FAILED', 'Expected the sample, the server did not send it'),
      ),
    );
  }
}

void showModel();
void listSamples();
