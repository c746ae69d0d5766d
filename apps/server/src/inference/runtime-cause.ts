/** Beyond this length a message is a stack or a list of all operators. */
const longest = 600;

/**
 * ONNX Runtime's message for a failure, without its source location and folders of this machine.
 *
 * Its messages often start with `/onnxruntime_src/…/model.cc:202 onnxruntime::Model::Model(…) `.
 */
export function runtimeCause(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  const plain = withoutSource(text).replace(
    /(?:[A-Za-z]:)?(?:[\\/][^\s\\/"':]+)+[\\/]([^\s\\/"']+)/g,
    '$1',
  );
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}

function withoutSource(text: string): string {
  const place = /^\S+\.(?:cc|h|cpp|hpp):\d+ /.exec(text);
  if (!place) return text;
  const open = text.indexOf('(', place[0].length);
  let depth = 0;
  for (let at = open; at >= 0 && at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) {
      return text.slice(at + 1).replace(/^ (?:const)?(?: ?\[with [^\]]*\])? ?/, '');
    }
  }
  return text.slice(place[0].length);
}
