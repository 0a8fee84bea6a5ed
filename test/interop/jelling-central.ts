import { type Part, Player } from './player.ts';

export class JellingCentral extends Player {
  constructor(_part: Part) {
    super();
    this.end('our host is not wired in yet');
  }

  override async stop(): Promise<void> {}
}
