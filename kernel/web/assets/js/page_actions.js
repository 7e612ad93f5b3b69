// The actions that stand on the page, for the palette: links and buttons of its head, found by their words.
import { asciiDigits, find, findAll, make } from './dom.js';

const PLACES = '.record-h .actions, .record-h .star, .second .actions';
const LEFT_OUT = '[popovertarget],[data-step],[disabled]';

/** Folds a text like the server does: spellings that people take for the same become equal. */
export function folded(value) {
  return asciiDigits(value)
    .toLowerCase()
    .replace(/[يى]/g, 'ی')
    .replace(/ك/g, 'ک')
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ؤ/g, 'و')
    .replace(/[\u200c\u064b-\u065f]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What the same keys write with the keyboard switched to the other language. */
export function otherLayout(value, { latin, persian }) {
  const letters = [...value.toLowerCase()];
  const [from, to] = letters.some((each) => /[a-z]/.test(each)) ? [latin, persian] : [persian, latin];
  return letters.map((each) => (from.includes(each) ? to[from.indexOf(each)] : each)).join('');
}

const words = (element) => element.title || element.getAttribute('aria-label') || element.textContent.trim();

function row(element) {
  const mark = find('svg', element)?.cloneNode(true);
  const option = make('div', { role: 'option', 'aria-selected': 'false' }, mark, make('bdi', {}, words(element)));
  option.press = () => element.click();
  return option;
}

/** Gives a row of the palette for each action of the page whose words hold what was typed, in whichever layout. */
export function fittingHere(query, layout) {
  const ways = [query, otherLayout(query, layout)].map((each) => folded(each).split(' '));
  return findAll(PLACES)
    .flatMap((place) => findAll('a[href],button', place))
    .filter((element) => !element.matches(LEFT_OUT) && words(element))
    .filter((element) => ways.some((way) => way.every((word) => folded(words(element)).includes(word))))
    .slice(0, 8)
    .map(row);
}
