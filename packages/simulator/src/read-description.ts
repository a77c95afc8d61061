import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { describeCluster } from './describe-cluster.ts';
import type { Description, DescriptionInput } from './description.ts';
import { DescriptionError } from './problems.ts';

/** A description from YAML; a DescriptionError says everything that is wrong with it. */
export const parseDescription = (yaml: string): Description => {
  const document = parseDocument(yaml);
  if (document.errors.length > 0)
    throw new DescriptionError(document.errors.map((error) => error.message.split('\n')[0] as string));
  return describeCluster((document.toJS() ?? {}) as DescriptionInput);
};

/** A description and the traces that it names, which lie relative to it. */
export const readDescription = async (
  path: string,
): Promise<{ description: Description; traces: Record<string, string> }> => {
  const description = parseDescription(await readFile(path, 'utf8'));
  const traces: Record<string, string> = {};
  for (const [name, { file }] of Object.entries(description.traces)) {
    const text = await readFile(resolve(dirname(path), file), 'utf8').catch(() => undefined);
    if (text === undefined) throw new DescriptionError([`traces.${name}: ${file} cannot be read`]);
    traces[name] = text;
  }
  return { description, traces };
};
