import { type ConfigInput, configSchema, type Option, optionAt, recommended } from '@evenkeel/contracts';
import { Document, isScalar, visit } from 'yaml';

/** What is shipped, each with what it is for. */
export const presets: Record<string, { about: string; config: ConfigInput }> = {
  recommended: {
    about:
      'What Evenkeel recommends for a mid-sized cluster: it acts by itself, learns from every move, and asks of each that it pays.',
    config: recommended,
  },
};

const caution = `It moves guests as soon as it is in force. To see first what it would do, set mode to \`recommend\`.
Clusters come from the environment (EVENKEEL_PVE_HOSTS and so on), or add \`clusters:\` here.`;

/** A preset as an administrator would write it, each option with its sentence; everything else has its default. */
export function presetYaml(name: string): string {
  const { about, config } = presets[name]!;
  const document = new Document(config);
  document.commentBefore = [about, ...caution.split('\n')].map((line) => ` ${line}`).join('\n');
  const root = configSchema() as Option;
  visit(document, {
    Pair: (_, { key, value }, path) => {
      const keys = [
        ...path.flatMap((node) => ('key' in node && isScalar(node.key) ? [String(node.key.value)] : [])),
        String(key),
      ];
      const sentence = optionAt(keys, root)?.description;
      if (isScalar(value) && sentence) value.comment = ` ${sentence}`;
    },
  });
  return document.toString({ lineWidth: 0 });
}
