import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import { registerCompare } from '../compare/register-compare.js';
import { Neighbours } from '../datasets/neighbours.js';
import { stepToNeighbour } from '../datasets/step-to-neighbour.js';
import type { AnswerSource } from '../predict/answer-source.js';
import { CtPreviewProvider } from '../preview/ct-preview-provider.js';
import { openAsCt } from '../preview/open-as-ct.js';
import { toggleFilmstrip } from '../preview/preview-settings.js';

/**
 * Called by VS Code in a browser, where no process can start: pictures are shown, measured and compared, but nothing is predicted.
 */
export function activate({ extensionUri, subscriptions }: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Groundglass', { log: true });
  const neighbours = new Neighbours();
  const predictor = noAnswers();
  // Only the desktop's workbench knows the datasets.
  const sampleOf = () => Promise.resolve(undefined);
  const previews = new CtPreviewProvider(predictor, extensionUri, log, sampleOf, neighbours);
  const commands: Readonly<Record<string, (...given: never[]) => unknown>> = {
    'groundglass.openAsCt': openAsCt,
    'groundglass.toggleMask': () => previews.active?.toggleMask(),
    'groundglass.toggleFilmstrip': toggleFilmstrip,
    'groundglass.nextImage': () => stepToNeighbour(neighbours, 1),
    'groundglass.previousImage': () => stepToNeighbour(neighbours, -1),
  };
  subscriptions.push(
    log,
    previews.register(),
    registerCompare({ predictor, server: undefined, extensionUri, log, sampleOf }),
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
}

function noAnswers(): AnswerSource {
  const unavailableReason = vscode.l10n.t(
    'VS Code in a browser cannot start a model server: open the folder in VS Code on a desktop or over SSH to predict.',
  );
  const source: AnswerSource = {
    unavailableReason,
    onDidChange: new vscode.EventEmitter<void>().event,
    predict: () => Promise.reject(new CtError('CT_UNREACHABLE', unavailableReason)),
    of: () => source,
  };
  return source;
}
