// When the server last answered: live parts tell it, the watchdog asks.

let answeredAt = Date.now();
let isLost = false;

/** The server answered just now. */
export function heard() {
  answeredAt = Date.now();
  isLost = false;
}

/** A question had no answer. */
export function lost() {
  isLost = true;
}

/** @returns {number} milliseconds since the last answer */
export function silence() {
  return Date.now() - answeredAt;
}

/** @returns {boolean} whether the last question had no answer */
export function failing() {
  return isLost;
}
