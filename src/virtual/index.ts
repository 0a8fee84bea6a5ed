export { Air, type AirOptions, type ControllerOptions } from './air.ts';
export type { VirtualController } from './controller.ts';
export { createAir } from './create-air.ts';
export { openVirtual } from './open-virtual.ts';
export type { ProfileName } from './profile.ts';
export { serve, type VirtualServer } from './serve.ts';
export type { Violation, ViolationName } from './violations.ts';
