// @ts-check
'use strict';

// Days are counted from 1970-01-01 in UTC, so that "14 days before" is a subtraction and no time zone or
// daylight saving can move a date.

const MS_PER_DAY = 86_400_000;

/**
 * The number of an ISO date's day.
 * @param {string} isoDate
 */
function dayOf(isoDate) {
  const { year, month, date } = partsOf(isoDate);
  return dayNumber(year, month, date);
}

/**
 * @param {number} year
 * @param {number} month 1 to 12
 * @param {number} date
 */
function dayNumber(year, month, date) {
  return Date.UTC(year, month - 1, date) / MS_PER_DAY;
}

/** @param {number} day */
function isoDateOf(day) {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** @param {number} day */
function yearOf(day) {
  return new Date(day * MS_PER_DAY).getUTCFullYear();
}

/**
 * The day on which a date returns in a later year; 29 February falls on 28 February in common years.
 * Null up to the year of the date itself: there is nothing to return yet.
 * @param {string} isoDate
 * @param {number} year
 * @returns {number | null}
 */
function anniversaryOf(isoDate, year) {
  const { year: firstYear, month, date } = partsOf(isoDate);
  if (year <= firstYear) return null;
  const isLeapDay = month === 2 && date === 29;
  return dayNumber(year, month, isLeapDay && !isLeapYear(year) ? 28 : date);
}

/** @param {number} year */
function isLeapYear(year) {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** @param {string} isoDate */
function partsOf(isoDate) {
  const year = Number(isoDate.slice(0, 4));
  const month = Number(isoDate.slice(5, 7));
  const date = Number(isoDate.slice(8));
  const time = new Date(Date.UTC(year, month - 1, date));
  // Date.UTC takes 31 February for 3 March.
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== date) {
    throw new RangeError(`"${isoDate}" is not a date (YYYY-MM-DD)`);
  }
  return { year, month, date };
}

module.exports = { anniversaryOf, dayNumber, dayOf, isoDateOf, yearOf };
