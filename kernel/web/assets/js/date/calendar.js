// Jalali arithmetic by the 33-year rule, which agrees with the official calendar for every day of 1200-1499
// (compared with the browser's own Persian calendar in tests/browser). Days are counted from 1970-01-01.
const EPOCH = -492268; // 1 Farvardin 1, in days since 1970-01-01
const DAY = 86_400_000;

const floorDiv = (a, b) => Math.floor(a / b);
const daysBefore = (month) => (month <= 7 ? 31 * (month - 1) : 30 * (month - 1) + 6);
const newYear = (year) => EPOCH + 365 * (year - 1) + floorDiv(8 * year + 21, 33);

/** Whether the Jalali year has 366 days. */
export const isLeap = (year) => newYear(year + 1) - newYear(year) === 366;

/** Days in a Jalali month. */
export const monthLength = (year, month) => (month <= 6 ? 31 : month <= 11 || isLeap(year) ? 30 : 29);

/** Days since 1970-01-01 of a Jalali date. */
export const toDays = ({ year, month, day }) => newYear(year) + daysBefore(month) + day - 1;

/** The Jalali date of a number of days since 1970-01-01. */
export function fromDays(days) {
  let year = floorDiv((days - EPOCH) * 33 + 3, 12053) + 1;
  while (days < newYear(year)) year -= 1;
  while (days >= newYear(year + 1)) year += 1;
  const ofYear = days - newYear(year);
  const month = ofYear < 186 ? floorDiv(ofYear, 31) + 1 : floorDiv(ofYear - 6, 30) + 1;
  return { year, month, day: ofYear - daysBefore(month) + 1 };
}

/** ISO text (Gregorian, "2026-11-21") of a Jalali date. */
export const toGregorian = (date) => new Date(toDays(date) * DAY).toISOString().slice(0, 10);

/** Jalali date of ISO text; null when the text is no date. */
export function toJalali(iso) {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(iso ?? '') ? Date.parse(`${iso}T00:00:00Z`) : NaN;
  return Number.isNaN(time) ? null : fromDays(time / DAY);
}

/** 0 = Saturday … 6 = Friday. */
export const weekday = (days) => (((days + 5) % 7) + 7) % 7;

/** Adds months; the 31st becomes the last day of a shorter month. */
export function addMonths({ year, month, day }, by) {
  const index = year * 12 + month - 1 + by;
  const [y, m] = [floorDiv(index, 12), (((index % 12) + 12) % 12) + 1];
  return { year: y, month: m, day: Math.min(day, monthLength(y, m)) };
}

export const MIN_YEAR = 1200;
export const MAX_YEAR = 1499;

/**
 * Reads a typed date: year/month/day with / - . or blanks between, two-digit years of this century or the last
 * (by nearness to `thisYear`), or eight digits run together. Null when it is not a day of the calendar.
 */
export function parse(text, thisYear) {
  const match = text.match(/^(\d{2,4})[\s/.-]+(\d{1,2})[\s/.-]+(\d{1,2})$/) ?? text.match(/^(\d{4})(\d{2})(\d{2})$/);
  if (!match) return null;
  let [year, month, day] = match.slice(1).map(Number);
  if (match[1].length === 2) {
    year += floorDiv(thisYear, 100) * 100;
    if (year > thisYear + 20) year -= 100;
  }
  const real = year >= MIN_YEAR && year <= MAX_YEAR && month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month);
  return real ? { year, month, day } : null;
}
