import type { AdvertisingReportCursor } from '../../hci/codec/advertising-report.ts';
import type { NewLink } from './radio-controller.ts';
import type { InitiatingWant } from './radio-plan.ts';

/** Whom the radio tells about scanning. */
export interface ScanUser {
  /** As RadioSink. */
  reports(reports: AdvertisingReportCursor): void;
  /** The controller is gone. What is wanted stays. */
  interrupted(): void;
  /** Scanning could not be started; the want is withdrawn. */
  failed(error: Error): void;
}

/** Whom the radio tells about connection attempts. */
export interface InitiatingUser {
  /** A link of the central role. True where it has been taken; else it is closed. */
  linkUp(newLink: NewLink): boolean;
  /** The attempt has failed, or could not be begun; the want is withdrawn. */
  failed(want: InitiatingWant, error: Error): void;
  /** The accept list holds no more peers than this; whoever wanted more must want less now. */
  acceptListFull(size: number): void;
}

/** Whom the radio tells about an advertising set. */
export interface SetUser {
  /** The controller has said that the set is being sent. Called again each time it begins anew. */
  started?(): void;
  /** The controller is gone. What is wanted stays. */
  interrupted?(): void;
  /** A central has connected to the set, which has stopped. True where the link has been taken; else it is closed. */
  linkUp(newLink: NewLink): boolean;
  /** Directed advertising has reached its end without a connection; the want is withdrawn. */
  timedOut(): void;
  /** The set could not be set up or started; the want is withdrawn. */
  failed(error: Error): void;
}
