// When the server last answered: live parts tell it, the watchdog asks.

let lastAnswer = Date.now();
// Counted by a clock that nobody sets: a tablet whose time is put right must not become deaf.
let lastHeard = performance.now();
let isLost = false;
let isStopped = false;

/** The server answered just now. */
export function heard() {
  lastAnswer = Date.now();
  lastHeard = performance.now();
  isStopped = false;
  tell(false);
}

/** The server answered that nobody drives the alarms: there is nothing to wait for. */
export function stopped() {
  isStopped = true;
  tell(false);
}

/** @returns {boolean} whether the server's last word was that alarms do not run */
export function alarmsStopped() {
  return isStopped;
}

/** A question had no answer. */
export function lost() {
  tell(true);
}

/** The server answered, and said that it does not do what was asked: it is there, unwell. */
export function unwell() {
  tell(false);
}

/** @param {boolean} now */
function tell(now) {
  const was = isLost;
  isLost = now;
  if (was !== now) document.dispatchEvent(new Event(now ? "reprieve:lost" : "reprieve:back"));
}

/** @returns {number} when the server last answered, by this device's clock */
export function answeredAt() {
  return lastAnswer;
}

/** @returns {number} milliseconds since the last answer */
export function silence() {
  return performance.now() - lastHeard;
}

/** @returns {boolean} whether the last question had no answer */
export function failing() {
  return isLost;
}
