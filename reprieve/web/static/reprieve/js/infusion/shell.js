// The page that opens when no server answers: entries alone, kept on this tablet. As soon as the
// server is back, what was kept is sent and the real page takes this one's place.

import { wireDialogs } from "../dialog.js";
import { sound } from "../sound.js";
import { cardAddress, isCardOpen } from "./emergency.js";
import { wireEntries } from "./entries.js";
import { encounter } from "./offline.js";
import { greet, sync } from "./sync.js";

const ASK_EVERY_MS = 2_000;

async function ask() {
  const met = await greet(encounter());
  if (!met) return;
  await sync();
  // Whoever reads the emergency card reads on, on the page that has the alarms too.
  location.replace(isCardOpen() ? cardAddress() : `/infusion/${encounter()}`);
}

for (const form of document.querySelectorAll("form[data-entry]"))
  if (form instanceof HTMLFormElement) form.removeAttribute("action");
wireDialogs(document);
wireEntries(document);
sound("high", "watchdog");
setInterval(() => void ask(), ASK_EVERY_MS);
