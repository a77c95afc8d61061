export { answerOf, type ScaleAnswer, type ScalingCluster, scaleDecision, scalingDecisions } from './scale-decision.ts';
export { type Usage, type Usages, usagesOf } from './usage-of.ts';
