/** A CT image that the server offers to try. */
export interface Sample {
  readonly name: string;
  /** Relative to the page. */
  readonly url: string;
}

/** The samples in `samples/index.json` (`[{ "name", "url" }]`); none if the server has no such file or requires a token. */
export async function fetchSamples(headers: Record<string, string>): Promise<Sample[]> {
  const response = await fetch('samples/index.json', { headers }).catch(() => undefined);
  if (!response?.ok) return [];
  const list: unknown = await response.json().catch(() => undefined);
  return Array.isArray(list) ? list.filter(isSample) : [];
}

function isSample(value: unknown): value is Sample {
  const { name, url } = (value ?? {}) as Record<string, unknown>;
  // A sample of another origin would send the browser elsewhere.
  return (
    typeof name === 'string' &&
    typeof url === 'string' &&
    new URL(url, location.href).origin === location.origin
  );
}
