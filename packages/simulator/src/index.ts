export * from './oracle/catalogue.ts';
export * from './plan/draw-plan.ts';
export * from './plan/plan.ts';
export * from './run.ts';
export * from './strategy/catalogue.ts';
