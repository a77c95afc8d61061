import { Config } from '@evenkeel/contracts';
import { parseConfigText } from '@evenkeel/runtime';
import { expect, test } from 'vitest';
import { presets, presetYaml } from './preset-yaml.ts';

test.each(Object.keys(presets))(
  '%s, as it is printed, is the preset itself, with a sentence to every option',
  (name) => {
    const text = presetYaml(name);
    expect(parseConfigText(text)).toEqual({ ok: true, config: Config.parse(presets[name]!.config) });
    const options = text.split('\n').filter((line) => /: \S/.test(line) && !line.startsWith('#'));
    expect(options.filter((line) => !/ # \w.*\.$/.test(line))).toEqual([]);
  },
);
