/** A test by file and name, or a line of a story; and what makes it red: the defect itself, put in by changing one piece of text. */
export type Tried = { file: string; test: string; put_in?: { file: string; text: string; instead: string } };

/** A mistake that a balancer made in front of its users, and why this one does not: tests, or a reason. */
export type Defect = { id: string; defect: string } & ({ tried: readonly Tried[] } | { cannot: string });

/** Seen in ProxBalance; numbers are those of our notes on it. */
export const ofProxBalance: readonly Defect[] = [
  {
    id: 'P02',
    defect: 'Seasonal baselines and forecasts read a history that nothing writes any more, so they never act.',
    tried: [
      {
        file: 'test/scenarios/trend-awaited/then.txt',
        test: 'deferred by trend',
        put_in: {
          file: 'services/scorer/src/service.ts',
          text: 'for (const history of histories) state.nodeHistory.set(history, history.node);',
          instead: '',
        },
      },
      {
        file: 'services/scorer/src/score.test.ts',
        test: 'usual at this hour: expected',
        put_in: {
          file: 'services/scorer/src/exceed.ts',
          text: ': { keep: false, note:',
          instead: ': { keep: true, note:',
        },
      },
    ],
  },
  {
    id: 'P03',
    defect:
      'Anti-affinity compares how many members nodes have, so that a guest joins its peer where every node has one.',
    tried: [
      {
        file: 'services/filter-pipeline/src/filters/tags-and-affinity.test.ts',
        test: '[P03] a peer on the target, whatever stands elsewhere',
        put_in: {
          file: 'packages/model/src/rules/allowed-on.ts',
          text: 'const clash = others.find(here);',
          instead: 'const clash = others.length > 1 ? undefined : others.find(here);',
        },
      },
    ],
  },
  {
    id: 'P04',
    defect: 'The memory limit of the target is read under a wrong name and never holds.',
    tried: [
      {
        file: 'services/filter-pipeline/src/filters/improvement.test.ts',
        test: '[P04] the target is over its memory cap',
        put_in: {
          file: 'services/filter-pipeline/src/overload.ts',
          text: 'value: after.mem, cap',
          instead: 'value: 0, cap',
        },
      },
    ],
  },
  {
    id: 'P05',
    defect: 'The last filter looks for a sentence that nobody writes any more, and lets everything pass.',
    tried: [
      {
        file: 'services/filter-pipeline/src/filters/improvement.test.ts',
        test: '[P05] the source is no better',
        put_in: {
          file: 'services/filter-pipeline/src/filters/improvement.ts',
          text: 'if (!(effect.source_after.penalty < before)) return',
          instead: 'if (false as boolean) return',
        },
      },
    ],
  },
  {
    id: 'P06',
    defect: 'Persistence counts sightings of a guest whatever the source and target, and however long ago.',
    tried: [
      {
        file: 'services/filter-pipeline/src/persistence.test.ts',
        test: '[P06] another source begins anew',
        put_in: {
          file: 'services/filter-pipeline/src/persistence.ts',
          text: '      before.source_node === source_node &&\n',
          instead: '',
        },
      },
      {
        file: 'services/filter-pipeline/src/persistence.test.ts',
        test: '[P06] sightings older than the window do not count',
        put_in: {
          file: 'services/filter-pipeline/src/persistence.ts',
          text: 'return seen.filter((at) => now - millis(at) <= longest).length;',
          instead: 'return seen.length;',
        },
      },
    ],
  },
  {
    id: 'P07',
    defect:
      'Moves for the sake of guest counts go to nodes that are offline, repeat a guest, and stop where load is even.',
    tried: [
      {
        file: 'services/recommender/src/distribute.test.ts',
        test: '[P07] never to a node that is offline, in maintenance or ignored, and each guest once',
      },
      {
        file: 'services/recommender/src/distribute.test.ts',
        test: '[P34] never beside a guest from which it is kept apart',
        put_in: {
          file: 'services/recommender/src/distribute.ts',
          text: 'areAllowedOn(planning, guests, target)',
          instead: 'true',
        },
      },
      {
        file: 'services/recommender/src/distribute.test.ts',
        test: 'are spread by number although the load is even enough, each move with its reason',
        put_in: {
          file: 'services/recommender/src/recommend.ts',
          text: 'const spread = distribute(planning',
          instead: 'const spread = convergence.converged ? [] : distribute(planning',
        },
      },
    ],
  },
  {
    id: 'P08',
    defect: 'What is on its way is told to nobody, and a dry run moves the same guest again and again.',
    tried: [
      {
        file: 'services/filter-pipeline/src/pipeline.test.ts',
        test: '[P08] a dry run moves each guest once and sees what it has moved',
        put_in: {
          file: 'services/filter-pipeline/src/select.ts',
          text: 'current = unit.reduce((context, { recommendation }) => acceptMove(context, recommendation), current);',
          instead: '',
        },
      },
    ],
  },
  {
    id: 'P09',
    defect: 'Outcomes are never recorded, so nothing is learned from them.',
    tried: [
      {
        file: 'test/scenarios/pair-that-went-badly/then.txt',
        test: 'a->b: 0 of 3 judged migrations turned out well',
        put_in: {
          file: 'services/outcome-tracker/src/service.ts',
          text: '...outcomes,',
          instead: '',
        },
      },
      {
        file: 'services/filter-pipeline/src/service.test.ts',
        test: '[P09] outcomes teach: three harmful ones close the pair',
        put_in: {
          file: 'services/filter-pipeline/src/filters/outcome.ts',
          text: 'judged >= leastJudged && rate < leastRate ?',
          instead: 'judged < 0 ?',
        },
      },
    ],
  },
  {
    id: 'P10',
    defect: 'A first candidate whose target is unsafe is tried again and again, and the second never.',
    tried: [
      {
        file: 'services/filter-pipeline/src/pipeline.test.ts',
        test: '[P10] the head of the line does not block',
        put_in: {
          file: 'services/filter-pipeline/src/select.ts',
          text: 'selection.rejected.push(...holdCompanions(climbs));',
          instead: 'selection.rejected.push(...holdCompanions(climbs)); break;',
        },
      },
    ],
  },
  {
    id: 'P11',
    defect: 'Stopping after a failure ends one loop only; the next tick takes the same guest.',
    tried: [
      {
        file: 'services/filter-pipeline/src/service.test.ts',
        test: '[P33] what failed is left alone, and [P11] so is the cluster for an hour',
        put_in: {
          file: 'services/filter-pipeline/src/cluster-objection.ts',
          text: 'stopAfterFailure(context) ??',
          instead: '',
        },
      },
      {
        file: 'services/executor/src/stop-after-failure.test.ts',
        test: 'what was approved before and waits is refused, and says why',
        put_in: {
          file: 'services/executor/src/decide.ts',
          text: 'if (pause !== null || migration.parent_id !== undefined) return pause;',
          instead: 'return pause;',
        },
      },
    ],
  },
  {
    id: 'P12',
    defect: 'For minutes after the storage check was prepared it is skipped, and impossible moves are recommended.',
    tried: [
      {
        file: 'services/filter-pipeline/src/safety.test.ts',
        test: '[P12] a guest whose configuration nobody has read',
        put_in: {
          file: 'packages/model/src/rules/may-move.ts',
          text: "guest.constraints ? null : forNow('its configuration has not been read yet')",
          instead: 'null',
        },
      },
    ],
  },
  {
    id: 'P13',
    defect: 'A guest of 128 GiB is no risk while it is idle.',
    tried: [
      {
        file: 'services/recommender/src/assess-risk.test.ts',
        test: 'an idle giant too',
        put_in: {
          file: 'services/recommender/src/assess-risk.ts',
          text: 'value: (g) => g.maxmem / GiB,',
          instead: 'value: (g) => g.mem / GiB,',
        },
      },
    ],
  },
  {
    id: 'P14',
    defect: 'The order in which guests are read decides what is recommended.',
    tried: [
      {
        file: 'services/recommender/src/recommend.test.ts',
        test: '[P14] of guests that are alike the same ones go, in any order',
        put_in: { file: 'packages/model/src/plan-state.ts', text: '    .sort(byGuest)\n', instead: '' },
      },
    ],
  },
  {
    id: 'P15',
    defect: 'The source is not relieved by what was planned before, so that all guests of a hot node are to leave it.',
    tried: [
      {
        file: 'services/recommender/src/recommend.test.ts',
        test: 'no node is emptied because it is hot: each move counts those before it',
        put_in: {
          file: 'services/recommender/src/planned-move.ts',
          text: 'applyMove(state, g, target);',
          instead: 'void g;',
        },
      },
    ],
  },
  {
    id: 'P16',
    defect: 'A steady or cyclical guest is predicted by the sample of the moment.',
    tried: [
      {
        file: 'packages/model/src/predict.test.ts',
        test: '[P16] steady: a busy moment is not what it is expected to do',
        put_in: {
          file: 'packages/model/src/predict.ts',
          text: 'const phase = deviations?.[settings.hour] ?? 0;\n  const now',
          instead: 'if (!deviations) return guest.cpu;\n  const phase = deviations?.[settings.hour] ?? 0;\n  const now',
        },
      },
      {
        file: 'packages/model/src/predict.test.ts',
        test: 'cyclical: its peak hour, with the phase of the moment taken out of the mean',
        put_in: {
          file: 'packages/model/src/predict.ts',
          text: 'const now = (profile.cpu.hour ?? guest.cpu) - phase;',
          instead: 'const now = profile.cpu.hour ?? guest.cpu;',
        },
      },
    ],
  },
  {
    id: 'P17',
    defect: 'Outcomes count for confidence with a constant, because nobody passes them on.',
    tried: [
      {
        file: 'services/recommender/src/service.test.ts',
        test: '[P17] what moves brought counts for how sure the next one is',
        put_in: {
          file: 'services/recommender/src/start-run.ts',
          text: 'calibration: calibrate(judged),',
          instead: 'calibration: calibrate([]),',
        },
      },
      {
        file: 'services/recommender/src/service.test.ts',
        test: '[P17] what moves brought counts for how sure the next one is',
        put_in: {
          file: 'services/recommender/src/service.ts',
          text: 'state.recommenderMemory.set(rememberOutcome(memory, outcome));',
          instead: '',
        },
      },
    ],
  },
  {
    id: 'P18',
    defect: 'Two processes can both hold the lock.',
    tried: [
      {
        file: 'services/executor/src/crash.test.ts',
        test: 'do no more than one, in whatever order their calls come through',
        put_in: {
          file: 'services/executor/src/hold.ts',
          text: 'if (!kept || read(kept.value).holder !== claim.holder) return false;',
          instead: 'if (!kept) return false;',
        },
      },
    ],
  },
  {
    id: 'P19',
    defect: 'Moves of a dry run are stored as if they had been made, and can be rolled back.',
    tried: [
      {
        file: 'services/filter-pipeline/src/service.test.ts',
        test: '[P19] a dry run remembers no moves',
        put_in: {
          file: 'services/filter-pipeline/src/authority.ts',
          text: 'if (automated_migrations.dry_run) return',
          instead: 'if (false as boolean) return',
        },
      },
    ],
  },
  {
    id: 'P20',
    defect: 'Any return to a node is called a cycle, two nodes or ten.',
    tried: [
      {
        file: 'services/filter-pipeline/src/filters/cycle.test.ts',
        test: '[P20] going back one step of three is no circle of three',
        put_in: {
          file: 'services/filter-pipeline/src/filters/cycle.ts',
          text: 'new Set(circle).size >= 3',
          instead: 'new Set(circle).size >= 2',
        },
      },
    ],
  },
  {
    id: 'P21',
    defect: 'The guest that relieves its node most is worth least, and moves last.',
    tried: [
      {
        file: 'services/recommender/src/recommend.test.ts',
        test: 'the guest that relieves more comes first',
        put_in: {
          file: 'services/recommender/src/best-move.ts',
          text: 'return net * again * unit.weight;',
          instead: 'return (again * unit.weight) / net;',
        },
      },
    ],
  },
  {
    id: 'P22',
    defect: 'A rising trend never costs a node anything.',
    tried: [
      {
        file: 'services/scorer/src/score.test.ts',
        test: '[P22] a node whose load rises pays for that, one at rest does not',
        put_in: {
          file: 'services/scorer/src/score.ts',
          text: 'planState(sample, profiles, config, rises)',
          instead: 'planState(sample, profiles, config)',
        },
      },
    ],
  },
  {
    id: 'P23',
    defect: 'A node in maintenance keeps its guests where they would be no better off elsewhere.',
    tried: [
      {
        file: 'services/recommender/src/recommend.test.ts',
        test: 'an idle node in maintenance is emptied although its peers are busier',
        put_in: {
          file: 'services/recommender/src/mandatory-moves.ts',
          text: 'const added = penaltyWith(state, n, unit, 1) - penaltyOf(state, n);\n    const copies',
          instead:
            'const added = penaltyWith(state, n, unit, 1) - penaltyOf(state, n);\n    const home = state.where[unit[0]!]!;\n    if (added >= penaltyOf(state, home) - penaltyWith(state, home, unit, -1)) continue;\n    if (!best',
        },
      },
    ],
  },
  {
    id: 'P24',
    defect: 'Guests that go along with another one pass every filter and limit.',
    tried: [
      {
        file: 'services/filter-pipeline/src/pipeline.test.ts',
        test: '[P24] companions go through every filter and limit, together or not at all',
        put_in: {
          file: 'services/filter-pipeline/src/select.ts',
          text: "climbs.some(({ verdict }) => verdict.result === 'failed')",
          instead: "climbs[0]!.verdict.result === 'failed'",
        },
      },
      {
        file: 'services/filter-pipeline/src/queue.test.ts',
        test: '[P24] companions and exchanges are never split by the limit of a run',
        put_in: {
          file: 'services/filter-pipeline/src/select.ts',
          text: 'unit.length <= left',
          instead: 'left > 0',
        },
      },
    ],
  },
  {
    id: 'P25',
    defect: 'A sighting counts several times within one run.',
    tried: [
      {
        file: 'services/filter-pipeline/src/persistence.test.ts',
        test: '[P25] a run that is told twice counts once',
        put_in: {
          file: 'services/filter-pipeline/src/persistence.ts',
          text: 'if (known?.last_run_id === generated.run_id) return known;',
          instead: '',
        },
      },
    ],
  },
  {
    id: 'P26',
    defect:
      'Outcomes know only the CPU of the source: a relief of memory is nothing, and a change of the background counts.',
    tried: [
      {
        file: 'services/outcome-tracker/src/track.test.ts',
        test: 'a relief of memory is beneficial',
        put_in: { file: 'services/outcome-tracker/src/judge.ts', text: 'mem: load.mem / n,', instead: 'mem: 0,' },
      },
      {
        file: 'services/outcome-tracker/src/track.test.ts',
        test: 'a rise of the background is not held against it',
        put_in: {
          file: 'services/outcome-tracker/src/count.ts',
          text: 'source: add(as_is.source, shareOf(guest, to, from)),',
          instead: 'source: { cpu: 0.625, mem: 0, assigned: 0 },',
        },
      },
    ],
  },
  {
    id: 'P28',
    defect: 'Day and night are growth, falling is growth, and growth depends on how often one looks.',
    tried: [
      {
        file: 'services/profiler/src/classify.test.ts',
        test: 'a day of 10 to 60 % does not grow',
        put_in: {
          file: 'services/profiler/src/classify.ts',
          text: "if (season && !(grows && season.swing < 48 * trend.per_hour)) return 'cyclical';",
          instead: '',
        },
      },
      {
        file: 'services/profiler/src/classify.test.ts',
        test: 'a guest that falls does not grow',
        put_in: {
          file: 'services/profiler/src/classify.ts',
          text: 'const grows = trend.per_hour >= leastGrowth;',
          instead: 'const grows = Math.abs(trend.per_hour) >= leastGrowth;',
        },
      },
      { file: 'services/profiler/src/classify.test.ts', test: 'growth is the same at an interval of' },
    ],
  },
  {
    id: 'P29',
    defect: 'A cluster that is even writes no history.',
    tried: [
      {
        file: 'test/scenarios/rest.test.ts',
        test: 'an even cluster is remembered hour by hour although nothing moves',
        put_in: {
          file: 'services/scorer/src/service.ts',
          text: 'for (const history of histories)',
          instead: 'if (!convergence.converged) for (const history of histories)',
        },
      },
    ],
  },
  {
    id: 'P30',
    defect: 'Of moves that together are too much for a target the best are dropped and the next one is made.',
    tried: [
      {
        file: 'services/filter-pipeline/src/pipeline.test.ts',
        test: '[P15] [P30] moves that together overload a target: the best are kept, the later ones say why',
        put_in: {
          file: 'services/filter-pipeline/src/select.ts',
          text: 'current = unit.reduce((context, { recommendation }) => acceptMove(context, recommendation), current);',
          instead: '',
        },
      },
    ],
  },
  {
    id: 'P31',
    defect: 'Cost knows no disks and no link, and a container that restarts is cheaper than a guest that does not.',
    tried: [
      {
        file: 'packages/model/src/cost.test.ts',
        test: 'a container pays for the time that it is away',
        put_in: {
          file: 'packages/model/src/cost.ts',
          text: '? away(learned, { ...line, overhead: config.container_downtime_seconds }, bytes)\n',
          instead: '? 0\n',
        },
      },
      {
        file: 'packages/model/src/cost.test.ts',
        test: 'disks along with memory',
        put_in: {
          file: 'packages/model/src/cost.ts',
          text: 'const disks = copied ? 0 : (guest.constraints?.local_disk_bytes ?? 0);',
          instead: 'const disks = 0;',
        },
      },
      {
        file: 'packages/model/src/cost.test.ts',
        test: 'a path of which nothing is known is as the cluster is',
        put_in: {
          file: 'packages/model/src/cost.ts',
          text: 'secondsPerGib: 1024 / config.link_mib_per_second',
          instead: 'secondsPerGib: 1024 / 112',
        },
      },
    ],
  },
  {
    id: 'P32',
    defect: 'A poor pair of nodes asks for a confidence that cannot be reached, and is blocked for ever.',
    tried: [
      {
        file: 'services/filter-pipeline/src/filters/outcome.test.ts',
        test: '[P32] nothing is blocked for ever',
        put_in: {
          file: 'packages/model/src/success-rate.ts',
          text: 'const age = Math.max(0, now - millis(at));',
          instead: 'const age = 0 * now;',
        },
      },
    ],
  },
  {
    id: 'P33',
    defect: 'Moves that failed or never ended are unknown to the cooldown.',
    tried: [
      {
        file: 'services/filter-pipeline/src/filters/cooldown.test.ts',
        test: '[P33] a move that never ended counts',
        put_in: {
          file: 'services/filter-pipeline/src/filters/cooldown.ts',
          text: 'const last = tried.at(-1);',
          instead: "const last = tried.filter((m) => m.how === 'completed').at(-1);",
        },
      },
    ],
  },
  {
    id: 'P34',
    defect: 'One kind of recommendation passes by the rules that keep guests apart.',
    tried: [
      {
        file: 'services/filter-pipeline/src/filters/tags-and-affinity.test.ts',
        test: '[P34] a peer on the target of a move that evens out numbers',
        put_in: {
          file: 'services/filter-pipeline/src/filters/tags-and-affinity.ts',
          text: '  const objection =\n',
          instead:
            "  if (candidate.recommendation.purpose === 'distribution') return passed('distribution');\n  const objection =\n",
        },
      },
    ],
  },
  {
    id: 'P35',
    defect: 'A window from Friday evening to Saturday morning is open early on Friday and closed early on Saturday.',
    tried: [
      {
        file: 'packages/model/src/windows.test.ts',
        test: '[P35] Friday night reaches into Saturday',
        put_in: {
          file: 'packages/model/src/windows.ts',
          text: 'opensOn(local.weekday - 1) &&',
          instead: 'opensOn(local.weekday) &&',
        },
      },
    ],
  },
  {
    id: 'R01',
    defect: 'A configuration is refused when it is sent back as it was received.',
    tried: [
      {
        file: 'packages/contracts/src/config/parse-config.test.ts',
        test: 'whatever comes, it answers; and what it accepts is stable',
        put_in: {
          file: 'packages/contracts/src/config/parse-config.ts',
          text: 'if (result.success) return { ok: true, config: result.data };',
          instead: 'if (result.success) return { ok: true, config: { ...result.data, cluster_count: 0 } as Config };',
        },
      },
    ],
  },
  {
    id: 'R02',
    defect: 'Secrets are told to whoever asks for the configuration.',
    tried: [
      {
        file: 'packages/contracts/src/config/parse-config.test.ts',
        test: 'secrets are never shown',
        put_in: {
          file: 'packages/contracts/src/config/parse-config.ts',
          text: "typeof raw === 'string' ? hidden : show(raw, keys), allowed, sentence",
          instead: 'String(raw), allowed, sentence',
        },
      },
    ],
  },
  {
    id: 'R03',
    defect: 'Asking for more than two days of a guest is an error.',
    cannot: 'There is one form of history, two weeks of hours, whatever part of it somebody asks for.',
  },
  {
    id: 'R04',
    defect: 'The outcomes of one guest are always empty.',
    tried: [
      {
        file: 'services/all-in-one/src/outcomes/wanted.test.ts',
        test: '[R04] of one guest, what is its',
        put_in: {
          file: 'services/all-in-one/src/outcomes/wanted.ts',
          text: 'guest === vmid',
          instead: 'String(guest) === (vmid as unknown)',
        },
      },
      {
        file: 'services/all-in-one/src/commands/commands.test.ts',
        test: 'outcomes: expected against actual, by pair, guest, filter and confidence',
      },
    ],
  },
  {
    id: 'R05',
    defect: 'A button calls a function that does not exist, and the error is swallowed.',
    cannot:
      'The compiler refuses a call of what does not exist, and an error in a handler is told and becomes a dead letter.',
  },
  {
    id: 'R06',
    defect: 'One view computes scores with prices other than those in force.',
    cannot: 'Scores are computed once, by the scorer, and told as an event; every view shows that.',
  },
  {
    id: 'R07',
    defect: 'The most recent moves that one asks for are the oldest.',
    tried: [
      {
        file: 'services/filter-pipeline/src/moves.test.ts',
        test: 'of many moves the latest are kept',
        put_in: { file: 'services/filter-pipeline/src/moves.ts', text: '.slice(-most)', instead: '.slice(0, most)' },
      },
    ],
  },
  {
    id: 'R08',
    defect: 'Sending a part of the configuration erases what stands beside it.',
    cannot: 'A configuration is always read, checked and put in force as a whole; nobody sends parts of it.',
  },
];

