// Which day it is for the clinic while the phone has no connection. The page that came from the
// server tells the clinic's moment; what the phone's clock differs from it is remembered, so that
// a page kept for later, or left open over night, still names the right days.

const OFFSET = "reprieve-diary-offset";
const NOON = 12;

/** The page comes from the server now: learn its clock. @param {HTMLFormElement} form */
export function learn(form) {
  if (form.dataset.kept !== undefined) return;
  try {
    localStorage.setItem(OFFSET, String(Number(form.dataset.at) - Date.now()));
  } catch {
    // Storage may be refused: the phone's own clock is taken then.
  }
}

/** @returns {Date} */
export function clinicNow() {
  let offset = 0;
  try {
    offset = Number(localStorage.getItem(OFFSET) ?? 0);
  } catch {
    // As above.
  }
  return new Date(Date.now() + (Number.isFinite(offset) ? offset : 0));
}

/** Count the days and the part of the day anew, in the clinic's zone. A day is counted back by the
 * calendar: on the two days when the clocks change it has not 24 hours.
 * @param {HTMLFormElement} form */
export function days(form) {
  const now = clinicNow();
  const timeZone = form.dataset.zone;
  const today = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(now);
  if (today !== form.dataset.today)
    for (const field of form.querySelectorAll('[name="day"]'))
      if (field instanceof HTMLInputElement) name(field, today);
  const hour = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" });
  const moment = form.querySelector('[name="moment"]');
  if (moment instanceof HTMLInputElement)
    moment.value = Number(hour.format(now)) < NOON ? "morning" : "evening";
}

/** Today and yesterday move on; a day that is named by its date keeps it.
 * @param {HTMLInputElement} field @param {string} today */
function name(field, today) {
  const back = Number(field.dataset.back);
  if (back > 1) return;
  const [year, month, day] = today.split("-").map(Number);
  field.value = new Date(Date.UTC(year, month - 1, day - back)).toISOString().slice(0, 10);
}
