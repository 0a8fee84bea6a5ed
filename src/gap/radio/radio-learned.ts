import type { RadioAbilities } from './radio-controller.ts';
import type { RadioRules } from './radio-plan.ts';

/** What the controller allows: what it said at the start, and what its refusals have taught since. */
export class LearnedRules {
  readonly #abilities: RadioAbilities;
  #rules: RadioRules;

  constructor(abilities: RadioAbilities) {
    this.#abilities = abilities;
    this.#rules = {
      extended: abilities.extended,
      scanWhileInitiating: abilities.scanWhileInitiating,
      advertiseWhileInitiating: true,
      resolvingListSize: abilities.resolvingListSize,
      acceptListSize: abilities.acceptListSize,
      blockedSets: new Set(),
    };
  }

  get now(): RadioRules {
    return this.#rules;
  }

  pauseScan(): void {
    this.#rules = { ...this.#rules, scanWhileInitiating: false };
  }

  pauseAdvertising(): void {
    this.#rules = { ...this.#rules, advertiseWhileInitiating: false };
  }

  limitResolving(resolvingListSize: number): void {
    this.#rules = { ...this.#rules, resolvingListSize };
  }

  limitAcceptList(acceptListSize: number): void {
    this.#rules = { ...this.#rules, acceptListSize };
  }

  /** Pausing did not help, so it was not the reason. */
  unlearnPauses(): void {
    const { scanWhileInitiating } = this.#abilities;
    this.#rules = { ...this.#rules, scanWhileInitiating, advertiseWhileInitiating: true };
  }

  block(handle: number): void {
    this.#rules = { ...this.#rules, blockedSets: new Set([...this.#rules.blockedSets, handle]) };
  }

  unblock(handle: number): void {
    if (!this.#rules.blockedSets.has(handle)) return;
    const blockedSets = new Set(this.#rules.blockedSets);
    blockedSets.delete(handle);
    this.#rules = { ...this.#rules, blockedSets };
  }

  unblockAll(): void {
    this.#rules = { ...this.#rules, blockedSets: new Set() };
  }
}