/** Seen in ProxLB. */
export const ofProxLb: readonly Defect[] = [
  {
    id: 'L1',
    defect: 'Once a rule is broken that it cannot mend in one step, guests move for ever.',
    tried: [
      {
        file: 'test/measures/convergence/rest.test.ts',
        test: 'at constant load moves end, and then all is in order: case %i',
        put_in: {
          file: 'services/recommender/src/mend-rules.ts',
          text: 'const fix = bestFix(planning, guests) ?? fixWithRoom(planning, guests);\n      if (!fix) break;',
          instead: [
            'const fix = bestFix(planning, guests);',
            'if (!fix) {',
            '  const open = (g: number) => (n: number) =>',
            '    n !== state.where[g] && suits(planning, [g], n) && fits(state, n, [g], planning.caps);',
            '  const any = (g: number) => [...state.nodes.keys()].find(open(g));',
            '  const is = (g: number) => !guests.includes(state.guests[g]!.sample.guest) && movable(planning, [g]);',
            '  const g = [...state.guests.keys()].find((g) => is(g) && any(g) !== undefined);',
            "  if (g !== undefined) moves.push(makeMove(planning, [g], any(g)!, { mandatory: 'rule', why: rule }));",
            '  break;',
            '}',
          ].join('\n'),
        },
      },
    ],
  },
  {
    id: 'L2',
    defect: 'An emptied node counts as the least loaded one, so that guests move as long as it is in maintenance.',
    tried: [
      {
        file: 'services/scorer/src/score.test.ts',
        test: 'an emptied node is no reason to balance',
        put_in: {
          file: 'services/scorer/src/score.ts',
          text: 'scores.filter((_, i) => takesPart(watched[i]!.node, config))',
          instead: 'scores',
        },
      },
    ],
  },
  {
    id: 'L3',
    defect: 'A share of vCPUs is added to cores, and containers count nothing.',
    tried: [
      {
        file: 'packages/model/src/plan-state.test.ts',
        test: 'what a %s uses of its vCPUs is so many cores of its node',
        put_in: {
          file: 'packages/model/src/predict.ts',
          text: 'const factor = guest.maxcpu * speed;',
          instead: 'const factor = speed;',
        },
      },
    ],
  },
  {
    id: 'L4',
    defect: 'Pressure is read under names that Proxmox does not have, and is always 0.',
    tried: [
      {
        file: 'packages/proxmox/src/proxmox.test.ts',
        test: 'reads nodes, guests and what they remember',
        put_in: {
          file: 'packages/proxmox/src/decode/history.ts',
          text: 'pressureiosome: percent(),',
          instead: 'pressurediskssome: percent(),',
        },
      },
    ],
  },
  {
    id: 'L5',
    defect: 'A documented option is read nowhere.',
    tried: [
      { file: 'test/defects/options.test.ts', test: 'is read by somebody' },
      {
        file: 'services/recommender/src/best-move.test.ts',
        test: 'of a load that was seen for %s',
        put_in: {
          file: 'services/recommender/src/best-move.ts',
          text: 'const { min_score_improvement: asked, newcomer_markup } = penalty_config;',
          instead: 'const { min_score_improvement: asked } = penalty_config;\n  const newcomer_markup = 0;',
        },
      },
      {
        file: 'test/scenarios/newcomer-distrusted/then.txt',
        test: '12.6 are asked',
        put_in: {
          file: 'services/recommender/src/best-move.ts',
          text: 'const { min_score_improvement: asked, newcomer_markup } = penalty_config;',
          instead: 'const { min_score_improvement: asked } = penalty_config;\n  const newcomer_markup = 0;',
        },
      },
      {
        file: 'packages/model/src/plan-state.test.ts',
        test: 'a guest has room by the %s of the configuration',
        put_in: {
          file: 'packages/model/src/plan-state.ts',
          text: 'checks.max_node_cpu_percent / 100',
          instead: '85 / 100',
        },
      },
      {
        file: 'packages/model/src/plan-state.test.ts',
        test: 'a guest has room by the %s of the configuration',
        put_in: {
          file: 'packages/model/src/plan-state.ts',
          text: 'checks.max_memory_assigned_percent / 100',
          instead: '150 / 100',
        },
      },
      {
        file: 'services/filter-pipeline/src/safety.test.ts',
        test: 'max_memory_assigned_percent',
        put_in: {
          file: 'services/filter-pipeline/src/target-objection.ts',
          text: 'const cap = context.config.automated_migrations.safety_checks.max_memory_assigned_percent / 100;',
          instead: 'const cap = 150 / 100;',
        },
      },
      {
        file: 'services/filter-pipeline/src/safety.test.ts',
        test: 'min_storage_free_percent',
        put_in: {
          file: 'services/filter-pipeline/src/target-objection.ts',
          text: 'const reserve = context.config.automated_migrations.safety_checks.min_storage_free_percent / 100;',
          instead: 'const reserve = 10 / 100;',
        },
      },
      {
        file: 'services/recommender/src/assess-risk.test.ts',
        test: 'a guest is risky by the %s of the configuration',
        put_in: {
          file: 'services/recommender/src/assess-risk.ts',
          text: 'limit: (r) => r.local_disk_gib,',
          instead: 'limit: () => 100,',
        },
      },
      {
        file: 'services/recommender/src/assess-risk.test.ts',
        test: 'a guest is risky by the %s of the configuration',
        put_in: {
          file: 'services/recommender/src/assess-risk.ts',
          text: 'limit: (r) => r.disk_write_mib_per_second,',
          instead: 'limit: () => 50,',
        },
      },
      {
        file: 'services/executor/src/converge.test.ts',
        test: 'a transfer of 12 GiB for 4 that may pause for 6.4 s, at %j',
        put_in: {
          file: 'services/executor/src/converge.ts',
          text: 'const { max_pause_seconds, max_sent_factor } = config.migration_checks;',
          instead: 'const { max_sent_factor } = config.migration_checks;\n  const max_pause_seconds = 10;',
        },
      },
      {
        file: 'services/executor/src/converge.test.ts',
        test: 'a transfer of 12 GiB for 4 that may pause for 6.4 s, at %j',
        put_in: {
          file: 'services/executor/src/converge.ts',
          text: 'const { max_pause_seconds, max_sent_factor } = config.migration_checks;',
          instead: 'const { max_pause_seconds } = config.migration_checks;\n  const max_sent_factor = 6;',
        },
      },
      {
        file: 'services/recommender/src/distribute.test.ts',
        test: 'are left alone by default',
        put_in: {
          file: 'services/recommender/src/distribute.ts',
          text: 'if (!planning.config.distribution_balancing.enabled || limit <= 0)',
          instead: 'if (limit <= 0)',
        },
      },
      {
        file: 'services/filter-pipeline/src/persistence.test.ts',
        test: 'the hours of data are those of the cluster, not of the guest',
        put_in: {
          file: 'services/filter-pipeline/src/persistence.ts',
          text: 'if (watched < minimum_data_collection_hours)',
          instead: 'if (watched < 0 * minimum_data_collection_hours)',
        },
      },
      { file: 'test/scenarios/toggles.test.ts', test: 'a story turns it on and off, and is told otherwise then' },
    ],
  },
  {
    id: 'L6',
    defect: 'Every look asks for the history of every guest, one call after the other, for an hour in a large cluster.',
    tried: [
      {
        file: 'services/collector/src/collector.test.ts',
        test: 'is read a little at a time, each guest once, in events of bounded size',
        put_in: {
          file: 'services/collector/src/due-past.ts',
          text: 'left -= costOf(ask);',
          instead: 'left -= 0 * costOf(ask);',
        },
      },
    ],
  },
  {
    id: 'L7',
    defect: 'What is reserved for the host counts for its total but not for what is free.',
    tried: [
      {
        file: 'packages/model/src/plan-state.test.ts',
        test: 'what the host uses beyond its guests stays, and its reserve is not for guests',
        put_in: {
          file: 'packages/model/src/guest-memory.ts',
          text: 'Math.max(1, maxmem - reserveOf(node, reserves))',
          instead: 'Math.max(1, maxmem - 0 * reserveOf(node, reserves))',
        },
      },
    ],
  },
];
