/** A mistake that a balancer made in front of its users, and why this one does not: a test by file and name, or a reason. */
export type Defect = { id: string; defect: string } & ({ file: string; test: string } | { cannot: string });

const filters = 'services/filter-pipeline/src/filters';
const pipeline = 'services/filter-pipeline/src';
const recommender = 'services/recommender/src';

/** Seen in ProxBalance; numbers are those of our notes on it. */
export const ofProxBalance: readonly Defect[] = [
  {
    id: 'P02',
    defect: 'Seasonal baselines and forecasts read a history that nothing writes any more, so they never act.',
    file: 'services/scorer/src/score.test.ts',
    test: 'usual at this hour: expected',
  },
  {
    id: 'P03',
    defect:
      'Anti-affinity compares how many members nodes have, so that a guest joins its peer where every node has one.',
    file: `${filters}/tags-and-affinity.test.ts`,
    test: '[P03] a peer on the target, whatever stands elsewhere',
  },
  {
    id: 'P04',
    defect: 'The memory limit of the target is read under a wrong name and never holds.',
    file: `${filters}/improvement.test.ts`,
    test: '[P04] the target is over its memory cap',
  },
  {
    id: 'P05',
    defect: 'The last filter looks for a sentence that nobody writes any more, and lets everything pass.',
    file: `${filters}/improvement.test.ts`,
    test: '[P05] the source is no better',
  },
  {
    id: 'P06',
    defect: 'Persistence counts sightings of a guest whatever the source and target, and however long ago.',
    file: `${pipeline}/persistence.test.ts`,
    test: '[P06] another source begins anew',
  },
  {
    id: 'P07',
    defect:
      'Moves for the sake of guest counts go to nodes that are offline, repeat a guest, and stop where load is even.',
    file: `${recommender}/distribute.test.ts`,
    test: '[P07] never to a node that is offline, in maintenance or ignored, and each guest once',
  },
  {
    id: 'P08',
    defect: 'What is on its way is told to nobody, and a dry run moves the same guest again and again.',
    file: `${pipeline}/pipeline.test.ts`,
    test: '[P08] a dry run moves each guest once and sees what it has moved',
  },
  {
    id: 'P09',
    defect: 'Outcomes are never recorded, so nothing is learned from them.',
    file: `${pipeline}/service.test.ts`,
    test: '[P09] outcomes teach: three harmful ones close the pair',
  },
  {
    id: 'P10',
    defect: 'A first candidate whose target is unsafe is tried again and again, and the second never.',
    file: `${pipeline}/pipeline.test.ts`,
    test: '[P10] the head of the line does not block',
  },
  {
    id: 'P11',
    defect: 'Stopping after a failure ends one loop only; the next tick takes the same guest.',
    file: `${pipeline}/service.test.ts`,
    test: '[P33] what failed is left alone, and [P11] so is the cluster for an hour',
  },
  {
    id: 'P12',
    defect: 'For minutes after the storage check was prepared it is skipped, and impossible moves are recommended.',
    file: `${pipeline}/safety.test.ts`,
    test: '[P12] a guest whose configuration nobody has read',
  },
  {
    id: 'P13',
    defect: 'A guest of 128 GiB is no risk while it is idle.',
    file: `${filters}/risk.test.ts`,
    test: '[P13] an idle giant is high risk by its size',
  },
  {
    id: 'P14',
    defect: 'The order in which guests are read decides what is recommended.',
    file: `${recommender}/recommend.test.ts`,
    test: 'the same answer in any order',
  },
  {
    id: 'P15',
    defect: 'The source is not relieved by what was planned before, so that all guests of a hot node are to leave it.',
    file: `${recommender}/recommend.test.ts`,
    test: 'no node is emptied because it is hot: each move counts those before it',
  },
  {
    id: 'P16',
    defect: 'A steady or cyclical guest is predicted by the sample of the moment.',
    file: 'packages/model/src/predict.test.ts',
    test: 'cyclical: its peak hour, with the phase of the moment taken out of the mean',
  },
  {
    id: 'P17',
    defect: 'Outcomes count for confidence with a constant, because nobody passes them on.',
    file: `${recommender}/confidence.test.ts`,
    test: 'turned out well: the next is given about that',
  },
  {
    id: 'P18',
    defect: 'Two processes can both hold the lock.',
    file: 'services/executor/src/crash.test.ts',
    test: 'do no more than one, in whatever order their calls come through',
  },
  {
    id: 'P19',
    defect: 'Moves of a dry run are stored as if they had been made, and can be rolled back.',
    file: `${pipeline}/service.test.ts`,
    test: '[P19] a dry run remembers no moves',
  },
  {
    id: 'P20',
    defect: 'Any return to a node is called a cycle, two nodes or ten.',
    file: `${filters}/cycle.test.ts`,
    test: '[P20] going back one step of three is no circle of three',
  },
  {
    id: 'P21',
    defect: 'The guest that relieves its node most is worth least, and moves last.',
    file: `${recommender}/recommend.test.ts`,
    test: 'the guest that relieves more comes first',
  },
  {
    id: 'P22',
    defect: 'A rising trend never costs a node anything.',
    file: 'packages/model/src/penalty.test.ts',
    test: 'a node whose load rises costs more than one at rest',
  },
  {
    id: 'P23',
    defect: 'A node in maintenance keeps its guests where they would be no better off elsewhere.',
    file: `${recommender}/recommend.test.ts`,
    test: 'an idle node in maintenance is emptied although its peers are busier',
  },
  {
    id: 'P24',
    defect: 'Guests that go along with another one pass every filter and limit.',
    file: `${pipeline}/pipeline.test.ts`,
    test: '[P24] companions go through every filter and limit, together or not at all',
  },
  {
    id: 'P25',
    defect: 'A sighting counts several times within one run.',
    file: `${pipeline}/persistence.test.ts`,
    test: '[P25] a run that is told twice counts once',
  },
  {
    id: 'P26',
    defect:
      'Outcomes know only the CPU of the source: a relief of memory is nothing, and a change of the background counts.',
    file: 'services/outcome-tracker/src/track.test.ts',
    test: 'a rise of the background is not held against it',
  },
  {
    id: 'P28',
    defect: 'Day and night are growth, falling is growth, and growth depends on how often one looks.',
    file: 'services/profiler/src/classify.test.ts',
    test: 'a day of 10 to 60 % does not grow',
  },
  {
    id: 'P29',
    defect: 'A cluster that is even writes no history.',
    file: 'test/scenarios/rest.test.ts',
    test: 'an even cluster is remembered hour by hour although nothing moves',
  },
  {
    id: 'P30',
    defect: 'Of moves that together are too much for a target the best are dropped and the next one is made.',
    file: `${pipeline}/pipeline.test.ts`,
    test: '[P15] [P30] moves that together overload a target: the best are kept, the later ones say why',
  },
  {
    id: 'P31',
    defect: 'Cost knows no disks and no link, and a container that restarts is cheaper than a guest that does not.',
    file: 'packages/model/src/cost.test.ts',
    test: 'a container pays for the time that it is away',
  },
  {
    id: 'P32',
    defect: 'A poor pair of nodes asks for a confidence that cannot be reached, and is blocked for ever.',
    file: `${filters}/outcome.test.ts`,
    test: '[P32] nothing is blocked for ever',
  },
  {
    id: 'P33',
    defect: 'Moves that failed or never ended are unknown to the cooldown.',
    file: `${filters}/cooldown.test.ts`,
    test: '[P33] a move that never ended counts',
  },
  {
    id: 'P34',
    defect: 'One kind of recommendation passes by the rules that keep guests apart.',
    file: `${filters}/tags-and-affinity.test.ts`,
    test: '[P34] no peer on the target',
  },
  {
    id: 'P35',
    defect: 'A window from Friday evening to Saturday morning is open early on Friday and closed early on Saturday.',
    file: `${pipeline}/windows.test.ts`,
    test: '[P35] Friday night reaches into Saturday',
  },
  {
    id: 'R01',
    defect: 'A configuration is refused when it is sent back as it was received.',
    file: 'packages/contracts/src/config/parse-config.test.ts',
    test: 'whatever comes, it answers; and what it accepts is stable',
  },
  {
    id: 'R02',
    defect: 'Secrets are told to whoever asks for the configuration.',
    file: 'packages/contracts/src/config/parse-config.test.ts',
    test: 'secrets are never shown',
  },
  {
    id: 'R03',
    defect: 'Asking for more than two days of a guest is an error.',
    cannot: 'There is one form of history, two weeks of hours, whatever part of it somebody asks for.',
  },
  {
    id: 'R04',
    defect: 'The outcomes of one guest are always empty.',
    file: 'services/all-in-one/src/outcomes/summarize-outcomes.test.ts',
    test: 'pairs, guests and bands of confidence, each with its success',
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
    file: `${pipeline}/moves.test.ts`,
    test: 'of many moves the latest are kept',
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
    file: 'test/measures/convergence/rest.test.ts',
    test: 'at constant load moves end, and then all is in order: case %i',
  },
  {
    id: 'L2',
    defect: 'An emptied node counts as the least loaded one, so that guests move as long as it is in maintenance.',
    file: 'services/scorer/src/score.test.ts',
    test: 'an emptied node is no reason to balance',
  },
  {
    id: 'L3',
    defect: 'A share of vCPUs is added to cores, and containers count nothing.',
    file: 'packages/model/src/plan-state.test.ts',
    test: 'what a %s uses of its vCPUs is so many cores of its node',
  },
  {
    id: 'L4',
    defect: 'Pressure is read under names that Proxmox does not have, and is always 0.',
    file: 'packages/proxmox/src/proxmox.test.ts',
    test: 'reads nodes, guests and what they remember',
  },
  {
    id: 'L5',
    defect: 'A documented option is read nowhere.',
    file: 'test/defects/options.test.ts',
    test: 'is read by somebody',
  },
  {
    id: 'L6',
    defect: 'Every look asks for the history of every guest, one call after the other, for an hour in a large cluster.',
    file: 'services/collector/src/collector.test.ts',
    test: 'is read a little at a time, each guest once, in events of bounded size',
  },
  {
    id: 'L7',
    defect: 'What is reserved for the host counts for its total but not for what is free.',
    file: 'packages/model/src/plan-state.test.ts',
    test: 'what the host uses beyond its guests stays, and its reserve is not for guests',
  },
];
