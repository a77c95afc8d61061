import type { ConfigInput } from './config.ts';

/** What Evenkeel recommends for a mid-sized cluster: acts by itself, learns from every move, and asks of each that it pays. */
export const recommended: ConfigInput = {
  mode: 'auto',
  intelligent_migrations: {
    enabled: true,
    observation_periods: 2,
    observation_window_hours: 1,
    risk_gating_enabled: true,
    trend_awareness_enabled: true,
    outcome_learning_enabled: true,
    pattern_suppression_enabled: true,
    cost_benefit_enabled: true,
    cycle_detection_enabled: true,
    guest_success_tracking_enabled: true,
    counterfactual_learning_enabled: true,
  },
  penalty_config: {
    cluster_convergence_threshold: 5,
    min_score_improvement: 3.25,
    newcomer_markup: 3,
    weight_trend: 0,
    weight_current: 0.85,
    weight_24h: 0.1,
    weight_7d: 0.05,
    seasonal_baseline: { enabled: true },
  },
  automated_migrations: {
    dry_run: false,
    rules: {
      min_confidence_score: 50,
      max_migrations_per_run: 20,
      max_concurrent_migrations: 4,
    },
  },
};
