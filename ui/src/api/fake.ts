import type { Office } from "./commands";
import { adminCommands } from "./fake/admin";
import { bootCommands } from "./fake/boot";
import { newDesk, receptionCommands, type Desk } from "./fake/desk";
import { fakeDesktop } from "./fake/desktop";
import { dossierCommands } from "./fake/dossier";
import { exchangeCommands } from "./fake/exchange";
import { portalCommands } from "./fake/portal";

/** An office in memory, believable but forgetful: for tests and for design work in a plain browser, never shipped. */
export function fakeOffice(desk: Desk = newDesk()): Office {
  return {
    ...bootCommands(desk),
    ...receptionCommands(desk),
    ...dossierCommands(desk),
    ...exchangeCommands(desk),
    ...portalCommands(desk),
    ...adminCommands(),
    ...fakeDesktop(),
  };
}

export { enrolledDesk } from "./fake/exchange";
export { newDesk, type Desk };
