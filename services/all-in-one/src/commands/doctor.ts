import type { Command } from 'commander';
import { examine } from '../doctor/examine.ts';
import { tellFindings } from '../doctor/tell-findings.ts';
import type { BusOptions } from './cluster-bus.ts';
import { readSetup } from './read-setup.ts';
import { withConfig } from './steering-options.ts';

type DoctorOptions = BusOptions & { json?: boolean; natsMonitor?: string };

export function addDoctor(program: Command): void {
  withConfig(program.command('doctor'))
    .description(
      'checks all that Evenkeel stands on (hosts, certificates, tokens and each right, storage, clocks, NATS, Redis), changes nothing, and says what to do; exit code 1 with problems',
    )
    .option('--json', 'print the findings as JSON')
    .option('--nats-monitor <url>', 'monitoring port of NATS, by default port 8222 of its host')
    .action(async ({ json, natsMonitor, config: file }: DoctorOptions) => {
      const { settings, config } = readSetup(process.env, file);
      const findings = await examine({ settings, config, ...(natsMonitor ? { nats_monitor: natsMonitor } : {}) });
      const ok = !findings.some(({ level }) => level === 'problem');
      process.stdout.write(json ? `${JSON.stringify({ ok, findings }, null, 2)}\n` : tellFindings(findings));
      if (!ok) process.exitCode = 1;
    });
}
