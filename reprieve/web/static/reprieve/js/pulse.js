// When the server last answered: live parts tell it, the watchdog asks.

let lastAnswer = Date.now();
let isLost = false;

/** The server answered just now. */
export function heard() {
  lastAnswer = Date.now();
  tell(false);
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
  return Date.now() - lastAnswer;
}

/** @returns {boolean} whether the last question had no answer */
export function failing() {
  return isLost;
}
