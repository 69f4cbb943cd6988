// The page watches the server: after ten seconds without an answer, or as soon as the server itself says
// so, it says over its whole width and with sound that alarms are not running. It also keeps the screen
// awake.

import { alarmsStopped, silence } from "./pulse.js";
import { quiet, sound } from "./sound.js";
import "./live.js";

// It speaks within ten seconds, its own looking included.
const PATIENCE_MS = 9_500;
const LOOK_EVERY_MS = 250;
const OURS = "watchdog";

const banner = document.getElementById("watchdog");
let lookedAt = performance.now();

function look() {
  if (!banner || !document.querySelector("[data-live]")) return;
  const slept = performance.now() - lookedAt > PATIENCE_MS;
  lookedAt = performance.now();
  // A page that was asleep asks first: its clock says nothing about the server.
  if (slept && silence() < 2 * PATIENCE_MS) return;
  const dead = alarmsStopped() || silence() > PATIENCE_MS;
  if (dead === !banner.hidden) return;
  banner.hidden = !dead;
  if (dead) sound("high", OURS);
  else quiet(OURS);
}

async function stayAwake() {
  if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
  await navigator.wakeLock.request("screen").catch(() => undefined);
}

setInterval(look, LOOK_EVERY_MS);
document.addEventListener("visibilitychange", stayAwake);
void stayAwake();
